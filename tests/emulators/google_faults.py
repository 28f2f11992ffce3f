"""What can go wrong between us and Google, and how often it shall."""

from collections.abc import Mapping
from dataclasses import dataclass

REFUSALS: Mapping[str, tuple[int, str, str]] = {
    "rate_limited": (403, "rateLimitExceeded", "usageLimits"),
    "user_rate_limited": (403, "userRateLimitExceeded", "usageLimits"),
    "quota": (403, "quotaExceeded", "usageLimits"),
    "forbidden": (403, "forbidden", "calendar"),
    "changed": (412, "conditionNotMet", "global"),
    "429": (429, "rateLimitExceeded", "usageLimits"),
    "500": (500, "backendError", "global"),
    "503": (503, "backendError", "global"),
}
QUOTED = "cannot change 'Check-up, Jane Roe, 555-0100'"
"""Messages of Google's can quote what was sent."""
FAULTS = (
    *REFUSALS,
    "hang",
    "hold",
    "drop",
    "reset",
    "slow",
    "lost",
    "lost_hang",
    "half",
    "muddle",
    "garbage",
    "unknown_busy",
)


@dataclass
class Fault:
    """What goes wrong `times` times.

    `lost…`, `half`, `muddle` and `garbage` come after the work is done.
    """

    kind: str
    times: int
    delay_s: float = 0.0


class Faults:
    """Faults to show, by operation (`*`: any), in the order they were added."""

    def __init__(self) -> None:
        self._queues: dict[str, list[Fault]] = {}

    def add(self, operation: str, fault: Fault) -> None:
        """Show a fault when those before it have been shown."""
        assert fault.kind in FAULTS, fault.kind
        self._queues.setdefault(operation, []).append(fault)

    def clear(self) -> None:
        """All is well again."""
        self._queues.clear()

    def next(self, operation: str) -> Fault:
        """What goes wrong with this request; `none` when nothing does."""
        for name in (operation, "*"):
            queue = self._queues.get(name, [])
            if queue and operation != "control":
                queue[0].times -= 1
                return queue[0] if queue[0].times else queue.pop(0)
        return Fault("none", 0)
