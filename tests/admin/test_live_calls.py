"""The live pages: who is on the line, their words, and what staff may do; all of it audited."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db import SqlDatabase
from providers.live.embedded import EmbeddedLive
from receptionist.admin.live import StaffEvents
from receptionist.admin.sections.live import _events
from receptionist.errors import ProviderUnavailable
from receptionist.ports.live_calls import LiveWord
from receptionist.ports.records import CallRecord, TurnRecord
from tests.admin.clinic import CALL, NOW, PHONE, SCRIPT, Staff, account, audited, pages_of, room_of

MY_PHONE = "+15550177"


async def plain_call(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        await uow.calls.add(CallRecord("CA7", 1, PHONE, "+15550100", NOW, channel="plain"))


async def waiting(database: SqlDatabase, sid: str = "CA7") -> list[tuple[str, str, str]]:
    async with database.transaction() as uow:
        return [(r.kind, r.detail, r.by) for r in await uow.staff_requests.take([sid])]


async def test_only_calls_on_the_line_are_listed(mia: Staff, database: SqlDatabase) -> None:
    await plain_call(database)
    async with database.transaction() as uow:
        forgotten = CallRecord("CA8", 1, PHONE, "+15550100", NOW - timedelta(hours=9))
        await uow.calls.add(forgotten)

    page = (await mia.get("/admin/live")).text

    assert "/admin/live/CA2" in page
    assert "/admin/live/CA7" in page
    assert "/admin/live/CA8" not in page
    assert f"/admin/live/{CALL}" not in page
    assert PHONE not in page


async def test_each_look_and_act_is_audited(mia: Staff, database: SqlDatabase) -> None:
    await plain_call(database)
    await account(database, "mia", MY_PHONE)
    await mia.get("/admin/live")
    await mia.get("/admin/live/CA7")
    await mia.post("/admin/live/CA7/whisper", {"hint": "She is Mrs. Souza."})
    await mia.post("/admin/live/CA7/take-over")
    await mia.post("/admin/live/CA7/end", {"sure": "yes"})

    rows = [row for row in await audited(database) if row[2] != "messages"]

    assert rows == [
        ("mia", "viewed", "live"),
        ("mia", "viewed", "call:CA7"),
        ("mia", "call.whispered", "call:CA7"),
        ("mia", "call.taken_over", "call:CA7"),
        ("mia", "call.ended", "call:CA7"),
    ]
    assert await waiting(database) == [
        ("whisper", "She is Mrs. Souza.", "mia"),
        ("take_over", MY_PHONE, "mia"),
        ("end", "", "mia"),
    ]
    async with database.reading() as uow:
        written = [row.detail for row in await uow.audit.rows_after(0, 1000)]
    assert "Souza" not in str(written)


async def test_what_was_said_and_whispered_is_shown_as_text(
    mia: Staff, database: SqlDatabase
) -> None:
    await plain_call(database)
    async with database.transaction() as uow:
        await uow.turns.save([TurnRecord("CA7", 1, NOW, SCRIPT, "Yes?", "Yes?")])
        await uow.calls.set_states({"CA7": {"hints": [SCRIPT]}})

    page = (await mia.get("/admin/live/CA7")).text

    assert SCRIPT not in page
    assert page.count("&lt;script&gt;alert") == 2


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/admin/live/CA7/whisper", {"hint": "  "}, 422),
        ("/admin/live/CA7/whisper", {"hint": "x" * 501}, 422),
        ("/admin/live/CA7/end", {}, 400),
        ("/admin/live/CA7/take-over", {}, 400),
        ("/admin/live/CA9/whisper", {"hint": "x"}, 404),
        (f"/admin/live/{CALL}/whisper", {"hint": "x"}, 409),
        (f"/admin/live/{CALL}/end", {"sure": "yes"}, 409),
    ],
)
async def test_what_cannot_be_done_is_refused(
    mia: Staff, database: SqlDatabase, path: str, fields: dict[str, Any], status: int
) -> None:
    await plain_call(database)

    answer = await mia.post(path, fields)

    assert answer.status_code == status
    assert await waiting(database) == []


async def test_a_hint_that_is_too_long_is_kept_in_its_field(
    mia: Staff, database: SqlDatabase
) -> None:
    await plain_call(database)

    page = (await mia.post("/admin/live/CA7/whisper", {"hint": "x" * 501})).text

    assert "x" * 501 in page
    assert "at most 500 characters" in page


async def test_a_softphone_s_call_is_not_put_through(mia: Staff, database: SqlDatabase) -> None:
    await account(database, "mia", MY_PHONE)

    assert (await mia.post("/admin/live/CA2/take-over")).status_code == 400
    assert "cannot be put through" in (await mia.get("/admin/live/CA2")).text


async def test_another_site_s_form_does_nothing(mia: Staff, database: SqlDatabase) -> None:
    await plain_call(database)

    answer = await mia.client.post("/admin/live/CA7/end", data={"sure": "yes", "token": "x"})

    assert answer.status_code == 403
    assert await waiting(database) == []


class Line:
    """The phone company's side of ending a call."""

    def __init__(self, *, away: bool = False) -> None:
        self.ended: list[str] = []
        self._away = away

    async def hang_up(self, call_sid: str) -> None:
        if self._away:
            raise ProviderUnavailable("twilio", "away")
        self.ended.append(call_sid)


async def test_a_call_in_plain_mode_is_ended_by_the_phone_company(database: SqlDatabase) -> None:
    await plain_call(database)
    line = Line()
    mia = Staff(pages_of(room_of(database, telephony=line)))

    answer = await mia.post("/admin/live/CA7/end", {"sure": "yes"})

    assert (answer.status_code, line.ended) == (303, ["CA7"])


async def test_when_the_phone_company_is_away_it_says_so(database: SqlDatabase) -> None:
    await plain_call(database)
    mia = Staff(pages_of(room_of(database, telephony=Line(away=True))))

    answer = await mia.post("/admin/live/CA7/end", {"sure": "yes"})

    assert answer.status_code == 502
    assert await waiting(database) == [("end", "", "mia")]


async def test_words_are_events_and_listening_is_audited(database: SqlDatabase) -> None:
    stopping: list[bool] = []
    live = EmbeddedLive()
    room = room_of(
        database, live=live, events=StaffEvents(database, stopping=lambda: bool(stopping))
    )
    events = _events(room, "CA2")
    assert (await anext(events)).startswith("retry:")
    live.say("CA2", LiveWord("caller", f'say "{SCRIPT}"\n\nevent: x'))

    sent = await anext(events)
    stopping.append(True)
    async with asyncio.timeout(10):
        rest = [each async for each in events]

    name, data, *end = sent.split("\n")
    assert (name, end, rest) == ("event: caller", ["", ""], [])
    assert json.loads(data.removeprefix("data: ")) == f'say "{SCRIPT}"\n\nevent: x'
    assert not live.listened("CA2")


async def listened(pages: FastAPI, sid: str) -> httpx.Response:
    return await Staff(pages).get(f"/admin/live/{sid}/words")


async def test_who_listens_is_audited_and_ended_calls_have_no_words(
    database: SqlDatabase,
) -> None:
    pages = pages_of(room_of(database, events=StaffEvents(database, stopping=lambda: True)))

    answers = [(await listened(pages, sid)).status_code for sid in ("CA2", CALL, "CA9")]

    assert answers == [200, 409, 404]
    assert await audited(database) == [("mia", "call.listened", "call:CA2")]
