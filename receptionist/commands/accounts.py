"""Commands about who may sign in."""

import re

import typer

from receptionist.admin.accounts import PasswordAccounts
from receptionist.commands.database import current_database
from receptionist.domain.contacts import is_e164
from receptionist.errors import ReceptionistError
from receptionist.ports.staff import Account, Role
from receptionist.settings import read_settings

ACTOR = "command"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


async def add(username: str, role: Role, phone: str | None) -> int:
    """`account add`: prints the generated password, this once."""
    if not NAME.fullmatch(username):
        raise ReceptionistError(f"{username!r}: expected letters, digits, dots and dashes")
    if phone is not None and not is_e164(phone):
        raise ReceptionistError("--phone: expected a number such as +15550100")
    async with current_database(read_settings()) as database:
        password = await PasswordAccounts(database).add(username, role, by=ACTOR)
        if password is None:
            raise ReceptionistError(f"{username}: there is such an account already")
        if phone is not None:
            async with database.transaction() as uow:
                await uow.accounts.change(Account(username, role, phone))
    typer.echo(f"{username} ({role}) signs in with password {password} (shown only this once)")
    return 0


async def show() -> int:
    """`account list`."""
    async with current_database(read_settings()) as database, database.reading() as uow:
        for account in await uow.accounts.all():
            typer.echo(f"{account.username}  {account.role}")
    return 0


async def set_password(username: str) -> int:
    """`account password`: prints the new password, this once."""
    async with current_database(read_settings()) as database:
        async with database.reading() as uow:
            known = await uow.accounts.get(username)
        if known is None:
            raise ReceptionistError(f"{username}: there is no such account")
        password = await PasswordAccounts(database).set_password(username, by=ACTOR)
    typer.echo(f"{username} signs in with password {password} (shown only this once)")
    return 0


async def remove(username: str) -> int:
    """`account remove`."""
    async with current_database(read_settings()) as database, database.transaction() as uow:
        if await uow.accounts.get(username) is None:
            raise ReceptionistError(f"{username}: there is no such account")
        if not await uow.accounts.remove(username):
            raise ReceptionistError(f"{username}: is the only manager; make another one first")
        await uow.audit.append(actor=ACTOR, action="account.removed", subject=username)
    typer.echo(f"{username} signs in no more")
    return 0
