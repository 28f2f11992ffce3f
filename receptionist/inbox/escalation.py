"""A message that nobody takes in time is made known outside the inbox: `inbox.escalate`.

Whoever is told learns that something waits and where, never what a caller said: texts and
e-mails are read on screens that anybody may see.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from receptionist.booking.outbox import Job
from receptionist.booking.text_sender import TextSender
from receptionist.domain.practice import Practice
from receptionist.errors import NumberRefused
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.mail import Mail, OutgoingMail
from receptionist.ports.records import Database
from receptionist.ports.staff import StaffMessage
from receptionist.resilience.tolerance import for_ever

log = structlog.get_logger()

ESCALATE = "inbox.escalate"
LOOKED_EVERY_S = 10.0
AT_ONCE = 20


class Escalation:
    """Look for messages that wait too long; tell whom the practice has named, once each.

    `pages_base` is where staff reach the admin pages.
    """

    def __init__(
        self,
        database: Database,
        sender: TextSender,
        mail: Mail,
        clock: Callable[[], datetime],
        *,
        pages_base: str,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._sender = sender
        self._mail = mail
        self._clock = clock
        self._pages_base = pages_base
        self._wake = wake

    def jobs(self) -> dict[str, Job]:
        """By kind."""
        return {ESCALATE: self.tell}

    async def watch(self) -> None:
        """Look for ever."""
        await for_ever("inbox_unread", self.look, every_s=LOOKED_EVERY_S)

    async def look(self) -> int:
        """Queue what has to be said; how many messages have waited too long."""
        now = self._clock()
        async with self._database.reading() as uow:
            practices = [p for p in await uow.practices.all() if p.inbox.escalate_to]
            late = [
                (practice, message)
                for practice in practices
                for message in await uow.messages.overdue(
                    practice.id,
                    urgent_before=now - timedelta(minutes=practice.inbox.urgent_minutes),
                    routine_before=now - timedelta(minutes=practice.inbox.unread_minutes),
                    limit=AT_ONCE,
                )
            ]
        for practice, message in late:
            await self._queue(practice, message, now)
        if late:
            self._wake()
        return len(late)

    async def tell(self, row: OutboxRow) -> None:
        """Send one of them. Raises `ProviderError` when it has to be tried again."""
        message_id, to = str(row.payload["message_id"]), str(row.payload["to"])
        async with self._database.reading() as uow:
            message = await uow.messages.get(message_id)
            practice = None if message is None else await uow.practices.get(message.practice_id)
        if message is None or practice is None or message.status != "new":
            return
        by = "mail" if "@" in to else "text"
        happened = "escalated"
        try:
            await self._send(row, practice, message, to)
        except NumberRefused as exc:
            log.warning("escalation_refused", error_code=exc.code)
            happened = "escalation_failed"
        async with self._database.transaction() as uow:
            await uow.messages.record(message_id, happened, by="receptionist", detail={"by": by})

    async def _queue(self, practice: Practice, message: StaffMessage, now: datetime) -> None:
        async with self._database.transaction() as uow:
            if not await uow.messages.escalate(message.id, now):
                return
            for to in practice.inbox.escalate_to:
                key = f"{ESCALATE}:{message.id}:{message.version}:{to}"
                await uow.outbox.put(ESCALATE, key, {"message_id": message.id, "to": to})

    async def _send(
        self, row: OutboxRow, practice: Practice, message: StaffMessage, to: str
    ) -> None:
        what = "An urgent" if message.urgency == "urgent" else "A"
        thing = "task" if message.kind == "task" else "message"
        minutes = int((self._clock() - message.created_at) / timedelta(minutes=1))
        words = (
            f"{what} {thing} for {practice.name} has waited {minutes} minutes and nobody has taken "
            f"it: {self._pages_base}/admin/messages/{message.id}"
        )
        if "@" in to:
            subject = f"{practice.name}: {thing} waiting"
            await self._mail.send(OutgoingMail(to=to, subject=subject, text=words, key=row.key))
        else:
            await self._sender.send(row.key, practice, ESCALATE, to, words, attempts=row.attempts)
