"""The detector that goes by loudness alone."""

import pytest

from providers.vad.energy import EnergyVoiceDetector
from tests.providers.vad.contract import VoiceDetectorContract


class TestEnergyContract(VoiceDetectorContract):
    @pytest.fixture
    def detector(self) -> EnergyVoiceDetector:
        return EnergyVoiceDetector()
