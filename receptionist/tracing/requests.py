"""Ports whose every request is timed; what they ask and are answered passes through unread."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, cast

import structlog

from receptionist.errors import ReceptionistError
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office
from receptionist.ports.language_model import LanguageModel, ModelEvent, ModelRequest
from receptionist.ports.speech_to_text import Recognition, SpeechToText
from receptionist.ports.text_to_speech import TextToSpeech
from receptionist.tracing.calls import CallTraces, Request

Clock = Callable[[], int]
"""Nanoseconds since 1970."""


class Stopwatch:
    """One request under way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.first_ns: int | None = None

    def first(self) -> None:
        """Something of the answer is there; later ones do not count."""
        if self.first_ns is None:
            self.first_ns = self._clock()


class Requests:
    """Time requests for the call they are made for."""

    def __init__(self, traces: CallTraces, clock: Clock = time.time_ns) -> None:
        self._traces = traces
        self._clock = clock

    @contextmanager
    def timed(
        self, name: str, provider: str, *, call_sid: str | None = None
    ) -> Iterator[Stopwatch]:
        """Time this block. The call, unless given, is the one that log lines are bound to."""
        call_sid = call_sid or structlog.contextvars.get_contextvars().get("call_sid")
        watch, started_ns = Stopwatch(self._clock), self._clock()
        error_code: str | None = None
        try:
            yield watch
        except Exception as exc:
            error_code = _code(exc)
            raise
        finally:
            self._traces.request(
                call_sid,
                Request(name, provider, started_ns, self._clock(), watch.first_ns, error_code),
            )


def _code(exc: BaseException) -> str:
    """What went wrong without its words: a text may quote a caller."""
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    return exc.code if isinstance(exc, ReceptionistError) else type(exc).__name__


class _TracedModel:
    """A language model; the first event of an answer is noted."""

    def __init__(self, model: LanguageModel, requests: Requests) -> None:
        self._model = model
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Events of one answer."""
        with self._requests.timed("llm", self._model.name) as watch:
            async with aclosing(cast(Any, self._model.stream(request))) as events:
                async for event in events:
                    watch.first()
                    yield event


class _TracedVoice:
    """A voice; the first audio of a sentence is noted."""

    def __init__(self, voice: TextToSpeech, requests: Requests) -> None:
        self._voice = voice
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        return getattr(self._voice, name)

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        """The audio as it is made."""
        with self._requests.timed("tts", self._voice.name) as watch:
            audio = self._voice.synthesize(text, language=language, previous_text=previous_text)
            async with aclosing(cast(Any, audio)) as chunks:
                async for chunk in chunks:
                    watch.first()
                    yield chunk


class _TracedRecogniser:
    """A recogniser; its request is the whole connection, and opening it the first of it."""

    def __init__(self, recogniser: SpeechToText, requests: Requests) -> None:
        self._recogniser = recogniser
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recogniser, name)

    @asynccontextmanager
    async def recognise(
        self, *, language: str, keyterms: Sequence[str] = ()
    ) -> AsyncIterator[Recognition]:
        """Open a connection for one call."""
        with self._requests.timed("stt", self._recogniser.name) as watch:
            opened = self._recogniser.recognise(language=language, keyterms=keyterms)
            async with opened as recognition:
                watch.first()
                yield recognition


class _TracedHandler:
    """A function the model may call."""

    def __init__(self, handler: FunctionHandler, requests: Requests) -> None:
        self._handler = handler
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handler, name)

    async def handle(
        self, arguments: Any, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """Do it."""
        with self._requests.timed("action", self._handler.name, call_sid=facts.call_sid):
            return await self._handler.handle(arguments, facts, office, tool_call_id=tool_call_id)


class _TracedMethods:
    """An adapter whose every coroutine is a request."""

    def __init__(self, kind: str, adapter: Any, requests: Requests) -> None:
        self._kind = kind
        self._adapter = adapter
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._adapter, name)
        if not iscoroutinefunction(value) or name == "close":
            return value
        provider = getattr(self._adapter, "name", type(self._adapter).__name__)

        @wraps(value)
        async def timed(*arguments: Any, **named: Any) -> Any:
            with self._requests.timed(f"{self._kind} {name}", provider):
                return await value(*arguments, **named)

        return timed


def traced_model(model: LanguageModel, requests: Requests) -> LanguageModel:
    """The same model, its answers timed."""
    return cast(LanguageModel, _TracedModel(model, requests))


def traced_voice(voice: TextToSpeech, requests: Requests) -> TextToSpeech:
    """The same voice, its sentences timed."""
    return cast(TextToSpeech, _TracedVoice(voice, requests))


def traced_recogniser(recogniser: SpeechToText, requests: Requests) -> SpeechToText:
    """The same recogniser, its connections timed."""
    return cast(SpeechToText, _TracedRecogniser(recogniser, requests))


def traced_handler(handler: FunctionHandler, requests: Requests) -> FunctionHandler:
    """The same handler, its uses timed."""
    return cast(FunctionHandler, _TracedHandler(handler, requests))


def traced_methods(kind: str, adapter: Any, requests: Requests) -> Any:
    """The same adapter, its coroutines timed; `kind` begins their spans' names."""
    return _TracedMethods(kind, adapter, requests)
