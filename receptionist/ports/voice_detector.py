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

    async def check(self) -> None:
        """Whether it detects at all. Raises `ProviderError`."""

    async def close(self) -> None:
        """Release what the process holds."""


def hear(mulaw: bytes, listening: VoiceListening) -> dict[str, list[list[int]]]:
    """Speech and turns of a recording, as [start_ms, end_ms], found frame by frame."""
    edges: list[VoiceEdge] = []
    for start in range(0, len(mulaw), FRAME_BYTES):
        edges += listening.feed(mulaw[start : start + FRAME_BYTES], start // BYTES_PER_MS)
    speech = spans(edges, len(mulaw) // BYTES_PER_MS)
    return {"speech": speech, "turns": turns_of(speech)}


__all__ = [
    "VoiceActivityDetector",
    "VoiceEdge",
    "VoiceListening",
    "VoiceStarted",
    "VoiceStopped",
    "hear",
]
