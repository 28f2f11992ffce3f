"""No recogniser at all.

There is no honest recogniser without a download (measured: 75 % of the words
wrong at 8 kHz), so without a vendor a phone line is worked in plain mode, where
the phone company recognises, and the phone page uses the browser's own ears.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from pydantic_settings import BaseSettings

from receptionist.errors import ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.speech_to_text import Recognition, SpeechToText


class EmbeddedSpeechToText:
    """Fulfil `SpeechToText` by saying that audio streams are not heard here."""

    name = "embedded"
    streaming = False

    def recognise(
        self, *, language: str, keyterms: Sequence[str] = ()
    ) -> AbstractAsyncContextManager[Recognition]:
        """Raises `ProviderUnavailable`."""
        raise ProviderUnavailable(self.name, "hears no audio; the line is worked in plain mode")

    async def check(self) -> None:
        """Plain mode needs nothing of ours."""

    async def close(self) -> None:
        """Nothing is open."""


def build(_settings: BaseSettings) -> SpeechToText:
    """The adapter."""
    return EmbeddedSpeechToText()


ADAPTER: Adapter[SpeechToText, BaseSettings] = Adapter(BaseSettings, build)
