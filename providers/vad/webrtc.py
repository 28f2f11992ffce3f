"""WebRTC's voice detector: for machines on which the neural one cannot be installed.

Its answer, a yes or no per frame, is weighed by how loud the frame is and how far it stands
out from the line's own noise, because the detector takes most noise for speech.
Frames of 10, 20 or 30 ms at 8 kHz: https://github.com/daanzu/py-webrtcvad-wheels
"""

from importlib.util import find_spec
from typing import Protocol

from pydantic import Field
from pydantic_settings import BaseSettings

from receptionist.errors import ProviderError
from receptionist.ports.adapter import Adapter
from receptionist.ports.voice_detector import VoiceActivityDetector
from receptionist.voice.audio import SAMPLE_RATE, decode, silence
from receptionist.voice.voice_activity import EnergyGate, VoiceConfig, VoiceDetector, level

FRAME_MS = 20
FAINTEST_SHARE = 0.4
"""What a yes counts for however faint the frame is."""


class WebRtcSettings(BaseSettings, env_prefix="WEBRTC_"):
    """Environment: WEBRTC_MODE, 0 (takes much for speech) to 3 (takes little)."""

    mode: int = Field(default=3, ge=0, le=3)


class _Engine(Protocol):
    def is_speech(self, buf: bytes, sample_rate: int) -> bool: ...


class WebRtcVoiceDetector:
    """Fulfil `VoiceActivityDetector`; nothing is shared between calls."""

    name = "webrtc"

    def __init__(self, settings: WebRtcSettings) -> None:
        self._mode = settings.mode
        self._config = VoiceConfig(onset_windows=3, window_ms=FRAME_MS)

    def listen(self) -> VoiceDetector:
        """Begin with a new call."""
        engine, gate = self._engine(), EnergyGate(FRAME_MS)

        def probability(mulaw: bytes) -> float:
            heard = gate.take(level(mulaw))
            if not engine.is_speech(decode(mulaw), SAMPLE_RATE):
                return 0.0
            return heard.prominence * (FAINTEST_SHARE + heard.probability)

        return VoiceDetector(probability, self._config)

    def listen_offline(self) -> VoiceDetector:
        """Begin with a recording."""
        return self.listen()

    async def check(self) -> None:
        """Whether silence is silence. Raises `ProviderError`."""
        if self._engine().is_speech(decode(silence(FRAME_MS)), SAMPLE_RATE):
            raise ProviderError("webrtc", "takes silence for speech")

    async def close(self) -> None:
        """Nothing is held."""

    def _engine(self) -> _Engine:
        import webrtcvad

        engine: _Engine = webrtcvad.Vad(self._mode)
        return engine


def _installed(_settings: WebRtcSettings) -> bool:
    return find_spec("webrtcvad") is not None


ADAPTER: Adapter[VoiceActivityDetector, WebRtcSettings] = Adapter(
    WebRtcSettings, WebRtcVoiceDetector, _installed
)
