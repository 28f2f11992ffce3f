"""`GET /phone` and `WS /phone/stream`: the receptionist in a browser, no phone company needed."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from receptionist.errors import NotFound
from receptionist.pages import Pages, same_origin
from receptionist.phone.conversation import PhoneConversations
from receptionist.phone.socket import PhoneLine

IDLE_S = 20.0
MAX_HINT_CHARACTERS = 100


def create_phone(
    conversations: PhoneConversations,
    *,
    enabled: Callable[[HTTPConnection], bool],
    spoken: Callable[[str], str] = str,
    idle_s: float = IDLE_S,
) -> APIRouter:
    """The softphone's routes.

    `enabled` decides per request (PHONE_PAGE; `auto` is loopback only): without it there is
    no such page. `spoken` makes a sentence fit for a voice. After `idle_s` of silence
    the receptionist asks whether somebody is there, and after as long again hangs up.
    """
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
        try:
            conversation = await conversations.open(_hint(socket))
        except NotFound:
            await socket.send_denial_response(PlainTextResponse("no such practice", 404))
            return
        await PhoneLine(socket, conversation, spoken=spoken, idle_s=idle_s).run()

    return router


def _hint(connection: HTTPConnection) -> str | None:
    return connection.query_params.get("practice", "")[:MAX_HINT_CHARACTERS] or None
