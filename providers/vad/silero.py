"""Silero: a small neural voice detector, one session for all calls of a process.

Windows of many calls are scored together in one worker thread; results come with
a later frame of the same call, so the event loop never waits. A loudness gate
keeps windows of a silent line from the model. The model file is read from the
installed `silero-vad` distribution, which is never imported (it needs torch).
Input [batch, 32 + 256] at 8 kHz, state [2, batch, 128]:
https://github.com/snakers4/silero-vad
"""

import threading
from collections import deque
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from pydantic_settings import BaseSettings

from receptionist.errors import ProviderError
from receptionist.ports.adapter import Adapter
from receptionist.ports.voice_detector import VoiceActivityDetector, VoiceEdge
from receptionist.voice.audio import decode
from receptionist.voice.voice_activity import SpeechHysteresis, VoiceConfig, Windows, level

CONTEXT_SAMPLES = 32
LARGEST_BATCH = 64
FAINTEST_LEVEL = 14.0
GATE_HANGOVER_WINDOWS = 10
RESET_WINDOWS = 62
"""2 s without speech: the state of long silences drifts."""


class SileroSettings(BaseSettings, env_prefix="SILERO_"):
    """Environment: SILERO_THRESHOLD."""

    threshold: float = 0.5


class SileroListening:
    """One call: windows out to the worker, probabilities back in order."""

    def __init__(self, scorer: "SileroVoiceDetector", config: VoiceConfig) -> None:
        self._scorer = scorer
        self._windows = Windows()
        self._hysteresis = SpeechHysteresis(config)
        self._gate_windows = self._quiet_windows = 0
        self._waiting: deque[int] = deque()
        self._scored: deque[tuple[float, int]] = deque()
        self.state: Any = scorer.blank_state()
        self.context: Any = scorer.blank_context()

    def feed(self, mulaw: bytes, at_ms: int) -> tuple[VoiceEdge, ...]:
        """Take the frame that began at `at_ms`; edges of windows scored so far."""
        for window, ended_ms in self._windows.feed(mulaw, at_ms):
            self._scorer.submit(self, window if self._passes(window) else b"", ended_ms)
        edges: list[VoiceEdge] = []
        while self._scored:
            edges += self._hysteresis.score(*self._scored.popleft())
        return tuple(edges)

    def scored(self, probability: float, ended_ms: int) -> None:
        """Called by the worker thread; `feed` picks it up."""
        self._quiet_windows = self._quiet_windows + 1 if probability < 0.1 else 0
        if self._quiet_windows >= RESET_WINDOWS:
            self._quiet_windows = 0
            self.state = self._scorer.blank_state()
        self._scored.append((probability, ended_ms))

    def _passes(self, window: bytes) -> bool:
        if level(window) >= FAINTEST_LEVEL:
            self._gate_windows = GATE_HANGOVER_WINDOWS
        self._gate_windows -= 1
        return self._gate_windows >= 0


class SileroVoiceDetector:
    """Fulfil `VoiceActivityDetector`; the session and its thread start with the first window."""

    name = "silero"

    def __init__(self, settings: SileroSettings) -> None:
        import numpy
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._np = numpy
        self._session = onnxruntime.InferenceSession(
            str(_model_file()), options, providers=["CPUExecutionProvider"]
        )
        self._config = VoiceConfig(onset=settings.threshold, offset=settings.threshold - 0.15)
        self._rate = numpy.array(8000, dtype=numpy.int64)
        self._jobs: SimpleQueue[tuple[SileroListening, bytes, int] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def listen(self) -> SileroListening:
        """Begin with a new call."""
        return SileroListening(self, self._config)

    async def check(self) -> None:
        """Score a window of silence. Raises `ProviderError`."""
        self.score([(self.listen(), b"\xff" * 256)])

    async def close(self) -> None:
        """End the worker thread."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(timeout=1.0)
            self._thread = None

    def blank_state(self) -> Any:
        """The state before any audio."""
        return self._np.zeros((2, 128), dtype=self._np.float32)

    def blank_context(self) -> Any:
        """The samples before the first window."""
        return self._np.zeros(CONTEXT_SAMPLES, dtype=self._np.float32)

    def submit(self, listening: SileroListening, window: bytes, ended_ms: int) -> None:
        """Queue a window; an empty one is known to be silence and keeps its place in the order."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="voice-detector", daemon=True)
            self._thread.start()
        self._jobs.put((listening, window, ended_ms))

    def score(self, windows: "list[tuple[SileroListening, bytes]]") -> list[float]:
        """Probabilities of one window each of different calls."""
        np = self._np
        rows = []
        for listening, mulaw in windows:
            samples = np.frombuffer(decode(mulaw), dtype="<i2").astype(np.float32) / 32768
            rows.append(np.concatenate((listening.context, samples)))
            listening.context = samples[-CONTEXT_SAMPLES:]
        inputs = {
            "input": np.stack(rows),
            "state": np.stack([listening.state for listening, _ in windows], axis=1),
            "sr": self._rate,
        }
        output, state = self._session.run(None, inputs)
        for index, (listening, _) in enumerate(windows):
            listening.state = state[:, index]
        return [float(value) for value in output[:, 0]]

    def _work(self) -> None:
        later: list[tuple[SileroListening, bytes, int]] = []
        while True:
            jobs = later
            if not jobs:
                first = self._jobs.get()
                if first is None:
                    return
                jobs = [first]
            try:
                while len(jobs) < 2 * LARGEST_BATCH:
                    job = self._jobs.get_nowait()
                    if job is None:
                        return
                    jobs.append(job)
            except Empty:
                pass
            later = self._score_jobs(jobs)

    def _score_jobs(
        self, jobs: "list[tuple[SileroListening, bytes, int]]"
    ) -> "list[tuple[SileroListening, bytes, int]]":
        """Score the oldest window of each call; the others are for the next round."""
        batch: dict[int, tuple[SileroListening, bytes, int]] = {}
        later = []
        for job in jobs:
            if id(job[0]) in batch or len(batch) >= LARGEST_BATCH:
                later.append(job)
            else:
                batch[id(job[0])] = job
        loud = [(listening, window) for listening, window, _ in batch.values() if window]
        probabilities = iter(self.score(loud) if loud else [])
        for listening, window, ended_ms in batch.values():
            listening.scored(next(probabilities) if window else 0.0, ended_ms)
        return later


def _model_file() -> Path:
    spec = find_spec("silero_vad")
    if spec is None or not spec.submodule_search_locations:
        raise ProviderError("silero", "the silero-vad distribution is not installed")
    return Path(spec.submodule_search_locations[0]) / "data" / "silero_vad.onnx"


def _installed(_settings: SileroSettings) -> bool:
    return all(find_spec(name) is not None for name in ("silero_vad", "onnxruntime", "numpy"))


ADAPTER: Adapter[VoiceActivityDetector, SileroSettings] = Adapter(
    SileroSettings, SileroVoiceDetector, _installed
)
