"""The inbox: what comes first, who has it, what happened to it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from db import SqlDatabase
from receptionist.errors import ProviderUnavailable
from receptionist.ports.staff import Recording, StaffMessage
from tests.admin.clinic import (
    NOW,
    PHONE,
    Staff,
    account,
    audited,
    message,
    pages_of,
    room_of,
)

MANY = 120


def order(page: str) -> list[str]:
    return re.findall(r'href="/admin/messages/(\w+)"', page)


async def found(database: SqlDatabase, message_id: str) -> StaffMessage:
    async with database.reading() as uow:
        kept = await uow.messages.get(message_id)
    assert kept is not None
    return kept


async def add(database: SqlDatabase, *messages: StaffMessage) -> None:
    async with database.transaction() as uow:
        for each in messages:
            await uow.messages.add(each)


async def test_urgent_messages_come_first_then_the_longest_waiting(mia: Staff) -> None:
    page = (await mia.get("/admin")).text

    assert order(page) == ["m2", "m3", "m1"]
    assert "3 waiting, 1 urgent" in page


async def test_an_urgent_message_comes_before_all_others_not_only_those_of_its_page(
    mia: Staff, database: SqlDatabase
) -> None:
    older = [message(f"o{n}", "Old", "Later.", minutes=1000 + n) for n in range(MANY)]
    await add(database, *older, message("u1", "Eva", "Now!", minutes=0, urgent=True))

    page = (await mia.get("/admin")).text

    assert order(page)[:2] == ["m2", "u1"]
    assert f"{MANY + 4} waiting, 2 urgent" in page


async def test_a_long_inbox_shows_every_message_once_over_its_pages(
    mia: Staff, database: SqlDatabase
) -> None:
    at_once = [message(f"s{n:03}", "Same", "Then.", minutes=50) for n in range(MANY)]
    await add(database, *at_once)
    seen, address = [], "/admin"
    while address:
        page = (await mia.get(address)).text
        seen += order(page)
        following = re.search(r'href="(/admin\?show=open&amp;after=[^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert len(seen) == len(set(seen)) == MANY + 3
    assert seen[0] == "m2"


@pytest.mark.parametrize(
    ("show", "wanted"),
    [
        ("new", ["m2", "m1"]),
        ("mine", ["t1"]),
        ("urgent", ["m2"]),
        ("tasks", ["t1"]),
        ("done", ["m4"]),
        ("nonsense", ["m2", "m3", "t1", "m1"]),
    ],
)
async def test_filters_show_what_they_say(
    mia: Staff, database: SqlDatabase, show: str, wanted: list[str]
) -> None:
    task = message("t1", "Joan", "Was moved: please call.", minutes=9, kind="task")
    await add(database, replace(task, status="taken", assignee="mia"))

    page = (await mia.get(f"/admin?show={show}")).text

    assert order(page) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("ana", ["m1"]),
        ("BLEEDING hale", ["m2"]),
        ("0142", ["m1", "m2", "m3", "m4"]),
        ("late", ["m4"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
    ],
)
async def test_a_search_finds_names_words_and_numbers_in_open_and_done_messages(
    mia: Staff, words: str, wanted: list[str]
) -> None:
    answer = await mia.post("/admin/search", {"words": words})

    assert order(answer.text) == wanted
    assert f'value="{words}"' in answer.text
    assert str(answer.url).endswith("/admin/search"), "nobody's name in an address"


async def test_a_message_waiting_beyond_the_practices_limit_says_so(mia: Staff) -> None:
    page = (await mia.get("/admin")).text
    late = [part for part in page.split("<li") if "Waiting too long" in part]

    assert ["Robert Hale" in part for part in late] == [True]


async def test_whoever_takes_a_message_has_it_until_it_is_done_or_put_back(
    mia: Staff, database: SqlDatabase
) -> None:
    steps = (("taken", "mia"), ("new", None), ("taken", "mia"), ("done", "mia"), ("new", None))
    for version, (status, assignee) in enumerate(steps, start=1):
        fields = {"status": status, "version": version}
        answer = await mia.post("/admin/messages/m1/status", fields)

        assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
        kept = await found(database, "m1")
        assert (kept.status, kept.assignee) == (status, assignee)
    page = (await mia.get("/admin/messages/m1")).text
    words = re.findall(r"<li><p>([^<]+)</p>", page)
    assert words == [
        "Arrived",
        "mia took it",
        "mia put it back",
        "mia took it",
        "mia is done with it",
        "mia opened it again",
    ]
    assert ("mia", "message.status", "message:m1") in await audited(database)


async def test_a_stale_click_says_who_was_quicker_and_changes_nothing(
    mia: Staff, omar: Staff, database: SqlDatabase
) -> None:
    seen = {"status": "taken", "version": 1}
    await omar.post("/admin/messages/m1/status", seen)

    answer = await mia.post("/admin/messages/m1/status", {"status": "done", "version": 1})

    assert answer.status_code == 409
    assert "omar changed this just now." in answer.text
    assert "Taken by omar" in answer.text
    assert (await found(database, "m1")).status == "taken"


async def test_a_message_is_given_to_a_colleague(mia: Staff, database: SqlDatabase) -> None:
    answer = await mia.post("/admin/messages/m1/give", {"to": "omar", "version": 1})
    nobody = await mia.post("/admin/messages/m1/give", {"to": "eve", "version": 2})
    stale = await mia.post("/admin/messages/m1/give", {"to": "mia", "version": 1})

    assert [answer.status_code, nobody.status_code, stale.status_code] == [303, 400, 409]
    assert (await found(database, "m1")).assignee == "omar"
    assert "mia gave it to omar" in (await mia.get("/admin/messages/m1")).text


async def test_a_note_is_kept_and_one_that_cannot_be_keeps_what_was_typed(
    mia: Staff, database: SqlDatabase
) -> None:
    path = "/admin/messages/m1/note"
    kept = await mia.post(path, {"note": "Rang <twice>."})
    empty = await mia.post(path, {"note": "  "})
    long = await mia.post(path, {"note": "x" * 2001})

    assert kept.status_code == 303
    assert "Rang &lt;twice&gt;." in (await mia.get("/admin/messages/m1")).text
    assert (empty.status_code, long.status_code) == (422, 422)
    assert "Please fill this in." in empty.text
    assert "at most 2000 characters" in long.text
    assert "x" * 2001 in long.text
    assert 'aria-invalid="true"' in long.text


class Operator:
    """A phone company that remembers whom it was to ring."""

    def __init__(self, *, away: bool = False) -> None:
        self.rung: list[tuple[str, str, str, str]] = []
        self._away = away

    async def place_call(self, to: str, *, sender: str, answered_url: str, ended_url: str) -> str:
        if self._away:
            raise ProviderUnavailable("twilio", "cannot be reached")
        self.rung.append((to, sender, answered_url, ended_url))
        return "CAout"


async def test_calling_back_rings_the_phone_of_whoever_asks_first(
    database: SqlDatabase,
) -> None:
    operator = Operator()
    mia = Staff(pages_of(room_of(database, telephony=operator)), "mia")
    without = (await mia.get("/admin/messages/m2")).text
    refused = await mia.post("/admin/messages/m2/call-back", {"version": 1})
    await account(database, "mia", "+15550177")

    answer = await mia.post("/admin/messages/m2/call-back", {"version": 1})
    page = (await mia.get(answer.headers["location"])).text

    assert "Add your phone number" in without
    assert refused.status_code == 400
    base = "https://reception.example.com/voice/call-back"
    assert operator.rung == [
        ("+15550177", "+15550100", f"{base}?message=m2", f"{base}/status?message=m2")
    ]
    assert "Your phone is ringing" in page
    assert "mia called back" in page
    assert ("mia", "message.call_back", "message:m2") in await audited(database)


async def test_a_call_back_that_cannot_be_made_says_so(database: SqlDatabase) -> None:
    mia = Staff(pages_of(room_of(database, telephony=Operator(away=True))), "mia")
    await account(database, "mia", "+15550177")

    page = (await mia.post("/admin/messages/m2/call-back", {"version": 1})).text

    assert "The call could not be made. Please dial the number yourself." in page
    assert f'href="tel:{PHONE}"' in page
    assert "The caller could not be reached." in page


async def test_nothing_of_a_messages_history_is_lost_when_it_is_done(
    mia: Staff, database: SqlDatabase
) -> None:
    await mia.post("/admin/messages/m1/note", {"note": "Rang twice."})
    await mia.post("/admin/messages/m1/status", {"status": "done", "version": 1})

    done = (await mia.get("/admin?show=done")).text
    page = (await mia.get("/admin/messages/m1")).text

    assert order(done)[:1] == ["m1"]
    assert "Rang twice." in page
    assert "mia is done with it" in page
    assert NOW - (await found(database, "m1")).created_at == timedelta(minutes=4)


async def test_a_voicemail_is_heard_from_its_message_although_nothing_answered_its_call(
    mia: Staff, database: SqlDatabase
) -> None:
    voicemail = message("v1", "Voicemail", "Voicemail of 7 seconds", minutes=1, call_sid="CAnone")
    async with database.transaction() as uow:
        await uow.messages.add(voicemail)
        await uow.recordings.add(Recording("RE7", "CAnone", NOW, 7))

    page = (await mia.get("/admin/messages/v1")).text

    assert 'src="/admin/calls/CAnone/recordings/RE7"' in page
    assert "The conversation" not in page
    assert "The conversation" in (await mia.get("/admin/messages/m1")).text
