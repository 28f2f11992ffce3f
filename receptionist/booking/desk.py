"""The booking desk of a process: the book, and everything that follows its changes."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from receptionist.booking.book import PracticeBook
from receptionist.booking.calendar_check import CalendarCheck
from receptionist.booking.calendar_sync import SYNC, CalendarSync
from receptionist.booking.calendar_writes import CalendarWrites
from receptionist.booking.edits import CalendarEdits
from receptionist.booking.follow_up import DELETE, PUT, FollowUp
from receptionist.booking.outbox import Job, OutboxWorker
from receptionist.booking.remembered_busy import remembering_busy
from receptionist.booking.taken import TakenTimes
from receptionist.booking.text_answers import TextAnswers
from receptionist.booking.text_sender import TextSender
from receptionist.booking.texts import AppointmentTexts
from receptionist.booking.waiting import WaitingOffers
from receptionist.ports.calendar import Calendar
from receptionist.ports.messaging import Messaging
from receptionist.ports.records import Database


@dataclass(frozen=True, slots=True)
class BookingDesk:
    """Built once; `running` does what is due while the process lives."""

    book: PracticeBook
    texts: TextAnswers
    worker: OutboxWorker
    sync: CalendarSync
    check: CalendarCheck
    external: bool
    """The practice's calendars are a vendor's."""

    async def told(self, channel_id: str, channel_token: str, number: str) -> bool:
        """A vendor's calendar has changed; False when it is not for a channel of ours."""
        known = await self.sync.told(channel_id, channel_token, number)
        self.worker.wake()
        return known

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work through the outbox and read the calendars inside this block."""
        async with self.worker.running(self.sync.run()):
            yield


def build_booking_desk(
    database: Database,
    calendar: Calendar,
    clock: Callable[[], datetime],
    *,
    public_base: str | None = None,
    messaging: Messaging | None = None,
    link_base: str | None = None,
    other_jobs: Mapping[str, Job] | None = None,
    on_busy_asked: Callable[[bool], None] | None = None,
) -> BookingDesk:
    """Put it together; nothing runs yet. `other_jobs` are worked off beside its own.

    `public_base` is where vendors reach us, `link_base` where a caller's browser does.
    Without `messaging` texts are only kept. `on_busy_asked` is told whether the vendor's busy
    times were known already, each time they are wanted.
    """
    calendar = remembering_busy(calendar, clock, on_busy_asked)
    follow_up = FollowUp(external=calendar.external)
    edits = CalendarEdits(database, follow_up, clock)
    writes = CalendarWrites(database, calendar, edits, clock)
    address = f"{public_base}/calendar/changed" if public_base else None
    sync = CalendarSync(database, calendar, edits, clock, address=address)
    taken = TakenTimes(database, calendar)
    sender = TextSender(
        database,
        messaging,
        clock,
        status_url=f"{public_base}/messages/status" if public_base else None,
    )
    texts = AppointmentTexts(database, sender, clock, link_base=link_base)
    offers = WaitingOffers(database, taken, sender, clock)
    jobs: dict[str, Job] = {
        PUT: writes.put,
        DELETE: writes.delete,
        SYNC: sync.read,
        **texts.jobs(),
        **offers.jobs(),
        **(other_jobs or {}),
    }
    worker = OutboxWorker(database, jobs, clock)
    book = PracticeBook(database, taken, follow_up, worker, clock)
    return BookingDesk(
        book=book,
        texts=TextAnswers(database, book, texts, offers, clock),
        worker=worker,
        sync=sync,
        check=CalendarCheck(database, calendar, writes, edits, clock),
        external=calendar.external,
    )
