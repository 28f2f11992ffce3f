"""What every request passes first: whose it is, how many came before it, how long it is.

Signed webhooks are not counted by address, because they all come from the phone company;
what is not truly signed is counted where it is refused. This machine itself is not counted.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from receptionist.limits.addresses import Network, client_address, household

LARGEST_BODY = 128 * 1024
SIGNED = ("/voice/", "/messages/")
TOO_LONG = PlainTextResponse("the request is too long", 413)
TOO_MANY = PlainTextResponse("too many requests; wait a minute", 429, {"Retry-After": "60"})

Allow = Callable[[str], Awaitable[bool]]
"""Whether an address may ask once more."""
IsLocal = Callable[[str | None, Headers], bool]


class Gate:
    """An ASGI middleware."""

    def __init__(
        self, app: ASGIApp, *, allow: Allow, is_local: IsLocal, trusted: Sequence[Network] = ()
    ) -> None:
        self._app = app
        self._allow = allow
        self._is_local = is_local
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer 413 or 429."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else ""
        address = client_address(peer, headers.get("x-forwarded-for", ""), self._trusted)
        if address != peer:
            scope = {**scope, "client": (address, 0)}
        if await self._is_too_often(scope["path"], address, headers):
            await _refuse(TOO_MANY, scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        elif _announced(headers) > LARGEST_BODY:
            await _refuse(TOO_LONG, scope, receive, send)
        else:
            await _Bounded(self._app, scope, receive, send).run()

    async def _is_too_often(self, path: str, address: str, headers: Headers) -> bool:
        if path.startswith(SIGNED) or not address or self._is_local(address, headers):
            return False
        return not await self._allow(household(address))


class _Bounded:
    """One request whose body was not announced, or not truly."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._length = 0
        self._has_answered = False
        self._is_refused = False

    async def run(self) -> None:
        """Whatever the application makes of a body that is cut off, the answer is 413."""
        try:
            await self._app(self._scope, self._next, self._answer)
        except ClientDisconnect:
            if not self._is_too_long:
                raise
            await self._refuse()

    @property
    def _is_too_long(self) -> bool:
        return self._length > LARGEST_BODY

    async def _next(self) -> Message:
        message = await self._receive()
        self._length += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._is_too_long else message

    async def _answer(self, message: Message) -> None:
        if self._is_too_long and not self._has_answered:
            await self._refuse()
        elif not self._is_refused:
            self._has_answered = True
            await self._send(message)

    async def _refuse(self) -> None:
        if not self._has_answered:
            self._has_answered = self._is_refused = True
            await TOO_LONG(self._scope, self._receive, self._send)


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


async def _refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await answer(scope, receive, send)
        return
    closing: dict[str, Any] = {"type": "websocket.close", "code": 1013}
    await receive()
    await send(closing)
