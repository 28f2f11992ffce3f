"""A voicemail's words are added to its message, once, as soon as somebody can hear them."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from db import SqlDatabase, open_database
from providers.stt.deepgram import ADAPTER, DeepgramSettings
from providers.stt.embedded import EmbeddedSpeechToText
from providers.telephony.twilio import TwilioTelephony
from receptionist.booking.outbox import OutboxWorker
from receptionist.domain.practice import Practice, Practitioner
from receptionist.inbox.recordings import WRITE_DOWN, keep_voicemail
from receptionist.inbox.writing_down import NO_WORDS, WritingDown
from receptionist.ports.records import CallRecord, ListQuery, StaffMessage
from receptionist.ports.speech_to_text import SpeechToText
from receptionist.ports.staff import MessageFilter, Recording
from tests.call.fakes import FakeRecogniser
from tests.emulators.deepgram import KEY, DeepgramEmulator, deepgram_emulator
from tests.emulators.spoken_audio import recorded
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator, twilio_emulator

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
WORDS = "this is anna smith please call me back about thursday"
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello.",
    hours={},
    practitioners=(Practitioner("Dr. Lee"),),
)


class Office:
    """An inbox with a voicemail, the phone company that recorded it, and an ear."""

    def __init__(
        self, database: SqlDatabase, company: TwilioEmulator, vendor: DeepgramEmulator, model: str
    ) -> None:
        self.database = database
        self.company = company
        self.vendor = vendor
        self.telephony = TwilioTelephony(ACCOUNT_SID, AUTH_TOKEN, company.url)
        settings = DeepgramSettings(api_key=SecretStr(KEY), base_url=vendor.url, model=model)
        self.ear = ADAPTER.build(settings)
        self.now = NOON

    def work(self, ears: Sequence[SpeechToText] | None = None) -> WritingDown:
        return WritingDown(self.database, self.telephony, [self.ear] if ears is None else ears)

    async def run(self, ears: Sequence[SpeechToText] | None = None) -> None:
        """Do what is due, some hours later."""
        self.now = max(self.now, datetime.now(UTC)) + timedelta(hours=2)
        await OutboxWorker(self.database, self.work(ears).jobs(), lambda: self.now).run_due()

    async def message(self) -> StaffMessage:
        async with self.database.reading() as uow:
            found = await uow.messages.get("m1")
        assert found is not None
        return found

    async def row(self) -> tuple[str, int]:
        """How the work stands, and how often it was begun."""
        async with self.database.reading() as uow:
            row = await uow.outbox.get(f"{WRITE_DOWN}:RE1")
        assert row is not None
        return row.status, row.attempts

    async def history(self) -> list[str]:
        async with self.database.reading() as uow:
            return [event.kind for event in await uow.messages.history("m1")]

    async def leave(self) -> None:
        message = StaffMessage(
            "m1", 1, "CA1", "Voicemail", None, "Voicemail", "urgent", None, "new", NOON, "recording"
        )
        async with self.database.transaction() as uow:
            await uow.practices.save(PRACTICE)
            await uow.calls.add(CallRecord("CA1", 1, None, "+15550100", NOON))
            await keep_voicemail(uow, message, Recording("RE1", "CA1", NOON, 7))
            await uow.calls.end("CA1", "caller", NOON)


@pytest.fixture(params=["nova-3", "flux-general-en"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    database = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    await database.start()
    await database.upgrade()
    async with twilio_emulator() as company, deepgram_emulator() as vendor:
        company.recordings["RE1"] = recorded(WORDS)
        office = Office(database, company, vendor, request.param)
        await office.leave()
        yield office
        await office.ear.close()
        await office.telephony.close()
    await database.aclose()


async def test_what_was_said_is_in_its_message_once(office: Office) -> None:
    await office.run()
    async with office.database.transaction() as uow:
        await uow.outbox.again(f"{WRITE_DOWN}:RE1")
    await office.run()

    assert (await office.message()).message == f"Voicemail\n{WORDS}"
    assert (await office.history()).count("written_down") == 1
    assert len(office.vendor.requests) == 1
    assert office.vendor.requests[0]["keyterm"] == "Dr. Lee"


async def test_it_is_found_by_what_was_said_and_whoever_has_taken_it_is_not_disturbed(
    office: Office,
) -> None:
    async with office.database.transaction() as uow:
        taken = await uow.messages.set_status("m1", "taken", by="mia")
    await office.run()

    message = await office.message()
    assert (message.version, message.assignee) == (taken.version, "mia")
    async with office.database.reading() as uow:
        page = await uow.messages.list(ListQuery(limit=5), MessageFilter(words="thursday"))
    assert [each.id for each in page.items] == ["m1"]


async def test_while_no_recogniser_can_be_reached_it_waits_and_is_tried_again(
    office: Office,
) -> None:
    office.vendor.refuse = 503
    await office.run()
    waiting = await office.row()
    office.vendor.refuse = 0
    await office.run()

    assert waiting == ("waiting", 1)
    assert await office.row() == ("done", 2)
    assert WORDS in (await office.message()).message


async def test_where_nothing_hears_audio_it_waits_untouched(office: Office) -> None:
    await office.run([EmbeddedSpeechToText()])
    untouched = await office.row()
    await office.run()

    assert untouched == ("waiting", 0)
    assert WORDS in (await office.message()).message


async def test_the_next_recogniser_hears_what_the_first_does_not(office: Office) -> None:
    await office.run([FakeRecogniser(refusals=1), office.ear])

    assert WORDS in (await office.message()).message


async def test_a_connection_that_breaks_in_the_middle_adds_no_half_of_it(office: Office) -> None:
    office.vendor.close_after_words = 3
    await office.run()
    after_break = (await office.message()).message
    await office.run()

    assert after_break == "Voicemail"
    assert (await office.message()).message == f"Voicemail\n{WORDS}"


async def test_a_recording_that_is_not_there_yet_is_asked_for_again(office: Office) -> None:
    sound = office.company.recordings.pop("RE1")
    await office.run()
    waiting = await office.row()
    office.company.recordings["RE1"] = b"<html>not yet</html>"
    await office.run()
    still_waiting = await office.row()
    office.company.recordings["RE1"] = sound
    await office.run()

    assert (waiting, still_waiting) == (("waiting", 1), ("waiting", 2))
    assert await office.row() == ("done", 3)


async def test_a_call_that_was_erased_is_not_listened_to(office: Office) -> None:
    async with office.database.transaction() as uow:
        await uow.erasure.erase_call("CA1", NOON, by="retention")
    await office.run()

    assert await office.row() == ("done", 1)
    assert office.company.requests == office.vendor.requests == []


async def test_a_call_erased_meanwhile_stays_erased(office: Office) -> None:
    async def erase() -> bytes:
        async with office.database.transaction() as uow:
            await uow.erasure.erase_call("CA1", NOON, by="retention")
        return recorded(WORDS)

    class Slow:
        name = "slow"

        async def recording(self, _sid: str, _form: str) -> bytes:
            return await erase()

    office.telephony, kept = Slow(), office.telephony  # type: ignore[assignment]
    await office.run()
    office.telephony = kept

    assert WORDS not in (await office.message()).message
    assert "written_down" not in await office.history()


async def test_a_recording_without_words_says_so(office: Office) -> None:
    office.company.recordings["RE1"] = recorded("")
    await office.run()

    assert (await office.message()).message == f"Voicemail\n{NO_WORDS}"


async def test_the_words_are_in_no_log(office: Office) -> None:
    with structlog.testing.capture_logs() as log:
        office.vendor.close_after_words = 3
        await office.run()
        await office.run()

    assert log
    assert not any(word in json.dumps(log, default=repr).casefold() for word in WORDS.split()[3:])
