"""The composition root: settings in, a house with everything in its place out.

The only module that knows adapters, handlers and the database by name.
"""

import pkgutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

import handlers
from db import SqlDatabase, open_database
from receptionist.admin.accounts import PasswordAccounts
from receptionist.call.active import ActiveCalls
from receptionist.call.background import Background
from receptionist.call.desk import FrontDesk
from receptionist.call.file import utc_now
from receptionist.call.handler import StreamServices
from receptionist.call.measured import MeasuredJournal, measured
from receptionist.call.phrases import STANDING_PHRASES, greeting
from receptionist.call.plain import PlainMode
from receptionist.call.softphone import SoftphoneConversations
from receptionist.call.speech_cache import SpeechCache
from receptionist.call.warm import Vendors, WarmLines
from receptionist.conversation.router import Router
from receptionist.domain.practice import Practice
from receptionist.domain.spoken_text import speakable
from receptionist.errors import ConfigurationError, ReceptionistError
from receptionist.observability import Metrics
from receptionist.ports.adapter import Adapter
from receptionist.ports.function_handler import FunctionHandler
from receptionist.ports.telephony import TelephonyControl
from receptionist.ports.voice_detector import VoiceActivityDetector, hear
from receptionist.practice_file import load_practice
from receptionist.settings import Settings, read_settings, setting_problems
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.signature import RequestVerifier
from receptionist.telephony.stream import MediaStreams
from receptionist.telephony.webhooks import TwilioWebhooks

log = structlog.get_logger()

LAST_RESORT = "embedded"
KINDS = ("stt", "llm", "tts", "vad")


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the routes need."""

    settings: Settings
    metrics: Metrics
    database: SqlDatabase
    accounts: PasswordAccounts
    vendors: Vendors
    telephony: TelephonyControl
    webhooks: TwilioWebhooks
    streams: MediaStreams
    softphone: SoftphoneConversations
    active: ActiveCalls
    cache: SpeechCache

    async def not_ready(self) -> list[str]:
        """Why calls cannot be taken now; empty when they can."""
        reasons = []
        if self.active.draining:
            reasons.append("draining: this process is about to stop")
        try:
            current = await self.database.is_current()
        except ReceptionistError as exc:
            return [*reasons, f"database: {exc.code}"]
        if not current:
            return [*reasons, "database: its schema is old; run receptionist db upgrade"]
        async with self.database.transaction() as uow:
            if not await uow.practices.all():
                reasons.append("practice: none is loaded; run receptionist practice load FILE")
        return reasons


def adapter_names(kind: str) -> list[str]:
    """The adapters of a kind: the files of its folder."""
    package = import_module(f"providers.{kind}")
    return sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg)


def build_adapters(kind: str, wanted: Sequence[str], problems: list[str]) -> list[Any]:
    """The adapters of a kind in their order of failover; what is wrong is added to `problems`.

    Without a setting: those whose key is set, then the embedded one.
    """
    names = adapter_names(kind)
    setting = f"{kind.upper()}_PROVIDER"
    unknown = [name for name in wanted if name not in names]
    problems += [
        f"{setting}={name!r}: is not an adapter; choose from: {', '.join(names)}"
        for name in unknown
    ]
    built: list[Any] = []
    for name in wanted or _default_order(names):
        if name in unknown:
            continue
        adapter: Adapter[Any, Any] = import_module(f"providers.{kind}.{name}").ADAPTER
        try:
            values = adapter.settings()
        except ValidationError as exc:
            problems += setting_problems(exc, _environment_names(adapter))
            continue
        if adapter.configured(values):
            built.append(adapter.build(values))
        elif wanted:
            problems.append(f"{setting}={name!r}: its key is not set; see .env.example")
    return built


def _default_order(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: (name in (LAST_RESORT, "energy"), name))


def _environment_names(adapter: Adapter[Any, Any]) -> dict[str, str]:
    prefix = adapter.settings.model_config.get("env_prefix", "")
    return {field: f"{prefix}{field}".upper() for field in adapter.settings.model_fields}


def _with_last_resort(kind: str, adapters: list[Any], problems: list[str]) -> list[Any]:
    if any(adapter.name == LAST_RESORT for adapter in adapters):
        return adapters
    return [*adapters, *build_adapters(kind, [LAST_RESORT], problems)]


def build_vendors(settings: Settings, problems: list[str]) -> Vendors:
    """Recognisers, models and voices; the last of each list is embedded and cannot be down."""
    wanted = {
        "stt": settings.stt_provider,
        "llm": settings.llm_provider,
        "tts": settings.tts_provider,
    }
    built = {
        kind: _with_last_resort(kind, build_adapters(kind, names, problems), problems)
        for kind, names in wanted.items()
    }
    return Vendors(built["stt"], built["llm"], built["tts"])


def build_handlers(metrics: Metrics) -> dict[str, FunctionHandler]:
    """One handler per file of `handlers/`, each counted."""
    modules = (
        import_module(f"handlers.{module.name}")
        for module in pkgutil.iter_modules(handlers.__path__)
        if not module.name.startswith("_")
    )
    found = [module.HANDLER for module in modules if hasattr(module, "HANDLER")]
    return {handler.name: measured(handler, metrics) for handler in found}


def build_telephony(problems: list[str]) -> TelephonyControl:
    chosen: list[TelephonyControl] = build_adapters("telephony", [], problems)
    return chosen[0]


def _read_practice_file(settings: Settings, problems: list[str]) -> Practice | None:
    if settings.practice_file is None:
        return None
    try:
        text = settings.practice_file.read_text(encoding="utf-8")
        return load_practice(text, source=str(settings.practice_file))
    except ConfigurationError as exc:
        problems += exc.problems
    except (OSError, UnicodeDecodeError):
        problems.append(f"PRACTICE_FILE={str(settings.practice_file)!r}: cannot be read as text")
    return None


def _open_database(settings: Settings, problems: list[str]) -> SqlDatabase | None:
    try:
        return open_database(settings.database)
    except ConfigurationError as exc:
        problems += exc.problems
        return None


def check_settings(settings: Settings) -> Practice | None:
    """The practice file's practice. Raises `ConfigurationError` with all that is wrong anywhere."""
    problems: list[str] = []
    build_vendors(settings, problems)
    build_adapters("vad", settings.vad_provider, problems)
    build_telephony(problems)
    practice = _read_practice_file(settings, problems)
    _open_database(settings, problems)
    if problems:
        raise ConfigurationError(problems)
    return practice


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found and made before the server starts."""

    generated_password: str | None
    not_ready: Sequence[str]


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[SqlDatabase]:
    """The database alone, for commands."""
    database = open_database(settings.database)
    await database.start()
    try:
        yield database
    finally:
        await database.aclose()


async def prepare(settings: Settings) -> Prepared:
    """Once per start: newest schema on SQLite, the practice file loaded, an admin account.

    Raises `ConfigurationError`. PostgreSQL is left alone until `receptionist db upgrade`.
    """
    practice = check_settings(settings)
    async with opened_database(settings) as database:
        if database.is_sqlite:
            await database.upgrade()
        if not await database.is_current():
            return Prepared(None, ["the database's schema is old; run receptionist db upgrade"])
        if practice is not None:
            await save_practice(database, practice)
        password = settings.admin_password
        generated = await PasswordAccounts(database).ensure_admin(
            settings.admin_username, password.get_secret_value() if password else None
        )
        async with database.transaction() as uow:
            known = await uow.practices.all()
    missing = [] if known else ["no practice is loaded; run receptionist practice load FILE"]
    return Prepared(generated, missing)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Build everything, and take it down again. Raises `ConfigurationError` with every problem."""
    problems: list[str] = []
    vendors = build_vendors(settings, problems)
    detectors = build_adapters("vad", settings.vad_provider, problems)
    telephony = build_telephony(problems)
    database = _open_database(settings, problems)
    if problems or database is None:
        raise ConfigurationError(problems)
    async with AsyncExitStack() as stack:
        await database.start()
        stack.push_async_callback(database.aclose)
        for close in (*vendors.closers, telephony.close, detectors[0].close):
            stack.push_async_callback(close)
        metrics = Metrics()
        router = Router(vendors.models, build_handlers(metrics), database, utc_now)
        stack.push_async_callback(router.close)
        background = await stack.enter_async_context(Background())
        services = _assemble(
            settings, vendors, detectors[0], telephony, database, router, background, metrics
        )
        background.spawn(_render_phrases(services), "render-phrases")
        yield services


def _assemble(
    settings: Settings,
    vendors: Vendors,
    detector: VoiceActivityDetector,
    telephony: TelephonyControl,
    database: SqlDatabase,
    router: Router,
    background: Background,
    metrics: Metrics,
) -> Services:
    journal = MeasuredJournal(database.journal, metrics)
    active = ActiveCalls(metrics)
    token = settings.twilio_auth_token
    verifier = RequestVerifier(settings.public_base, token.get_secret_value() if token else None)
    warm = WarmLines(vendors, background, metrics)
    desk = FrontDesk(database, journal, PlainMode(router), warm, streaming=vendors.streaming)
    webhooks = TwilioWebhooks(desk, database, verifier, Addresses(settings.public_base), metrics)
    cache = SpeechCache(settings.var_directory / "speech")
    return Services(
        settings=settings,
        metrics=metrics,
        database=database,
        accounts=PasswordAccounts(database),
        vendors=vendors,
        telephony=telephony,
        cache=cache,
        webhooks=webhooks,
        streams=MediaStreams(
            database=database,
            journal=journal,
            verifier=verifier,
            webhooks=webhooks,
            warm=warm,
            detector=detector,
            services=StreamServices(router, vendors, cache, metrics),
            active=active,
            background=background,
        ),
        softphone=SoftphoneConversations(database, journal, router, active),
        active=active,
    )


def hear_file(file: Path) -> dict[str, list[list[int]]]:
    """What the first detector makes of a raw 8 kHz μ-law recording.

    Raises `ConfigurationError` when it cannot be read.
    """
    problems: list[str] = []
    detector = build_adapters("vad", read_settings().vad_provider, problems)[0]
    try:
        return hear(file.read_bytes(), detector.listen())
    except OSError as exc:
        raise ConfigurationError([f"{file}: cannot be read"]) from exc


async def save_practice(database: SqlDatabase, practice: Practice) -> None:
    """Insert or replace a practice, with an audit row."""
    async with database.transaction() as uow:
        number = await uow.practices.save(practice)
        await uow.audit.append(
            actor="settings", action="practice.loaded", subject=f"practice:{number}"
        )


async def _render_phrases(services: Services) -> None:
    """Have every practice's greeting and the fixed phrases in memory before the first call."""
    voice = next((voice for voice in services.vendors.voices if voice.streaming), None)
    if voice is None or not await services.database.is_current():
        return
    async with services.database.transaction() as uow:
        practices = await uow.practices.all()
    for practice in practices:
        language = practice.languages[0] if practice.languages else "en"
        texts = (greeting(practice.greeting, recording=practice.recording), *STANDING_PHRASES)
        for text in texts:
            await services.cache.render(
                voice, speakable(text, language=language), language=language
            )
