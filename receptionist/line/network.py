"""How frames travel from the phone company to the server: evenly, jittered, or in bunches.

A frame is never lost or overtaken, as on the TCP connection they really come over.
Sans-IO: the owner says when a frame was made and sends what is due.
"""

from collections import deque
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What the network does to a call's frames."""

    jitter_ms: float = 0.0
    """Each frame is delayed by a random time up to this."""
    bunch_every_s: float = 0.0
    """So often, on average, frames are held back; 0 for never."""
    bunch_ms: float = 200.0
    """For so long, and then they arrive together."""

    @property
    def is_calm(self) -> bool:
        """Whether frames arrive as they were sent."""
        return not self.jitter_ms and not self.bunch_every_s


class Network:
    """One call's way. Times are seconds of any one clock."""

    def __init__(self, weather: Weather, seed: int = 0, frame_s: float = 0.02) -> None:
        self._weather = weather
        self._random = Random(seed)  # noqa: S311 - weather, not a secret
        self._bunch_chance = frame_s / weather.bunch_every_s if weather.bunch_every_s else 0.0
        self._held_until_s = 0.0
        self._under_way: deque[tuple[float, str]] = deque()

    def put(self, message: str, at_s: float) -> None:
        """A message sets out."""
        weather = self._weather
        if self._bunch_chance and self._random.random() < self._bunch_chance:
            self._held_until_s = max(self._held_until_s, at_s + weather.bunch_ms / 1000)
        delay_s = self._random.uniform(0, weather.jitter_ms) / 1000
        self._under_way.append((max(at_s + delay_s, self._held_until_s), message))

    def due(self, at_s: float) -> list[str]:
        """What arrives by then, in order."""
        arrived = []
        while self._under_way and self._under_way[0][0] <= at_s:
            arrived.append(self._under_way.popleft()[1])
        return arrived

    def rest(self) -> list[str]:
        """What is still under way; nothing is after this."""
        left = [message for _, message in self._under_way]
        self._under_way.clear()
        return left
