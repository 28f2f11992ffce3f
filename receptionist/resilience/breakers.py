"""The breakers of a process, what is made of their changes, and what other processes say.

Asking a breaker costs no request but for a probe, which one process has at a time. Changes
become metrics at once; audit rows and the other processes hear of them in the background.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import structlog

from receptionist.errors import ProviderUnavailable, ReceptionistError
from receptionist.observability import Metrics
from receptionist.ports.breaker_store import BreakerStore
from receptionist.ports.records import Database, UnitOfWork
from receptionist.resilience.breaker import Admission, Breaker, Change, Rules
from receptionist.resilience.tolerance import tolerated

log = structlog.get_logger()

LOOK_S = 1.0
AWAY_LOOK_S = 5.0
MOST_WAITING = 100
Follow = Callable[[UnitOfWork, str, Change], Awaitable[None]]


class Attempt:
    """One request under way; a context manager that settles it by how it ends.

    Broken off from outside it counts as good if anything had come, and else not at all.
    """

    def __init__(self, breakers: "Breakers", adapter: str, admission: Admission) -> None:
        self._breakers = breakers
        self._adapter = adapter
        self._admission = admission
        self._came = False

    def __enter__(self) -> Self:
        return self

    def came(self) -> None:
        """Something of the answer is there. Settles a probe at once."""
        if not self._came:
            self._came = True
            self._breakers.succeeded(self._adapter, self._admission)
            self._admission = Admission.MADE

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self.came()
        elif issubclass(exc_type, Exception):
            self._breakers.failed(self._adapter, self._admission)
        elif not self._came:
            self._breakers.given_up(self._adapter, self._admission)


class Breakers:
    """By adapter: its kind and name, as in "llm:openai"."""

    def __init__(
        self,
        store: BreakerStore,
        database: Database,
        metrics: Metrics,
        *,
        rules: Rules | None = None,
        clock: Callable[[], float] = time.monotonic,
        on_change: Follow | None = None,
    ) -> None:
        """`on_change` writes what follows from a change into the transaction that keeps it."""
        self._on_change = on_change
        self._store = store
        self._database = database
        self._metrics = metrics
        self._rules = rules or Rules()
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}
        self._stamps: dict[str, str] = {}
        self._to_tell: set[str] = set()
        self._changes: asyncio.Queue[tuple[str, Change]] = asyncio.Queue()

    def add(self, adapter: str) -> None:
        """Have a breaker for it, closed."""
        self._breakers[adapter] = Breaker(self._rules)
        self._metrics.breaker_open.labels(adapter).set(0)

    def is_well(self, adapter: str) -> bool:
        """Whether the last that is known of it is good."""
        return self._breakers[adapter].is_well

    def skips(self, adapter: str) -> bool:
        """Whether a request now would be skipped."""
        return self._breakers[adapter].skips(self._clock())

    async def begin(self, adapter: str) -> Attempt:
        """A request is about to be made. Raises `ProviderUnavailable` when it is skipped."""
        breaker = self._breakers[adapter]
        admission = breaker.admit(self._clock())
        if admission is Admission.PROBE and not await self._claim(adapter, breaker):
            admission = Admission.SKIPPED
        if admission is Admission.SKIPPED:
            raise ProviderUnavailable(adapter.partition(":")[2], "left alone for a while")
        return Attempt(self, adapter, admission)

    async def _claim(self, adapter: str, breaker: Breaker) -> bool:
        try:
            claimed = await self._store.claim(adapter, self._rules.probe_s)
        except ProviderUnavailable:
            return True
        except BaseException:
            breaker.given_up(Admission.PROBE)
            raise
        if not claimed:
            # Whoever has the probe tells what came of it.
            breaker.adopt(self._clock(), is_open=True, wait_s=LOOK_S)
        return claimed

    def succeeded(self, adapter: str, admission: Admission = Admission.MADE) -> None:
        """An answer came."""
        self._note(adapter, self._breakers[adapter].succeeded(self._clock(), admission))

    def failed(self, adapter: str, admission: Admission = Admission.MADE) -> None:
        """It failed, or was too slow."""
        self._note(adapter, self._breakers[adapter].failed(self._clock(), admission))
        if admission is Admission.PROBE:
            self._to_tell.add(adapter)

    def given_up(self, adapter: str, admission: Admission) -> None:
        """We broke it off."""
        self._breakers[adapter].given_up(admission)

    def checked(self, adapter: str) -> None:
        """A cheap request outside calls went well."""
        self._breakers[adapter].checked(self._clock())

    async def watch(self) -> None:
        """Tell the others and hear of them, and keep audit rows, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_rows())
            group.create_task(self._talk())

    def _note(self, adapter: str, change: Change | None) -> None:
        if change is None:
            return
        log.warning("breaker_changed", adapter=adapter, change=change)
        self._metrics.breaker_open.labels(adapter).set(int(change == "opened"))
        self._metrics.breaker_changes.labels(adapter, change).inc()
        self._to_tell.add(adapter)
        if self._changes.qsize() < MOST_WAITING:
            self._changes.put_nowait((adapter, change))

    async def _keep_rows(self) -> None:
        while True:
            adapter, change = await self._changes.get()
            if not await self._kept(adapter, change):
                self._changes.put_nowait((adapter, change))
                await asyncio.sleep(AWAY_LOOK_S)

    async def _kept(self, adapter: str, change: Change) -> bool:
        with tolerated("breaker_row_not_kept"):
            async with self._database.transaction() as uow:
                await uow.audit.append(actor="system", action=f"breaker.{change}", subject=adapter)
                if self._on_change is not None:
                    await self._on_change(uow, adapter, change)
            return True
        return False

    async def _talk(self) -> None:
        while True:
            try:
                await self.exchange()
                wait_s = LOOK_S
            except ReceptionistError as exc:
                log.debug("breakers_not_shared", error_code=exc.code)
                wait_s = AWAY_LOOK_S
            await asyncio.sleep(wait_s)

    async def exchange(self) -> None:
        """Tell what has changed here, then take over what has changed elsewhere.

        Raises `ProviderUnavailable`; what could not be told is told the next time.
        """
        for adapter in list(self._to_tell):
            breaker = self._breakers[adapter]
            self._to_tell.discard(adapter)
            try:
                self._stamps[adapter] = await self._store.tell(
                    adapter, is_open=breaker.is_open, wait_s=breaker.wait_s
                )
            except ProviderUnavailable:
                self._to_tell.add(adapter)
                raise
        for adapter, told in (await self._store.told()).items():
            # What has changed here in the meantime is newer than what others said before.
            if adapter not in self._breakers or adapter in self._to_tell:
                continue
            if self._stamps.get(adapter) != told.stamp:
                self._stamps[adapter] = told.stamp
                breaker = self._breakers[adapter]
                breaker.adopt(self._clock(), is_open=told.is_open, wait_s=told.wait_s)
                self._metrics.breaker_open.labels(adapter).set(int(told.is_open))
