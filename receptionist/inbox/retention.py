"""Erasing what callers said once the practice's time for keeping it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from receptionist.domain.practice import Practice
from receptionist.inbox.recordings import DELETE_RECORDING
from receptionist.ports.records import Database
from receptionist.resilience.tolerance import for_ever

LOOKED_EVERY_S = 3600.0
AT_ONCE = 20


class Retention:
    """Several processes may look at once: of each practice, one erases at a time."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def watch(self) -> None:
        """Look every hour."""
        await for_ever("retention_not_kept", self.look, every_s=LOOKED_EVERY_S)

    async def look(self) -> int:
        """Erase what is due; how many calls."""
        async with self._database.reading() as uow:
            practices = await uow.practices.all()
        erased = 0
        for practice in practices:
            if practice.retention_days is not None:
                while count := await self._erase_some(practice, practice.retention_days):
                    erased += count
        return erased

    async def _erase_some(self, practice: Practice, days: int) -> int:
        now = self._clock()
        async with self._database.transaction() as uow:
            await uow.versions.lock(practice.id)
            due = await uow.erasure.due(practice.id, now - timedelta(days=days), AT_ONCE)
            for call_sid in due:
                for sid in await uow.erasure.erase_call(call_sid, now, by="retention"):
                    await uow.outbox.put(
                        DELETE_RECORDING, f"{DELETE_RECORDING}:{sid}", {"sid": sid}
                    )
                await uow.audit.append(
                    actor="retention", action="call.erased", subject=f"call:{call_sid}"
                )
        return len(due)
