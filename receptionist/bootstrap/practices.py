"""Loading a practice from its file, as a version of its own."""

from db import SqlDatabase
from receptionist.call.file import utc_now
from receptionist.domain.practice import Practice
from receptionist.practice_history import FILE, keep, loaded_before, unchanged_file


async def save_practice(
    database: SqlDatabase, practice: Practice, *, unless_known: bool = False
) -> None:
    """Insert or replace a practice, with an audit row.

    `unless_known`: not when this very file was loaded before, so that what staff have changed
    since then stays.
    """
    async with database.transaction() as uow:
        known = await loaded_before(uow, practice)
        if known and unless_known and await unchanged_file(uow, known, practice):
            return
        number = await keep(uow, known, practice, actor=FILE, now=utc_now())
        await uow.audit.append(actor=FILE, action="practice.loaded", subject=f"practice:{number}")
