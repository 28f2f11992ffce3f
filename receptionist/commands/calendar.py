"""`calendar check`: the book and the practice's calendars, compared both ways."""

import typer

from receptionist.bootstrap.preparing import opened_booking
from receptionist.commands.database import current_database
from receptionist.errors import ProviderError
from receptionist.settings import read_settings


async def check(*, repair: bool) -> int:
    """Print every difference; 1 when some are left. Raises `ReceptionistError`."""
    settings = read_settings()
    left = found = 0
    async with (
        current_database(settings) as database,
        opened_booking(settings, database) as booking,
    ):
        if not booking.external:
            typer.echo("CALENDAR_PROVIDER is embedded: there is no other calendar to compare with")
            return 0
        async with database.reading() as uow:
            practices = await uow.practices.all()
        try:
            for practice in practices:
                async for finding in booking.check.differences(practice, repair=repair):
                    typer.echo(finding.line(practice))
                    found += 1
                    left += not finding.repaired
        except ProviderError as exc:
            typer.echo(f"the calendar cannot be read ({exc.code}); run it again later", err=True)
            return 1
    typer.echo(_summary(found, left, repair=repair))
    return 1 if left else 0


def _summary(found: int, left: int, *, repair: bool) -> str:
    if not found:
        return "the database and the calendars agree"
    if not repair:
        return f"{found} differences; run receptionist calendar check --repair to settle them"
    if not left:
        return f"{found} differences, all repaired"
    return f"{found} differences, {left} of them for a person to decide"
