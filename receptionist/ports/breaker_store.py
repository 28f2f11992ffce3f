"""What the processes of one installation tell each other about sick adapters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ToldBreaker:
    """A breaker as some process has last seen it change; `stamp` differs for every change."""

    is_open: bool
    wait_s: float
    """From now until somebody may probe."""
    stamp: str


class BreakerStore(Protocol):
    """Breakers by adapter ("llm:openai"). Everything raises `ProviderUnavailable` when away."""

    name: str

    async def tell(self, adapter: str, *, is_open: bool, wait_s: float) -> str:
        """It has changed here. Answers the change's stamp."""

    async def told(self) -> Mapping[str, ToldBreaker]:
        """The latest change of each."""

    async def claim(self, adapter: str, for_s: float) -> bool:
        """Whether the probe is ours: one process has it at a time."""

    async def close(self) -> None:
        """Release connections."""
