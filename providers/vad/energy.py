"""Loudness alone: needs nothing, costs nothing, and is fooled by loud noise."""

from pydantic_settings import BaseSettings

from receptionist.ports.adapter import Adapter
from receptionist.ports.voice_detector import VoiceActivityDetector
from receptionist.voice.voice_activity import VoiceDetector


class EnergySettings(BaseSettings):
    """Nothing to set."""


class EnergyVoiceDetector:
    """Fulfil `VoiceActivityDetector` with the level of the line."""

    name = "energy"

    def listen(self) -> VoiceDetector:
        """Begin with a new call."""
        return VoiceDetector()

    def listen_offline(self) -> VoiceDetector:
        """Begin with a recording."""
        return self.listen()

    async def check(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing is held."""


def _build(_settings: EnergySettings) -> VoiceActivityDetector:
    return EnergyVoiceDetector()


ADAPTER: Adapter[VoiceActivityDetector, EnergySettings] = Adapter(EnergySettings, _build)
