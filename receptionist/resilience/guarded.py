"""Speech and language vendors within a budget of patience, and behind a breaker.

Ports wrapped from outside: what comes too late leaves as `ProviderUnavailable`, like any
other failure, and the caller's turn goes on with the next adapter. The embedded adapters
are never wrapped: they cannot be down.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from receptionist.errors import ProviderUnavailable
from receptionist.ports.language_model import LanguageModel, ModelEvent, ModelRequest
from receptionist.ports.speech_to_text import Heard, Recognition, SpeechToText
from receptionist.ports.text_to_speech import TextToSpeech, Utterance
from receptionist.resilience.breakers import Attempt, Breakers

CLOSE_S = 0.3


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a caller waits for an adapter before the next one is asked."""

    first_s: float
    """For a connection, the first audio or the first word."""
    next_s: float
    """For whatever comes after it."""


class Guarded:
    """What all guarded adapters have in common."""

    def __init__(self, kind: str, adapter: Any, breakers: Breakers) -> None:
        self._adapter = adapter
        self._breakers = breakers
        self._key = f"{kind}:{adapter.name}"
        breakers.add(self._key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    @property
    def is_well(self) -> bool:
        """Whether the last that is known of it is good."""
        return self._breakers.is_well(self._key)

    @property
    def is_skipped(self) -> bool:
        """Whether a request now would not be made."""
        return self._breakers.skips(self._key)

    async def check(self) -> None:
        """One cheap real request. Raises `ProviderError`."""
        await self._adapter.check()
        self._breakers.checked(self._key)

    async def _begin(self) -> Attempt:
        return await self._breakers.begin(self._key)


def is_well(adapter: object) -> bool:
    """Whether the last that is known of an adapter is good; what is not guarded is always well."""
    return not isinstance(adapter, Guarded) or adapter.is_well


def is_skipped(adapter: object) -> bool:
    """Whether an adapter is left alone for a while."""
    return isinstance(adapter, Guarded) and adapter.is_skipped


class _GuardedModel(Guarded):
    """A language model."""

    def __init__(self, model: LanguageModel, breakers: Breakers, budget: Budget) -> None:
        super().__init__("llm", model, breakers)
        self._budget = budget

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Events of one answer."""
        with await self._begin() as attempt:
            events = cast(Any, self._adapter.stream(request))
            async with aclosing(_in_time(events, self._adapter.name, self._budget)) as timely:
                async for event in timely:
                    attempt.came()
                    yield event


class _GuardedVoice(Guarded):
    """A voice."""

    def __init__(self, voice: TextToSpeech, breakers: Breakers, budget: Budget) -> None:
        super().__init__("tts", voice, breakers)
        self._budget = budget
        # A network may let requests out and no sockets: the voice itself is well then.
        self._words_key = f"{self._key}:words"
        if getattr(voice, "takes_words", False):
            breakers.add(self._words_key)

    @property
    def takes_words(self) -> bool:
        """Whether it does, and has not failed at it lately."""
        takes_them = bool(getattr(self._adapter, "takes_words", False))
        return takes_them and not self._breakers.skips(self._words_key)

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        """The audio as it is made."""
        with await self._begin() as attempt:
            audio = self._adapter.synthesize(text, language=language, previous_text=previous_text)
            async with aclosing(_in_time(audio, self._adapter.name, self._budget)) as timely:
                async for chunk in timely:
                    attempt.came()
                    yield chunk

    @asynccontextmanager
    async def utterance(self) -> AsyncIterator[Utterance]:
        """A sentence that is still being written."""
        name, budget = self._adapter.name, self._budget
        with await self._breakers.begin(self._words_key) as attempt:
            async with AsyncExitStack() as stack:
                try:
                    async with asyncio.timeout(budget.first_s):
                        utterance = await stack.enter_async_context(self._adapter.utterance())
                except TimeoutError as exc:
                    raise _late(name, budget.first_s) from exc
                yield _TimedUtterance(utterance, attempt, name, budget)


class _TimedUtterance:
    """Its audio is waited for from when all of the words are there."""

    def __init__(self, utterance: Utterance, attempt: Attempt, name: str, budget: Budget) -> None:
        self._utterance = utterance
        self._attempt = attempt
        self._name = name
        self._patience_s, self._next_s = budget.first_s, budget.next_s
        self._is_whole = False
        self._limit: asyncio.Timeout | None = None
        """Of the wait that is under way."""

    async def send(self, text: str) -> None:
        """As it is."""
        await self._utterance.send(text)

    async def end(self) -> None:
        """As it is."""
        await self._utterance.end()
        self._is_whole = True
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + self._patience_s)

    async def audio(self) -> AsyncIterator[bytes]:
        """As it is made."""
        audio = cast(AsyncGenerator[bytes, None], self._utterance.audio())
        async with aclosing(audio):
            while (chunk := await self._next(audio)) is not None:
                self._attempt.came()
                self._patience_s = self._next_s
                yield chunk

    async def _next(self, audio: AsyncGenerator[bytes, None]) -> bytes | None:
        patience_s = self._patience_s if self._is_whole else None
        try:
            async with asyncio.timeout(patience_s) as self._limit:
                return await anext(audio, None)
        except TimeoutError as exc:
            raise _late(self._name, self._patience_s) from exc
        finally:
            self._limit = None


class _GuardedRecogniser(Guarded):
    """A recogniser: its request is the whole connection, and has gone well with the first words."""

    def __init__(self, recogniser: SpeechToText, breakers: Breakers, budget: Budget) -> None:
        super().__init__("stt", recogniser, breakers)
        self._budget = budget

    @asynccontextmanager
    async def recognise(
        self, *, language: str, keyterms: Sequence[str] = ()
    ) -> AsyncIterator[Recognition]:
        """Open a connection for one call."""
        with await self._begin() as attempt:
            stack = AsyncExitStack()
            opened = self._adapter.recognise(language=language, keyterms=keyterms)
            try:
                async with asyncio.timeout(self._budget.first_s):
                    recognition = await stack.enter_async_context(opened)
            except TimeoutError as exc:
                raise _late(self._adapter.name, self._budget.first_s) from exc
            try:
                yield _NotedRecognition(recognition, attempt)
            finally:
                # A vendor that hangs does not say goodbye either, and the next one has to begin.
                with suppress(TimeoutError):
                    async with asyncio.timeout(CLOSE_S):
                        await stack.__aexit__(*sys.exc_info())


class _NotedRecognition:
    """A recognition whose first words settle its attempt."""

    def __init__(self, recognition: Recognition, attempt: Attempt) -> None:
        self._recognition = recognition
        self._attempt = attempt
        self.send = recognition.send
        self.finalize = recognition.finalize

    async def events(self) -> AsyncIterator[Heard]:
        """As they come."""
        async for event in self._recognition.events():
            self._attempt.came()
            yield event


async def _in_time(items: Any, name: str, budget: Budget) -> AsyncGenerator[Any, None]:
    patience_s = budget.first_s
    async with aclosing(items):
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    item = await anext(items)
            except StopAsyncIteration:
                return
            except TimeoutError as exc:
                raise _late(name, patience_s) from exc
            yield item
            patience_s = budget.next_s


def _late(name: str, patience_s: float) -> ProviderUnavailable:
    return ProviderUnavailable(name, f"nothing within {patience_s:g} s")


def guarded_model(model: LanguageModel, breakers: Breakers, budget: Budget) -> LanguageModel:
    """The same model, within its budget."""
    return cast(LanguageModel, _GuardedModel(model, breakers, budget))


def guarded_voice(voice: TextToSpeech, breakers: Breakers, budget: Budget) -> TextToSpeech:
    """The same voice, within its budget."""
    return cast(TextToSpeech, _GuardedVoice(voice, breakers, budget))


def guarded_recogniser(
    recogniser: SpeechToText, breakers: Breakers, budget: Budget
) -> SpeechToText:
    """The same recogniser, within its budget."""
    return cast(SpeechToText, _GuardedRecogniser(recogniser, breakers, budget))
