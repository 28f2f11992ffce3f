"""The staff's pages under `/admin`: messages, calls, appointments, audit.

Every look at personal data leaves an audit row with who looked and at what. Who may look is
decided by `require_account`, a FastAPI dependency that gives the user's name.
"""

from collections.abc import Callable
from typing import Any, get_args

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from receptionist.admin.forms import posted_form
from receptionist.admin.pages import AdminPages
from receptionist.errors import NotFound
from receptionist.pages import Pages
from receptionist.ports.records import Database, ListQuery, MessageStatus

PAGE_ROWS = 50
INBOX_ROWS = 200
MAX_CURSOR_CHARACTERS = 200


def create_admin(database: Database, require_account: Callable[..., Any]) -> APIRouter:
    """The admin routes. `require_account` answers 401 itself, and gives the user's name."""
    router = APIRouter(prefix="/admin", include_in_schema=False)
    pages = AdminPages(database)
    files = Pages("receptionist.admin")
    account = Depends(require_account)

    @router.get("")
    async def inbox(request: Request, user: str = account) -> Response:
        return await pages.inbox(request, user, _query(request, INBOX_ROWS))

    @router.get("/messages/{message_id}")
    async def message(request: Request, message_id: str, user: str = account) -> Response:
        return await pages.message(request, user, message_id)

    @router.post("/messages/{message_id}/status")
    async def set_status(request: Request, message_id: str, user: str = account) -> Response:
        fields = await posted_form(request)
        status = _status(fields.get("status", ""))
        async with database.transaction() as uow:
            try:
                await uow.messages.set_status(message_id, status)
            except NotFound:
                raise HTTPException(404, "no such message") from None
            await uow.audit.append(
                actor=user,
                action="set_status",
                subject=f"message:{message_id}",
                detail={"status": status},
            )
        back = f"/admin/messages/{message_id}" if fields.get("back") == "message" else "/admin"
        return RedirectResponse(back, 303)

    @router.get("/calls")
    async def calls(request: Request, user: str = account) -> Response:
        return await pages.calls(request, user, _query(request, PAGE_ROWS))

    @router.get("/calls/{call_sid}")
    async def call(request: Request, call_sid: str, user: str = account) -> Response:
        return await pages.call(request, user, call_sid)

    @router.get("/appointments")
    async def appointments(request: Request, user: str = account) -> Response:
        return await pages.appointments(request, user, _query(request, PAGE_ROWS))

    @router.get("/audit")
    async def audit(request: Request, user: str = account) -> Response:
        return await pages.audit(request, user, _query(request, PAGE_ROWS))

    # Styles hold nothing personal, and a browser may ask for them without credentials.
    @router.get("/static/{name}")
    async def static(request: Request, name: str) -> Response:
        return files.static(request, name)

    return router


def _status(value: str) -> MessageStatus:
    for status in get_args(MessageStatus):
        if status == value:
            return status  # type: ignore[no-any-return]
    raise HTTPException(400, "status must be one of: new, taken, done")


def _query(request: Request, limit: int) -> ListQuery:
    after = request.query_params.get("after", "")[:MAX_CURSOR_CHARACTERS]
    return ListQuery(limit=limit, after=after or None)
