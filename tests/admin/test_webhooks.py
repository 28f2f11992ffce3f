"""The page of webhooks: for managers, with an address that is checked and a secret shown once."""

import re
from typing import Any

import pytest

from db import SqlDatabase
from tests.admin.clinic import SCRIPT, Staff, audited, message

URL = "https://example.com/hook"
GOOD = {"url": URL, "events": ["message.taken", "call.ended"]}


async def webhook_id(database: SqlDatabase) -> str:
    async with database.reading() as uow:
        (made,) = await uow.webhooks.all()
    return made.id


async def test_a_secret_is_shown_once(omar: Staff, database: SqlDatabase) -> None:
    answer = await omar.post("/admin/webhooks", GOOD)

    async with database.reading() as uow:
        (made,) = await uow.webhooks.all()
    found = re.search(r"whsec_[A-Za-z0-9_-]{43}", answer.text)
    assert found is not None
    assert made.secret == found[0]
    assert (made.url, made.events) == (URL, ("message.taken", "call.ended"))
    assert "whsec_" not in (await omar.get("/admin/webhooks")).text
    assert ("omar", "webhook.added", f"webhook:{made.id}") in await audited(database)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({**GOOD, "url": ""}, "Please fill this in."),
        ({**GOOD, "url": "http://example.com/"}, "such as https://example.com/hook"),
        ({**GOOD, "url": "https://10.0.0.1/"}, "in a private network"),
        ({**GOOD, "url": f'https://example.com/"{SCRIPT}'}, None),
        ({"url": URL}, "Please choose at least one."),
        ({"url": URL, "events": ["x"]}, "Please choose one of these."),
    ],
)
async def test_what_is_wrong_is_said_next_to_its_field(
    omar: Staff, database: SqlDatabase, fields: dict[str, Any], words: str | None
) -> None:
    answer = await omar.post("/admin/webhooks", fields)

    assert SCRIPT not in answer.text
    if words is not None:
        assert answer.status_code == 422
        assert words in answer.text
        async with database.reading() as uow:
            assert await uow.webhooks.all() == []


@pytest.mark.parametrize("what", ["", "/x/test", "/x/pause", "/x/remove", "/x/again"])
async def test_staff_may_not_change_them(mia: Staff, what: str) -> None:
    assert (await mia.post(f"/admin/webhooks{what}", GOOD)).status_code == 403


@pytest.mark.parametrize("what", ["test", "pause", "remove"])
async def test_one_that_is_not_there_is_not_found(omar: Staff, what: str) -> None:
    assert (await omar.post(f"/admin/webhooks/x/{what}")).status_code == 404


async def test_it_is_paused_and_goes_on(omar: Staff, database: SqlDatabase) -> None:
    await omar.post("/admin/webhooks", GOOD)
    path = f"/admin/webhooks/{await webhook_id(database)}/pause"

    await omar.post(path, {"paused": "yes"})
    assert "Paused" in (await omar.get("/admin/webhooks")).text

    await omar.post(path, {"paused": "no"})
    assert "Paused" not in (await omar.get("/admin/webhooks")).text


async def test_what_was_given_up_is_sent_again(omar: Staff, database: SqlDatabase) -> None:
    await omar.post("/admin/webhooks", GOOD)
    made = await webhook_id(database)
    async with database.transaction() as uow:
        await uow.messages.add(message("m9", "Eva", "Call me.", minutes=1))
        (row,) = [r for r in await uow.outbox.unfinished() if r.kind == "webhook.send"]
        await uow.outbox.bury(
            row.id, "provider_unavailable", message("x", "x", "x", minutes=0).created_at
        )
    before = (await omar.get("/admin/webhooks")).text

    await omar.post(f"/admin/webhooks/{made}/again")

    async with database.reading() as uow:
        again = await uow.outbox.get(row.key)
    assert "1 not delivered, 1 of them given up" in before
    assert again is not None
    assert again.status == "waiting"


async def test_removed_it_is_gone(omar: Staff, database: SqlDatabase) -> None:
    await omar.post("/admin/webhooks", GOOD)

    await omar.post(f"/admin/webhooks/{await webhook_id(database)}/remove")

    assert URL not in (await omar.get("/admin/webhooks")).text
