"""Proving the audit chain a part at a time, for a page that is looked at again and again.

What has been proved is remembered (the last row and its hash, in this process), so a look
reads only a bounded number of rows: first what is new, then a few old ones over again, round and
round. A row that was changed, or taken away, behind what is proved is found either way.
"""

import asyncio
from dataclasses import dataclass

from receptionist.ports.records import AuditCheck, UnitOfWork

AT_ONCE = 2_000
AGAIN_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """`proved` of `rows` hold; the first that does not is `broken_at`."""

    proved: int
    rows: int
    broken_at: int | None

    @property
    def complete(self) -> bool:
        """Every row there is holds."""
        return self.broken_at is None and self.proved >= self.rows


class AuditProof:
    """One per process."""

    def __init__(self) -> None:
        self._ahead = AuditCheck()
        self._again = AuditCheck()
        self._looking = asyncio.Lock()

    def forget(self) -> None:
        """Begin at the first row again."""
        self._ahead = self._again = AuditCheck()

    async def look(self, uow: UnitOfWork) -> Proof:
        """Prove some more."""
        async with self._looking:
            rows = await uow.audit.newest_id()
            if self._ahead.broken_at is None:
                self._ahead = await uow.audit.check(self._ahead, AT_ONCE)
            if self._again.broken_at is None:
                if self._again.id >= self._ahead.id:
                    self._again = AuditCheck()
                self._again = await uow.audit.check(self._again, AGAIN_AT_ONCE)
            broken = [c.broken_at for c in (self._ahead, self._again) if c.broken_at is not None]
            return Proof(self._ahead.id, rows, min(broken, default=None))
