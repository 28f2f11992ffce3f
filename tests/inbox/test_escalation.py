"""A message that nobody takes in time is made known, once, and without a caller's words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db import SqlDatabase
from providers.telephony.embedded import EmbeddedTelephony
from receptionist.booking.outbox import OutboxWorker
from receptionist.booking.text_sender import TextSender
from receptionist.domain.practice import InboxRules, Practice
from receptionist.errors import ProviderUnavailable
from receptionist.inbox.escalation import Escalation
from receptionist.inbox.recordings import DELETE_RECORDING, RecordingDeletion
from receptionist.ports.mail import OutgoingMail
from receptionist.ports.records import StaffMessage
from tests.texts.post import Post

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
MANAGER, MAILBOX = "+15550190", "manager@example.com"
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello.",
    hours={},
    inbox=InboxRules(unread_minutes=60, urgent_minutes=10, escalate_to=(MANAGER, MAILBOX)),
)
EVIL = "=1+1 <script>alert(1)</script>\r\nBcc: everybody@example.com"
MESSAGE = StaffMessage(
    "m1", 1, "CA1", EVIL, "+15550142", f"{EVIL} bleeding", "urgent", EVIL, "new", NOON
)


class Mailbox:
    """Fulfils `Mail`."""

    name = "mailbox"

    def __init__(self) -> None:
        self.mails: list[OutgoingMail] = []
        self.is_down = False

    async def send(self, mail: OutgoingMail) -> None:
        if self.is_down:
            raise ProviderUnavailable(self.name, "down")
        self.mails.append(mail)


class Inbox:
    """An inbox whose clock a test sets."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.now = NOON
        self.post = Post()
        self.mailbox = Mailbox()
        self.escalation = Escalation(
            database,
            TextSender(database, self.post, lambda: self.now),
            self.mailbox,
            lambda: self.now,
            pages_base="https://reception.example",
        )
        self.worker = OutboxWorker(database, self.escalation.jobs(), lambda: self.now)

    async def wait(self, minutes: int) -> None:
        """Let time pass, look, and do what is due."""
        self.now += timedelta(minutes=minutes)
        await self.escalation.look()
        # The outbox stamps its rows with the real clock.
        async with self.database.transaction() as uow:
            for row in await uow.outbox.unfinished():
                await uow.outbox.retry(row.id, self.now, "")
        await self.worker.run_due()

    @property
    def told(self) -> tuple[int, int]:
        """Texts and mails."""
        return len(self.post.phones[MANAGER]), len(self.mailbox.mails)

    async def history(self) -> list[str]:
        async with self.database.reading() as uow:
            return [event.kind for event in await uow.messages.history("m1")]

    async def take(self, status: str = "taken") -> None:
        async with self.database.transaction() as uow:
            await uow.messages.set_status("m1", status, by="mia")


@pytest.fixture
async def inbox(database: SqlDatabase) -> Inbox:
    async with database.transaction() as uow:
        await uow.practices.save(PRACTICE)
        await uow.messages.add(MESSAGE)
    return Inbox(database)


async def test_an_urgent_message_is_escalated_once_when_its_minutes_are_over(
    inbox: Inbox,
) -> None:
    await inbox.wait(9)
    assert inbox.told == (0, 0)

    await inbox.wait(2)
    await inbox.wait(2)
    await inbox.wait(600)

    assert inbox.told == (1, 1)
    assert await inbox.history() == ["arrived", "escalated", "escalated"]


async def test_a_routine_message_has_longer(inbox: Inbox) -> None:
    await inbox.take("done")
    async with inbox.database.transaction() as uow:
        await uow.messages.add(replace(MESSAGE, id="m2", urgency="routine"))

    await inbox.wait(59)
    assert inbox.told == (0, 0)
    await inbox.wait(2)

    assert inbox.told == (1, 1)


async def test_a_message_that_was_taken_is_not_escalated(inbox: Inbox) -> None:
    await inbox.take()

    await inbox.wait(600)

    assert inbox.told == (0, 0)


async def test_one_that_is_put_back_has_its_time_again_and_is_escalated_again(
    inbox: Inbox,
) -> None:
    await inbox.wait(11)
    await inbox.take()
    await inbox.take("new")

    await inbox.wait(1)

    assert inbox.told == (2, 2)


async def test_what_a_caller_said_is_in_no_text_and_no_mail(inbox: Inbox) -> None:
    await inbox.wait(11)

    (text,), (mail,) = inbox.post.phones[MANAGER], inbox.mailbox.mails
    assert text == mail.text
    assert text == (
        "An urgent message for Maple Street Clinic has waited 11 minutes and nobody has taken it: "
        "https://reception.example/admin/messages/m1"
    )
    for said in ("script", "bleeding", "Bcc", "5550142"):
        assert said not in f"{text} {mail.subject}"


async def test_two_processes_that_look_at_once_escalate_once(inbox: Inbox) -> None:
    inbox.now += timedelta(minutes=11)

    await inbox.escalation.look()
    await inbox.escalation.look()

    async with inbox.database.reading() as uow:
        assert len(await uow.outbox.unfinished()) == 2, "one for each who is told"


async def test_a_mail_that_cannot_be_sent_now_is_sent_later(inbox: Inbox) -> None:
    inbox.mailbox.is_down = True
    await inbox.wait(11)
    assert inbox.told == (1, 0)

    inbox.mailbox.is_down = False
    await inbox.wait(1)

    assert inbox.told == (1, 1)


async def test_a_number_that_takes_no_texts_is_said_in_the_inbox(inbox: Inbox) -> None:
    inbox.post.refusing.add(MANAGER)

    await inbox.wait(11)

    assert "escalation_failed" in await inbox.history()
    assert inbox.told == (0, 1)


class Archive(EmbeddedTelephony):
    """Remembers what it was to delete."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    async def delete_recording(self, recording_sid: str) -> None:
        self.deleted.append(recording_sid)


async def test_the_recording_of_an_erased_call_is_deleted_where_it_is_kept(inbox: Inbox) -> None:
    archive = Archive()
    worker = OutboxWorker(
        inbox.database, RecordingDeletion(archive).jobs(), lambda: datetime.now(UTC)
    )
    async with inbox.database.transaction() as uow:
        await uow.outbox.put(DELETE_RECORDING, f"{DELETE_RECORDING}:RE1", {"sid": "RE1"})

    await worker.run_due()

    assert archive.deleted == ["RE1"]
