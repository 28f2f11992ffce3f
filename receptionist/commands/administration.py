"""Commands that work on the database: practices, schema, audit."""

import asyncio
from pathlib import Path

import typer

from receptionist.bootstrap.practices import save_practice
from receptionist.bootstrap.preparing import opened_database
from receptionist.commands.database import current_database, reached
from receptionist.errors import UnreadableFile
from receptionist.practice_dump import dump_practice
from receptionist.practice_file import load_practice
from receptionist.settings import read_settings


async def load(file: Path, *, if_empty: bool) -> int:
    """`practice load`. Raises `UnreadableFile`, `ConfigurationError` with every mistake in it."""
    try:
        text = await asyncio.to_thread(file.read_text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UnreadableFile(f"{file}: cannot be read as a text file") from exc
    practice = load_practice(text, source=str(file))
    async with current_database(read_settings()) as database:
        async with database.reading() as uow:
            known = await uow.practices.all()
        if if_empty and known:
            return 0
        await save_practice(database, practice)
    typer.echo(f"loaded {practice.name}, answering {', '.join(practice.numbers) or 'no number'}")
    return 0


async def show() -> int:
    """`practice show`."""
    async with current_database(read_settings()) as database, database.reading() as uow:
        practices = await uow.practices.all()
    if not practices:
        typer.echo("no practice is loaded; run receptionist practice load FILE", err=True)
        return 1
    typer.echo("---\n".join(dump_practice(practice) for practice in practices))
    return 0


async def upgrade(*, quiet: bool) -> int:
    """`db upgrade`."""
    with reached():
        async with opened_database(read_settings()) as database:
            await database.upgrade()
    if not quiet:
        typer.echo("the database has the newest schema")
    return 0


async def verify_audit() -> int:
    """`audit verify`."""
    async with current_database(read_settings()) as database, database.reading() as uow:
        broken = await uow.audit.first_broken()
    if broken is None:
        typer.echo("the audit chain holds")
        return 0
    typer.echo(f"the audit chain is broken at row {broken.id} ({broken.at.isoformat()})", err=True)
    return 1
