"""What one call's ear and the scoring thread pass to each other."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Memory:
    """What the model remembers of one call; only the scoring thread writes it."""

    state: Any = None
    context: Any = None
    quiet_windows: int = 0

    def forget(self) -> None:
        """Begin anew with the next window."""
        self.state = self.context = None
        self.quiet_windows = 0

    def recall(self, state: Any, context: Any) -> None:
        """Begin anew from a memory of something else."""
        self.state, self.context = state, context
        self.quiet_windows = 0


@dataclass(slots=True)
class Window:
    """32 ms of one call, waiting for its probability.

    `probability` stays None until the window is scored; `loudness` is what its level
    alone says, for when that never happens. `fresh`: the model has not heard what came before.
    """

    memory: Memory
    mulaw: bytes
    ended_ms: int
    loudness: float
    prominence: float
    fresh: bool = False
    probability: float | None = None
