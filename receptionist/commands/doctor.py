"""`receptionist doctor` and `connect`: is everything there that a real call needs?

Each check is one line in plain words, and what to do when it fails. Vendors are
asked one real, cheap question each.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

import httpx
import typer

from receptionist.bootstrap.adapters import (
    build_calendar,
    build_mail,
    build_messaging,
    build_telephony,
    build_vendors,
)
from receptionist.bootstrap.preparing import opened_database, read_checked_settings
from receptionist.commands.database import OLD_SCHEMA, current_database, reached
from receptionist.domain.practice import Practice
from receptionist.errors import (
    ConfigurationError,
    NotFound,
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ReceptionistError,
)
from receptionist.ports.mail import Mail
from receptionist.ports.messaging import Messaging
from receptionist.ports.telephony import NumberWebhooks, TelephonyControl
from receptionist.settings import Settings, read_settings
from receptionist.telephony.addresses import Addresses

CHECK_BUDGET_S = 10.0
KEY_SETTINGS = {
    "twilio": "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
    "google": "GOOGLE_APPLICATION_CREDENTIALS",
}
"""What holds the key of those vendors that have no setting called so."""
PLAIN_HTTP = "Twilio streams calls to https addresses only, so callers would not be heard"


class Checked(Protocol):
    """An adapter as the doctor sees it."""

    name: str

    async def check(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `needed`: a call would fail without it."""

    subject: str
    ok: bool
    words: str
    needed: bool = True

    def line(self) -> str:
        """As printed."""
        sign = "ok  " if self.ok else ("FAIL" if self.needed else "note")
        return f"{sign}  {self.subject}: {self.words}"


async def examine() -> int:
    """Print every finding; 1 if a call would fail."""
    try:
        settings = read_checked_settings().settings
    except ConfigurationError as exc:
        for problem in exc.problems:
            typer.echo(Finding("settings", False, problem).line())
        return 1
    typer.echo(Finding("settings", True, "every setting is of the right form").line())
    failed = False
    async for finding in _findings(settings):
        typer.echo(finding.line())
        failed = failed or (finding.needed and not finding.ok)
    return 1 if failed else 0


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    numbers: list[str] = []
    async for finding in _database(settings, numbers):
        yield finding
    async with AsyncExitStack() as stack:
        vendors = build_vendors(settings, [])
        telephony = build_telephony([])
        messaging = build_messaging(settings, [])
        mail = build_mail(settings, [])
        outside = (telephony, messaging, mail)
        closers = [adapter.close for adapter in outside if adapter is not None]
        for close in (*vendors.closers, *closers):
            stack.push_async_callback(close)
        kinds: Sequence[tuple[str, Sequence[Checked]]] = (
            ("hearing", vendors.recognisers),
            ("thinking", vendors.models),
            ("speaking", vendors.voices),
        )
        for kind, adapters in kinds:
            for adapter in adapters:
                yield await _vendor(kind, adapter)
        if messaging is not None:
            yield await _texting(messaging)
        if mail is not None:
            yield await _mailing(mail)
        async for finding in _calendars(settings):
            yield finding
        yield _line_mode(vendors.streaming)
        if telephony is not None:
            async for finding in _line(settings, telephony, numbers):
                yield finding


async def _database(settings: Settings, numbers: list[str]) -> AsyncIterator[Finding]:
    try:
        practices = await _practices(settings)
    except ReceptionistError as exc:
        yield Finding("database", False, str(exc))
        return
    yield Finding("database", True, "reachable, newest schema")
    numbers += [number for practice in practices for number in practice.numbers]
    names = ", ".join(practice.name for practice in practices)
    advice = "none is loaded; run receptionist practice load FILE"
    yield Finding("practice", bool(practices), names or advice)


async def _practices(settings: Settings) -> Sequence[Practice]:
    """Raises `ReceptionistError` when the database is not as a call needs it."""
    with reached():
        async with opened_database(settings) as database:
            if database.is_sqlite:
                await database.upgrade()
            if not await database.is_current():
                raise ReceptionistError(OLD_SCHEMA)
            async with database.reading() as uow:
                return await uow.practices.all()


async def _vendor(kind: str, adapter: Checked) -> Finding:
    subject = f"{kind} ({adapter.name})"
    needed = adapter.name == "embedded"
    try:
        async with asyncio.timeout(CHECK_BUDGET_S):
            await adapter.check()
    except TimeoutError:
        return Finding(subject, False, "no answer in 10 s; is the network open to it?", needed)
    except ProviderError as exc:
        return Finding(subject, False, _advice(exc), True)
    return Finding(subject, True, "answered")


def _advice(exc: ProviderError) -> str:
    status = f" (HTTP {exc.status})" if exc.status else ""
    match exc:
        case ProviderRefused(status=401 | 403):
            key = KEY_SETTINGS.get(exc.provider, f"{exc.provider.upper()}_API_KEY")
            return f"refused the key{status}; check {key}"
        case ProviderRefused():
            return f"refused the request{status}: {exc.reason}"
        case ProviderLimited():
            return f"over its rate limit or quota{status}; check the plan"
        case _:
            return f"cannot be reached{status}: {exc.reason}"


async def _mailing(mail: Mail) -> Finding:
    found = await _vendor("mail", mail)
    if found.ok and mail.name == "file":
        words = "e-mails are kept as files and sent to nobody; set SMTP_HOST and SMTP_FROM"
        return Finding(found.subject, True, words)
    return found


async def _texting(messaging: Messaging) -> Finding:
    if messaging.external:
        return await _vendor("texting", messaging)
    return Finding(
        f"texting ({messaging.name})",
        True,
        "texts are kept in the database and sent to nobody; "
        "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to send them",
    )


async def _calendars(settings: Settings) -> AsyncIterator[Finding]:
    calendar = build_calendar(settings, [])
    if calendar is None:
        return
    subject = f"calendars ({calendar.name})"
    ids: list[str] = []
    with contextlib.suppress(ReceptionistError):
        practices = await _practices(settings)
        ids = [p.calendar for one in practices for p in one.practitioners if p.calendar]
    try:
        async with asyncio.timeout(CHECK_BUDGET_S):
            wrong = await calendar.check(ids)
    except TimeoutError:
        yield Finding(subject, False, "no answer in 10 s; is the network open to it?")
    except ProviderError as exc:
        yield Finding(subject, False, _advice(exc))
    else:
        for words in wrong.values():
            yield Finding(subject, False, words, needed=calendar.external)
        if not wrong:
            yield Finding(subject, True, "answered" if calendar.external else "our own database")
    finally:
        await calendar.close()


def _line_mode(streaming: bool) -> Finding:
    if streaming:
        return Finding("line", True, "calls are streamed: heard and spoken by the vendors above")
    return Finding(
        "line",
        True,
        "plain mode: Twilio's own recognition and voice; "
        "set DEEPGRAM_API_KEY and ELEVENLABS_API_KEY for a natural conversation",
    )


async def _line(
    settings: Settings, telephony: TelephonyControl, numbers: Sequence[str]
) -> AsyncIterator[Finding]:
    if settings.twilio_auth_token is None or telephony.name == "embedded":
        yield Finding(
            "telephone",
            False,
            "no Twilio account: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN for a real number; "
            "until then /phone and receptionist call work on this machine",
            needed=False,
        )
        return
    yield await _vendor("telephone", telephony)
    yield await _public_url(settings)
    for number in numbers:
        async for finding in _number(settings, telephony, number):
            yield finding


async def _public_url(settings: Settings) -> Finding:
    subject = "public address"
    if settings.public_url is None or not settings.public_url.startswith("https://"):
        words = "set PUBLIC_URL to the https address that Twilio reaches this server at"
        return Finding(subject, False, words)
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            response = await client.get(f"{settings.public_url}/healthz")
    except httpx.HTTPError as exc:
        words = f"{settings.public_url} does not answer ({type(exc).__name__}); is the server up?"
        return Finding(subject, False, words)
    ok = response.status_code == 200
    return Finding(subject, ok, f"{settings.public_url}/healthz answers {response.status_code}")


async def _number(
    settings: Settings, telephony: TelephonyControl, number: str
) -> AsyncIterator[Finding]:
    subject = f"number {number}"
    wanted = wanted_webhooks(settings, number)
    try:
        found = await telephony.webhooks(number)
    except ProviderError as exc:
        yield Finding(subject, False, _advice(exc))
        return
    if found is None:
        yield Finding(subject, False, "is not a number of this Twilio account")
        return
    if found != wanted:
        yield Finding(subject, False, f"points elsewhere; run receptionist connect {number}")
        return
    yield Finding(subject, True, "its calls come to this server")
    if found.texts_url != wanted.texts_url:
        words = f"texts to it go elsewhere; run receptionist connect {number}, unless a messaging "
        yield Finding(subject, False, words + "service passes them on", needed=False)


def wanted_webhooks(settings: Settings, number: str) -> NumberWebhooks:
    """What the number must point at for its calls to come here."""
    addresses = Addresses(settings.public_base)
    return NumberWebhooks(
        number=number,
        voice_url=addresses.webhook("incoming"),
        fallback_url=addresses.webhook("fallback"),
        status_url=addresses.webhook("status"),
        texts_url=addresses.texts("incoming"),
    )


async def connect_number(number: str) -> int:
    """`receptionist connect`."""
    settings = read_settings()
    if settings.public_url is None:
        raise ConfigurationError(
            ["PUBLIC_URL: is not set; set it to the https address Twilio reaches this server at"]
        )
    problems: list[str] = []
    telephony = build_telephony(problems)
    if telephony is None:
        raise ConfigurationError(problems)
    if not settings.public_url.startswith("https://"):
        typer.echo(f"PUBLIC_URL={settings.public_url!r} is not https: {PLAIN_HTTP}", err=True)
    try:
        # Of a list that is refused the SDK does not say why; of the account it does.
        await telephony.check()
        await telephony.connect_number(wanted_webhooks(settings, number))
    except NotFound:
        typer.echo(f"{number} is not a number of this Twilio account", err=True)
        return 1
    except ProviderError as exc:
        typer.echo(f"{exc.provider}: {_advice(exc)}", err=True)
        return 1
    finally:
        await telephony.close()
    typer.echo(f"calls to {number} now come to {settings.public_url}")
    return await _warn_if_unknown(settings, number)


async def _warn_if_unknown(settings: Settings, number: str) -> int:
    async with current_database(settings) as database, database.reading() as uow:
        practice = await uow.practices.by_number(number)
    if practice is None:
        typer.echo(f"no practice answers {number} yet: add it to `numbers` in the practice file")
    else:
        typer.echo(f"{practice.name} answers it")
    return 0
