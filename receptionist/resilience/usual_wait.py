"""How long an adapter usually keeps us waiting. Pure."""

from collections import deque

REMEMBERED = 100
LEAST_KNOWN = 20


class UsualWait:
    """The 95th percentile of the latest waits."""

    def __init__(self, *, remembered: int = REMEMBERED, least_known: int = LEAST_KNOWN) -> None:
        self._waits: deque[float] = deque(maxlen=remembered)
        self._least_known = least_known

    def add(self, wait_s: float) -> None:
        """It took so long."""
        self._waits.append(wait_s)

    @property
    def p95_s(self) -> float | None:
        """None while too little is known."""
        if len(self._waits) < self._least_known:
            return None
        return sorted(self._waits)[len(self._waits) * 95 // 100]
