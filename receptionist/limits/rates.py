"""How often one caller, number, address or texter may have something.

Keys are keyed hashes: a telephone number could be guessed from a plain one.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, get_args

from receptionist.domain.rates import Rate
from receptionist.observability import Metrics
from receptionist.ports.rate_store import RateStore

What = Literal["caller", "number", "address", "texter", "refusal"]
"""Calls of a caller, calls to a number of ours, requests of an address, answers to a texter,
and refusals that are worth a row in the audit log, by whom they were."""
REFUSALS_KEPT = Rate(10, 60)


class RateLimits:
    """Count, and say whether it was too much."""

    def __init__(
        self, store: RateStore, rates: Mapping[What, Rate | None], secret: str, metrics: Metrics
    ) -> None:
        self._store = store
        self._rates: Mapping[What, Rate | None] = {"refusal": REFUSALS_KEPT, **rates}
        self._secret = secret.encode()
        self._refused = {what: metrics.limited.labels(what=what) for what in get_args(What)}

    async def allow(self, what: What, who: str) -> bool:
        """Count one for `who`. Nobody in particular (an empty `who`) is never too much."""
        rate = self._rates.get(what)
        if rate is None or not who:
            return True
        is_within = await self._store.take(self._key(what, who), rate)
        if not is_within:
            self._refused[what].inc()
        return is_within

    def _key(self, what: What, who: str) -> str:
        return f"{what}:{hmac.digest(self._secret, f'{what}:{who}'.encode(), sha256).hex()[:32]}"
