"""What Twilio has been sent and not yet played to the caller.

Audio plays in order and in real time; a mark is echoed once the audio before it
has played, at once if nothing is queued. `clear` empties the buffer and echoes
every pending mark. Sans-IO: the owner says how much time passes.
"""

from collections import deque
from dataclasses import dataclass

MULAW_BYTES_PER_S = 8000
LIMIT_BYTES = 600 * MULAW_BYTES_PER_S


@dataclass(frozen=True, slots=True)
class Played:
    """What one stretch of time brought: audio that was heard and marks that fell due."""

    mulaw: bytes
    marks: tuple[str, ...]


class PlaybackBuffer:
    """One stream's queue of audio and marks."""

    def __init__(self) -> None:
        self._queue: deque[bytes | str] = deque()
        self._queued_bytes = 0
        self.discarded_bytes = 0

    @property
    def queued_ms(self) -> int:
        """How much audio is still to be played."""
        return self._queued_bytes * 1000 // MULAW_BYTES_PER_S

    def media(self, mulaw: bytes) -> bool:
        """Queue audio; False when it was discarded because ten minutes are queued (31931)."""
        if self._queued_bytes + len(mulaw) > LIMIT_BYTES:
            self.discarded_bytes += len(mulaw)
            return False
        if mulaw:
            self._queue.append(mulaw)
            self._queued_bytes += len(mulaw)
        return True

    def mark(self, name: str) -> tuple[str, ...]:
        """Queue a mark; returns it if it is due at once."""
        if not self._queue:
            return (name,)
        self._queue.append(name)
        return ()

    def clear(self) -> tuple[str, ...]:
        """Drop everything; returns the pending marks, all due now."""
        marks = tuple(item for item in self._queue if isinstance(item, str))
        self._queue.clear()
        self._queued_bytes = 0
        return marks

    def play(self, length_bytes: int) -> Played:
        """Let time for `length_bytes` of audio pass."""
        heard: list[bytes] = []
        marks: list[str] = []
        left = length_bytes
        while self._queue:
            item = self._queue[0]
            if isinstance(item, str):
                marks.append(item)
                self._queue.popleft()
                continue
            if left == 0:
                break
            taken = item[:left]
            heard.append(taken)
            left -= len(taken)
            self._queued_bytes -= len(taken)
            if len(taken) == len(item):
                self._queue.popleft()
            else:
                self._queue[0] = item[len(taken) :]
        return Played(b"".join(heard), tuple(marks))
