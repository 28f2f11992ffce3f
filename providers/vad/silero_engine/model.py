"""Silero's network: windows of different calls in, probabilities out.

The model file is read from the installed `silero-vad` distribution, which is never
imported (it needs torch). Input [batch, 32 + 256] at 8 kHz, state [2, batch, 128]:
https://github.com/snakers4/silero-vad
"""

import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from providers.vad.silero_engine.windows import Memory, Window
from receptionist.errors import ProviderError
from receptionist.voice.audio import decode
from receptionist.voice.voice_activity import WINDOW_BYTES

CONTEXT_SAMPLES = 32
SURE_SILENCE = 0.3
RESET_WINDOWS = 62
"""2 s without speech: the state of long silences drifts."""
REST_WINDOWS = 16
REST_LEVEL = 0.002
"""-54 dBFS: a quiet line."""
REST_SHARE = 0.7
"""Fully awake, the model takes the beginning of any noise for speech."""


class SileroModel:
    """One session for all calls. Raises `ProviderError` where the model is not installed."""

    def __init__(self) -> None:
        import numpy
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._np = numpy
        self._session = onnxruntime.InferenceSession(
            str(model_file()), options, providers=["CPUExecutionProvider"]
        )
        self._rate = numpy.array(8000, dtype=numpy.int64)
        pcm16 = numpy.frombuffer(decode(bytes(range(256))), dtype="<i2")
        self._samples = pcm16.astype(numpy.float32) / 32768
        # A model that wakes from nothing hears a voice half a tenth of a second later than
        # one that has listened to a quiet line for a while.
        self._rested = Memory(
            numpy.zeros((2, 128), dtype=numpy.float32),
            numpy.zeros(CONTEXT_SAMPLES, dtype=numpy.float32),
        )
        noise = numpy.random.default_rng(1).normal(0.0, REST_LEVEL, (REST_WINDOWS, 1, WINDOW_BYTES))
        for samples in noise.astype(numpy.float32):
            self._run([self._rested], samples)
        self._rested.state *= numpy.float32(REST_SHARE)

    def score(self, windows: Sequence[Window]) -> list[float]:
        """Probabilities of one window each of different calls; their memories move on.

        Raises what the runtime raises, and `ArithmeticError` for a result that is no number.
        """
        np = self._np
        memories = [self._recalled(window) for window in windows]
        codes = np.frombuffer(b"".join(window.mulaw for window in windows), dtype=np.uint8)
        samples = self._samples[codes].reshape(len(windows), WINDOW_BYTES)
        probabilities = self._run(memories, samples)
        if not all(map(math.isfinite, probabilities)):
            raise ArithmeticError("the model's output is not a number")
        for memory, probability in zip(memories, probabilities, strict=True):
            _count_silence(memory, probability)
        return probabilities

    def _run(self, memories: Sequence[Memory], samples: Any) -> list[float]:
        np = self._np
        contexts = np.stack([memory.context for memory in memories])
        output, state = self._session.run(
            None,
            {
                "input": np.concatenate((contexts, samples), axis=1),
                "state": np.stack([memory.state for memory in memories], axis=1),
                "sr": self._rate,
            },
        )
        for index, memory in enumerate(memories):
            memory.state = state[:, index]
            memory.context = samples[index, -CONTEXT_SAMPLES:]
        return [float(value) for value in output[:, 0]]

    def _recalled(self, window: Window) -> Memory:
        memory = window.memory
        if window.fresh or memory.state is None or memory.quiet_windows >= RESET_WINDOWS:
            memory.recall(self._rested.state, self._rested.context)
        return memory


def _count_silence(memory: Memory, probability: float) -> None:
    memory.quiet_windows = memory.quiet_windows + 1 if probability < SURE_SILENCE else 0


def model_file() -> Path:
    """Where the model lies. Raises `ProviderError`."""
    spec = find_spec("silero_vad")
    if spec is None or not spec.submodule_search_locations:
        raise ProviderError("silero", "the silero-vad distribution is not installed")
    return Path(spec.submodule_search_locations[0]) / "data" / "silero_vad.onnx"
