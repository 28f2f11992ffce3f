"""Practices and what belongs to them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, time
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.practices import faqs, phone_numbers, practices, practitioners, services
from db.repositories.calls import upsert
from receptionist.domain.practice import (
    BookingRules,
    DayRange,
    Document,
    Faq,
    InboxRules,
    OutgoingRules,
    Practice,
    Practitioner,
    Resource,
    Service,
    Synonyms,
    TimeRange,
)


class SqlPractices:
    """Fulfil `Practices`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, practice: Practice) -> int:
        """Replace by id, or insert or replace by name. A number moves to this practice."""
        values = _practice_values(practice)
        if practice.id:
            await self._connection.execute(
                update(practices).where(practices.c.id == practice.id).values(values)
            )
            await self._replace_parts(practice.id, practice)
            return practice.id
        # Several workers load the same file as they start; the row makes them wait in turn.
        result = await self._connection.execute(
            upsert(self._connection, practices)
            .values(values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
            .returning(practices.c.id)
        )
        practice_id = int(result.scalar_one())
        await self._replace_parts(practice_id, practice)
        return practice_id

    async def by_number(self, number: str) -> Practice | None:
        """The practice that answers this number."""
        found = await self._connection.scalar(
            select(phone_numbers.c.practice_id).where(phone_numbers.c.number == number)
        )
        return None if found is None else await self.get(found)

    async def get(self, practice_id: int) -> Practice | None:
        """By id."""
        rows = await self._rows(select(practices).where(practices.c.id == practice_id))
        return await self._practice(rows[0]) if rows else None

    async def all(self) -> Sequence[Practice]:
        """In the order they were loaded."""
        rows = await self._rows(select(practices).order_by(practices.c.id))
        return [await self._practice(row) for row in rows]

    async def _rows(self, statement: Any) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement)).mappings().all()

    async def _replace_parts(self, practice_id: int, practice: Practice) -> None:
        await self._connection.execute(
            delete(phone_numbers).where(phone_numbers.c.number.in_(practice.numbers))
        )
        for table in (phone_numbers, practitioners, services, faqs):
            await self._connection.execute(delete(table).where(table.c.practice_id == practice_id))
        parts: list[tuple[Any, list[dict[str, Any]]]] = [
            (phone_numbers, [{"number": number} for number in practice.numbers]),
            (practitioners, [_practitioner_values(p) for p in practice.practitioners]),
            (services, [_service_values(service) for service in practice.services]),
            (faqs, [{"question": f.question, "answer": f.answer} for f in practice.faqs]),
        ]
        for table, rows in parts:
            numbered = [
                {**row, "practice_id": practice_id, "position": position}
                for position, row in enumerate(rows)
            ]
            if numbered:
                await self._connection.execute(insert(table), numbered)

    async def _practice(self, row: RowMapping) -> Practice:
        numbers, people, offered, questions = [
            await self._rows(
                select(table).where(table.c.practice_id == row["id"]).order_by(table.c.position)
            )
            for table in (phone_numbers, practitioners, services, faqs)
        ]
        return Practice(
            id=row["id"],
            name=row["name"],
            timezone=row["timezone"],
            numbers=tuple(n["number"] for n in numbers),
            greeting=row["greeting"],
            hours=_hours(row["hours"]),
            transfer_number=row["transfer_number"],
            fallback_number=row["fallback_number"],
            languages=tuple(row["languages"]),
            recording=row["recording"],
            welcome_back=row["welcome_back"],
            emergency_number=row["emergency_number"],
            closed=frozenset(date.fromisoformat(day) for day in row["closed"]),
            practitioners=tuple(_practitioner(p) for p in people),
            services=tuple(_service(s) for s in offered),
            faqs=tuple(Faq(f["question"], f["answer"]) for f in questions),
            synonyms=tuple(Synonyms(word, tuple(others)) for word, others in row["synonyms"]),
            documents=tuple(Document(**document) for document in row["documents"]),
            resources=tuple(Resource(**resource) for resource in row["resources"]),
            booking=BookingRules(**row["booking"]),
            inbox=_inbox(row["inbox"]),
            outgoing=_outgoing(row["outgoing"]),
            retention_days=row["retention_days"],
        )


def _practice_values(practice: Practice) -> dict[str, Any]:
    return {
        "name": practice.name,
        "timezone": practice.timezone,
        "greeting": practice.greeting,
        "transfer_number": practice.transfer_number,
        "fallback_number": practice.fallback_number,
        "emergency_number": practice.emergency_number,
        "languages": list(practice.languages),
        "recording": practice.recording,
        "welcome_back": practice.welcome_back,
        "hours": _hours_values(practice.hours),
        "closed": sorted(day.isoformat() for day in practice.closed),
        "resources": [asdict(resource) for resource in practice.resources],
        "booking": asdict(practice.booking),
        "inbox": asdict(practice.inbox),
        "outgoing": asdict(practice.outgoing),
        "synonyms": [[each.word, list(each.others)] for each in practice.synonyms],
        "documents": [asdict(document) for document in practice.documents],
        "retention_days": practice.retention_days,
    }


def _inbox(stored: Mapping[str, Any]) -> InboxRules:
    return InboxRules(**{**stored, "escalate_to": tuple(stored.get("escalate_to", ()))})


def _outgoing(stored: Mapping[str, Any]) -> OutgoingRules:
    return OutgoingRules(**{**stored, "destinations": tuple(stored.get("destinations", ()))})


def _practitioner_values(person: Practitioner) -> dict[str, Any]:
    return {
        "name": person.name,
        "calendar": person.calendar,
        "hours": None if person.hours is None else _hours_values(person.hours),
        "leave": [[r.first.isoformat(), r.last.isoformat()] for r in person.leave],
    }


def _practitioner(row: RowMapping) -> Practitioner:
    return Practitioner(
        row["name"],
        row["calendar"],
        None if row["hours"] is None else _hours(row["hours"]),
        tuple(DayRange(*(date.fromisoformat(day) for day in days)) for days in row["leave"]),
    )


def _service_values(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "minutes": service.minutes,
        "buffer_minutes": service.buffer_minutes,
        "practitioners": list(service.practitioners),
        "resources": list(service.resources),
        "lead_minutes": service.lead_minutes,
        "horizon_days": service.horizon_days,
    }


def _service(row: RowMapping) -> Service:
    return Service(
        row["name"],
        row["minutes"],
        row["buffer_minutes"],
        tuple(row["practitioners"]),
        tuple(row["resources"]),
        row["lead_minutes"],
        row["horizon_days"],
    )


def _hours_values(hours: Mapping[str, tuple[TimeRange, ...]]) -> dict[str, Any]:
    return {
        day: [[r.opens.isoformat(), r.closes.isoformat()] for r in ranges]
        for day, ranges in hours.items()
    }


def _hours(stored: Mapping[str, Any]) -> dict[str, tuple[TimeRange, ...]]:
    return {day: _ranges(ranges) for day, ranges in stored.items()}


def _ranges(rows: Sequence[Sequence[str]]) -> tuple[TimeRange, ...]:
    return tuple(TimeRange(time.fromisoformat(a), time.fromisoformat(b)) for a, b in rows)
