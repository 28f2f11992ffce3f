"""Deepgram's live recognition over a WebSocket, as developers.deepgram.com describes it.

Time is audio time. Words come from audio that carries them (`spoken_audio`).
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from tests.emulators.certificate import Certificate
from tests.emulators.spoken_audio import SpokenAudioReader

KEY = "deepgram-test-key"
QUIET = 0xFF
BYTES_PER_MS = 8


@dataclass
class DeepgramEmulator:
    """What was asked, and how the next connections are to go wrong."""

    url: str = ""
    refuse: int = 0
    close_after_words: int = 0
    strange: bool = False
    """Send unknown types and text that is not JSON in between."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    audio_bytes: int = 0
    on_words: Callable[[str, bool], None] = lambda _words, _is_final: None
    """Told what is sent, just before it is."""

    async def handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        """Who may connect."""
        parts = urlsplit(request.path)
        query = {name: v if len(v) > 1 else v[0] for name, v in parse_qs(parts.query).items()}
        self.requests.append({"path": parts.path, **query})
        if self.refuse:
            return connection.respond(HTTPStatus(self.refuse), '{"err_code":"REFUSED"}')
        if request.headers.get("Authorization", "").split() != ["Token", KEY]:
            return connection.respond(HTTPStatus.UNAUTHORIZED, '{"err_code":"INVALID_AUTH"}')
        return None

    async def serve_one(self, connection: ServerConnection) -> None:
        """One stream."""
        request = connection.request
        assert request is not None
        flux = request.path.startswith("/v2/")
        stream: _Stream = _Flux(connection, self) if flux else _Nova(connection, self)
        await stream.begin()
        async for message in connection:
            if isinstance(message, bytes):
                self.audio_bytes += len(message)
                await stream.audio(message)
            else:
                self.messages.append(json.loads(message)["type"])
                if await stream.control(self.messages[-1]):
                    return


class _Stream:
    """Words, silence and time of one connection."""

    silence_ms = 300

    def __init__(self, connection: ServerConnection, emulator: DeepgramEmulator) -> None:
        self._connection = connection
        self._emulator = emulator
        self._reader = SpokenAudioReader()
        self._words: list[str] = []
        self._quiet_ms = 0.0
        self._heard_ms = self._last_word_ms = 0.0
        self._speaking = False
        self._heard_words = 0

    async def begin(self) -> None:
        """Before any audio."""

    async def audio(self, mulaw: bytes) -> None:
        """Audio, in pieces of any size."""
        for start in range(0, len(mulaw), 160):
            await self._frame(mulaw[start : start + 160])

    async def control(self, kind: str) -> bool:
        """A text message; True when the stream is over."""
        return kind == "CloseStream"

    async def _frame(self, frame: bytes) -> None:
        self._heard_ms += len(frame) / BYTES_PER_MS
        if frame.count(QUIET) > len(frame) * 0.9:
            before, self._quiet_ms = self._quiet_ms, self._quiet_ms + len(frame) / BYTES_PER_MS
            await self._silence(before, self._quiet_ms)
        else:
            self._quiet_ms = 0.0
            if not self._speaking:
                self._speaking = True
                await self._began()
        words = self._reader.feed(frame)
        if words:
            self._words += words
            self._heard_words += len(words)
            self._last_word_ms = self._heard_ms
            await self._strange()
            await self._word()
            limit = self._emulator.close_after_words
            if limit and self._heard_words >= limit:
                self._emulator.close_after_words = 0
                await self._connection.close(1011, "NET-0000")

    async def _began(self) -> None: ...

    async def _word(self) -> None: ...

    async def _silence(self, before_ms: float, now_ms: float) -> None: ...

    async def _send(self, **message: Any) -> None:
        await self._connection.send(json.dumps(message))

    async def _strange(self) -> None:
        if self._emulator.strange:
            await self._send(type="BrandNew", x=1)
            await self._connection.send("not json at all")


class _Nova(_Stream):
    async def control(self, kind: str) -> bool:
        if kind == "Finalize":
            await self._results(is_final=True, speech_final=True, from_finalize=True)
        if kind == "CloseStream":
            await self._send(
                type="Metadata",
                transaction_key="deprecated",
                request_id="r",
                sha256="",
                created="",
                duration=0.0,
                channels=1,
            )
        return kind == "CloseStream"

    async def _began(self) -> None:
        await self._send(type="SpeechStarted", channel=[0, 1], timestamp=0.0)

    async def _word(self) -> None:
        await self._results(is_final=False, speech_final=False)

    async def _silence(self, before_ms: float, now_ms: float) -> None:
        if self._speaking and before_ms < self.silence_ms <= now_ms:
            await self._results(is_final=True, speech_final=True)
            self._speaking = False
        if before_ms < 1000 <= now_ms and self._heard_words:
            last_word_end = self._last_word_ms / 1000
            await self._send(type="UtteranceEnd", channel=[0, 1], last_word_end=last_word_end)

    async def _results(self, **flags: bool) -> None:
        text = " ".join(self._words)
        self._emulator.on_words(text, flags["is_final"])
        if flags["is_final"]:
            self._words = []
        await self._send(
            type="Results",
            channel_index=[0, 1],
            duration=self._heard_ms / 1000,
            start=0.0,
            channel={"alternatives": [{"transcript": text, "confidence": 0.97, "words": []}]},
            metadata={
                "request_id": "r",
                "model_info": {"name": "n", "version": "1", "arch": "nova-3"},
                "model_uuid": "m",
            },
            **flags,
        )


class _Flux(_Stream):
    eager_ms = 300
    end_ms = 700

    def __init__(self, connection: ServerConnection, emulator: DeepgramEmulator) -> None:
        super().__init__(connection, emulator)
        self._eager = False
        self._turn = 0

    async def begin(self) -> None:
        await self._send(type="Connected", request_id="r", sequence_id=0)

    async def _began(self) -> None:
        if self._eager:
            self._eager = False
            await self._info("TurnResumed")
        elif not self._words:
            await self._info("StartOfTurn")

    async def _word(self) -> None:
        await self._info("Update")

    async def _silence(self, before_ms: float, now_ms: float) -> None:
        if self._words and before_ms < self.eager_ms <= now_ms:
            self._eager, self._speaking = True, False
            await self._info("EagerEndOfTurn")
        if self._words and before_ms < self.end_ms <= now_ms:
            await self._info("EndOfTurn")
            self._words, self._eager = [], False
            self._turn += 1

    async def _info(self, event: str) -> None:
        await self._send(
            type="TurnInfo",
            request_id="r",
            sequence_id=1,
            event=event,
            turn_index=self._turn,
            audio_window_start=0.0,
            audio_window_end=self._heard_ms / 1000,
            transcript=" ".join(self._words),
            words=[{"word": word, "confidence": 0.9} for word in self._words],
            end_of_turn_confidence=0.8,
        )


@asynccontextmanager
async def deepgram_emulator(
    port: int = 0, *, shared: bool = False, certificate: Certificate | None = None
) -> AsyncIterator[DeepgramEmulator]:
    """Serve on a free port, or on this one; `shared` with other processes, which take turns.

    By TLS with a `certificate`.
    """
    emulator = DeepgramEmulator()
    server: Server
    async with serve(
        emulator.serve_one,
        "127.0.0.1",
        port,
        process_request=emulator.handshake,
        reuse_port=shared,
        ssl=certificate and certificate.context(),
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        emulator.url = f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
        yield emulator
