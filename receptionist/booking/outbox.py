"""Working through the outbox: leased, tried again with growing pauses, done once by key.

A row is written in the transaction of the change it follows. Whoever dies with
one lets it go when its lease runs out, so a job may be begun twice and must be
harmless the second time. What cannot be done is left as dead, for staff to see.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import structlog

from receptionist.errors import ReceptionistError
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import Database
from receptionist.resilience.tolerance import Rounds, for_ever, tolerated

log = structlog.get_logger()

LEASE_S = 60.0
POLL_S = 1.0
LOOKED_AGAIN_S = 0.05
AT_ONCE = 8
MOST_ATTEMPTS = 14
LONGEST_PAUSE_S = 3600.0
DONE_KEPT = timedelta(days=2)
TIDIED_EVERY_S = 3600.0

Job = Callable[[OutboxRow], Awaitable[None]]
"""Raises when it could not be done; a `ReceptionistError` says whether trying again may help."""


def pause_s(attempts: int, spread: float) -> float:
    """How long to wait after so many attempts; `spread` from 0 to 1 keeps rows apart."""
    return min(float(2**attempts), LONGEST_PAUSE_S) * (0.5 + spread / 2)


class OutboxWorker:
    """One per process; several may work on one database."""

    def __init__(
        self,
        database: Database,
        jobs: Mapping[str, Job],
        clock: Callable[[], datetime],
        *,
        lease_s: float = LEASE_S,
        poll_s: float = POLL_S,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._reading = Rounds("outbox_unread")
        self._due = asyncio.Event()
        self._busy: Counter[str] = Counter()
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[bool]] = set()

    @asynccontextmanager
    async def running(self, *beside: Coroutine[None, None, None]) -> AsyncIterator[None]:
        """Work inside this block, with what else goes on beside it.

        A job that is cut off at its end is done by the next process.
        """
        async with asyncio.TaskGroup() as group:
            self._group = group
            tidying = for_ever("outbox_untidied", self._tidy, every_s=TIDIED_EVERY_S)
            endless = (self._work_for_ever(group), tidying, *beside)
            tasks = [group.create_task(work) for work in endless]
            try:
                yield
            finally:
                self._group = None
                for task in (*tasks, *self._running):
                    task.cancel()

    def wake(self) -> None:
        """Something is due now."""
        self._due.set()

    async def run_now(self, key: str, within_s: float) -> bool:
        """Do that row at once, and wait a while for it; whether it is done."""
        if self._group is None:
            return False
        task = self._spawn(self._group, self._do_or_await(key, within_s))
        await asyncio.wait([task], timeout=within_s)
        return task.done() and not task.cancelled() and task.result()

    async def run_due(self) -> int:
        """Do everything that is due, one after the other; how many rows were begun."""
        begun = 0
        while rows := await self._claim(list(self._jobs), AT_ONCE):
            for row in rows:
                await self._do(row)
            begun += len(rows)
        return begun

    async def _work_for_ever(self, group: asyncio.TaskGroup) -> None:
        while True:
            self._due.clear()
            rows: list[OutboxRow] = []
            with self._reading.one():
                rows = await self._claim_what_has_a_place()
            for row in rows:
                self._busy[row.kind] += 1
                self._spawn(group, self._do_in_turn(row))
            if not rows:
                try:
                    async with asyncio.timeout(self._poll_s):
                        await self._due.wait()
                except TimeoutError:
                    continue

    async def _tidy(self) -> None:
        """What is done is of no use to anybody after a while."""
        async with self._database.transaction() as uow:
            await uow.outbox.forget_done(self._clock() - DONE_KEPT)

    def _spawn(
        self, group: asyncio.TaskGroup, work: Coroutine[None, None, bool]
    ) -> asyncio.Task[bool]:
        task = group.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _claim_what_has_a_place(self) -> list[OutboxRow]:
        """A slow vendor keeps its own kind waiting, and in the database: a lease runs at once."""
        places = {kind: AT_ONCE - self._busy[kind] for kind in self._jobs}
        kinds = [kind for kind, free in places.items() if free]
        return await self._claim(kinds, min(places[kind] for kind in kinds)) if kinds else []

    async def _claim(self, kinds: Sequence[str], limit: int) -> list[OutboxRow]:
        now = self._clock()
        async with self._database.transaction() as uow:
            # Rows of a kind that this release does not know are left for one that does.
            return list(await uow.outbox.claim(kinds, now, now + self._lease, limit))

    async def _do_or_await(self, key: str, within_s: float) -> bool:
        now = self._clock()
        row = None
        with self._reading.one():
            async with self._database.transaction() as uow:
                row = await uow.outbox.claim_key(key, now, now + self._lease)
            if row is None:
                return await self._done_by_another(key, within_s)
        return row is not None and await self._do(row)

    async def _done_by_another(self, key: str, within_s: float) -> bool:
        """Whoever looked for due rows at the right moment, here or in another process, has it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while True:
                    async with self._database.reading() as uow:
                        row = await uow.outbox.get(key)
                    if row is None or row.status != "leased":
                        return row is not None and row.status == "done"
                    await asyncio.sleep(LOOKED_AGAIN_S)
        return False

    async def _do_in_turn(self, row: OutboxRow) -> bool:
        try:
            return await self._do(row)
        finally:
            self._busy[row.kind] -= 1
            self.wake()

    async def _do(self, row: OutboxRow) -> bool:
        """Whether it is done. Never raises; what cannot be written is begun anew by its lease."""
        failure = await self._attempt(row)
        with tolerated("outbox_unwritten", kind=row.kind):
            if failure is not None:
                await self._put_off(row, failure)
                return False
            async with self._database.transaction() as uow:
                await uow.outbox.finish(row.id, self._clock())
            return True
        return False

    async def _attempt(self, row: OutboxRow) -> Exception | None:
        try:
            # Shorter than the lease: nobody else begins it while we are still at it.
            async with asyncio.timeout(self._lease_s * 0.8):
                await self._jobs[row.kind](row)
        except Exception as exc:  # noqa: BLE001 - a job may raise anything; its row says so
            return exc
        return None

    async def _put_off(self, row: OutboxRow, exc: Exception) -> None:
        error = exc.code if isinstance(exc, ReceptionistError) else type(exc).__name__
        now = self._clock()
        is_hopeless = row.attempts >= MOST_ATTEMPTS
        log.warning("outbox_put_off", kind=row.kind, attempts=row.attempts, error_code=error)
        pause = timedelta(seconds=pause_s(row.attempts, random.random()))  # noqa: S311 - no secret
        async with self._database.transaction() as uow:
            if is_hopeless:
                await uow.outbox.bury(row.id, error, now)
            else:
                await uow.outbox.retry(row.id, now + pause, error)
