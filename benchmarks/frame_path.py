"""What one 20 ms frame of a caller costs before anybody has understood a word.

    python -m benchmarks.frame_path [--data DIRECTORY] [--rounds N]

Microseconds per frame, each stage alone and then all of them as a call runs them, on
one core: the message parsed, media time kept, the frame queued for the recogniser, the
detector fed, the turn machine asked. Silence and speech differ, because the gate keeps
quiet windows from the model; the model's own share is in another thread and is measured
by `benchmarks.ear`. Figures are medians over rounds of a minute's frames.
"""

import argparse
import base64
import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from math import inf
from pathlib import Path
from statistics import median

from benchmarks.ear import DATA, detectors
from receptionist.call.media_clock import MediaClock
from receptionist.ports.voice_detector import VoiceActivityDetector
from receptionist.voice.audio import silence
from receptionist.voice.media_stream import Media, MediaStreamProtocol
from receptionist.voice.turn_taking import TurnMachine

FRAME_BYTES = 160
AT_ONCE = 100
"""Frames between two waits for the scoring thread, whose queue would overflow otherwise."""
START = '{"event":"start","sequenceNumber":"1","start":{"callSid":"CA1","streamSid":"MZ1"}}'
Stage = Callable[[], Callable[[str, Media], object]]


def messages(mulaw: bytes) -> list[str]:
    """A recording as Twilio sends it."""
    return [
        json.dumps(
            {
                "event": "media",
                "sequenceNumber": str(number + 2),
                "media": {
                    "track": "inbound",
                    "chunk": str(number + 1),
                    "timestamp": str(number * 20),
                    "payload": base64.b64encode(mulaw[start : start + FRAME_BYTES]).decode(),
                },
                "streamSid": "MZ1",
            }
        )
        for number, start in enumerate(range(0, len(mulaw) - FRAME_BYTES + 1, FRAME_BYTES))
    ]


def _protocol() -> MediaStreamProtocol:
    protocol = MediaStreamProtocol()
    protocol.receive(START)
    return protocol


def _parse() -> Callable[[str, Media], object]:
    protocol = _protocol()
    return lambda text, frame: protocol.receive(text)


def _clock() -> Callable[[str, Media], object]:
    clock = MediaClock()
    return lambda text, frame: clock.frame(frame.timestamp_ms)


def _queue() -> Callable[[str, Media], object]:
    waiting: deque[bytes] = deque(maxlen=500)
    return lambda text, frame: waiting.append(frame.mulaw)


def _detect(detector: VoiceActivityDetector) -> Callable[[str, Media], object]:
    listening = detector.listen()
    return lambda text, frame: listening.feed(frame.mulaw, frame.timestamp_ms)


def _turn() -> Callable[[str, Media], object]:
    machine = TurnMachine()
    return lambda text, frame: machine.deadline_ms


def _all(detector: VoiceActivityDetector) -> Callable[[str, Media], object]:
    protocol, clock, machine = _protocol(), MediaClock(), TurnMachine()
    listening = detector.listen()
    waiting: deque[bytes] = deque(maxlen=500)
    due_ms: float = inf

    def frame(text: str, _: Media) -> None:
        nonlocal due_ms
        event = protocol.receive(text)
        assert isinstance(event, Media)
        now_ms = clock.frame(event.timestamp_ms)
        if now_ms >= due_ms:
            machine.expire(now_ms)
        waiting.append(event.mulaw)
        for edge in listening.feed(event.mulaw, event.timestamp_ms):
            machine.receive(edge, now_ms)
            due_ms = machine.deadline_ms or inf

    return frame


def cost(
    stage: Stage, frames: list[tuple[str, Media]], rounds: int, settle: Callable[[], object]
) -> float:
    """Median microseconds of this thread per frame; each round is a new call."""
    found = []
    for _ in range(rounds):
        run, spent = stage(), 0.0
        for start in range(0, len(frames), AT_ONCE):
            began = time.thread_time()
            for text, frame in frames[start : start + AT_ONCE]:
                run(text, frame)
            spent += time.thread_time() - began
            settle()
        found.append(spent / len(frames) * 1e6)
    return median(found)


def table(detector: VoiceActivityDetector, kinds: dict[str, bytes], rounds: int) -> Iterable[str]:
    """Lines of figures, one a stage."""
    stages: dict[str, Stage] = {
        "message parsed": _parse,
        "media time": _clock,
        "queued for the recogniser": _queue,
        f"detector ({detector.name})": lambda: _detect(detector),
        "turn machine's deadline": _turn,
        "all, as a call runs them": lambda: _all(detector),
    }
    recordings = {kind: _frames(mulaw) for kind, mulaw in kinds.items()}
    thread = getattr(detector, "thread", None)
    settle = thread.settle if thread is not None else lambda: None
    yield f"{'µs per frame':28}" + "".join(f"{kind:>10}" for kind in kinds)
    for name, stage in stages.items():
        figures = (cost(stage, frames, rounds, settle) for frames in recordings.values())
        yield f"{name:28}" + "".join(f"{figure:10.2f}" for figure in figures)


def _frames(mulaw: bytes) -> list[tuple[str, Media]]:
    protocol, found = _protocol(), []
    for text in messages(mulaw):
        event = protocol.receive(text)
        assert isinstance(event, Media)
        found.append((text, event))
    return found


def main() -> None:
    """Print a table a detector."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frame_path")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--detector", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    speech = (options.data / "turns" / "d1_snr20.ulaw").read_bytes()
    kinds = {"silence": silence(60_000), "speech": speech}
    for detector in detectors(options.detector):
        print("\n".join(table(detector, kinds, options.rounds)))


if __name__ == "__main__":
    main()
