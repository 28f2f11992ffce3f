"""`receptionist doctor` and `connect`: is everything there that a real call needs?

Each check is one line in plain words, and what to do when it fails. Vendors are
asked one real, cheap question each.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

import httpx
import typer

from receptionist.bootstrap import (
    build_telephony,
    build_vendors,
    check_settings,
    opened_database,
)
from receptionist.errors import (
    ConfigurationError,
    NotFound,
    ProviderError,
    ProviderLimited,
    ProviderRefused,
)
from receptionist.ports.telephony import NumberWebhooks, TelephonyControl
from receptionist.settings import Settings, read_settings
from receptionist.telephony.addresses import Addresses

CHECK_BUDGET_S = 10.0


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
        settings = read_settings()
        check_settings(settings)
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
        for close in (*vendors.closers, telephony.close):
            stack.push_async_callback(close)
        kinds: Sequence[tuple[str, Sequence[Checked]]] = (
            ("hearing", vendors.recognisers),
            ("thinking", vendors.models),
            ("speaking", vendors.voices),
        )
        for kind, adapters in kinds:
            for adapter in adapters:
                yield await _vendor(kind, adapter)
        yield _line_mode(vendors.streaming)
        async for finding in _line(settings, telephony, numbers):
            yield finding


async def _database(settings: Settings, numbers: list[str]) -> AsyncIterator[Finding]:
    try:
        async with opened_database(settings) as database:
            if database.is_sqlite:
                await database.upgrade()
            if not await database.is_current():
                yield Finding("database", False, "its schema is old; run receptionist db upgrade")
                return
            yield Finding("database", True, "reachable, newest schema")
            async with database.transaction() as uow:
                practices = await uow.practices.all()
    except (OSError, ConfigurationError) as exc:
        words = f"cannot be opened ({type(exc).__name__}); check DATABASE_URL"
        yield Finding("database", False, words)
        return
    numbers += [number for practice in practices for number in practice.numbers]
    names = ", ".join(practice.name for practice in practices)
    advice = "none is loaded; run receptionist practice load FILE"
    yield Finding("practice", bool(practices), names or advice)


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
            return f"refused the key{status}; check {exc.provider.upper()}_API_KEY"
        case ProviderRefused():
            return f"refused the request{status}: {exc.reason}"
        case ProviderLimited():
            return f"over its rate limit or quota{status}; check the plan"
        case _:
            return f"cannot be reached{status}: {exc.reason}"


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
        yield await _number(settings, telephony, number)


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


async def _number(settings: Settings, telephony: TelephonyControl, number: str) -> Finding:
    subject = f"number {number}"
    wanted = wanted_webhooks(settings, number)
    try:
        found = await telephony.webhooks(number)
    except ProviderError as exc:
        return Finding(subject, False, _advice(exc))
    if found is None:
        return Finding(subject, False, "is not a number of this Twilio account")
    if found != wanted:
        return Finding(subject, False, f"points elsewhere; run receptionist connect {number}")
    return Finding(subject, True, "its calls come to this server")


def wanted_webhooks(settings: Settings, number: str) -> NumberWebhooks:
    """What the number must point at for its calls to come here."""
    addresses = Addresses(settings.public_base)
    return NumberWebhooks(
        number=number,
        voice_url=addresses.webhook("incoming"),
        fallback_url=addresses.webhook("fallback"),
        status_url=addresses.webhook("status"),
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
    if problems:
        raise ConfigurationError(problems)
    try:
        await telephony.connect_number(wanted_webhooks(settings, number))
    except NotFound:
        typer.echo(f"{number} is not a number of this Twilio account", err=True)
        return 1
    finally:
        await telephony.close()
    typer.echo(f"calls to {number} now come to {settings.public_url}")
    return await _warn_if_unknown(settings, number)


async def _warn_if_unknown(settings: Settings, number: str) -> int:
    async with opened_database(settings) as database, database.transaction() as uow:
        practice = await uow.practices.by_number(number)
    if practice is None:
        typer.echo(f"no practice answers {number} yet: add it to `numbers` in the practice file")
    else:
        typer.echo(f"{practice.name} answers it")
    return 0
