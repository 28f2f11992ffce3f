"""Before calls are taken: what is set is checked, and what is missing is made."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from db import Pool, SqlDatabase, open_database
from receptionist.admin.accounts import PasswordAccounts
from receptionist.booking.desk import BookingDesk, build_booking_desk
from receptionist.bootstrap.adapters import (
    build_adapters,
    build_calendar,
    build_mail,
    build_messaging,
    build_telephony,
    build_vendors,
)
from receptionist.bootstrap.practices import save_practice
from receptionist.bootstrap.watching import prices
from receptionist.call.file import utc_now
from receptionist.domain.practice import Practice
from receptionist.errors import ConfigurationError
from receptionist.practice_file import load_practice
from receptionist.settings import Settings, settings_or_defaults
from receptionist.tracing import tracing_problems


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


def _database(settings: Settings) -> SqlDatabase:
    pool = Pool(
        size=settings.database_pool_size,
        overflow=settings.database_pool_overflow,
        wait_s=settings.database_pool_wait_seconds,
    )
    return open_database(settings.database, pool, journal_folder=settings.var_directory / "journal")


def open_database_as_set(settings: Settings, problems: list[str]) -> SqlDatabase | None:
    try:
        return _database(settings)
    except ConfigurationError as exc:
        problems += exc.problems
        return None


@dataclass(frozen=True, slots=True)
class CheckedSettings:
    """Settings that can be served with."""

    settings: Settings
    practice: Practice | None
    """Of the practice file, if there is one."""


def check_settings(settings: Settings) -> CheckedSettings:
    """Raises `ConfigurationError` with all that is wrong anywhere."""
    problems: list[str] = []
    build_vendors(settings, problems)
    build_adapters("vad", settings.vad_provider, problems)
    build_telephony(problems)
    build_calendar(settings, problems)
    messaging = build_messaging(settings, problems)
    if settings.operations_number and messaging and not messaging.external:
        problems.append("OPERATIONS_NUMBER: no text can be sent to it; set TWILIO_ACCOUNT_SID")
    build_mail(settings, problems)
    try:
        prices(settings)
    except ConfigurationError as exc:
        problems += exc.problems
    problems += tracing_problems(settings.otel_exporter_otlp_endpoint)
    practice = _read_practice_file(settings, problems)
    open_database_as_set(settings, problems)
    if problems:
        raise ConfigurationError(problems)
    return CheckedSettings(settings, practice)


def read_checked_settings() -> CheckedSettings:
    """The settings. Raises `ConfigurationError` with all that is wrong in any place."""
    problems: list[str] = []
    settings = settings_or_defaults(problems)
    try:
        checked = check_settings(settings)
    except ConfigurationError as exc:
        raise ConfigurationError([*problems, *exc.problems]) from exc
    if problems:
        raise ConfigurationError(problems)
    return checked


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found and made before the server starts."""

    generated_password: str | None
    not_ready: Sequence[str]


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[SqlDatabase]:
    """The database alone, for commands."""
    database = _database(settings)
    database.take_time()
    await database.start()
    try:
        yield database
    finally:
        await database.aclose()


@asynccontextmanager
async def opened_booking(settings: Settings, database: SqlDatabase) -> AsyncIterator[BookingDesk]:
    """The booking desk alone, for commands. Raises `ConfigurationError`."""
    problems: list[str] = []
    calendar = build_calendar(settings, problems)
    if calendar is None:
        raise ConfigurationError(problems)
    try:
        yield build_booking_desk(database, calendar, utc_now)
    finally:
        await calendar.close()


async def prepare(checked: CheckedSettings) -> Prepared:
    """Once per start: newest schema on SQLite, the practice file loaded, an admin account.

    Raises `ConfigurationError`. PostgreSQL is left alone until `receptionist db upgrade`.
    """
    settings, practice = checked.settings, checked.practice
    async with opened_database(settings) as database:
        if database.is_sqlite:
            await database.upgrade()
        if not await database.is_current():
            return Prepared(None, ["the database's schema is old; run receptionist db upgrade"])
        if practice is not None:
            await save_practice(database, practice, unless_known=True)
        password = settings.admin_password
        generated = await PasswordAccounts(database).ensure_admin(
            settings.admin_username, password.get_secret_value() if password else None
        )
        async with database.reading() as uow:
            known = await uow.practices.all()
    missing = [] if known else ["no practice is loaded; run receptionist practice load FILE"]
    return Prepared(generated, missing)
