"""What a practice may spend in a day on calls and texts, and to where.

Counted in the database, so that neither a restart nor a second process forgets. Numbers that
the practice has written down itself are always reached: they are no stranger's, and a
warning to staff must not wait for tomorrow. What is used up is told to staff once a day.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

import structlog

from receptionist.domain.destinations import is_named, may_reach
from receptionist.domain.practice import Practice
from receptionist.errors import NumberRefused, ProviderLimited
from receptionist.observability import Metrics
from receptionist.ports.records import Database, StaffMessage, UnitOfWork

log = structlog.get_logger()
DAY = timedelta(days=1)
Kind = Literal["calls", "texts"]
USED_UP = (
    "The {most} {kind} that may go out within a day are used up. Further ones are held back. If "
    "this is not what you expect, look at who has been calling; the limit is "
    "outgoing.{kind}_per_day in the practice's settings."
)


class Spending:
    """Ask before every call and text that goes out."""

    def __init__(self, database: Database, clock: Callable[[], datetime], metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics

    async def check_text(self, practice: Practice, phone: str) -> None:
        """Raises `NumberRefused` where none may go, `ProviderLimited` when it is for later."""
        if is_named(phone, practice):
            return
        if not may_reach(phone, practice):
            self._refused("text_destination", practice)
            raise NumberRefused("texts", "the number is none that the practice texts")
        since = self._clock() - DAY
        rules = practice.outgoing
        async with self._database.reading() as uow:
            sent = await uow.texts.count_since(practice.id, since)
            to_one = await uow.texts.count_since(practice.id, since, phone=phone)
        if to_one >= rules.texts_per_phone_per_day:
            self._refused("texts_to_one", practice)
            raise NumberRefused("texts", "the number has had its texts of a day")
        if sent >= rules.texts_per_day:
            self._refused("texts", practice)
            async with self._database.transaction() as uow:
                await self._tell_staff(uow, practice, "texts", rules.texts_per_day)
            raise ProviderLimited("texts", "the practice's texts of a day are used up")

    async def take_call(self, practice: Practice, number: str, key: str) -> None:
        """Note a call that is about to go out. Raises `NumberRefused`, `ProviderLimited`.

        One key is one call, however often it is asked about.
        """
        if not may_reach(number, practice):
            self._refused("call_destination", practice)
            raise NumberRefused("calls", "the number is none that the practice calls")
        now = self._clock()
        most = practice.outgoing.calls_per_day
        async with self._database.transaction() as uow:
            await uow.outgoing_calls.forget(now - 2 * DAY)
            is_within = await uow.outgoing_calls.take(
                key, practice.id, now, since=now - DAY, most=most
            )
            if not is_within:
                await self._tell_staff(uow, practice, "calls", most)
        if not is_within:
            self._refused("calls", practice)
            raise ProviderLimited("calls", "the practice's calls of a day are used up")

    def _refused(self, what: str, practice: Practice) -> None:
        log.warning("spending_refused", what=what, practice=practice.id)
        self._metrics.limited.labels(what=what).inc()

    async def _tell_staff(self, uow: UnitOfWork, practice: Practice, kind: Kind, most: int) -> None:
        now = self._clock()
        day = now.astimezone(practice.zone).date()
        await uow.messages.add(
            StaffMessage(
                id=uuid4().hex,
                practice_id=practice.id,
                call_sid=None,
                caller_name="Spending limit",
                phone=None,
                message=USED_UP.format(most=most, kind=kind),
                urgency="urgent",
                recipient=None,
                status="new",
                kind="task",
                created_at=now,
                idempotency_key=f"spent:{practice.id}:{kind}:{day}",
            )
        )
