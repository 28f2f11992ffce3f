"""What comes after a call, over real sockets: texts by Twilio, the calendar file, the waiting list.

The server's clock is moved on between steps, so that nobody waits for a quarter of an hour.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar

from handlers.join_waiting_list import JoinWaitingList
from receptionist.line.line import place_call
from receptionist.line.script import Say
from receptionist.ports.function_handler import CallFacts, Office
from receptionist.ports.records import ListQuery, StaffMessage
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN
from tests.emulators.twilio_messages import TwilioMessagesEmulator, messages_emulator
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call
PUBLIC = "https://reception.example"
TEXTS = f"{PUBLIC}/messages/incoming"
PRACTICE = "+15550100"
ANNA, BEN, CARA = "+12125550123", "+12125550124", "+12125550125"
BOOKING = (
    "book me a check-up tomorrow afternoon",
    "the first one",
    "my name is Anna Smith",
    "yes please",
    "no thank you goodbye",
)
CANCELLING = ("please cancel my appointment", "anna smith", "yes", "no thanks bye")


@dataclass
class Street:
    """A server, the phone company, and the time of day."""

    house: House
    twilio: TwilioMessagesEmulator
    passed: list[timedelta] = field(default_factory=list)

    async def calls(self, *says: str) -> None:
        """Anna calls."""
        await place_call(self.house.options(from_number=ANNA), [Say(text) for text in says])

    async def joins(self, phone: str) -> None:
        """Somebody is put on the waiting list, as the model would."""
        database = self.house.services.database
        async with database.reading() as uow:
            practice = (await uow.practices.all())[0]
        now = datetime.now(practice.zone)
        facts = CallFacts(f"CA{phone}", practice, now, phone)
        handler = JoinWaitingList()
        wish = handler.Arguments(service="Check-up", caller_name=f"Caller {phone[-3:]}")
        office = Office(database, self.house.services.booking.book)
        await handler.handle(wish, facts, office, tool_call_id="tool_1")

    async def texts(self, phone: str, body: str) -> list[str]:
        """Somebody texts the practice; what comes back."""
        return await self.twilio.text(TEXTS, phone, PRACTICE, body)

    async def text_on(self, phone: str, words: str) -> str:
        """Wait for a text with these words on a phone."""
        for _ in range(200):
            for text in self.twilio.phones.get(phone, []):
                if words in text:
                    return text
            await asyncio.sleep(0.05)
        raise AssertionError(f"no text with {words!r}: {self.twilio.phones.get(phone)}")

    async def let_lapse(self, phone: str) -> None:
        """Until what was offered to them is over; at night that is the next morning."""
        async with self.house.services.database.reading() as uow:
            (offered,) = await uow.waiting_list.of_phone(phone)
        assert offered.offered_until is not None
        now = clock(self.passed)()
        self.passed.append(offered.offered_until - now + timedelta(seconds=1))

    async def appointments(self) -> list[tuple[str, str]]:
        """Whose, and whether booked."""
        items = (await self.house.get("appointments"))["items"]
        return [(item["phone"], item["status"]) for item in items]

    async def messages(self) -> list[StaffMessage]:
        """In the staff's inbox."""
        async with self.house.services.database.reading() as uow:
            return list((await uow.messages.list(ListQuery())).items)


@pytest.fixture
async def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    passed: list[timedelta] = []
    monkeypatch.setattr("receptionist.bootstrap.utc_now", clock(passed))
    async with messages_emulator() as twilio:
        settings = environment(
            tmp_path,
            TWILIO_ACCOUNT_SID=ACCOUNT_SID,
            TWILIO_AUTH_TOKEN=AUTH_TOKEN,
            TWILIO_BASE_URL=twilio.url,
            PUBLIC_URL=PUBLIC,
        )
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        async with open_house() as house:
            twilio.network[PUBLIC] = house.url
            yield Street(house, twilio, passed)


def clock(passed: list[timedelta]) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + sum(passed, timedelta())


async def test_a_booking_is_texted_with_a_link_to_its_calendar_file(street: Street) -> None:
    await street.calls(*BOOKING)
    street.passed.append(timedelta(seconds=15))

    text = await street.text_on(ANNA, "you have an appointment")

    link = re.search(rf"{PUBLIC}(/appointments/\S+\.ics)\n", text)
    assert link is not None
    async with httpx.AsyncClient(base_url=street.house.url) as browser:
        file = await browser.get(link[1])
        unknown = await browser.get("/appointments/nobody-has-this.ics")
    (event,) = Calendar.from_ical(file.content).walk("VEVENT")
    (row,) = (await street.house.get("appointments"))["items"]
    assert event.decoded("DTSTART") == datetime.fromisoformat(row["start"])
    assert event.decoded("DTEND") == datetime.fromisoformat(row["end"])
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CONFIRMED", 1)
    assert unknown.status_code == 404


async def test_a_cancelled_time_goes_to_the_first_who_answers_and_to_nobody_else(
    street: Street,
) -> None:
    await street.calls(*BOOKING)
    await street.joins(BEN)
    await street.joins(CARA)
    await street.calls(*CANCELLING)
    await street.text_on(BEN, "has become free")
    before = street.twilio.phones.get(CARA, [])

    await street.let_lapse(BEN)
    await street.text_on(CARA, "has become free")
    (first,) = await street.texts(CARA, "YES")
    (second,) = await street.texts(BEN, "YES")

    assert before == []
    assert "is yours" in first
    assert "sorry, that time is gone. You stay on the waiting list" in second
    assert sorted(await street.appointments()) == [(ANNA, "cancelled"), (CARA, "booked")]
    street.passed.append(timedelta(seconds=15))
    await street.text_on(CARA, "you have an appointment")
    async with street.house.services.database.reading() as uow:
        (left,) = await uow.waiting_list.open(1)
    assert (left.phone, left.status) == (BEN, "waiting")


async def test_how_far_a_text_got_is_kept(street: Street) -> None:
    await street.calls(*BOOKING)
    street.passed.append(timedelta(seconds=15))
    await street.text_on(ANNA, "you have an appointment")
    sid = street.twilio.messages[0]["sid"]

    for status in ("delivered", "sent"):
        await street.twilio.report(sid, status)

    async with street.house.services.database.reading() as uow:
        text = await uow.texts.latest(1, ANNA, ("text.booked",))
    assert text is not None
    assert (text.sid, text.status) == (sid, "delivered")


async def test_a_text_that_is_not_twilios_is_refused_and_seen(street: Street) -> None:
    form = {"MessageSid": "SM1", "From": ANNA, "To": PRACTICE, "Body": "let me in"}

    incoming = await street.house.post("/messages/incoming", form)
    status = await street.house.post("/messages/status", {**form, "MessageStatus": "failed"})

    assert (incoming.status_code, status.status_code) == (403, 403)
    assert await street.messages() == []
    subjects = [row["subject"] for row in (await street.house.get("audit"))["items"]]
    assert {"/messages/incoming", "/messages/status"} <= set(subjects)


async def test_any_other_text_lands_in_the_inbox(street: Street) -> None:
    (answer,) = await street.texts(ANNA, "I'm running <late> & sorry")

    assert "your message is with our staff" in answer
    (message,) = await street.messages()
    assert message.message == "I'm running <late> & sorry"


async def test_stop_is_answered_by_nobody_but_twilio(street: Street) -> None:
    assert await street.texts(ANNA, "STOP") == []
    assert await street.messages() == []
