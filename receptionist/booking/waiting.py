"""The waiting list: a time that has become free is offered by text, to one after the other.

Whoever is asked has it held for a while; the next is asked when they decline or the
while is over. Somebody whose text could not be sent in that while has not been asked,
and keeps their turn. A late YES still gets the time if nobody else has it: the database's
refusal of overlap decides, as for callers on the line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from receptionist.booking.follow_up import WAITING_OFFER
from receptionist.booking.holds import held
from receptionist.booking.outbox import Job
from receptionist.booking.taken import TakenTimes
from receptionist.booking.text_sender import TextSender
from receptionist.booking.text_words import offer, when
from receptionist.booking.waiting_turn import Choice, choose, holder, is_open
from receptionist.domain.opening_hours import Interval, clock
from receptionist.domain.practice import Practice
from receptionist.errors import NumberRefused
from receptionist.ports.follow_up import OutboxRow, TextRecord, Waiting
from receptionist.ports.records import Appointment, Database, StaffMessage, UnitOfWork

WAITING_TEXT = "waiting.text"
NOT_TEXTED = (
    "{time} with {person} has become free, and this caller is on the waiting list. The number "
    "cannot be texted, so they are off the list now: please call."
)
NOT_SET_UP = (
    "{time} with {person} has become free, and it is held until {until} for this caller, who is "
    "on the waiting list. Nothing is set up to send texts: please call."
)


class WaitingOffers:
    """The jobs `waiting.offer` and `waiting.text`."""

    def __init__(
        self,
        database: Database,
        taken: TakenTimes,
        sender: TextSender,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._taken = taken
        self._sender = sender
        self._clock = clock

    def jobs(self) -> dict[str, Job]:
        """By kind."""
        return {WAITING_OFFER: self.offer, WAITING_TEXT: self.text}

    async def offer(self, row: OutboxRow) -> None:
        """Hold the freed time for the next in line, if it is still free and anybody wants it."""
        now = self._clock()
        async with self._database.reading() as uow:
            freed = await uow.appointments.get(row.payload["appointment_id"])
            practice = None if freed is None else await uow.practices.get(freed.practice_id)
        if freed is None or practice is None or not _can_offer(freed, practice, now):
            return
        wanted = Interval(freed.start, freed.end)
        if not await self._taken.still_free(practice, freed.practitioner, wanted):
            return
        async with self._database.transaction() as uow:
            await uow.appointments.lock(practice.id)
            await uow.appointments.drop_expired_holds(now)
            await _close_the_past(uow, practice, now)
            told = [key for key in row.payload.get("told", ()) if await uow.texts.get(key)]
            choice = await choose(uow, practice, freed, {_whose(key) for key in told}, now)
            if choice is not None:
                await _hold(uow, practice, choice, row.payload, told, now)

    async def text(self, row: OutboxRow) -> None:
        """Tell the one it is held for."""
        async with self._database.reading() as uow:
            waiting = await uow.waiting_list.get(row.payload["waiting_id"])
            practice = None if waiting is None else await uow.practices.get(waiting.practice_id)
        now, until = self._clock(), datetime.fromisoformat(row.payload["until"])
        if waiting is None or practice is None or not is_open(waiting, now):
            return
        if waiting.offered_until != until or waiting.offered_start is None:
            return
        person = waiting.offered_practitioner or ""
        body = offer(waiting.offered_start, person, until, practice, now)
        try:
            await self._sender.send(
                row.key, practice, row.kind, waiting.phone, body, attempts=row.attempts
            )
        except NumberRefused:
            await self._staff_call(row.key, practice, waiting, NOT_TEXTED)
            await self.pass_on(waiting, leaves=True)
            return
        if not self._sender.reaches_phones:
            await self._staff_call(row.key, practice, waiting, NOT_SET_UP)

    async def undelivered(self, text: TextRecord) -> None:
        """The vendor could not hand the offer over: the next is asked."""
        if text.kind != WAITING_TEXT:
            return
        async with self._database.reading() as uow:
            waiting = await uow.waiting_list.get(_whose(text.key))
        if waiting is not None and text.key == _key(WAITING_TEXT, waiting):
            await self.pass_on(waiting)

    async def pass_on(self, waiting: Waiting, *, leaves: bool = False) -> None:
        """Let go of what is held for somebody and ask the next; `leaves`: off the list as well.

        An offer that is not their last one any more is let be.
        """
        now = self._clock()
        async with self._database.transaction() as uow:
            await uow.appointments.lock(waiting.practice_id)
            current = await uow.waiting_list.get(waiting.id)
            if current is None or current.status not in ("waiting", "offered"):
                return
            if current != waiting and not leaves:
                return
            if is_open(current, now):
                await uow.appointments.release_holds(holder(current))
                key = _key(WAITING_OFFER, current)
                following = await uow.outbox.get(key)
                if following is not None and await uow.outbox.withdraw(key, now):
                    await uow.outbox.put(WAITING_OFFER, f"{key}:now", following.payload, run_at=now)
            await uow.waiting_list.update(_without_offer(current, closed=leaves))

    async def taken(self, waiting: Waiting) -> None:
        """They have what they waited for."""
        async with self._database.transaction() as uow:
            await uow.appointments.lock(waiting.practice_id)
            current = await uow.waiting_list.get(waiting.id)
            if current is not None:
                await uow.waiting_list.update(replace(current, status="booked"))

    async def _staff_call(self, key: str, practice: Practice, waiting: Waiting, words: str) -> None:
        """They were promised to be told: staff do it where no text can."""
        start, until = waiting.offered_start, waiting.offered_until
        if start is None or until is None:
            return
        message = words.format(
            time=when(start, practice),
            person=waiting.offered_practitioner,
            until=clock(until.astimezone(practice.zone)),
        )
        async with self._database.transaction() as uow:
            await uow.messages.add(
                StaffMessage(
                    id=uuid4().hex,
                    practice_id=practice.id,
                    call_sid=waiting.call_sid,
                    caller_name=waiting.caller_name,
                    phone=waiting.phone,
                    message=message,
                    urgency="urgent",
                    recipient=None,
                    status="new",
                    kind="task",
                    created_at=self._clock(),
                    idempotency_key=key,
                )
            )


def _without_offer(waiting: Waiting, *, closed: bool) -> Waiting:
    """Waiting again, or off the list."""
    return replace(
        waiting,
        status="closed" if closed else "waiting",
        offered_start=None,
        offered_practitioner=None,
        offered_until=None,
    )


def _key(kind: str, offered: Waiting) -> str:
    """One of a kind for each offer."""
    until = offered.offered_until
    return f"{kind}:{offered.id}:{0 if until is None else int(until.timestamp())}"


def _whose(key: str) -> str:
    return key.split(":")[1]


def _can_offer(freed: Appointment, practice: Practice, now: datetime) -> bool:
    return freed.status == "cancelled" and freed.start > now and practice.booking.text_messages


async def _close_the_past(uow: UnitOfWork, practice: Practice, now: datetime) -> None:
    """Nobody waits for a day that is over."""
    today = now.astimezone(practice.zone).date()
    for waiting in await uow.waiting_list.open(practice.id):
        if waiting.last_day < today:
            await uow.waiting_list.update(_without_offer(waiting, closed=True))


async def _hold(
    uow: UnitOfWork,
    practice: Practice,
    choice: Choice,
    payload: Mapping[str, Any],
    told: Sequence[str],
    now: datetime,
) -> None:
    """The time is theirs for a while; text them now, and ask the next when it is over."""
    offered = replace(
        choice.waiting,
        status="offered",
        offered_start=choice.slot.start,
        offered_practitioner=choice.slot.practitioner,
        offered_until=choice.until,
    )
    whose, until = holder(choice.waiting), choice.until
    row = held(practice, choice.service, choice.slot, whose=whose, until=until)
    await uow.appointments.add(row)
    await uow.waiting_list.update(offered)
    text = _key(WAITING_TEXT, offered)
    mark = {"waiting_id": offered.id, "until": choice.until.isoformat()}
    await uow.outbox.put(WAITING_TEXT, text, mark, run_at=now)
    following = {**payload, "told": [*told, text]}
    key = _key(WAITING_OFFER, offered)
    await uow.outbox.put(WAITING_OFFER, key, following, run_at=choice.until)
