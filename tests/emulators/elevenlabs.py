"""ElevenLabs' text-to-speech over HTTP and sockets, as elevenlabs.io/docs describes it."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.emulators.certificate import Certificate
from tests.emulators.spoken_audio import speak
from tests.emulators.twilio import serving

Fault = Literal["quota", "key", "invalid", "busy", "broken", "cut", "stall", ""]
KEY = "eleven-test-key"
SOCKET_ERRORS = {
    "quota": "quota_exceeded",
    "invalid": "invalid_input_message",
    "busy": "too_many_concurrent_requests",
}
QUOTA = {
    "detail": {
        "status": "quota_exceeded",
        "message": "This request exceeds your quota of 10000.",
    }
}


@dataclass
class ElevenLabsEmulator:
    """What was asked, and how the next requests are to go wrong."""

    url: str = ""
    fault: Fault = ""
    content_type: str = "audio/mpeg"
    chunk: int = 1600
    first_byte_s: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    sockets: int = 0
    complains_of: str = ""
    """A context that is not there, about which a socket is told first."""
    told: list[dict[str, Any]] = field(default_factory=list)
    """What came on sockets."""
    on_asked: Callable[[str, float], None] = lambda _text, _came_s: None
    """Told the text of a request, and when it came, `time.monotonic()`."""
    on_audio: Callable[[str], None] = lambda _text: None
    """Told the text just before its first audio is sent."""

    def app(self) -> Starlette:
        """The routes."""
        return Starlette(
            routes=[
                Route("/v1/text-to-speech/{voice}/stream", self._speak, methods=["POST"]),
                Route("/v1/models", self._models),
                WebSocketRoute("/v1/text-to-speech/{voice}/multi-stream-input", self._socket),
            ]
        )

    async def _models(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse([{"model_id": "eleven_flash_v2_5"}])

    async def _speak(self, request: Request) -> Response:
        came_s = time.monotonic()
        body = await request.json()
        self.requests.append(
            {**body, "voice": request.path_params["voice"], **request.query_params}
        )
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        if request.query_params.get("output_format") != "ulaw_8000" or not body.get("text"):
            detail = [{"loc": ["body"], "msg": "invalid", "type": "value_error"}]
            return JSONResponse({"detail": detail}, 422)
        self.on_asked(body["text"], came_s)
        return StreamingResponse(self._audio(body["text"]), media_type=self.content_type)

    def _refusal(self, request: Request) -> Response | None:
        if self.fault == "key" or request.headers.get("xi-api-key") != KEY:
            return JSONResponse({"detail": {"status": "invalid_api_key", "message": "no"}}, 401)
        answers = {
            "quota": (QUOTA, 401),
            "invalid": ({"detail": [{"loc": [], "msg": "x", "type": "y"}]}, 422),
            "busy": ({"detail": {"status": "too_many_concurrent_requests"}}, 429),
            "broken": ({"detail": "internal"}, 500),
        }
        found = answers.get(self.fault)
        return None if found is None else JSONResponse(found[0], found[1])

    async def _audio(self, text: str) -> AsyncIterator[bytes]:
        await asyncio.sleep(self.first_byte_s)
        audio = speak(text)
        self.on_audio(text)
        for start in range(0, len(audio), self.chunk):
            if start and self.fault == "cut":
                raise ConnectionResetError
            if start and self.fault == "stall":
                await asyncio.sleep(30)
            yield audio[start : start + self.chunk]

    async def _socket(self, socket: WebSocket) -> None:
        if self.fault == "broken" or socket.headers.get("xi-api-key") != KEY:
            await socket.close()  # Before it is accepted: HTTP 403.
            return
        await socket.accept()
        self.sockets += 1
        if self.complains_of:
            late = {"error": "invalid_input_message", "contextId": self.complains_of}
            await socket.send_json(late)
        contexts: dict[str, _Context] = {}
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    message = await socket.receive_json()
                    self.told.append(message)
                    if self.fault in SOCKET_ERRORS:
                        await self._refuse(socket)
                        break
                    name = str(message["context_id"])
                    context = contexts.get(name)
                    if context is None:
                        context = contexts[name] = _Context(self, socket, name)
                        group.create_task(context.run())
                    context.told(message)
        except* (WebSocketDisconnect, ConnectionError):
            pass

    async def _refuse(self, socket: WebSocket) -> None:
        error = SOCKET_ERRORS[self.fault]
        await socket.send_json({"message": "no", "error": error, "code": 1008})
        await socket.close(1008)


class _Context:
    """One sentence of a socket: audio begins when there is enough text, or no more to come."""

    def __init__(self, emulator: ElevenLabsEmulator, socket: WebSocket, name: str) -> None:
        self._emulator = emulator
        self._socket = socket
        self._name = name
        self._text = ""
        self._chunks = [120]
        self._due: asyncio.Queue[str | None] = asyncio.Queue()

    def told(self, message: dict[str, Any]) -> None:
        """A message about this context."""
        if "generation_config" in message:
            self._chunks = list(message["generation_config"]["chunk_length_schedule"])
        self._text += message.get("text", "")
        if message.get("flush") or message.get("close_context"):
            self._make(len(self._text))
        elif len(self._text.strip()) >= self._chunks[0]:
            self._make(self._text.rstrip().rfind(" "))
            del self._chunks[: len(self._chunks) > 1]
        if message.get("close_context"):
            self._due.put_nowait(None)

    def _make(self, end: int) -> None:
        text, self._text = self._text[:end], self._text[end:]
        if text.strip():
            self._due.put_nowait(text)

    async def run(self) -> None:
        """Until it is closed."""
        is_first = True
        while (text := await self._due.get()) is not None:
            await asyncio.sleep(self._emulator.first_byte_s if is_first else 0.0)
            is_first = False
            self._emulator.on_audio(text)
            audio = speak(text)
            for start in range(0, len(audio), self._emulator.chunk):
                if start and self._emulator.fault == "cut":
                    raise ConnectionResetError
                if start and self._emulator.fault == "stall":
                    await asyncio.sleep(30)
                piece = base64.b64encode(audio[start : start + self._emulator.chunk]).decode()
                await self._socket.send_json({"audio": piece, "contextId": self._name})
        await self._socket.send_json({"isFinal": True, "contextId": self._name})


@asynccontextmanager
async def elevenlabs_emulator(
    certificate: Certificate | None = None,
) -> AsyncIterator[ElevenLabsEmulator]:
    """Serve on a free port; by TLS with a `certificate`."""
    emulator = ElevenLabsEmulator()
    async with serving(emulator.app(), certificate) as url:
        emulator.url = url
        yield emulator
