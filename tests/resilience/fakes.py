"""What breakers need around them: rows, and a place to talk, that may be away."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from receptionist.errors import ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.ports.breaker_store import ToldBreaker
from receptionist.resilience.breaker import Rules
from receptionist.resilience.breakers import Breakers

RULES = Rules(least_requests=2, wait_s=10)


class Rows:
    """An audit in memory."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []
        self.audit = self
        self.is_away = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Rows"]:
        if self.is_away:
            raise OSError("away")
        yield self

    async def append(self, *, actor: str, action: str, subject: str) -> None:
        self.kept.append((action, subject))


class Store:
    """What all processes say."""

    name = "fake"

    def __init__(self) -> None:
        self.said: dict[str, ToldBreaker] = {}
        self.claimed: set[str] = set()
        self.is_away = False
        self._stamps = 0

    async def tell(self, adapter: str, *, is_open: bool, wait_s: float) -> str:
        self._answer()
        self._stamps += 1
        self.said[adapter] = ToldBreaker(is_open, wait_s, str(self._stamps))
        return str(self._stamps)

    async def told(self) -> Mapping[str, ToldBreaker]:
        self._answer()
        return dict(self.said)

    async def claim(self, adapter: str, for_s: float) -> bool:
        self._answer()
        if adapter in self.claimed:
            return False
        self.claimed.add(adapter)
        return True

    async def close(self) -> None: ...

    def _answer(self) -> None:
        if self.is_away:
            raise ProviderUnavailable("fake", "away")


class Process:
    """One process's breakers, on a clock of the test's."""

    def __init__(self, store: Store, *adapters: str) -> None:
        self.now_s = 0.0
        self.rows, self.metrics = Rows(), Metrics()
        self.breakers = Breakers(
            store,
            self.rows,  # type: ignore[arg-type] - only the audit is used
            self.metrics,
            rules=RULES,
            clock=lambda: self.now_s,
        )
        for adapter in adapters:
            self.breakers.add(adapter)

    def shown(self, metric: str, **labels: str) -> float | None:
        """What `/metrics` shows."""
        return self.metrics.registry.get_sample_value(metric, labels)
