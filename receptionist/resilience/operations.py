"""Telling whoever runs the server that an adapter has failed: `operations.tell`.

A text names the adapter and the time, and nothing of anybody's call.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from receptionist.errors import NumberRefused
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.messaging import Messaging
from receptionist.ports.records import Database, UnitOfWork
from receptionist.resilience.breaker import Change

TELL = "operations.tell"
QUIET = timedelta(minutes=15)
"""At most one text about an adapter within this, however often its breaker opens, and in
however many processes."""
LOOK_BACK = timedelta(days=1)
KINDS: Mapping[str, str] = {"stt": "hears", "llm": "thinks", "tts": "speaks"}

log = structlog.get_logger()


class Operations:
    """`number` gets the texts; `where` is where staff see more."""

    def __init__(
        self,
        database: Database,
        messaging: Messaging,
        clock: Callable[[], datetime],
        *,
        number: str,
        where: str,
    ) -> None:
        self._database = database
        self._messaging = messaging
        self._clock = clock
        self._number = number
        self._where = where

    def jobs(self) -> dict[str, Callable[[OutboxRow], Awaitable[None]]]:
        """By kind."""
        return {TELL: self.tell}

    async def changed(self, uow: UnitOfWork, adapter: str, change: Change) -> None:
        """A breaker has changed, in the transaction that keeps it."""
        if change != "opened":
            return
        now = self._clock()
        span = int(now.timestamp() // QUIET.total_seconds())
        before = await uow.outbox.get(_key(adapter, span - 1))
        if before is None or now - _at(before) >= QUIET:
            payload = {"adapter": adapter, "at": now.isoformat()}
            await uow.outbox.put(TELL, _key(adapter, span), payload)

    async def tell(self, row: OutboxRow) -> None:
        """Send it. Raises `ProviderError` when it has to be tried again."""
        async with self._database.reading() as uow:
            practices = await uow.practices.all()
        sender = next((p.numbers[0] for p in practices if p.numbers), "")
        kind, _, name = str(row.payload["adapter"]).partition(":")
        words = (
            f"Receptionist: {name}, which {KINDS.get(kind, kind)} for callers, has failed and is "
            f"left alone since {_at(row).astimezone(UTC):%H:%M} UTC. Calls go on without it. "
            f"{self._where}"
        )
        try:
            await self._messaging.send(
                self._number,
                words,
                sender=sender,
                unless_sent_since=self._clock() - LOOK_BACK if row.attempts > 1 else None,
            )
        except NumberRefused as exc:
            log.error("operations_not_told", error_code=exc.code)


def _key(adapter: str, span: int) -> str:
    return f"{TELL}:{adapter}:{span}"


def _at(row: OutboxRow) -> datetime:
    return datetime.fromisoformat(str(row.payload["at"]))
