"""Texts and notices about appointments: the jobs `text.*` and `notice.*` of the outbox.

A row that a later change has overtaken says nothing any more: it is about one
revision. What a person did in the calendar is told to the caller by text, and to
staff always.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog

from receptionist.booking import text_words
from receptionist.booking.follow_up import (
    NOTICE_CANCELLED,
    NOTICE_CONFLICT,
    NOTICE_MOVED,
    TEXT_BOOKED,
    TEXT_CANCELLED,
    TEXT_MOVED,
    TEXT_REMINDER,
)
from receptionist.booking.outbox import Job
from receptionist.booking.text_sender import TextSender
from receptionist.domain.practice import Practice
from receptionist.errors import NumberRefused
from receptionist.ports.follow_up import OutboxRow, TextRecord
from receptionist.ports.records import (
    Appointment,
    AppointmentStatus,
    Database,
    StaffMessage,
    Urgency,
)

log = structlog.get_logger()
Words = Callable[[Appointment, Practice, str | None], str]
TOLD = "The caller is told by text."
NOT_TOLD = "The caller has not been told: please call."
UNREACHED = (
    "This caller could not be reached by text about a change of the appointment; please call."
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """`status`: what the appointment must still be for it to be said."""

    status: AppointmentStatus
    words: Words
    staff: str | None = None
    urgency: Urgency = "routine"


KINDS: Mapping[str, _Kind] = {
    TEXT_BOOKED: _Kind("booked", text_words.booked),
    TEXT_MOVED: _Kind("booked", text_words.moved),
    TEXT_REMINDER: _Kind("booked", text_words.reminder),
    TEXT_CANCELLED: _Kind(
        "cancelled", lambda row, practice, _: text_words.cancelled(row, practice)
    ),
    NOTICE_MOVED: _Kind(
        "booked",
        text_words.moved,
        "This appointment was moved in the calendar and is now on {when}.",
    ),
    NOTICE_CANCELLED: _Kind(
        "cancelled",
        lambda row, practice, _: text_words.cancelled(row, practice),
        "This appointment on {when} was deleted from the calendar, and so it is cancelled.",
    ),
    NOTICE_CONFLICT: _Kind(
        "cancelled",
        lambda row, practice, _: text_words.conflict(row, practice),
        "This appointment on {when} had to be cancelled: something else was put into the calendar "
        "there. Please call and agree on another time.",
        "urgent",
    ),
}


class AppointmentTexts:
    """Tell callers and staff what became of appointments.

    `link_base` is where a caller's browser reaches us; without it texts hold no links.
    """

    def __init__(
        self,
        database: Database,
        sender: TextSender,
        clock: Callable[[], datetime],
        *,
        link_base: str | None = None,
    ) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._link_base = link_base

    def jobs(self) -> dict[str, Job]:
        """By kind."""
        return dict.fromkeys(KINDS, self.tell)

    async def tell(self, row: OutboxRow) -> None:
        """Say what the row is about, if it is still so."""
        kind = KINDS[row.kind]
        async with self._database.reading() as uow:
            found = await uow.appointments.get(row.payload["appointment_id"])
            practice = None if found is None else await uow.practices.get(found.practice_id)
        if found is None or practice is None or found.start <= self._clock():
            return
        if found.status != kind.status or found.revision != row.payload["revision"]:
            return
        texted = found.phone is not None and practice.booking.text_messages
        if kind.staff is not None:
            what = kind.staff.format(when=text_words.when(found.start, practice))
            told = TOLD if texted else NOT_TOLD
            urgency = kind.urgency if texted else "urgent"
            await self._tell_staff(row.key, found, f"{what} {told}", urgency)
        if found.phone is None or not texted:
            return
        body = kind.words(found, practice, self._link(found))
        try:
            await self._sender.send(
                row.key, practice, row.kind, found.phone, body, attempts=row.attempts
            )
        except NumberRefused as exc:
            log.info("text_refused", kind=row.kind, error_code=exc.code)
            if kind.staff is not None:
                await self._tell_staff(f"{row.key}:unreached", found, UNREACHED, "urgent")

    async def undelivered(self, text: TextRecord) -> None:
        """The vendor could not hand it over; staff call where it matters."""
        kind = KINDS.get(text.kind)
        if kind is None or kind.staff is None:
            return
        _, appointment_id, _ = text.key.split(":")
        async with self._database.reading() as uow:
            found = await uow.appointments.get(appointment_id)
        if found is not None:
            await self._tell_staff(f"{text.key}:unreached", found, UNREACHED, "urgent")

    def _link(self, found: Appointment) -> str | None:
        if self._link_base is None or found.link_token is None:
            return None
        return f"{self._link_base}/appointments/{found.link_token}.ics"

    async def _tell_staff(
        self, key: str, found: Appointment, message: str, urgency: Urgency
    ) -> None:
        """Once by key."""
        async with self._database.transaction() as uow:
            await uow.messages.add(
                StaffMessage(
                    id=uuid4().hex,
                    practice_id=found.practice_id,
                    call_sid=found.call_sid,
                    caller_name=found.caller_name,
                    phone=found.phone,
                    message=message,
                    urgency=urgency,
                    recipient=found.practitioner,
                    status="new",
                    kind="task",
                    created_at=self._clock(),
                    idempotency_key=key,
                )
            )
