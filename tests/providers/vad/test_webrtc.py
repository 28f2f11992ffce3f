"""WebRTC's detector, the lighter fallback."""

import pytest

from providers.vad.webrtc import ADAPTER, WebRtcSettings, WebRtcVoiceDetector
from tests.providers.vad.contract import VoiceDetectorContract

pytest.importorskip("webrtcvad", reason="the extra `ear-lite` is not installed")


class TestWebRtcContract(VoiceDetectorContract):
    @pytest.fixture
    def detector(self) -> WebRtcVoiceDetector:
        return WebRtcVoiceDetector(WebRtcSettings())


def test_it_is_offered_where_it_is_installed() -> None:
    assert ADAPTER.configured(ADAPTER.settings())
