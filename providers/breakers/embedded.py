"""One process: nobody to tell."""

from collections.abc import Mapping

from pydantic_settings import BaseSettings

from receptionist.ports.adapter import Adapter
from receptionist.ports.breaker_store import BreakerStore, ToldBreaker


class EmbeddedBreakers:
    """Fulfil `BreakerStore` by itself."""

    name = "embedded"

    async def tell(self, adapter: str, *, is_open: bool, wait_s: float) -> str:
        """Nobody hears it."""
        return ""

    async def told(self) -> Mapping[str, ToldBreaker]:
        """Nothing."""
        return {}

    async def claim(self, adapter: str, for_s: float) -> bool:
        """Nobody else wants it."""
        return True

    async def close(self) -> None:
        """Nothing to release."""


def build(_settings: BaseSettings) -> BreakerStore:
    """The adapter."""
    return EmbeddedBreakers()


ADAPTER: Adapter[BreakerStore, BaseSettings] = Adapter(BaseSettings, build)
