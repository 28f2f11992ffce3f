"""Appointments: what was promised to callers, and what is held while they decide.

Overlap is refused by the database itself: an appointment takes one row of
`taken_times` for every five minutes of its practitioner and of each room or
machine it needs, and their primary key lets one of a hundred callers through.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.booking import appointments, taken_times
from db.repositories.paging import page_of
from receptionist.domain.booking import Slot
from receptionist.errors import NotFound, SlotTaken
from receptionist.ports.records import Appointment, CancelledBy, ListQuery, Page

CELL_S = 300
BOOKING_LOCK = 7_265_002
COLUMNS = [name for name in appointments.c.keys() if name != "created_at"]  # noqa: SIM118


class SqlAppointments:
    """Fulfil `Appointments`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, appointment: Appointment) -> Appointment:
        """Insert, or give the one made under the same idempotency key. Raises `SlotTaken`."""
        known = await self.by_key(appointment.idempotency_key)
        if known is not None:
            return known
        values = _values(appointment)
        try:
            await self._insert([values])
        except IntegrityError as exc:
            # The same request may have committed in between; otherwise the time is taken.
            known = await self.by_key(appointment.idempotency_key)
            if known is not None:
                return known
            raise _overlap(exc) from exc
        return _appointment(values)

    async def hold(self, held: Sequence[Appointment]) -> None:
        """Insert those whose time is free, and leave the others out."""
        rows = [_values(appointment) for appointment in held]
        if rows and not await self._are_free(rows):
            for row in rows:
                await self._are_free([row])

    async def _are_free(self, rows: Sequence[dict[str, Any]]) -> bool:
        """Insert all of them; False when the time of one is taken, and none is in."""
        try:
            await self._insert(rows)
        except IntegrityError as exc:
            refusal = _overlap(exc)
            if not isinstance(refusal, SlotTaken):
                raise refusal from exc
            return False
        return True

    async def _insert(self, rows: Sequence[dict[str, Any]]) -> None:
        made = datetime.now(UTC)
        async with self._connection.begin_nested():
            await self._connection.execute(
                insert(appointments), [{**row, "created_at": made} for row in rows]
            )
            await self._connection.execute(
                insert(taken_times), [cell for row in rows for cell in _cells(row)]
            )

    async def get(self, appointment_id: str) -> Appointment | None:
        """By id."""
        return await self._one(appointments.c.id == appointment_id)

    async def by_link(self, link_token: str) -> Appointment | None:
        """By the token of its calendar file."""
        return await self._one(appointments.c.link_token == link_token)

    async def by_event(self, calendar_event_id: str) -> Appointment | None:
        """By the id of its event in a vendor's calendar."""
        return await self._one(appointments.c.calendar_event_id == calendar_event_id)

    async def by_key(self, key: str | None) -> Appointment | None:
        """The one that was made under this idempotency key."""
        return None if key is None else await self._one(appointments.c.idempotency_key == key)

    async def move(self, appointment_id: str, slot: Slot) -> Appointment:
        """Raises `SlotTaken`, `NotFound`."""
        found = await self.get(appointment_id)
        if found is None or found.status == "cancelled":
            raise NotFound("no such appointment that is not cancelled")
        values = {
            "practitioner": slot.practitioner,
            "start": slot.start,
            "end": slot.end,
            "blocks_until": slot.blocks_until,
            "units": list(slot.units),
            "revision": found.revision + 1,
        }
        try:
            async with self._connection.begin_nested():
                await self._free(taken_times.c.appointment_id == appointment_id)
                await self._set(appointment_id, **values)
                cells = _cells({"id": found.id, "practice_id": found.practice_id, **values})
                await self._connection.execute(insert(taken_times), cells)
        except IntegrityError as exc:
            raise _overlap(exc) from exc
        return await self._known(appointment_id)

    async def cancel(self, appointment_id: str, by: CancelledBy) -> Appointment:
        """Its time is free again. Raises `NotFound`."""
        before = await self._known(appointment_id)
        if before.status == "cancelled":
            return before
        await self._free(taken_times.c.appointment_id == appointment_id)
        await self._set(
            appointment_id, status="cancelled", cancelled_by=by, revision=before.revision + 1
        )
        return await self._known(appointment_id)

    async def lock(self, practice_id: int) -> None:
        """On SQLite there is one writer anyway."""
        if self._connection.dialect.name == "postgresql":
            # Two callers who want each other's times would otherwise wait for each other.
            await self._connection.execute(
                select(func.pg_advisory_xact_lock(BOOKING_LOCK, practice_id))
            )

    async def set_event(self, appointment_id: str, calendar_event_id: str) -> None:
        """It is in the vendor's calendar."""
        await self._set(appointment_id, calendar_event_id=calendar_event_id)

    async def release_holds(self, call_sid: str) -> None:
        """What this call held is free again."""
        await self._drop(and_(appointments.c.status == "held", appointments.c.call_sid == call_sid))

    async def drop_expired_holds(self, now: datetime, *, also_of: str | None = None) -> int:
        """How many there were; those of that call are dropped as well."""
        whose = appointments.c.held_until <= now
        if also_of is not None:
            whose = or_(whose, appointments.c.call_sid == also_of)
        return await self._drop(and_(appointments.c.status == "held", whose))

    async def busy(
        self, practice_id: int, start: datetime, end: datetime, now: datetime
    ) -> Sequence[Appointment]:
        """Booked ones, and those still held, that overlap [start, end)."""
        still_held = and_(appointments.c.status == "held", appointments.c.held_until > now)
        result = await self._connection.execute(
            select(appointments)
            .where(appointments.c.practice_id == practice_id)
            .where(or_(appointments.c.status == "booked", still_held))
            .where(appointments.c.start < end, appointments.c.blocks_until > start)
            .order_by(appointments.c.start)
        )
        return [_appointment(row) for row in result.mappings()]

    async def latest_change(self, since: datetime) -> str:
        """Differs from what it was whenever a time from then on is held, booked or changed."""
        result = await self._connection.execute(
            select(
                func.count(), func.sum(appointments.c.revision), func.max(appointments.c.created_at)
            ).where(appointments.c.start >= since)
        )
        return "/".join(str(part) for part in result.one())

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
        """Newest first; `from_at` and `to_at` are about when they begin."""
        return await page_of(
            self._connection,
            select(appointments),
            query,
            at=appointments.c.created_at,
            key=appointments.c.id,
            make=_appointment,
            filtered=appointments.c.start,
        )

    async def _free(self, condition: ColumnElement[bool]) -> None:
        await self._connection.execute(delete(taken_times).where(condition))

    async def _drop(self, condition: ColumnElement[bool]) -> int:
        result = await self._connection.execute(select(appointments.c.id).where(condition))
        ids = list(result.scalars())
        if ids:
            await self._free(taken_times.c.appointment_id.in_(ids))
            await self._connection.execute(delete(appointments).where(appointments.c.id.in_(ids)))
        return len(ids)

    async def _set(self, appointment_id: str, **values: Any) -> None:
        await self._connection.execute(
            update(appointments).where(appointments.c.id == appointment_id).values(**values)
        )

    async def _known(self, appointment_id: str) -> Appointment:
        found = await self.get(appointment_id)
        if found is None:
            raise NotFound("no such appointment")
        return found

    async def _one(self, condition: ColumnElement[bool]) -> Appointment | None:
        result = await self._connection.execute(select(appointments).where(condition))
        row = result.mappings().one_or_none()
        return None if row is None else _appointment(row)


def _values(appointment: Appointment) -> dict[str, Any]:
    """The row, with an id of its own if it has none."""
    values = {name: getattr(appointment, name) for name in COLUMNS}
    return {
        **values,
        "id": appointment.id or uuid4().hex,
        "units": list(appointment.units),
    }


def _cells(row: dict[str, Any]) -> list[dict[str, Any]]:
    first = int(row["start"].timestamp()) // CELL_S
    last = -(-int(row["blocks_until"].timestamp()) // CELL_S)
    return [
        {
            "practice_id": row["practice_id"],
            "whose": whose,
            "cell": cell,
            "appointment_id": row["id"],
        }
        for whose in (row["practitioner"], *row["units"])
        for cell in range(first, max(last, first + 1))
    ]


def _overlap(exc: IntegrityError) -> Exception:
    """What the database refused; a defect of ours stays one."""
    refused = str(exc.orig)
    if "taken_times" in refused and "unique" in refused.lower():
        return SlotTaken("the practitioner's time is taken")
    return exc


def _appointment(row: RowMapping | dict[str, Any]) -> Appointment:
    values = {name: row[name] for name in COLUMNS}
    return Appointment(**{**values, "units": tuple(values["units"])})
