"""Silero: a small neural voice detector, one session for all calls of a process.

What it hears is weighed by how far it stands out from the line's own noise: the
model hears speech in a babble of voices too, and rightly, but it is not the caller's.
"""

import asyncio
from functools import cache
from importlib.util import find_spec

from pydantic import Field
from pydantic_settings import BaseSettings

from providers.vad.silero_engine.listening import LiveEar, RecordingEar
from providers.vad.silero_engine.model import SileroModel
from providers.vad.silero_engine.windows import Memory, Window
from providers.vad.silero_engine.worker import ScoringThread
from receptionist.errors import ProviderError
from receptionist.ports.adapter import Adapter
from receptionist.ports.voice_detector import VoiceActivityDetector
from receptionist.voice.audio import SILENCE_BYTE
from receptionist.voice.voice_activity import WINDOW_BYTES, VoiceConfig

SAG = 0.2
"""So far below the threshold speech that has begun still goes on."""
SURE = 0.85
"""So high a probability needs no second window."""


class SileroSettings(BaseSettings, env_prefix="SILERO_"):
    """Environment: SILERO_THRESHOLD."""

    threshold: float = Field(default=0.5, gt=SAG, lt=1.0)


@cache
def _model() -> SileroModel:
    """It holds nothing of a call, and takes a tenth of a second to load."""
    return SileroModel()


class SileroVoiceDetector:
    """Fulfil `VoiceActivityDetector`; its thread starts with the first window."""

    name = "silero"

    def __init__(self, settings: SileroSettings, model: SileroModel | None = None) -> None:
        self._model = model or _model()
        self._config = VoiceConfig(
            onset=settings.threshold, offset=settings.threshold - SAG, sure=SURE
        )
        self.thread = ScoringThread(self._model.score)

    def listen(self) -> LiveEar:
        """Begin with a new call."""
        return LiveEar(self.thread, self._config)

    def listen_offline(self) -> RecordingEar:
        """Begin with a recording."""
        return RecordingEar(self._model.score, self._config)

    async def check(self) -> None:
        """Score a window of silence. Raises `ProviderError`, also when calls go by loudness alone.

        A detector that was closed is no longer checked for that.
        """
        if self.thread.given_up:
            raise ProviderError("silero", "failed too often; calls are heard by loudness alone")
        silence = Window(Memory(), SILENCE_BYTE * WINDOW_BYTES, 0, 0.0, 0.0)
        try:
            self._model.score([silence])
        except Exception as exc:
            raise ProviderError("silero", f"cannot score: {type(exc).__name__}") from exc

    async def close(self) -> None:
        """End the worker thread; calls still listening go by loudness."""
        await asyncio.to_thread(self.thread.close)


def _installed(_settings: SileroSettings) -> bool:
    return all(find_spec(name) is not None for name in ("silero_vad", "onnxruntime", "numpy"))


ADAPTER: Adapter[VoiceActivityDetector, SileroSettings] = Adapter(
    SileroSettings, SileroVoiceDetector, _installed
)
