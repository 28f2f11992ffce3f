"""A voice that begins before its sentence may be heard.

While the caller may still go on, and while the model is still writing its first sentence, the
voice can be at work already. What it makes stays here until the sentence is really said; it is
thrown away when that is another one, or none.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

from receptionist.errors import ProviderUnavailable
from receptionist.ports.text_to_speech import TextToSpeech, WritingVoice

UNSURE_WORDS = 2
"""At the end of what is known of a sentence: "at 10" may become "at 10:30"."""


def takes_words(voice: TextToSpeech) -> bool:
    """Whether a sentence can be given to it before it is whole."""
    return bool(getattr(voice, "takes_words", False))


class HeadStart:
    """One sentence, which may be said. Made in a task of the call's from `start` on."""

    def __init__(self, voice: TextToSpeech, *, language: str, previous_text: str) -> None:
        self.voice = voice
        self._language = language
        self._previous_text = previous_text
        self._given = ""
        self._is_whole = self.by_words = False
        self._failed: Exception | None = None
        self._task: asyncio.Task[None] | None = None
        self._words: asyncio.Queue[str | None] = asyncio.Queue()
        self._made: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()

    def learn(self, spoken: str, *, is_whole: bool) -> bool:
        """The sentence as far as it is known; False when it is not the one that was begun."""
        if self._is_whole:
            return spoken == self._given
        # Word by word: "Mon" has not begun "Monday".
        words, given = spoken.split(), self._given.split()
        certain = words if is_whole else words[:-UNSURE_WORDS]
        if certain[: len(given)] != given[: len(certain)] or (
            is_whole and len(certain) < len(given)
        ):
            return False
        if more := certain[len(given) :]:
            self._words.put_nowait(" ".join(more))
            self._given = " ".join(certain)
        if is_whole:
            self._is_whole = True
            self._words.put_nowait(None)
        return True

    def start(self, group: asyncio.TaskGroup) -> None:
        """Begin to have the audio made."""
        self._task = group.create_task(self.run())

    def stop(self) -> None:
        """No more of it is wanted."""
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> None:
        """Have the audio made. What goes wrong is told to whoever wants the audio."""
        try:
            if self._is_whole:
                await self._make_whole()
            else:
                await self._make_by_words()
        except Exception as exc:  # noqa: BLE001 - told where the sentence is said, if it is
            self._failed = _leaf(exc)
            self._made.put_nowait(self._failed)
        except asyncio.CancelledError:
            self._made.put_nowait(ProviderUnavailable(self.voice.name, "broken off"))
            raise
        else:
            self._made.put_nowait(None)

    async def audio(self) -> AsyncIterator[bytes]:
        """What was made so far, and then the rest as it is made. Raises what the voice raised.

        At once when it has failed already: of half a sentence nothing need be heard.
        """
        if self._failed is not None:
            raise self._failed
        try:
            while (made := await self._made.get()) is not None:
                if isinstance(made, Exception):
                    raise made
                yield made
        finally:
            self.stop()

    async def _make_whole(self) -> None:
        audio = self.voice.synthesize(
            self._given, language=self._language, previous_text=self._previous_text
        )
        async for chunk in audio:
            self._made.put_nowait(chunk)

    async def _make_by_words(self) -> None:
        self.by_words = True
        async with (
            cast(WritingVoice, self.voice).utterance() as utterance,
            asyncio.TaskGroup() as group,
        ):

            async def write() -> None:
                while (words := await self._words.get()) is not None:
                    await utterance.send(words)
                await utterance.end()

            writing = group.create_task(write())
            async for chunk in utterance.audio():
                self._made.put_nowait(chunk)
            if not writing.done():
                writing.cancel()
                raise ProviderUnavailable(self.voice.name, "it ended before the sentence")


def _leaf(exc: Exception) -> Exception:
    """The first of what went wrong at once."""
    while isinstance(exc, ExceptionGroup):
        exc = exc.exceptions[0]
    return exc
