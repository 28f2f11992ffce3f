"""`receptionist call` and `simulate`: this machine's settings, given to the line."""

from collections.abc import Sequence
from pathlib import Path

from receptionist.commands.database import current_database
from receptionist.errors import ReceptionistError
from receptionist.line.console import call_command, options_for
from receptionist.line.load.command import simulate_command
from receptionist.line.load.plan import Load
from receptionist.settings import Settings, read_settings

EXAMPLE_NUMBER = "+15550100"


async def place_call(
    url: str | None,
    say: Sequence[str],
    wav: Path | None,
    keys: str,
    to_number: str | None,
    from_number: str,
) -> int:
    """Call once. With a token in the settings the requests are signed with it."""
    settings = read_settings()
    server, public = _addresses(settings, url)
    password = settings.admin_password
    return await call_command(
        server,
        say,
        wav,
        keys,
        _token(settings),
        settings.twilio_account_sid,
        from_number,
        to_number or await _first_number(settings),
        public_url=public,
        admin=(settings.admin_username, password.get_secret_value()) if password else None,
    )


async def place_many(
    url: str | None, load: Load, scenarios: Sequence[Path], report: Path | None
) -> int:
    """Place many calls and print their figures."""
    settings = read_settings()
    server, public = _addresses(settings, url)
    options = options_for(
        server,
        public_url=public,
        auth_token=_token(settings),
        account_sid=settings.twilio_account_sid,
        to_number=await _first_number(settings),
    )
    return await simulate_command(load, scenarios, report, options=options)


def _addresses(settings: Settings, url: str | None) -> tuple[str, str | None]:
    """Where to connect, and the address that is signed when it is another one."""
    local = f"http://127.0.0.1:{settings.port}"
    if url is not None:
        return (url if "://" in url else f"http://{url}").rstrip("/"), None
    public = settings.public_url
    return local, public if public not in (None, local) else None


def _token(settings: Settings) -> str | None:
    token = settings.twilio_auth_token
    return token.get_secret_value() if token else None


async def _first_number(settings: Settings) -> str:
    """A number that the server on this machine answers, if its database can be read here."""
    try:
        async with current_database(settings) as database, database.reading() as uow:
            practices = await uow.practices.all()
    except ReceptionistError:
        return EXAMPLE_NUMBER
    numbers = [number for practice in practices for number in practice.numbers]
    return numbers[0] if numbers else EXAMPLE_NUMBER
