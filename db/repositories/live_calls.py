"""What staff ask of calls on the line."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.staff import staff_requests
from receptionist.ports.live_calls import StaffRequest


class SqlStaffRequests:
    """Fulfil `StaffRequests`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, request: StaffRequest) -> None:
        """Insert."""
        await self._connection.execute(
            insert(staff_requests).values(
                call_sid=request.call_sid,
                kind=request.kind,
                detail=request.detail,
                by=request.by,
                at=request.at,
            )
        )

    async def take(self, call_sids: Sequence[str]) -> Sequence[StaffRequest]:
        """The DELETE itself decides between two that come at the same time."""
        if not call_sids:
            return []
        result = await self._connection.execute(
            delete(staff_requests)
            .where(staff_requests.c.call_sid.in_(call_sids))
            .returning(staff_requests)
        )
        rows = sorted(result.mappings(), key=lambda row: int(row["id"]))
        return [
            StaffRequest(row["call_sid"], row["kind"], row["detail"], row["by"], row["at"])
            for row in rows
        ]

    async def waiting(self, call_sids: Sequence[str]) -> int:
        """How many nobody has taken."""
        found = await self._connection.scalar(
            select(func.count())
            .select_from(staff_requests)
            .where(staff_requests.c.call_sid.in_(call_sids))
        )
        return int(found or 0)

    async def latest_change(self) -> str:
        """How many there are, and the newest."""
        row = (
            await self._connection.execute(
                select(func.count(), func.max(staff_requests.c.id)).select_from(staff_requests)
            )
        ).one()
        return f"{row[0]} {row[1]}"

    async def forget(self, before: datetime) -> None:
        """Those that no call has taken."""
        await self._connection.execute(delete(staff_requests).where(staff_requests.c.at < before))
