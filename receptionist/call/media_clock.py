"""Media time, for everything that is decided about a call."""

import time


class MediaClock:
    """The stream's own timestamps, carried on between frames by the wall. Never goes back."""

    def __init__(self) -> None:
        self._media_ms = 0
        self._wall = time.monotonic()

    @property
    def now_ms(self) -> int:
        """Milliseconds since the stream began."""
        return self._media_ms + int((time.monotonic() - self._wall) * 1000)

    def frame(self, timestamp_ms: int) -> int:
        """A frame with this timestamp is here; what time it is with it."""
        wall = time.monotonic()
        reckoned_ms = self._media_ms + int((wall - self._wall) * 1000)
        self._wall = wall
        self._media_ms = timestamp_ms if timestamp_ms > reckoned_ms else reckoned_ms
        return self._media_ms

    def wall_at(self, media_ms: int) -> float:
        """When, in `time.monotonic()`, it was this media time."""
        return time.monotonic() - (self.now_ms - media_ms) / 1000
