"""Days as they were counted, and what they are counted from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.calls import actions, calls, turns
from db.models.staff import day_numbers, vendor_errors
from db.repositories.calls import upsert
from receptionist.ports.numbers import CountedCall, DayNumbers, VendorErrors

Said = tuple[int, Mapping[str, float]]
"""Of one turn: how many characters, and where its time went."""


class SqlNumbers:
    """Fulfil `Numbers`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def calls(
        self, practice_id: int, from_at: datetime, to_at: datetime, limit: int, after: str | None
    ) -> Sequence[CountedCall]:
        """In the order of their beginning."""
        statement = (
            select(
                calls.c.call_sid,
                calls.c.started_at,
                calls.c.ended_at,
                calls.c.channel,
                calls.c.outcome,
                calls.c.ended_by,
            )
            .where(_within(practice_id, from_at, to_at))
            .order_by(calls.c.started_at, calls.c.call_sid)
            .limit(limit)
        )
        if after is not None:
            began = await self._connection.scalar(
                select(calls.c.started_at).where(calls.c.call_sid == after)
            )
            same_time = and_(calls.c.started_at == began, calls.c.call_sid > after)
            statement = statement.where(or_(calls.c.started_at > began, same_time))
        rows = (await self._connection.execute(statement)).all()
        sids = [row.call_sid for row in rows]
        wishes = await self._wishes(sids)
        said = await self._said(sids)
        return [
            CountedCall(
                *row,
                wishes=frozenset(wishes[row.call_sid]),
                turns=len(said[row.call_sid]),
                characters=sum(length for length, _ in said[row.call_sid]),
                timings=tuple(timings for _, timings in said[row.call_sid] if timings),
            )
            for row in rows
        ]

    async def mark(self, practice_id: int, from_at: datetime, to_at: datetime) -> str:
        """Calls, their ends, and the newest turn."""
        about_calls = (
            await self._connection.execute(
                select(
                    func.count(), func.count(calls.c.ended_by), func.max(calls.c.ended_at)
                ).where(_within(practice_id, from_at, to_at))
            )
        ).one()
        newest = await self._connection.scalar(
            select(func.max(turns.c.at)).where(turns.c.at >= from_at, turns.c.at < to_at)
        )
        return f"{tuple(map(str, about_calls))} {newest}"

    async def first_call(self, practice_id: int) -> datetime | None:
        """When it began."""
        # The first few rows of an index decide; a minimum by practice would read them all.
        found: datetime | None = await self._connection.scalar(
            select(calls.c.started_at)
            .where(calls.c.practice_id == practice_id)
            .order_by(calls.c.started_at)
            .limit(1)
        )
        return found

    async def days(self, first: date, last: date) -> Sequence[DayNumbers]:
        """Every practice's, in their order."""
        rows = await self._connection.execute(
            select(day_numbers)
            .where(day_numbers.c.day >= first, day_numbers.c.day <= last)
            .order_by(day_numbers.c.day, day_numbers.c.practice_id)
        )
        return [
            DayNumbers(row.practice_id, row.day, row.made_at, row.figures, row.settled)
            for row in rows
        ]

    async def settled_days(self, practice_id: int, since: date) -> Sequence[date]:
        """Those that are counted for good."""
        found = await self._connection.scalars(
            select(day_numbers.c.day).where(
                day_numbers.c.practice_id == practice_id,
                day_numbers.c.day >= since,
                day_numbers.c.settled,
            )
        )
        return found.all()

    async def keep(self, day: DayNumbers) -> None:
        """Insert or replace; a settled day stays as it is."""
        values: dict[str, Any] = {
            "made_at": day.made_at,
            "settled": day.settled,
            "figures": dict(day.figures),
        }
        statement = upsert(self._connection, day_numbers).values(
            practice_id=day.practice_id, day=day.day, **values
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["practice_id", "day"],
                set_=values,
                where=day_numbers.c.settled.is_(False),
            )
        )

    async def add_vendor_errors(self, day: date, errors: Sequence[VendorErrors]) -> None:
        """Add to that day's."""
        # In one order, so that two processes never wait for each other.
        for error in sorted(errors, key=lambda each: (each.provider, each.code)):
            statement = upsert(self._connection, vendor_errors).values(
                day=day, provider=error.provider, code=error.code, count=error.count
            )
            await self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["day", "provider", "code"],
                    set_={"count": vendor_errors.c.count + error.count},
                )
            )

    async def vendor_errors(self, first: date, last: date) -> Sequence[VendorErrors]:
        """The sums, most frequent first."""
        total = func.sum(vendor_errors.c.count)
        rows = await self._connection.execute(
            select(vendor_errors.c.provider, vendor_errors.c.code, total)
            .where(vendor_errors.c.day >= first, vendor_errors.c.day <= last)
            .group_by(vendor_errors.c.provider, vendor_errors.c.code)
            .order_by(total.desc(), vendor_errors.c.provider, vendor_errors.c.code)
        )
        return [VendorErrors(provider, code, int(count)) for provider, code, count in rows]

    async def _wishes(self, sids: Sequence[str]) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        rows = await self._connection.execute(
            select(actions.c.call_sid, actions.c.name).where(actions.c.call_sid.in_(sids))
        )
        for sid, name in rows:
            found[sid].add(name)
        return found

    async def _said(self, sids: Sequence[str]) -> Mapping[str, list[Said]]:
        found: dict[str, list[Said]] = defaultdict(list)
        rows = await self._connection.execute(
            select(turns.c.call_sid, func.length(turns.c.receptionist), turns.c.timings).where(
                turns.c.call_sid.in_(sids), turns.c.number > 0
            )
        )
        for sid, length, timings in rows:
            found[sid].append((length, timings))
        return found


def _within(practice_id: int, from_at: datetime, to_at: datetime) -> ColumnElement[bool]:
    return and_(
        calls.c.practice_id == practice_id,
        calls.c.started_at >= from_at,
        calls.c.started_at < to_at,
    )
