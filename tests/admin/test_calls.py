"""The calls: the list, one call as a conversation, and erasing it."""

import re
from datetime import UTC, datetime

import pytest

from db import SqlDatabase
from receptionist.inbox.recordings import DELETE_RECORDING
from receptionist.ports.paging import ListQuery
from receptionist.ports.records import CallRecord
from tests.admin.clinic import CALL, PHONE, Staff, audited, calls, pages_of, room_of

PAGE = f"/admin/calls/{CALL}"
SURE = {"sure": "yes"}
EVERYTHING = ListQuery(200)


def shown(page: str) -> list[str]:
    return re.findall(r'href="/admin/calls/(CA\w+)"', page)


async def test_a_call_is_a_conversation_with_what_was_heard_and_done(mia: Staff) -> None:
    page = (await mia.get(PAGE)).text

    positions = [
        page.index(words)
        for words in (
            "I need a check-up on Tuesday.",
            "Free times",
            "Dr. Lee has half past ten,",
            "or two o&#39;clock. Which would you like?</s>",
            "486 ms",
            "Half past ten. My name is",
            "Not booked",
            "The time had just been taken; other times were offered.",
            "Check-up, Tue 24 Nov 10:30 with Dr. Lee",
        )
    ]
    assert positions == sorted(positions)
    assert "3:05" in page
    assert "Caller hung up" in page


async def test_where_a_turns_time_went_is_a_picture_with_its_words(mia: Staff) -> None:
    page = (await mia.get(PAGE)).text

    picture = re.search(r'<svg viewBox="0 0 1000 12"[^>]*aria-label="([^"]+)">(.*?)</svg>', page)
    assert picture is not None
    assert picture[1] == (
        "486 ms until the answer began: hearing that the caller was done 210 ms, "
        "thinking of a first word 180 ms, giving it a voice 96 ms"
    )
    widths = [int(width) for width in re.findall(r'width="(\d+)"', picture[2])]
    assert sum(widths) == 1000
    assert widths[0] == round(210.4 / 486 * 1000)


async def test_a_call_that_broke_off_says_so_in_plain_words(mia: Staff) -> None:
    assert "The line broke off." in (await mia.get("/admin/calls/CA4")).text


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("outcome=booked", [CALL]),
        ("ended_by=lost", ["CA4"]),
        ("channel=phone", ["CA2"]),
        ("first=2020-01-01&last=2020-01-02", []),
        ("outcome=booked&ended_by=lost", []),
    ],
)
async def test_filters_show_what_they_say(mia: Staff, asked: str, wanted: list[str]) -> None:
    assert shown((await mia.get(f"/admin/calls?{asked}")).text) == wanted


async def test_a_day_means_the_practices_day(mia: Staff, database: SqlDatabase) -> None:
    # 23:30 on 1 March in New York, 4:30 on the 2nd in UTC.
    late = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    async with database.transaction() as uow:
        await uow.calls.add(CallRecord("CAlate", 1, PHONE, "+15550100", late))

    first = await mia.get("/admin/calls?first=2026-03-01&last=2026-03-01")
    second = await mia.get("/admin/calls?first=2026-03-02&last=2026-03-02")

    assert shown(first.text) == ["CAlate"]
    assert shown(second.text) == []


async def test_a_day_that_is_none_is_said_beside_the_field(mia: Staff) -> None:
    answer = await mia.get("/admin/calls?first=yesterday&last=9999-12-31")

    assert answer.status_code == 422
    assert answer.text.count("Please give a day such as 2026-11-24.") == 2
    assert 'value="yesterday"' in answer.text


async def test_a_long_list_leads_to_older_calls_with_its_filters(
    mia: Staff, database: SqlDatabase
) -> None:
    one = calls()[1]
    async with database.transaction() as uow:
        for n in range(60):
            sid = f"CAmore{n}"
            await uow.calls.add(CallRecord(sid, 1, PHONE, "+15550100", one.started_at))
            await uow.calls.set_outcome(sid, "booked")

    first = (await mia.get("/admin/calls?outcome=booked")).text
    older = re.search(r'href="(/admin/calls\?outcome=booked&amp;after=[^"]+)"', first)
    assert older is not None
    second = (await mia.get(older[1].replace("&amp;", "&"))).text

    assert len(shown(first)) == 50
    assert len(shown(second)) == 11
    assert not set(shown(first)) & set(shown(second))


class Archive:
    """A phone company that keeps recordings."""

    async def recording(self, recording_sid: str) -> bytes:
        return b"ID3" + recording_sid.encode()


async def test_a_recording_is_played_from_our_own_page(database: SqlDatabase) -> None:
    mia = Staff(pages_of(room_of(database, telephony=Archive())), "mia")

    page = (await mia.get(PAGE)).text
    address = re.search(r'<audio [^>]*src="([^"]+)"', page)
    assert address is not None
    sound = await mia.get(address[1])

    assert (sound.status_code, sound.content) == (200, b"ID3RE1")
    assert sound.headers["content-type"] == "audio/mpeg"
    assert (await mia.get("/admin/calls/CA3/recordings/RE1")).status_code == 404


async def test_erasing_takes_words_names_and_numbers_and_keeps_that_the_call_was(
    omar: Staff, database: SqlDatabase
) -> None:
    answer = await omar.post(f"{PAGE}/erase", SURE)
    page = (await omar.get(PAGE)).text
    everything = page + (await omar.get("/admin/calls")).text + (await omar.get("/admin")).text

    assert answer.status_code == 303
    assert "was erased on" in page
    for words in ("check-up on Tuesday", "half past ten", "Ana Souza", "Robert Hale", "stitches"):
        assert words not in everything.replace("The conversation", "")
    assert "3:05" in page, "how long it was stays"
    async with database.reading() as uow:
        call = await uow.calls.get(CALL)
        kept = (await uow.appointments.list(EVERYTHING)).items[0]
        deletion = await uow.outbox.get(f"{DELETE_RECORDING}:RE1")
        messages = (await uow.messages.list(EVERYTHING)).items
    assert call is not None
    assert (call.from_number, call.state, call.outcome) == (None, {}, "booked")
    assert kept.call_sid is None
    assert kept.caller_name == "Ana Souza", "the appointment itself is the practice's record"
    assert deletion is not None
    assert {m.phone for m in messages if m.call_sid == CALL} == {None}
    assert ("omar", "call.erased", f"call:{CALL}") in await audited(database)


async def test_nothing_said_in_an_erased_call_is_anywhere_in_the_database(
    omar: Staff, database: SqlDatabase
) -> None:
    async with database.transaction() as uow:
        note = {"text": "Anastasia called about the biopsy"}
        await uow.messages.record("m1", "note", by="mia", detail=note)
    await omar.post(f"{PAGE}/erase", SURE)

    async with database._engine.connect() as connection:
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = (await connection.exec_driver_sql(names)).scalars()
        held = ""
        for table in tables.all():
            if table != "appointments":
                held += str((await connection.exec_driver_sql(f'SELECT * FROM "{table}"')).all())
    for words in ("check-up on Tuesday", "half past ten", "stitches", "biopsy", "Souza", "Hale"):
        assert words not in held, words


async def test_only_a_manager_who_is_sure_erases_and_only_what_is_over(
    mia: Staff, omar: Staff
) -> None:
    answers = [
        await mia.post(f"{PAGE}/erase", SURE),
        await omar.post(f"{PAGE}/erase"),
        await omar.post("/admin/calls/CA2/erase", SURE),
        await omar.post("/admin/calls/none/erase", SURE),
    ]

    assert [answer.status_code for answer in answers] == [403, 400, 400, 404]
    assert "check-up on Tuesday" in (await mia.get(PAGE)).text
    assert "Erase what was said" not in (await mia.get(PAGE)).text
