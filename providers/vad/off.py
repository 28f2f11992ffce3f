"""No detector: words alone tell whether the caller speaks.

An interruption is then noticed when the recogniser has words of it, and one that hears
nothing any more is not found out while the caller speaks (`docs/failures.md`).
"""

from pydantic_settings import BaseSettings

from receptionist.ports.adapter import Adapter
from receptionist.ports.voice_detector import VoiceActivityDetector, VoiceEdge


class OffSettings(BaseSettings):
    """Nothing to set."""


class Deaf:
    """Fulfil `VoiceListening`, and never hear a voice."""

    def feed(self, mulaw: bytes, at_ms: int) -> tuple[VoiceEdge, ...]:
        """Nothing."""
        return ()


class NoVoiceDetector:
    """Fulfil `VoiceActivityDetector` where none is wanted."""

    name = "off"

    def listen(self) -> Deaf:
        """Begin with a new call."""
        return Deaf()

    def listen_offline(self) -> Deaf:
        """Begin with a recording."""
        return Deaf()

    async def check(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing is held."""


def _build(_settings: OffSettings) -> VoiceActivityDetector:
    return NoVoiceDetector()


ADAPTER: Adapter[VoiceActivityDetector, OffSettings] = Adapter(OffSettings, _build)
