"""No voice of ours: in plain mode the phone company speaks, on the phone page the browser."""

from collections.abc import AsyncIterator

from pydantic_settings import BaseSettings

from receptionist.errors import ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.text_to_speech import TextToSpeech


class EmbeddedTextToSpeech:
    """Fulfil `TextToSpeech` by saying that no audio is made here."""

    name = "embedded"
    streaming = False
    voice = "none"

    async def synthesize(
        self, text: str, *, language: str = "en", previous_text: str = ""
    ) -> AsyncIterator[bytes]:
        """Raises `ProviderUnavailable`."""
        raise ProviderUnavailable(self.name, "makes no audio; the line is worked in plain mode")
        yield b""

    async def warm(self) -> None:
        """Nothing to open."""

    async def check(self) -> None:
        """Plain mode needs nothing of ours."""

    async def close(self) -> None:
        """Nothing is open."""


def build(_settings: BaseSettings) -> TextToSpeech:
    """The adapter."""
    return EmbeddedTextToSpeech()


ADAPTER: Adapter[TextToSpeech, BaseSettings] = Adapter(BaseSettings, build)
