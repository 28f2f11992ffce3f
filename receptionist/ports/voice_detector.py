"""Voice detection: whether the caller is speaking right now, not what they say."""

from collections.abc import Sequence
from typing import Protocol

from receptionist.voice.voice_activity import VoiceEdge, VoiceStarted, VoiceStopped, spans, turns_of

FRAME_BYTES = 160
BYTES_PER_MS = 8


class VoiceListening(Protocol):
    """One call's detector."""

    def feed(self, mulaw: bytes, at_ms: int) -> Sequence[VoiceEdge]:
        """Take the frame that began at `at_ms` of media time; never blocks.

        Edges of earlier frames may come with a later one.
        """


class VoiceActivityDetector(Protocol):
    """What all calls of a process share."""

    name: str

    def listen(self) -> VoiceListening:
        """Begin with a new call."""

    def listen_offline(self) -> VoiceListening:
        """Begin with a recording: `feed` may take its time, and every edge comes with its frame."""

    async def check(self) -> None:
        """Whether it detects as it should. Raises `ProviderError`."""

    async def close(self) -> None:
        """Release what the process holds; calls still listening go on with what is left."""


def hear(mulaw: bytes, listening: VoiceListening) -> dict[str, list[list[int]]]:
    """Speech and turns of a recording, as [start_ms, end_ms], found frame by frame."""
    heard: list[tuple[VoiceEdge, int]] = []
    end_ms = len(mulaw) // BYTES_PER_MS
    for start in range(0, len(mulaw), FRAME_BYTES):
        frame = mulaw[start : start + FRAME_BYTES]
        known_ms = (start + len(frame)) // BYTES_PER_MS
        heard += [(edge, known_ms) for edge in listening.feed(frame, start // BYTES_PER_MS)]
    return {
        "speech": spans((edge for edge, _ in heard), end_ms),
        "turns": turns_of(heard, end_ms),
    }


__all__ = [
    "VoiceActivityDetector",
    "VoiceEdge",
    "VoiceListening",
    "VoiceStarted",
    "VoiceStopped",
    "hear",
]
