"""The neural detector on labelled recordings: what it promises at each level of noise."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ear_figures import Figures, middle
from providers.vad.silero import SileroSettings, SileroVoiceDetector
from receptionist.ports.voice_detector import VoiceStarted, hear
from receptionist.voice.audio import silence

pytest.importorskip("onnxruntime", reason="the extra `ear` is not installed")
AUDIO = Path(__file__).parents[4] / "shared" / "data" / "audio"
pytestmark = pytest.mark.skipif(
    not AUDIO.is_dir(), reason="the recordings of ../shared/data are not here"
)


@pytest.fixture(scope="module")
def detector() -> SileroVoiceDetector:
    return SileroVoiceDetector(SileroSettings())


def timelines() -> list[dict[str, Any]]:
    labels: dict[str, Any] = json.loads((AUDIO / "labels.json").read_text())
    return list(labels["turns"])


@pytest.mark.parametrize(
    ("ratio", "least_f1"), [("clean", 0.95), ("snr20", 0.93), ("snr10", 0.90), ("snr05", 0.82)]
)
def test_speech_is_found_in_time_and_turns_are_left_whole(
    detector: SileroVoiceDetector, ratio: str, least_f1: float
) -> None:
    figures = Figures()
    for timeline in timelines():
        mulaw = (AUDIO / "turns" / timeline["files"][ratio]).read_bytes()
        heard = hear(mulaw, detector.listen_offline())
        figures.frames(heard["speech"], timeline["speech_ms"], timeline["duration_ms"])
        for turn in timeline["turns"]:
            figures.turn(turn["start_ms"], turn["end_ms"], heard["speech"], heard["turns"])

    assert figures.f1 >= least_f1
    assert middle(figures.onsets_ms) <= 120
    assert figures.cut_early / figures.turns <= (3 / 60 if ratio != "snr05" else 6 / 60)


def test_a_voice_out_of_a_silent_line_is_heard_as_soon_as_out_of_a_noisy_one(
    detector: SileroVoiceDetector,
) -> None:
    known_ms = []
    for timeline in timelines():
        mulaw = (AUDIO / "turns" / timeline["files"]["clean"]).read_bytes()
        for turn in timeline["turns"]:
            speech = mulaw[turn["start_ms"] * 8 : turn["start_ms"] * 8 + 8000]
            known_ms.append(first_known_ms(detector, speech))

    assert middle(known_ms) <= 100


def first_known_ms(detector: SileroVoiceDetector, speech: bytes) -> int:
    """How far into the speech it is known, after a second of nothing at all."""
    listening = detector.listen_offline()
    call = silence(1000) + speech
    for start in range(0, len(call), 160):
        edges = listening.feed(call[start : start + 160], start // 8)
        if any(isinstance(edge, VoiceStarted) for edge in edges):
            return start // 8 + 20 - 1000
    return 1000


def test_noise_is_hardly_ever_speech(detector: SileroVoiceDetector) -> None:
    shares = []
    for file in sorted((AUDIO / "noise_only").glob("*.ulaw")):
        mulaw = file.read_bytes()
        heard = hear(mulaw, detector.listen_offline())["speech"]
        shares.append(sum(end - start for start, end in heard) / (len(mulaw) / 8))

    assert len(shares) == 15
    assert sum(shares) / len(shares) <= 0.02
