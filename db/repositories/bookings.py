"""Appointments and messages: what was promised to callers.

Overlap is refused by the database itself: an appointment takes one row of
`taken_times` for every five minutes of its practitioner, and their primary key
lets one of a hundred callers through.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import appointments, messages, taken_times
from db.repositories.calls import upsert
from db.repositories.paging import page_of
from receptionist.errors import NotFound, SlotTaken
from receptionist.ports.records import (
    Appointment,
    AppointmentStatus,
    ListQuery,
    MessageStatus,
    Page,
    StaffMessage,
)

CELL_S = 300


class SqlAppointments:
    """Fulfil `Appointments`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, appointment: Appointment) -> Appointment:
        """Insert, or give the one made under the same idempotency key. Raises `SlotTaken`."""
        known = await self._by_key(appointment.idempotency_key)
        if known is not None:
            return known
        values = {
            name: getattr(appointment, name)
            for name in appointments.c.keys()  # noqa: SIM118
            if name != "created_at"
        }
        values["id"] = appointment.id or uuid4().hex
        values["created_at"] = datetime.now(UTC)
        try:
            async with self._connection.begin_nested():
                await self._connection.execute(insert(appointments).values(values))
                await self._take(values)
        except IntegrityError as exc:
            # The same request may have committed in between; otherwise the time is taken.
            known = await self._by_key(appointment.idempotency_key)
            if known is not None:
                return known
            raise SlotTaken("the practitioner's time is taken") from exc
        return _appointment({**values, "status": appointment.status})

    async def get(self, appointment_id: str) -> Appointment | None:
        """By id."""
        return await self._one(appointments.c.id == appointment_id)

    async def move(
        self, appointment_id: str, *, start: datetime, end: datetime, blocks_until: datetime
    ) -> Appointment:
        """Raises `SlotTaken`, `NotFound`."""
        found = await self.get(appointment_id)
        if found is None or found.status == "cancelled":
            raise NotFound("no such appointment that is not cancelled")
        times = {"start": start, "end": end, "blocks_until": blocks_until}
        try:
            async with self._connection.begin_nested():
                await self._free(appointment_id)
                await self._connection.execute(
                    update(appointments).where(appointments.c.id == appointment_id).values(times)
                )
                await self._take(
                    {
                        "id": found.id,
                        "practice_id": found.practice_id,
                        "practitioner": found.practitioner,
                        **times,
                    }
                )
        except IntegrityError as exc:
            raise SlotTaken("the practitioner's time is taken") from exc
        moved = await self.get(appointment_id)
        if moved is None:
            raise NotFound("no such appointment")
        return moved

    async def set_status(self, appointment_id: str, status: AppointmentStatus) -> Appointment:
        """A cancelled one frees its time and stays cancelled. Raises `NotFound`."""
        before = await self.get(appointment_id)
        if before is None or (before.status == "cancelled" and status != "cancelled"):
            raise NotFound("no such appointment that is not cancelled")
        if status == "cancelled":
            await self._free(appointment_id)
        await self._connection.execute(
            update(appointments).where(appointments.c.id == appointment_id).values(status=status)
        )
        found = await self.get(appointment_id)
        if found is None:
            raise NotFound("no such appointment")
        return found

    async def busy(self, practice_id: int, start: datetime, end: datetime) -> Sequence[Appointment]:
        """Held and booked ones that overlap [start, end)."""
        result = await self._connection.execute(
            select(appointments)
            .where(appointments.c.practice_id == practice_id)
            .where(appointments.c.status != "cancelled")
            .where(appointments.c.start < end, appointments.c.blocks_until > start)
            .order_by(appointments.c.start)
        )
        return [_appointment(row) for row in result.mappings()]

    async def of_caller(
        self, practice_id: int, *, date_of_birth: date | None, phone: str | None
    ) -> Sequence[Appointment]:
        """Booked ones with that date of birth or phone; the caller compares names."""
        matches = []
        if date_of_birth is not None:
            matches.append(appointments.c.date_of_birth == date_of_birth)
        if phone is not None:
            matches.append(appointments.c.phone == phone)
        if not matches:
            return []
        result = await self._connection.execute(
            select(appointments)
            .where(appointments.c.practice_id == practice_id, or_(*matches))
            .where(appointments.c.status == "booked")
            .order_by(appointments.c.start)
        )
        return [_appointment(row) for row in result.mappings()]

    async def list(self, query: ListQuery) -> Page[Appointment]:
        """Newest first."""
        return await page_of(
            self._connection,
            select(appointments),
            query,
            at=appointments.c.created_at,
            key=appointments.c.id,
            make=_appointment,
        )

    async def _take(self, values: dict[str, Any]) -> None:
        first = int(values["start"].timestamp()) // CELL_S
        last = -(-int(values["blocks_until"].timestamp()) // CELL_S)
        cells = [
            {
                "practice_id": values["practice_id"],
                "practitioner": values["practitioner"],
                "cell": cell,
                "appointment_id": values["id"],
            }
            for cell in range(first, max(last, first + 1))
        ]
        await self._connection.execute(insert(taken_times), cells)

    async def _free(self, appointment_id: str) -> None:
        await self._connection.execute(
            delete(taken_times).where(taken_times.c.appointment_id == appointment_id)
        )

    async def _by_key(self, key: str | None) -> Appointment | None:
        return None if key is None else await self._one(appointments.c.idempotency_key == key)

    async def _one(self, condition: Any) -> Appointment | None:
        result = await self._connection.execute(select(appointments).where(condition))
        row = result.mappings().one_or_none()
        return None if row is None else _appointment(row)


def _appointment(row: RowMapping | dict[str, Any]) -> Appointment:
    return Appointment(**{name: value for name, value in row.items() if name != "created_at"})


class SqlMessages:
    """Fulfil `Messages`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, message: StaffMessage) -> StaffMessage:
        """Insert, or give the one made under the same idempotency key."""
        values = {name: getattr(message, name) for name in messages.c.keys()}  # noqa: SIM118
        values["id"] = message.id or uuid4().hex
        statement = upsert(self._connection, messages).values(values)
        await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["idempotency_key"])
        )
        condition = messages.c.id == values["id"]
        if message.idempotency_key is not None:
            condition = messages.c.idempotency_key == message.idempotency_key
        result = await self._connection.execute(select(messages).where(condition))
        return StaffMessage(**result.mappings().one())

    async def get(self, message_id: str) -> StaffMessage | None:
        """By id."""
        result = await self._connection.execute(select(messages).where(messages.c.id == message_id))
        row = result.mappings().one_or_none()
        return None if row is None else StaffMessage(**row)

    async def set_status(self, message_id: str, status: MessageStatus) -> StaffMessage:
        """Raises `NotFound`."""
        await self._connection.execute(
            update(messages).where(messages.c.id == message_id).values(status=status)
        )
        found = await self.get(message_id)
        if found is None:
            raise NotFound("no such message")
        return found

    async def list(self, query: ListQuery) -> Page[StaffMessage]:
        """Newest first."""
        return await page_of(
            self._connection,
            select(messages),
            query,
            at=messages.c.created_at,
            key=messages.c.id,
            make=lambda row: StaffMessage(**row),
        )
