"""Greetings and fixed phrases in memory before they are needed, and again when one is changed."""

from collections.abc import Sequence

from receptionist.call.phrases import STANDING_PHRASES, greeting
from receptionist.call.speech_cache import SpeechCache
from receptionist.domain.practice import Practice
from receptionist.domain.spoken_text import speakable
from receptionist.ports.records import Database
from receptionist.ports.text_to_speech import TextToSpeech
from receptionist.resilience.tolerance import for_ever

LOOKED_EVERY_S = 5.0

Phrase = tuple[str, str]
"""A text and its language."""


class ReadyPhrases:
    """One per process: each has a memory of its own."""

    def __init__(self, database: Database, cache: SpeechCache, voice: TextToSpeech) -> None:
        self._database = database
        self._cache = cache
        self._voice = voice
        self._ready: Sequence[Phrase] = ()

    async def watch(self) -> None:
        """Look again every few seconds: another process may have saved a change."""
        await for_ever("phrases_not_read", self.look, every_s=LOOKED_EVERY_S)

    async def look(self) -> None:
        """Render what has not been. A voice that fails is not asked again until texts change."""
        async with self._database.reading() as uow:
            practices = await uow.practices.all()
        phrases = list(dict.fromkeys(p for practice in practices for p in _phrases(practice)))
        if phrases != self._ready:
            for text, language in phrases:
                await self._cache.render(self._voice, text, language=language)
            self._ready = phrases


def _phrases(practice: Practice) -> Sequence[Phrase]:
    language = practice.language
    greetings = {greeting(practice, called_before=before) for before in (False, True)}
    texts = (*sorted(greetings), *STANDING_PHRASES)
    return [(speakable(text, language=language), language) for text in texts]
