"""`GET /phone` and `WS /phone/stream`: the receptionist in a browser, no phone company needed."""

from asyncio import Semaphore
from collections.abc import Callable

import structlog
from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from receptionist.errors import NotFound
from receptionist.pages import Pages, same_origin
from receptionist.phone.conversation import PhoneConversations
from receptionist.phone.socket import PhoneLine

IDLE_S = 20.0
MOST_CALLS = 20
TRY_AGAIN_LATER = 1013
MAX_HINT_CHARACTERS = 100

logger = structlog.get_logger()


def create_phone(
    conversations: PhoneConversations,
    *,
    enabled: Callable[[HTTPConnection], bool],
    spoken: Callable[[str], str] = str,
    idle_s: float = IDLE_S,
    most_calls: int = MOST_CALLS,
) -> APIRouter:
    """The softphone's routes.

    `enabled` decides per request (PHONE_PAGE; `auto` is loopback only): without it there is
    no such page. `spoken` makes a sentence fit for a voice. After `idle_s` of silence
    the receptionist asks whether somebody is there, and after as long again hangs up.
    Whoever calls beside `most_calls` others is told that all lines are busy.
    """
    lines = Semaphore(most_calls)
    router = APIRouter(include_in_schema=False)
    pages = Pages("receptionist.phone", microphone=True)

    @router.get("/phone")
    async def phone(request: Request) -> Response:
        if not enabled(request):
            return PlainTextResponse("not found", 404)
        return pages.page(request, "phone.html", {"practice": _hint(request) or ""})

    @router.get("/phone/static/{name}")
    async def static(request: Request, name: str) -> Response:
        if not enabled(request):
            return PlainTextResponse("not found", 404)
        return pages.static(request, name)

    @router.websocket("/phone/stream")
    async def stream(socket: WebSocket) -> None:
        if not enabled(socket):
            await socket.send_denial_response(PlainTextResponse("not found", 404))
            return
        if not same_origin(socket):
            await socket.send_denial_response(PlainTextResponse("another site's page", 403))
            return
        if lines.locked():
            await _busy(socket)
            return
        async with lines:
            try:
                conversation = await conversations.open(_hint(socket))
            except NotFound:
                await socket.send_denial_response(PlainTextResponse("no such practice", 404))
                return
            await PhoneLine(socket, conversation, spoken=spoken, idle_s=idle_s).run()

    return router


async def _busy(socket: WebSocket) -> None:
    """A browser cannot read why a socket was refused: it is told on an open one."""
    logger.warning("phone_busy")
    await socket.accept()
    await socket.send_json({"type": "ended", "by": "busy"})
    await socket.close(TRY_AGAIN_LATER)


def _hint(connection: HTTPConnection) -> str | None:
    return connection.query_params.get("practice", "")[:MAX_HINT_CHARACTERS] or None
