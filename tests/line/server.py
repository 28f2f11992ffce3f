"""A tiny server to call: canned TwiML by path, and a media stream whose behaviour a test gives."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

LOUD = bytes([0x10, 0x90]) * 80
Behaviour = Callable[["StreamPeer"], Awaitable[None]]


def is_loud(message: dict[str, Any]) -> bool:
    """Whether a media message holds more than silence."""
    return set(base64.b64decode(message["media"]["payload"])) != {0xFF}


class StreamPeer:
    """The server's end of one stream."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.received: list[dict[str, Any]] = []
        self.stream_sid = ""

    async def next(self, event: str) -> dict[str, Any]:
        """Read until a message of this kind."""
        while True:
            message = json.loads(await self.socket.receive_text())
            self.received.append(message)
            self.stream_sid = message.get("streamSid", self.stream_sid)
            if message["event"] == event:
                return message

    async def loud_frame(self) -> dict[str, Any]:
        """Read until the caller is heard."""
        while True:
            media = await self.next("media")
            if is_loud(media):
                return media

    async def send(self, event: str, **body: Any) -> None:
        """Send one message."""
        await self.socket.send_text(
            json.dumps({"event": event, "streamSid": self.stream_sid, **body})
        )

    async def speak(self, ms: int, mark: str) -> None:
        """Send loud audio and a mark behind it."""
        payload = base64.b64encode(LOUD * (ms // 20)).decode()
        await self.send("media", media={"payload": payload})
        await self.send("mark", mark={"name": mark})


class Server:
    """Documents by path (TwiML, a status or a whole answer); every request is kept.

    `slow` is never answered.
    """

    def __init__(
        self, behaviour: Behaviour | None = None, **documents: str | int | Response
    ) -> None:
        self.documents = documents
        self.behaviour = behaviour
        self.on_request: Callable[[str], None] = lambda _name: None
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._queries: dict[str, list[dict[str, str]]] = {}
        self.headers: list[dict[str, str]] = []
        self.peers: list[StreamPeer] = []
        self.app = Starlette(
            routes=[
                Route("/{name}", self._document, methods=["GET", "POST"]),
                WebSocketRoute("/stream", self._stream),
            ]
        )

    def asked(self, name: str) -> list[dict[str, str]]:
        """The parameters of each request for a document."""
        return [form for path, form in self.requests if path == name]

    def queries(self, name: str) -> list[dict[str, str]]:
        """The query of each request for a document."""
        return self._queries.get(name, [])

    async def _document(self, request: Request) -> Response:
        name = request.path_params["name"]
        form = {key: str(value) for key, value in (await request.form()).items()}
        self.requests.append((name, form))
        self._queries.setdefault(name, []).append(dict(request.query_params))
        self.headers.append(dict(request.headers))
        self.on_request(name)
        if name == "slow":
            await asyncio.Event().wait()
        body = self.documents.get(name, "")
        if isinstance(body, Response):
            return body
        if isinstance(body, int):
            return Response(status_code=body, media_type="text/plain")
        host = request.headers["host"]
        twiml = f"<Response>{body}</Response>".replace("ws://here", f"ws://{host}")
        return Response(twiml, media_type="text/xml")

    async def _stream(self, socket: WebSocket) -> None:
        await socket.accept()
        peer = StreamPeer(socket)
        self.peers.append(peer)
        try:
            await peer.next("start")
            if self.behaviour is not None:
                await self.behaviour(peer)
        except WebSocketDisconnect:
            return
        await socket.close()
