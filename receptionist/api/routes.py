"""`/api/v1`: the records as JSON, for programs with a staff account.

Every look at personal data leaves an audit row.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from receptionist.api import schemas, views
from receptionist.api.latency import percentiles
from receptionist.errors import ChangedMeanwhile, InvalidArguments, NotFound
from receptionist.ports.paging import ListQuery, Page
from receptionist.ports.records import Database, UnitOfWork
from receptionist.ports.staff import Account

MOST = 200
NEWEST_TURNS = 1_000
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII
)
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
CURSOR = r"^WyI[A-Za-z0-9_-]{20,400}={0,2}$"
"""How every cursor of ours looks; whether there is such a page is another question."""
Row = TypeVar("Row")
SignedIn = Callable[..., Awaitable[Account]]


def _written_out(text: object) -> object:
    """Only RFC 3339: seconds since 1970 would be taken for a moment as well."""
    if isinstance(text, str) and not MOMENT.fullmatch(text):
        raise ValueError("expected a moment with its offset, such as 2026-11-24T10:30:00+01:00")
    return text


def _within_time(at: datetime) -> datetime:
    """In UTC; a moment before its first or after its last is that one."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return BEGINNING if at.year == 1 else END


def _readable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a character that no id has")
    return text


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_time)]
Id = Annotated[str, Path(max_length=64), AfterValidator(_readable)]
From = Annotated[Moment | None, Query(alias="from")]
To = Annotated[Moment | None, Query(description="excluded")]


def _list_query(
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    after: Annotated[str | None, Query(pattern=CURSOR, description="`next` of a page")] = None,
    from_: From = None,
    to: To = None,
) -> ListQuery:
    return ListQuery(limit=limit, after=after, from_at=from_, to_at=to)


Listing = Annotated[ListQuery, Depends(_list_query)]


def _answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: what else a route answers."""
    words = {
        400: "The body is not JSON.",
        401: "Sign in with a staff account.",
        403: "Only a manager may do this.",
        404: "There is no such thing.",
        409: "Somebody else has changed it meanwhile.",
        429: "Too many failed sign-ins.",
    }
    return {s: {"model": schemas.Problem, "description": words[s]} for s in statuses}


def create_api(database: Database, *, signed_in: SignedIn, managers: SignedIn) -> APIRouter:
    """The routes; `signed_in` gives the account or answers 401, `managers` 403 as well."""
    router = APIRouter(tags=["records"], responses=_answers(401, 429))
    staff = Depends(signed_in)
    manager = Depends(managers)

    @asynccontextmanager
    async def looking(who: Account, subject: str) -> AsyncIterator[UnitOfWork]:
        """The audit row is kept first: no look without it, and no writer waits for a long read."""
        async with database.transaction() as uow:
            await uow.audit.append(actor=who.username, action="viewed", subject=subject)
        async with database.reading() as uow:
            yield uow

    async def listed(
        read: Callable[[UnitOfWork], Awaitable[Page[Row]]],
        view: Callable[[Row], dict[str, Any]],
        subject: str,
        who: Account,
    ) -> dict[str, Any]:
        try:
            async with looking(who, subject) as uow:
                page = await read(uow)
        except InvalidArguments as exc:
            raise HTTPException(404, str(exc)) from exc
        return {"items": [view(row) for row in page.items], "next": page.next}

    @router.get("/calls", response_model=schemas.Listed[schemas.Call], responses=_answers(404))
    async def calls(query: Listing, who: Account = staff) -> dict[str, Any]:
        return await listed(lambda uow: uow.calls.list(query), views.call, "calls", who)

    @router.get("/calls/{call_sid}", response_model=schemas.WholeCall, responses=_answers(404))
    async def one_call(call_sid: Id, who: Account = staff) -> dict[str, Any]:
        async with looking(who, f"call:{call_sid}") as uow:
            record = await uow.calls.get(call_sid)
            if record is None:
                raise HTTPException(404, "no such call")
            turns = [views.turn(row) for row in await uow.turns.of_call(call_sid)]
            actions = [views.action(row) for row in await uow.actions.of_call(call_sid)]
        heard = " ".join(turn["heard"] for turn in turns if turn["heard"])
        return {**views.call(record), "turns": turns, "actions": actions, "heard": heard}

    @router.get(
        "/messages", response_model=schemas.Listed[schemas.Message], responses=_answers(404)
    )
    async def messages(query: Listing, who: Account = staff) -> dict[str, Any]:
        return await listed(lambda uow: uow.messages.list(query), views.message, "messages", who)

    @router.patch(
        "/messages/{message_id}", response_model=schemas.Message, responses=_answers(400, 404, 409)
    )
    async def change_message(
        message_id: Id, change: schemas.MessageChange, who: Account = staff
    ) -> dict[str, Any]:
        try:
            async with database.transaction() as uow:
                message = await uow.messages.set_status(
                    message_id, change.status, by=who.username, seen=change.version
                )
                await uow.audit.append(
                    actor=who.username,
                    action="message.status",
                    subject=f"message:{message_id}",
                    detail={"status": change.status},
                )
        except NotFound as exc:
            raise HTTPException(404, "no such message") from exc
        except ChangedMeanwhile as exc:
            when = exc.at.isoformat(timespec="seconds")
            raise HTTPException(409, f"{exc.by} changed it at {when}") from exc
        return views.message(message)

    @router.get(
        "/appointments", response_model=schemas.Listed[schemas.Appointment], responses=_answers(404)
    )
    async def appointments(query: Listing, who: Account = staff) -> dict[str, Any]:
        return await listed(
            lambda uow: uow.appointments.list(query), views.appointment, "appointments", who
        )

    @router.get(
        "/audit", response_model=schemas.Listed[schemas.AuditEntry], responses=_answers(403, 404)
    )
    async def audit(query: Listing, who: Account = manager) -> dict[str, Any]:
        return await listed(lambda uow: uow.audit.list(query), views.audit_row, "audit", who)

    @router.get("/stats", response_model=schemas.Stats)
    async def stats(from_: From = None, to: To = None, _who: Account = staff) -> dict[str, Any]:
        """How the calls of that time went, and what waits for somebody now."""
        async with database.reading() as uow:
            counts = await uow.calls.counts(from_, to)
            waiting = await uow.messages.open()
            timings = await uow.turns.timings(from_, to, NEWEST_TURNS)
        return {
            "calls": counts.calls,
            "outcomes": counts.outcomes,
            "ended_by": counts.ended_by,
            "messages": {"open": waiting.count, "urgent": waiting.urgent},
            "latency": percentiles(timings),
        }

    return router
