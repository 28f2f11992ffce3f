"""Accounts: a manager's page, and everybody's own."""

import re

from db import SqlDatabase
from receptionist.admin.accounts import PasswordAccounts
from tests.admin.clinic import Staff, audited


async def test_a_manager_adds_somebody_who_can_then_sign_in(
    omar: Staff, database: SqlDatabase
) -> None:
    page = (await omar.post("/admin/accounts", {"username": "eva", "role": "staff"})).text

    shown = re.search(r"eva signs in with (\S+)</strong>", page)
    assert shown is not None
    account = await PasswordAccounts(database).verify("eva", shown[1])
    assert account is not None
    assert account.role == "staff"
    assert shown[1] not in (await omar.get("/admin/accounts")).text
    assert ("omar", "account.added", "eva") in await audited(database)


async def test_a_name_that_cannot_be_is_said_beside_the_field(omar: Staff) -> None:
    taken = await omar.post("/admin/accounts", {"username": "mia", "role": "staff"})
    strange = await omar.post("/admin/accounts", {"username": "<b>", "role": "staff"})
    nobody = await omar.post("/admin/accounts", {"username": "", "role": "king"})

    assert {taken.status_code, strange.status_code, nobody.status_code} == {422}
    assert "Somebody has that name already." in taken.text
    assert 'value="&lt;b&gt;"' in strange.text
    assert "letters, digits, dots and dashes" in strange.text
    assert "Please choose one of these." in nobody.text


async def test_a_new_password_ends_the_old_one(omar: Staff, database: SqlDatabase) -> None:
    page = (await omar.post("/admin/accounts/mia/password")).text

    shown = re.search(r"mia signs in with (\S+)</strong>", page)
    assert shown is not None
    accounts = PasswordAccounts(database)
    assert await accounts.verify("mia", shown[1])
    assert not await accounts.verify("mia", "right")


async def test_the_last_manager_stays_one(omar: Staff, database: SqlDatabase) -> None:
    demoted = await omar.post("/admin/accounts/omar/role", {"role": "staff"})
    removed = await omar.post("/admin/accounts/omar/remove")
    await omar.post("/admin/accounts/mia/role", {"role": "manager"})
    now = await omar.post("/admin/accounts/omar/role", {"role": "staff"})

    assert (demoted.status_code, removed.status_code, now.status_code) == (422, 422, 303)
    assert "make another one first" in demoted.text
    async with database.reading() as uow:
        roles = {a.username: a.role for a in await uow.accounts.all()}
    assert roles == {"mia": "manager", "omar": "staff"}


async def test_an_account_that_is_removed_signs_in_no_more(omar: Staff, mia: Staff) -> None:
    assert (await omar.post("/admin/accounts/mia/remove")).status_code == 303

    assert (await mia.get("/admin")).status_code == 401
    assert (await omar.post("/admin/accounts/mia/remove")).status_code == 404


async def test_staff_change_no_accounts_but_their_own_phone(
    mia: Staff, database: SqlDatabase
) -> None:
    refused = await mia.post("/admin/accounts", {"username": "eva", "role": "manager"})
    wrong = await mia.post("/admin/profile", {"phone": "extension 5"})
    kept = await mia.post("/admin/profile", {"phone": "(212) 555-0177"})

    assert refused.status_code == 403
    assert wrong.status_code == 422
    assert 'value="extension 5"' in wrong.text
    assert kept.status_code == 303
    async with database.reading() as uow:
        account = await uow.accounts.get("mia")
    assert account is not None
    assert (account.phone, account.role) == ("+12125550177", "staff")
    assert 'value="+12125550177"' in (await mia.get("/admin/profile")).text
