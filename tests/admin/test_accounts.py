"""Who may sign in, and what guessing meets."""

from pwdlib import PasswordHash

from db import SqlDatabase
from receptionist.admin.accounts import (
    FAILURE_WINDOW_S,
    FAILURES_ALLOWED,
    REMEMBERED_S,
    PasswordAccounts,
    no_passwords_hash,
)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_password_is_generated_once(database: SqlDatabase) -> None:
    accounts = PasswordAccounts(database)

    generated = await accounts.ensure_admin("admin", None)

    assert generated is not None
    assert await accounts.verify("admin", generated)
    assert await accounts.ensure_admin("admin", None) is None


async def test_what_is_stored_is_not_the_password(database: SqlDatabase) -> None:
    await PasswordAccounts(database).ensure_admin("admin", "correct horse")

    async with database.reading() as uow:
        stored = await uow.accounts.password_hash("admin")

    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert "horse" not in stored


async def test_a_changed_password_ends_the_old_one_at_once(database: SqlDatabase) -> None:
    accounts = PasswordAccounts(database)
    await accounts.ensure_admin("admin", "old")
    assert await accounts.verify("admin", "old")

    await PasswordAccounts(database).ensure_admin("admin", "new")

    assert not await accounts.verify("admin", "old")
    assert await accounts.verify("admin", "new")


async def test_an_unknown_name_takes_the_work_of_a_known_one(database: SqlDatabase) -> None:
    accounts = PasswordAccounts(database)
    await accounts.ensure_admin("admin", "correct horse")
    async with database.reading() as uow:
        known = await uow.accounts.password_hash("admin") or ""

    unknown = no_passwords_hash()

    assert unknown.split("$")[:4] == known.split("$")[:4]
    assert [*map(len, unknown.split("$"))] == [*map(len, known.split("$"))]
    assert not PasswordHash.recommended().verify("correct horse", unknown)


async def test_an_unknown_name_is_nobody(database: SqlDatabase) -> None:
    assert not await PasswordAccounts(database).verify("nobody", "")


async def test_failures_are_forgotten_after_a_while(database: SqlDatabase) -> None:
    clock = Clock()
    accounts = PasswordAccounts(database, clock)
    for _ in range(FAILURES_ALLOWED):
        accounts.failed("address 192.0.2.1", "name admin")
    assert accounts.too_many_failures("name admin")
    assert not accounts.too_many_failures("address 192.0.2.2")

    clock.now += FAILURE_WINDOW_S + 1

    assert not accounts.too_many_failures("address 192.0.2.1", "name admin")


async def test_a_guesser_does_not_keep_out_whoever_is_in_already(database: SqlDatabase) -> None:
    clock = Clock()
    accounts = PasswordAccounts(database, clock)
    await accounts.ensure_admin("admin", "right")
    await accounts.verify("admin", "right")

    assert await accounts.remembered("admin", "right")
    assert not await accounts.remembered("admin", "wrong")
    clock.now += REMEMBERED_S + 1
    assert not await accounts.remembered("admin", "right")
