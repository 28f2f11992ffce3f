"""The neural detector, with the real model and with models that go wrong."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from providers.vad.energy import EnergyVoiceDetector
from providers.vad.silero import ADAPTER, SileroSettings, SileroVoiceDetector
from providers.vad.silero_engine.windows import Memory, Window
from providers.vad.silero_engine.worker import MOST_FAILURES, ScoringThread
from receptionist.errors import ProviderError
from receptionist.ports.voice_detector import (
    VoiceActivityDetector,
    VoiceEdge,
    VoiceListening,
    VoiceStarted,
    hear,
)
from receptionist.voice.audio import silence
from tests.emulators.spoken_audio import speak
from tests.providers.vad.contract import CALL, VoiceDetectorContract, cut

pytest.importorskip("onnxruntime", reason="the extra `ear` is not installed")
pytest.importorskip("numpy", reason="the extra `ear` is not installed")

AUDIO = Path(__file__).parents[4] / "shared" / "data" / "audio"


class TestSileroContract(VoiceDetectorContract):
    @pytest.fixture
    async def detector(self) -> AsyncIterator[SileroVoiceDetector]:
        detector = SileroVoiceDetector(SileroSettings())
        yield detector
        await detector.close()

    def settle(self, detector: VoiceActivityDetector) -> None:
        assert isinstance(detector, SileroVoiceDetector)
        assert detector.thread.settle()


class ScriptedModel:
    """Says 0.9 of every window, and raises while `broken`; `gate` holds it up."""

    def __init__(self) -> None:
        self.broken = False
        self.batches: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def score(self, windows: Sequence[Window]) -> list[float]:
        self.entered.set()
        self.gate.wait()
        if self.broken:
            raise RuntimeError("said by a caller")
        self.batches.append(len(windows))
        return [0.9] * len(windows)


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def thread(model: ScriptedModel) -> Iterator[ScoringThread]:
    thread = ScoringThread(model.score, most_waiting=100)
    yield thread
    model.gate.set()
    thread.close()


def window(memory: Memory | None = None, *, loudness: float = 0.25) -> Window:
    return Window(memory or Memory(), b"\x55" * 256, 32, loudness, 1.0)


def feed(listening: VoiceListening, mulaw: bytes, at_ms: int = 0) -> list[VoiceEdge]:
    edges: list[VoiceEdge] = []
    for number, piece in enumerate(cut(mulaw, ())):
        edges += listening.feed(piece, at_ms + 20 * number)
    return edges


def test_a_window_that_cannot_be_scored_gets_what_its_loudness_says(
    model: ScriptedModel, thread: ScoringThread
) -> None:
    broken, fine = window(), window()
    model.broken = True
    thread.submit(broken)
    assert thread.settle()
    model.broken = False
    thread.submit(fine)
    assert thread.settle()

    assert (broken.probability, fine.probability) == (0.25, 0.9)
    assert thread.failed_windows == 1
    assert thread.usable


def test_after_many_failures_in_a_row_the_model_is_left_alone_and_the_log_says_so_once(
    model: ScriptedModel, thread: ScoringThread
) -> None:
    model.broken = True
    with capture_logs() as logs:
        for _ in range(MOST_FAILURES + 5):
            thread.submit(window())
            assert thread.settle()

    assert thread.given_up
    assert thread.failed_windows == MOST_FAILURES
    assert [entry["event"] for entry in logs] == ["voice_scoring_failed", "voice_scoring_given_up"]
    assert logs[1] == {
        "event": "voice_scoring_given_up",
        "log_level": "error",
        "failures": MOST_FAILURES,
    }


def test_a_failure_now_and_then_is_forgiven(model: ScriptedModel, thread: ScoringThread) -> None:
    for _ in range(MOST_FAILURES + 5):
        for model.broken in (True, False):
            thread.submit(window())
            assert thread.settle()

    assert thread.usable


def test_a_stalled_thread_is_fed_no_more_than_its_queue_holds(
    model: ScriptedModel, thread: ScoringThread
) -> None:
    model.gate.clear()
    thread.submit(window())
    model.entered.wait(10)
    windows = [window() for _ in range(250)]
    with capture_logs() as logs:
        for waiting in windows:
            thread.submit(waiting)
    model.gate.set()
    assert thread.settle()

    assert thread.dropped_windows == 151  # The fence of `settle` needs a place too.
    assert [each.probability for each in windows[:151]] == [None] * 151
    assert [each.probability for each in windows[151:]] == [0.9] * 99
    assert [entry["count"] for entry in logs] == [1, 2, 4, 8, 16, 32, 64, 128]


def test_windows_of_many_calls_are_scored_together_and_those_of_one_call_in_order(
    model: ScriptedModel, thread: ScoringThread
) -> None:
    model.gate.clear()
    thread.submit(window())
    model.entered.wait(10)
    memories = [Memory() for _ in range(20)]
    for _ in range(3):
        for memory in memories:
            thread.submit(window(memory))
    model.gate.set()
    assert thread.settle()

    assert model.batches == [1, 20, 20, 20]


def test_closing_while_windows_wait_leaves_none_without_an_answer(
    model: ScriptedModel, thread: ScoringThread
) -> None:
    model.gate.clear()
    first, second = window(), window()
    thread.submit(first)
    model.entered.wait(10)
    thread.submit(second)
    thread.close(timeout_s=0)
    model.gate.set()
    late = window()
    thread.submit(late)

    thread.close()
    assert (first.probability, second.probability) == (0.9, 0.25)
    assert late.probability is None


def test_a_call_is_heard_by_loudness_while_the_thread_is_stalled(model: ScriptedModel) -> None:
    detector = SileroVoiceDetector(SileroSettings(), model)
    model.gate.clear()

    edges = feed(detector.listen(), CALL)

    assert [type(edge) for edge in edges] == [
        type(edge) for edge in feed(EnergyVoiceDetector().listen(), CALL)
    ]
    model.gate.set()
    detector.thread.close()


def test_a_thread_that_recovers_is_listened_to_again(model: ScriptedModel) -> None:
    detector = SileroVoiceDetector(SileroSettings(), model)
    listening = detector.listen()
    model.gate.clear()
    feed(listening, CALL)
    model.gate.set()
    assert detector.thread.settle()

    # As loud as before and before that: by loudness alone nothing would start.
    edges = feed(listening, speak("one") * 20, len(CALL) // 8)
    assert detector.thread.settle()
    edges += listening.feed(b"", len(CALL) // 8 + len(speak("one") * 20) // 8)

    assert any(isinstance(edge, VoiceStarted) for edge in edges)
    detector.thread.close()


async def test_the_check_tells_of_a_model_given_up(model: ScriptedModel) -> None:
    detector = SileroVoiceDetector(SileroSettings(), model)
    await detector.check()
    model.broken = True
    with pytest.raises(ProviderError, match="cannot score: RuntimeError") as unable:
        await detector.check()
    assert "said by" not in str(unable.value)
    listening = detector.listen()
    for start in range(0, len(CALL), 160):
        listening.feed(CALL[start : start + 160], start // 8)
        detector.thread.settle()

    model.broken = False
    with pytest.raises(ProviderError, match="by loudness alone"):
        await detector.check()
    await detector.close()


def test_one_detector_serves_one_event_loop_after_another() -> None:
    detector = SileroVoiceDetector(SileroSettings())

    async def call() -> list[VoiceEdge]:
        listening = detector.listen()
        edges: list[VoiceEdge] = []
        for number, piece in enumerate(cut(CALL, ())):
            edges += listening.feed(piece, 20 * number)
            assert await asyncio.to_thread(detector.thread.settle)
        return edges

    first, second = asyncio.run(call()), asyncio.run(call())

    assert first
    assert first == second
    detector.thread.close()


def test_a_silent_line_costs_the_model_nothing(model: ScriptedModel) -> None:
    detector = SileroVoiceDetector(SileroSettings(), model)

    feed(detector.listen(), silence(10_000))

    assert detector.thread.settle()
    assert model.batches == []


def test_a_threshold_without_room_for_hysteresis_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SILERO_THRESHOLD", "0.1")

    with pytest.raises(ValueError, match=r"greater than 0\.2"):
        ADAPTER.settings()


@pytest.mark.skipif(not AUDIO.is_dir(), reason="the recordings of ../shared/data are not here")
@pytest.mark.parametrize("file", ["dog_bark", "helicopter", "clock_tick", "tone_ringback", "rain"])
def test_noise_is_not_speech(file: str) -> None:
    detector = SileroVoiceDetector(SileroSettings())
    mulaw = (AUDIO / "noise_only" / f"{file}.ulaw").read_bytes()

    assert hear(mulaw, detector.listen_offline())["speech"] == []
