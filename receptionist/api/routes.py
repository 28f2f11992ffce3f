"""`/api/v1`: the records as JSON, for programs with a staff account.

Every look at personal data leaves an audit row.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import AwareDatetime, BaseModel

from receptionist.api import views
from receptionist.errors import InvalidArguments, NotFound
from receptionist.ports.records import CallRecord, Database, ListQuery, Page, UnitOfWork

MOST = 200
STATS_CALLS = 1000
Row = TypeVar("Row")


class MessageChange(BaseModel):
    """What staff may change of a message."""

    status: Literal["new", "taken", "done"]


def _list_query(
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    after: Annotated[str | None, Query(max_length=500, description="`next` of a page")] = None,
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: Annotated[AwareDatetime | None, Query(description="excluded")] = None,
) -> ListQuery:
    return ListQuery(limit=limit, after=after, from_at=from_, to_at=to)


Listing = Annotated[ListQuery, Depends(_list_query)]


def create_api(database: Database, account: Callable[[Request], Awaitable[str]]) -> APIRouter:
    """The routes; `account` gives the signed-in name or answers 401."""
    router = APIRouter(tags=["records"])
    signed_in = Depends(account)

    async def listed(
        read: Callable[[UnitOfWork], Awaitable[Page[Row]]],
        view: Callable[[Row], dict[str, Any]],
        name: str,
        user: str,
    ) -> dict[str, Any]:
        try:
            async with database.transaction() as uow:
                page = await read(uow)
                await uow.audit.append(actor=user, action="viewed", subject=name)
        except InvalidArguments as exc:
            raise HTTPException(422, str(exc)) from exc
        return {"items": [view(row) for row in page.items], "next": page.next}

    @router.get("/calls")
    async def calls(query: Listing, user: str = signed_in) -> dict[str, Any]:
        return await listed(lambda uow: uow.calls.list(query), views.call, "calls", user)

    @router.get("/calls/{call_sid}")
    async def one_call(call_sid: str, user: str = signed_in) -> dict[str, Any]:
        async with database.transaction() as uow:
            record = await uow.calls.get(call_sid)
            if record is None:
                raise HTTPException(404, "no such call")
            turns = [views.turn(row) for row in await uow.turns.of_call(call_sid)]
            actions = [views.action(row) for row in await uow.actions.of_call(call_sid)]
            await uow.audit.append(actor=user, action="viewed", subject=f"call:{call_sid}")
        heard = " ".join(turn["heard"] for turn in turns if turn["heard"])
        return {**views.call(record), "turns": turns, "actions": actions, "heard": heard}

    @router.get("/messages")
    async def messages(query: Listing, user: str = signed_in) -> dict[str, Any]:
        return await listed(lambda uow: uow.messages.list(query), views.message, "messages", user)

    @router.patch("/messages/{message_id}")
    async def change_message(
        message_id: str, change: MessageChange, user: str = signed_in
    ) -> dict[str, Any]:
        try:
            async with database.transaction() as uow:
                message = await uow.messages.set_status(message_id, change.status)
                await uow.audit.append(
                    actor=user,
                    action="message.status",
                    subject=f"message:{message_id}",
                    detail={"status": change.status},
                )
        except NotFound as exc:
            raise HTTPException(404, "no such message") from exc
        return views.message(message)

    @router.get("/appointments")
    async def appointments(query: Listing, user: str = signed_in) -> dict[str, Any]:
        return await listed(
            lambda uow: uow.appointments.list(query), views.appointment, "appointments", user
        )

    @router.get("/audit")
    async def audit(query: Listing, user: str = signed_in) -> dict[str, Any]:
        return await listed(lambda uow: uow.audit.list(query), views.audit_row, "audit", user)

    @router.get("/stats")
    async def stats(
        from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
        to: AwareDatetime | None = None,
        _user: str = signed_in,
    ) -> dict[str, Any]:
        """How the newest calls of that time went (at most a thousand of them)."""
        async with database.transaction() as uow:
            rows = await _newest_calls(uow, from_, to)
        return {
            "calls": len(rows),
            "outcomes": dict(Counter(row.outcome or "open" for row in rows)),
            "ended_by": dict(Counter(row.ended_by or "open" for row in rows)),
        }

    return router


async def _newest_calls(
    uow: UnitOfWork, from_at: datetime | None, to_at: datetime | None
) -> Sequence[CallRecord]:
    found: list[CallRecord] = []
    after: str | None = None
    while len(found) < STATS_CALLS:
        page = await uow.calls.list(ListQuery(MOST, after, from_at, to_at))
        found += page.items
        after = page.next
        if after is None:
            break
    return found
