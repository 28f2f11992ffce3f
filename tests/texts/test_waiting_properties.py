"""Whatever people on the list answer, and whenever: no time twice, nobody forgotten, no work left.

A hypothesis test over what callers cancel and book on the line, what those who wait text
back, and a phone company that is down at times. Time is the test's.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from db import open_database
from receptionist.errors import SlotTaken
from receptionist.ports.follow_up import Waiting
from tests.texts.clinic import (
    BEN,
    CARA,
    DAN,
    TUESDAY_TEN,
    TextingClinic,
    open_texting_clinic,
)

STARTS = [TUESDAY_TEN + timedelta(hours=hours) for hours in (0, 1, 4)]
PEOPLE = (BEN, CARA, DAN)
STRANGER = "+12125550177"
Event = Callable[[TextingClinic], Awaitable[object]]


def cancels(number: int) -> Event:
    async def event(clinic: TextingClinic) -> None:
        for row in await clinic.appointments():
            if row.start == STARTS[number]:
                await clinic.cancel(row)

    return event


def books(number: int) -> Event:
    async def event(clinic: TextingClinic) -> None:
        with suppress(SlotTaken):
            await clinic.book(STARTS[number], phone=STRANGER, name="Somebody else")

    return event


def answers(phone: str, word: str) -> Event:
    async def event(clinic: TextingClinic) -> None:
        answer = await clinic.texts_back(phone, word)
        clinic.phone(phone).extend([] if answer is None else [answer])

    return event


def passes(minutes: int) -> Event:
    return lambda clinic: clinic.wait(timedelta(minutes=minutes))


def is_down(down: bool) -> Event:
    async def event(clinic: TextingClinic) -> None:
        clinic.post.is_down = down

    return event


numbers, people = st.integers(0, len(STARTS) - 1), st.sampled_from(PEOPLE)
events = st.one_of(
    st.builds(cancels, numbers),
    st.builds(books, numbers),
    st.builds(answers, people, st.sampled_from(["YES", "NO", "YES", "STOP", "hm?"])),
    st.builds(passes, st.sampled_from([1, 1, 5, 16])),
    st.builds(is_down, st.booleans()),
)


async def check(happened: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'test.db'}")
        await database.start()
        await database.upgrade()
        try:
            await run(await open_texting_clinic(database), happened)
        finally:
            await database.aclose()


async def run(clinic: TextingClinic, happened: list[Event]) -> None:
    listed = [await clinic.joins(phone) for phone in PEOPLE]
    for start in STARTS:
        await clinic.book(start, phone=STRANGER, name="Somebody else")
    for event in happened:
        await event(clinic)
        await clinic.wait(timedelta(seconds=1))
    clinic.post.is_down = False
    for _ in range(5):
        await clinic.wait(timedelta(minutes=16))
    await nothing_is_wrong(clinic, [await clinic.waiting(one) for one in listed])


async def nothing_is_wrong(clinic: TextingClinic, listed: list[Waiting]) -> None:
    booked = await clinic.appointments()
    assert max(Counter(row.start for row in booked).values(), default=1) == 1
    async with clinic.database.reading() as uow:
        busy = await uow.appointments.busy(
            clinic.practice.id, STARTS[0], STARTS[-1] + timedelta(days=1), clinic.now
        )
    assert [row for row in busy if row.status == "held"] == []
    assert [row.kind for row in await clinic.undone() if row.kind.startswith("waiting")] == []
    for one in listed:
        theirs = [row for row in booked if row.phone == one.phone]
        assert len(theirs) <= 1
        assert one.status == "booked" or not theirs
        # A YES before the offer could be sent is taken at its word; its answer names the time.
        texts = clinic.phone(one.phone)
        told = [text for text in texts if "has become free" in text or "is yours" in text]
        assert told or one.status != "booked"


@given(st.lists(events, min_size=4, max_size=14))
@settings(max_examples=40, deadline=None)
def test_whatever_happens_no_time_is_given_twice_and_no_work_is_left(happened: list[Event]) -> None:
    asyncio.run(check(happened))
