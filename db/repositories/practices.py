"""Practices and what belongs to them."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import faqs, phone_numbers, practices, practitioners, services
from receptionist.domain.practice import Faq, Practice, Practitioner, Service, TimeRange


class SqlPractices:
    """Fulfil `Practices`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(self, practice: Practice) -> int:
        """Insert or replace by name. A number that moved to this practice moves with it."""
        found = await self._connection.scalar(
            select(practices.c.id).where(practices.c.name == practice.name)
        )
        values = _practice_values(practice)
        if found is None:
            result = await self._connection.execute(
                insert(practices).values(values).returning(practices.c.id)
            )
            found = result.scalar_one()
        else:
            await self._connection.execute(
                update(practices).where(practices.c.id == found).values(values)
            )
        await self._replace_parts(int(found), practice)
        return int(found)

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
            (
                practitioners,
                [{"name": p.name, "calendar": p.calendar} for p in practice.practitioners],
            ),
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
            hours={day: _ranges(ranges) for day, ranges in row["hours"].items()},
            transfer_number=row["transfer_number"],
            languages=tuple(row["languages"]),
            recording=row["recording"],
            emergency_number=row["emergency_number"],
            closed=frozenset(date.fromisoformat(day) for day in row["closed"]),
            practitioners=tuple(Practitioner(p["name"], p["calendar"]) for p in people),
            services=tuple(
                Service(s["name"], s["minutes"], s["buffer_minutes"], tuple(s["practitioners"]))
                for s in offered
            ),
            faqs=tuple(Faq(f["question"], f["answer"]) for f in questions),
        )


def _practice_values(practice: Practice) -> dict[str, Any]:
    return {
        "name": practice.name,
        "timezone": practice.timezone,
        "greeting": practice.greeting,
        "transfer_number": practice.transfer_number,
        "emergency_number": practice.emergency_number,
        "languages": list(practice.languages),
        "recording": practice.recording,
        "hours": {
            day: [[r.opens.isoformat(), r.closes.isoformat()] for r in ranges]
            for day, ranges in practice.hours.items()
        },
        "closed": sorted(day.isoformat() for day in practice.closed),
    }


def _service_values(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "minutes": service.minutes,
        "buffer_minutes": service.buffer_minutes,
        "practitioners": list(service.practitioners),
    }


def _ranges(rows: Sequence[Sequence[str]]) -> tuple[TimeRange, ...]:
    return tuple(TimeRange(time.fromisoformat(a), time.fromisoformat(b)) for a, b in rows)
