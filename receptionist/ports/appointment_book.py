"""The practice's book: the one way to a time of its people, for callers, staff and texts alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from receptionist.domain.booking import Slot, Wish
from receptionist.domain.practice import Practice, Service
from receptionist.ports.records import Appointment, CancelledBy


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """Who wants what. `key` is the request's own: the same one books once."""

    practice: Practice
    service: Service
    start: datetime
    practitioner: str | None
    caller_name: str
    phone: str
    date_of_birth: date | None
    notes: str | None
    call_sid: str
    key: str
    actor: str = "receptionist"


class AppointmentBook(Protocol):
    """Every change is a row, its audit row and the work that follows it, in one transaction."""

    async def prepare(self, practice: Practice) -> None:
        """Somebody may soon ask for a time: look up what would keep them waiting."""

    async def offers(
        self,
        practice: Practice,
        wish: Wish,
        now: datetime,
        *,
        call_sid: str,
        phone: str | None = None,
        moving: Appointment | None = None,
    ) -> Sequence[Slot]:
        """Up to three free times, of the wished days or else of the next days that have any.

        They are held for this call, and what it held before is released. The time of the
        appointment that is being moved counts as free, and so does what the waiting list
        holds for the caller's number (`phone`, E.164).
        """

    async def book(self, request: BookingRequest, now: datetime) -> Appointment:
        """Raises `InvalidArguments` with a reason for the model, `SlotTaken`."""

    async def move(
        self,
        practice: Practice,
        appointment: Appointment,
        start: datetime,
        now: datetime,
        *,
        call_sid: str,
        actor: str = "receptionist",
    ) -> Appointment:
        """With the same practitioner. Raises `InvalidArguments`, `SlotTaken`, `NotFound`."""

    async def cancel(
        self, appointment_id: str, by: CancelledBy, *, call_sid: str, actor: str = "receptionist"
    ) -> Appointment:
        """Cancelling twice is the same as once. Raises `NotFound`."""
