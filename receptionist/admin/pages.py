"""How each staff page is filled: read the rows, note who looked, render.

Reading and the audit row are one transaction: no look without its row.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from receptionist.admin import views
from receptionist.admin.forms import form_token, keep_token
from receptionist.pages import Pages
from receptionist.ports.records import Database, ListQuery, StaffMessage, UnitOfWork


class AdminPages:
    """The staff's pages as responses."""

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now
        self._pages = Pages("receptionist.admin")
        self._pages.environment.globals.update(
            masked=views.masked,
            length=views.length,
            clock=views.clock,
            ended_by=views.ENDED_BY,
            outcomes=views.OUTCOMES,
            channels=views.CHANNELS,
        )

    async def inbox(self, request: Request, user: str, query: ListQuery) -> HTMLResponse:
        """Messages that wait for somebody, urgent ones first, then those that are done."""
        async with self._database.transaction() as uow:
            found = await uow.messages.list(query)
            zones = await _zones(uow)
            await _viewed(uow, user, "messages")
        waiting = views.by_need([m for m in found.items if m.status != "done"])
        return self._page(
            request,
            user,
            "inbox.html",
            {
                "waiting": waiting,
                "done": [m for m in found.items if m.status == "done"],
                "urgent": sum(m.urgency == "urgent" for m in waiting),
                "next": found.next,
                "zones": zones,
                "age": self._age,
            },
        )

    async def message(self, request: Request, user: str, message_id: str) -> HTMLResponse:
        """One message, with the number to call back."""
        async with self._database.transaction() as uow:
            found = await uow.messages.get(message_id)
            if found is None:
                raise HTTPException(404, "no such message")
            zones = await _zones(uow)
            await _viewed(uow, user, f"message:{message_id}")
        values = {"message": found, "zones": zones, "age": self._age}
        return self._page(request, user, "message.html", values)

    async def calls(self, request: Request, user: str, query: ListQuery) -> HTMLResponse:
        """Calls, newest first."""
        async with self._database.transaction() as uow:
            found = await uow.calls.list(query)
            zones = await _zones(uow)
            await _viewed(uow, user, "calls")
        values = {"calls": found.items, "next": found.next, "zones": zones}
        return self._page(request, user, "calls.html", values)

    async def call(self, request: Request, user: str, call_sid: str) -> HTMLResponse:
        """One call as a conversation."""
        async with self._database.transaction() as uow:
            found = await uow.calls.get(call_sid)
            if found is None:
                raise HTTPException(404, "no such call")
            turns = await uow.turns.of_call(call_sid)
            actions = await uow.actions.of_call(call_sid)
            zones = await _zones(uow)
            await _viewed(uow, user, f"call:{call_sid}")
        exchanges, afterwards = views.conversation(turns, actions)
        return self._page(
            request,
            user,
            "call.html",
            {
                "call": found,
                "exchanges": exchanges,
                "afterwards": afterwards,
                "zone": zones.of(found.practice_id),
            },
        )

    async def appointments(self, request: Request, user: str, query: ListQuery) -> HTMLResponse:
        """Appointments, newest first."""
        async with self._database.transaction() as uow:
            found = await uow.appointments.list(query)
            zones = await _zones(uow)
            await _viewed(uow, user, "appointments")
        values = {"appointments": found.items, "next": found.next, "zones": zones}
        return self._page(request, user, "appointments.html", values)

    async def audit(self, request: Request, user: str, query: ListQuery) -> HTMLResponse:
        """Whether the audit chain holds, and its newest rows."""
        async with self._database.transaction() as uow:
            broken = await uow.audit.first_broken()
            found = await uow.audit.list(query)
            zones = await _zones(uow)
        values = {
            "broken": broken,
            "rows": found.items,
            "next": found.next,
            "zone": zones.of(None),
        }
        return self._page(request, user, "audit.html", values)

    def _age(self, message: StaffMessage) -> str:
        return views.age(message.created_at, self._now())

    def _page(
        self, request: Request, user: str, template: str, values: Mapping[str, object]
    ) -> HTMLResponse:
        token = form_token(request)
        response = self._pages.page(
            request, template, {"user": user, "token": token, "path": request.url.path, **values}
        )
        keep_token(response, token, secure=request.url.scheme == "https")
        return response


async def _zones(uow: UnitOfWork) -> views.Zones:
    return views.Zones(await uow.practices.all())


async def _viewed(uow: UnitOfWork, user: str, subject: str) -> None:
    await uow.audit.append(actor=user, action="viewed", subject=subject)
