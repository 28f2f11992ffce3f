"""Deepgram: live recognition (nova) and turn events (Flux).

μ-law goes up as it came from the phone. Through the official SDK, or, with
DEEPGRAM_CLIENT=direct, past it (`deepgram_clients/direct.py`): the same messages for a
fraction of the CPU time. The SDK's traps, and how they are met: iterating
the socket, unlike its `start_listening`, survives text that is not JSON; messages it does
not know come as None and are skipped; its fixed connect timeout is cut short from outside.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from importlib import import_module
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from providers.errors import connection_errors, refusal
from receptionist.errors import ConfigurationError, ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.speech_to_text import (
    EagerEndOfTurn,
    EndOfTurn,
    FinalTranscript,
    Heard,
    NothingSaid,
    PartialTranscript,
    Recognition,
    SpeechBegan,
    SpeechToText,
    TranscriptEvent,
    TurnResumed,
)
from receptionist.tls import tls, tls_for

BATCH_BYTES = 640
"""80 ms: a third of the cost of 20 ms frames."""
CONNECT_S = 3.0
KEEP_ALIVE_S = 4.0
"""Deepgram closes after 10 s without audio: developers.deepgram.com/docs/audio-keep-alive"""
SILENCE = b"\xff" * 800
Translate = Callable[[Any], TranscriptEvent | None]
Version = Literal["v1", "v2"]
Dial = Callable[[Version, Mapping[str, Any]], AbstractAsyncContextManager[Any]]
"""Opens a socket that offers what the SDK's does. Raises `ProviderError`."""


class DeepgramSettings(BaseSettings):
    """Environment: DEEPGRAM_API_KEY, _BASE_URL, _MODEL, _CLIENT."""

    model_config = SettingsConfigDict(env_prefix="DEEPGRAM_", env_ignore_empty=True)

    api_key: SecretStr | None = None
    base_url: str = "https://api.deepgram.com"
    model: str = "nova-3"
    client: Literal["sdk", "direct"] = "sdk"


class DeepgramRecognition:
    """One call's socket."""

    def __init__(self, socket: Any, version: Version, translate: Translate) -> None:
        self._socket = socket
        self._version = version
        self._translate = translate
        self._batch = bytearray()
        self.sent_since_keep_alive = False

    async def send(self, mulaw: bytes) -> None:
        """Hand on audio, 80 ms at a time. Raises `ProviderError`."""
        self._batch += mulaw
        if len(self._batch) >= BATCH_BYTES:
            await self._flush()

    async def finalize(self) -> None:
        """Let what is unfinished be decided now."""
        await self._flush()
        with _SOCKET_ERRORS:
            if self._version == "v1":
                await self._socket.send_finalize()
            else:
                await self._socket.send_force_end_turn()

    async def events(self) -> AsyncIterator[Heard]:
        """What was heard, until the socket closes. Raises `ProviderError` when it breaks."""
        with _SOCKET_ERRORS:
            async for message in self._socket:
                if getattr(message, "type", None) == "Error":
                    raise ProviderUnavailable("deepgram", "reported an error")
                if message is not None:
                    yield self._translate(message) or NothingSaid()
        # A socket that is closed while a call is on is lost, however politely it was closed.
        raise ProviderUnavailable("deepgram", "closed the stream")

    async def keep_alive(self) -> None:
        """Hold the socket open while there is no audio."""
        while True:
            await asyncio.sleep(KEEP_ALIVE_S)
            if not self.sent_since_keep_alive:
                with _SOCKET_ERRORS:
                    await self._socket.send_keep_alive()
            self.sent_since_keep_alive = False

    async def finish(self) -> None:
        """Say that no more audio comes."""
        try:
            await self._flush()
            with _SOCKET_ERRORS:
                await self._socket.send_close_stream()
        except ProviderUnavailable:
            return

    async def _flush(self) -> None:
        if not self._batch:
            return
        audio, self._batch = bytes(self._batch), bytearray()
        self.sent_since_keep_alive = True
        with _SOCKET_ERRORS:
            await self._socket.send_media(audio)


class DeepgramSpeechToText:
    """Fulfil `SpeechToText` with Deepgram."""

    name = "deepgram"
    streaming = True
    frames_at_once = BATCH_BYTES // 160

    def __init__(self, dial: Dial, close: Callable[[], Awaitable[None]], model: str) -> None:
        self._dial = dial
        self._close = close
        self._model = model
        self._version: Version = "v2" if model.startswith("flux") else "v1"

    @asynccontextmanager
    async def recognise(
        self, *, language: str, keyterms: Sequence[str] = ()
    ) -> AsyncIterator[Recognition]:
        """A socket for one call. Raises `ProviderError`."""
        async with self._opened(language, keyterms) as recognition:
            if self._version == "v2":
                yield recognition
                return
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(recognition.keep_alive())
                try:
                    yield recognition
                finally:
                    keeping.cancel()

    async def check(self) -> None:
        """Open a socket and send a tenth of a second of silence. Raises `ProviderError`."""
        async with self._opened("en", ()) as recognition:
            await recognition.send(SILENCE)

    async def close(self) -> None:
        """Close the connections."""
        await self._close()

    @asynccontextmanager
    async def _opened(
        self, language: str, keyterms: Sequence[str]
    ) -> AsyncIterator[DeepgramRecognition]:
        connecting = self._dial(self._version, self._asked(language, keyterms))
        with _SOCKET_ERRORS:
            async with asyncio.timeout(CONNECT_S):
                socket = await connecting.__aenter__()
        translate = _nova_event if self._version == "v1" else _flux_event
        recognition = DeepgramRecognition(socket, self._version, translate)
        try:
            yield recognition
        finally:
            await recognition.finish()
            await connecting.__aexit__(None, None, None)

    def _asked(self, language: str, keyterms: Sequence[str]) -> dict[str, Any]:
        common: dict[str, Any] = {"model": self._model, "encoding": "mulaw", "sample_rate": 8000}
        if keyterms:
            common["keyterm"] = list(keyterms)
        if self._version == "v2":
            turns = {"eager_eot_threshold": 0.5, "eot_threshold": 0.7, "eot_timeout_ms": 3000}
            return {**common, **turns}
        return {
            **common,
            "channels": 1,
            "language": language,
            "interim_results": True,
            "endpointing": 300,
            "utterance_end_ms": 1000,
            "vad_events": True,
            "punctuate": True,
            "smart_format": True,
        }


def _nova_event(message: Any) -> TranscriptEvent | None:
    match getattr(message, "type", None):
        case "SpeechStarted":
            return SpeechBegan()
        case "UtteranceEnd":
            return EndOfTurn(until_ms=_milliseconds(message.last_word_end))
        case "Results":
            return _result(message)
        case _:
            return None


def _result(message: Any) -> TranscriptEvent | None:
    alternatives = getattr(getattr(message, "channel", None), "alternatives", None) or []
    text = (getattr(alternatives[0], "transcript", None) or "") if alternatives else ""
    confidence = float(getattr(alternatives[0], "confidence", None) or 0.0) if alternatives else 0.0
    if getattr(message, "is_final", False):
        is_end = bool(getattr(message, "speech_final", False))
        until_ms = _milliseconds(message.start, message.duration)
        return FinalTranscript(text, confidence, is_end, until_ms) if text or is_end else None
    return PartialTranscript(text, confidence) if text else None


def _flux_event(message: Any) -> TranscriptEvent | None:
    text = getattr(message, "transcript", None) or ""
    match getattr(message, "event", None):
        case "StartOfTurn":
            return SpeechBegan()
        case "Update":
            return PartialTranscript(text) if text else None
        case "EagerEndOfTurn":
            return EagerEndOfTurn(text)
        case "TurnResumed":
            return TurnResumed()
        case "EndOfTurn":
            return EndOfTurn(text, until_ms=_milliseconds(message.audio_window_end))
        case _:
            return None


def _milliseconds(*seconds: float | None) -> int | None:
    """Their sum. A field that is missing from a message is None in the SDK's model of it."""
    known = [second for second in seconds if second is not None]
    return int(sum(known) * 1000) if len(known) == len(seconds) else None


class _SocketErrors:
    """Closed and broken sockets leave as `ProviderUnavailable`.

    A class, and nothing imported before there is an error: every batch of audio passes here.
    """

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, exc: BaseException | None, traceback: object) -> None:
        if exc is None:
            return
        from websockets.exceptions import WebSocketException

        if isinstance(exc, WebSocketException):
            raise ProviderUnavailable("deepgram", type(exc).__name__) from exc
        with connection_errors("deepgram"):
            raise exc


_SOCKET_ERRORS = _SocketErrors()


def build(settings: DeepgramSettings) -> SpeechToText:
    """The adapter, by the client that is chosen."""
    parts = urlsplit(settings.base_url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    socket = urlunsplit((scheme, parts.netloc, parts.path, "", ""))
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    through = _direct if settings.client == "direct" else _by_sdk
    dial, close = through(key, settings.base_url, socket)
    return DeepgramSpeechToText(dial, close, settings.model)


def _by_sdk(key: str, base_url: str, socket: str) -> tuple[Dial, Callable[[], Awaitable[None]]]:
    """Its SDK is imported here because it costs a third of a second."""
    import httpx
    from deepgram import AsyncDeepgramClient
    from deepgram.core.api_error import ApiError
    from deepgram.environment import DeepgramClientEnvironment

    # What a connection needs, which the SDK would import at the first call while others wait.
    import_module("deepgram.listen.client")
    for version in ("v1", "v2"):
        _share_tls(f"deepgram.listen.{version}.client")
        import_module(f"deepgram.listen.{version}.socket_client")
    http = httpx.AsyncClient(timeout=5, verify=tls())
    client = AsyncDeepgramClient(
        api_key=key,
        environment=DeepgramClientEnvironment(
            base=base_url, production=socket, agent=socket, agent_rest=base_url
        ),
        httpx_client=http,
    )

    @asynccontextmanager
    async def dial(version: Version, asked: Mapping[str, Any]) -> AsyncIterator[Any]:
        listen: Any = client.listen.v1 if version == "v1" else client.listen.v2
        try:
            async with listen.connect(**asked) as connected:
                yield connected
        except ApiError as exc:
            raise refusal("deepgram", exc.status_code or 500) from exc

    return dial, http.aclose


@cache
def _share_tls(module: str) -> None:
    """The SDK lets nobody choose the TLS context of its sockets, and makes one in every call."""
    listening: Any = import_module(module)
    connect = listening.websockets_client_connect

    def connect_with_ours(url: str, **options: Any) -> Any:
        return connect(url, ssl=tls_for(url), **options)

    listening.websockets_client_connect = connect_with_ours


def _direct(key: str, _base_url: str, socket: str) -> tuple[Dial, Callable[[], Awaitable[None]]]:
    try:
        from providers.stt.deepgram_clients.direct import DirectDial, Refused
    except ImportError:
        problem = "DEEPGRAM_CLIENT='direct': install it with: pip install receptionist[fast]"
        raise ConfigurationError([problem]) from None
    direct = DirectDial(socket, key)

    @asynccontextmanager
    async def dial(version: Version, asked: Mapping[str, Any]) -> AsyncIterator[Any]:
        try:
            async with direct(f"/{version}/listen", asked) as connected:
                yield connected
        except Refused as exc:
            raise refusal("deepgram", exc.status) from exc

    async def close() -> None:
        """Every socket is its call's."""

    return dial, close


ADAPTER: Adapter[SpeechToText, DeepgramSettings] = Adapter(
    DeepgramSettings, build, lambda settings: settings.api_key is not None
)
