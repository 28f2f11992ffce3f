"""ElevenLabs' text-to-speech over HTTP, as elevenlabs.io/docs describes it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.emulators.spoken_audio import speak
from tests.emulators.twilio import serving

Fault = Literal["quota", "key", "invalid", "busy", "broken", "cut", "stall", ""]
KEY = "eleven-test-key"
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
    on_audio: Callable[[str], None] = lambda _text: None
    """Told the text just before its first audio is sent."""

    def app(self) -> Starlette:
        """The routes."""
        return Starlette(
            routes=[
                Route("/v1/text-to-speech/{voice}/stream", self._speak, methods=["POST"]),
                Route("/v1/models", self._models),
            ]
        )

    async def _models(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse([{"model_id": "eleven_flash_v2_5"}])

    async def _speak(self, request: Request) -> Response:
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


@asynccontextmanager
async def elevenlabs_emulator() -> AsyncIterator[ElevenLabsEmulator]:
    """Serve on a free port."""
    emulator = ElevenLabsEmulator()
    async with serving(emulator.app()) as url:
        emulator.url = url
        yield emulator
