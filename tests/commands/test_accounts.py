"""Accounts from the command line."""

import re

from receptionist.admin.accounts import PasswordAccounts
from tests.admin.clinic import opened
from tests.commands.terminal import Ran, Terminal


def password(ran: Ran) -> str:
    shown = re.search(r"with password (\S+) \(shown only this once\)", ran.out)
    assert shown is not None, ran
    return shown[1]


async def role_of(terminal: Terminal, name: str, word: str) -> str | None:
    async with opened(terminal.database) as database:
        account = await PasswordAccounts(database).verify(name, word)
    return None if account is None else account.role


async def test_an_account_is_added_listed_and_removed(loaded: Terminal) -> None:
    made = await loaded.run("account", "add", "mia", "--phone", "+15550177")
    await loaded.run("account", "add", "omar", "--role", "manager")

    listed = await loaded.run("account", "list")
    removed = await loaded.run("account", "remove", "mia")

    assert listed.lines == ["mia  staff", "omar  manager"]
    assert await role_of(loaded, "mia", password(made)) is None
    assert removed.out == "mia signs in no more\n"
    assert (await loaded.run("account", "list")).lines == ["omar  manager"]


async def test_a_new_password_ends_the_old_one(loaded: Terminal) -> None:
    before = password(await loaded.run("account", "add", "mia"))

    after = password(await loaded.run("account", "password", "mia"))

    assert await role_of(loaded, "mia", before) is None
    assert await role_of(loaded, "mia", after) == "staff"


async def test_what_cannot_be_is_said_in_one_line(loaded: Terminal) -> None:
    await loaded.run("account", "add", "omar", "--role", "manager")
    refused = {
        "there is such an account already": ("add", "omar"),
        "expected letters, digits": ("add", "a b"),
        "expected a number such as +15550100": ("add", "eva", "--phone", "5"),
        "there is no such account": ("password", "nobody"),
        "is the only manager": ("remove", "omar"),
    }

    for words, arguments in refused.items():
        ran = await loaded.run("account", *arguments)
        assert ran.code == 1
        assert words in ran.err
        assert len(ran.err.splitlines()) == 1
