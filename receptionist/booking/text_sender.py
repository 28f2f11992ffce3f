"""Sending a text: the one way out for every text we write.

A text is kept under its key with the vendor's id of it, so the same one is not sent
twice; where an answer of the vendor's was lost, the vendor is asked. Whoever has
said STOP gets none.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from receptionist.domain.practice import Practice
from receptionist.errors import NumberRefused
from receptionist.ports.follow_up import TextRecord
from receptionist.ports.messaging import Messaging
from receptionist.ports.records import Database

STOP = "in.stop"
START = "in.start"
YES = "in.yes"
"""Twilio takes it for START as well."""
KEPT = "kept"
"""The status of a text that nobody carries to a phone."""
LOOK_BACK = timedelta(days=1)
"""All attempts at one text lie well within it."""


class TextSender:
    """Without a messaging service texts are only kept, where they can be looked at."""

    def __init__(
        self,
        database: Database,
        messaging: Messaging | None,
        clock: Callable[[], datetime],
        *,
        status_url: str | None = None,
    ) -> None:
        self._database = database
        self._messaging = messaging
        self._clock = clock
        self._status_url = status_url

    @property
    def reaches_phones(self) -> bool:
        """False where texts are only kept."""
        return self._messaging is not None and self._messaging.external

    async def send(
        self, key: str, practice: Practice, kind: str, phone: str, body: str, *, attempts: int = 1
    ) -> None:
        """Once by key. Raises `ProviderError`; `NumberRefused` when it can never be sent."""
        async with self._database.reading() as uow:
            known = await uow.texts.get(key)
            last_word = await uow.texts.latest(practice.id, phone, (STOP, START, YES))
        if known is not None:
            return
        if last_word is not None and last_word.kind == STOP:
            raise NumberRefused("texts", "has asked for no more texts")
        sid, status = None, "queued" if self.reaches_phones else KEPT
        if self._messaging is not None:
            sid = await self._messaging.send(
                phone,
                body,
                sender=practice.numbers[0] if practice.numbers else "",
                status_url=self._status_url,
                unless_sent_since=self._clock() - LOOK_BACK if attempts > 1 else None,
            )
        text = TextRecord(key, practice.id, "out", kind, phone, body, self._clock(), sid, status)
        async with self._database.transaction() as uow:
            await uow.texts.add(text)
