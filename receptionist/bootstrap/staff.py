"""The staff's side: their room, and what goes on around the inbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from receptionist.admin.access import require_account
from receptionist.admin.accounts import PasswordAccounts
from receptionist.admin.live import StaffEvents
from receptionist.admin.room import StaffRoom
from receptionist.booking.desk import BookingDesk
from receptionist.booking.outbox import Job
from receptionist.booking.text_sender import TextSender
from receptionist.bootstrap.adapters import LAST_RESORT
from receptionist.bootstrap.watching import Watching
from receptionist.inbox.escalation import Escalation
from receptionist.inbox.recordings import RecordingDeletion
from receptionist.inbox.retention import Retention
from receptionist.inbox.writing_down import WritingDown
from receptionist.ports.calendar import Calendar
from receptionist.ports.mail import Mail
from receptionist.ports.messaging import Messaging
from receptionist.ports.records import Database
from receptionist.ports.speech_to_text import SpeechToText
from receptionist.ports.telephony import TelephonyControl
from receptionist.settings import Settings


@dataclass(frozen=True, slots=True)
class InboxWork:
    """Escalation, retention, and the jobs of the outbox that are the inbox's."""

    escalation: Escalation
    retention: Retention
    jobs: Mapping[str, Job]


def build_inbox_work(
    settings: Settings,
    database: Database,
    messaging: Messaging,
    mail: Mail,
    telephony: TelephonyControl,
    recognisers: Sequence[SpeechToText],
    clock: Callable[[], datetime],
) -> InboxWork:
    """Nothing runs yet."""
    sender = TextSender(
        database, messaging, clock, status_url=f"{settings.public_base}/messages/status"
    )
    escalation = Escalation(database, sender, mail, clock, pages_base=settings.public_base)
    # Without a phone company there is nobody to fetch a recording from.
    ears = [] if telephony.name == LAST_RESORT else recognisers
    writing_down = WritingDown(database, telephony, ears)
    jobs = {**escalation.jobs(), **RecordingDeletion(telephony).jobs(), **writing_down.jobs()}
    return InboxWork(escalation, Retention(database, clock), jobs)


def build_staff_room(
    settings: Settings,
    database: Database,
    accounts: PasswordAccounts,
    telephony: TelephonyControl,
    desk: BookingDesk,
    calendar: Calendar,
    watching: Watching,
    *,
    stopping: Callable[[], bool],
) -> StaffRoom:
    """`stopping`: the process is about to end, and so must what keeps it open."""
    return StaffRoom(
        database=database,
        accounts=accounts,
        telephony=telephony,
        desk=desk,
        calendar=calendar,
        signed_in=require_account(accounts),
        public_base=settings.public_base,
        events=StaffEvents(database, stopping=stopping),
        live=watching.channel,
        webhooks=watching.webhooks,
        prices=watching.prices,
    )
