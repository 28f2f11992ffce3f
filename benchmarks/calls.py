"""Callers who book by voice while something is broken underneath them, and what was kept of it.

A cut is a moment at which a call lost the process that held it: words that were not decided by
then are nobody's.
"""

import asyncio
import json
import random
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.booking_caller import BookingCaller
from benchmarks.servers import Balancer
from db import SqlDatabase
from receptionist.line.line import Line
from receptionist.line.report import CallReport
from receptionist.line.voice import MS_PER_CHARACTER, is_audible
from receptionist.ports.records import ListQuery
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice

DECIDED_MS = 1500
LONGEST_CALL_S = 240
FIRST_DAY, DAYS = 2, 80
SPREAD_S = 8
"""Within so long the first calls begin."""
Booked = Mapping[str, Sequence[str]]
"""Of each call."""


@dataclass(eq=False)
class Call:
    """One call, and when its process was killed."""

    caller: BookingCaller
    line: Line
    began_s: float
    cuts_ms: list[int] = field(default_factory=list)
    streams_ms: list[int] = field(default_factory=list)
    """When each stream was dialled."""

    @property
    def report(self) -> CallReport:
        """As the caller saw it."""
        return self.line.report

    @property
    def now_ms(self) -> int:
        """Since the call began."""
        return int((time.monotonic() - self.began_s) * 1000)

    def cut(self) -> None:
        """Its process dies now."""
        self.cuts_ms.append(self.now_ms)

    def stream_dialled(self) -> None:
        """The line opens a stream."""
        self.streams_ms.append(self.now_ms)

    def dead_air_ms(self) -> list[int | None]:
        """For each cut, until something was heard on another stream; None: never."""
        sounds = [piece.at_ms for piece in self.report.heard if is_audible(piece.mulaw)]
        found: list[int | None] = []
        for cut in self.cuts_ms:
            again = next((at for at in self.streams_ms if at > cut), None)
            heard = next((at for at in sounds if again is not None and at > again), None)
            found.append(None if heard is None else heard - cut)
        return found

    def forgotten(self) -> list[str]:
        """Facts told before a cut and asked for after it."""
        self.caller.note_told(self.report)
        found = []
        for told in self.caller.told:
            decided = told.at_ms + len(self.caller.says(told.fact)) * MS_PER_CHARACTER + DECIDED_MS
            undisturbed = not any(told.at_ms <= cut <= decided for cut in self.cuts_ms)
            cuts = [cut for cut in self.cuts_ms if cut > decided]
            again = [a for a in self.caller.asked if a.fact == told.fact and a.at_ms > decided]
            if undisturbed and any(asked.at_ms > cut for asked in again for cut in cuts):
                found.append(told.fact)
        return found


class Callers:
    """So many at once, each calling again when a call is over, through one balancer."""

    def __init__(self, balancer: Balancer, at_once: int, seed: int) -> None:
        self.calls: list[Call] = []
        self.live: set[Call] = set()
        self._balancer = balancer
        self._at_once = at_once
        self._seed = seed
        self._random = random.Random(seed)
        self._over = False

    async def run(self) -> None:
        """Until stopped, and the calls on the line have ended."""
        async with asyncio.TaskGroup() as group:
            for place in range(self._at_once):
                group.create_task(self._call_for_ever(place))

    def stop(self) -> None:
        """Nobody calls again."""
        self._over = True

    async def _call_for_ever(self, place: int) -> None:
        number = 0
        await asyncio.sleep(self._random.uniform(0, SPREAD_S))
        while not self._over:
            await self._one_call(self._seed * 1000 + number * self._at_once + place)
            number += 1

    async def _one_call(self, number: int) -> None:
        day = datetime.now(UTC).date() + timedelta(days=FIRST_DAY + self._random.randrange(DAYS))
        caller = BookingCaller(self._random.randrange(64), day)
        options = self._balancer.options(
            on_stream=lambda: call.stream_dialled(),
            voice=SpokenVoice(),
            ear=SpokenEar,
            ad_lib=caller.decide,
            pace=1.0,
            from_number=f"+1212555{number % 10000:04d}",
        )
        call = Call(caller, Line(options), time.monotonic())
        self.calls.append(call)
        self.live.add(call)
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                await call.line.place()
        except TimeoutError:
            call.report.errors.append("did not end")
        finally:
            self.live.discard(call)


@dataclass
class Kept:
    """What callers saw, compared with what is stored."""

    calls: int = 0
    booked: int = 0
    messages: int = 0
    """Calls that are in the inbox instead."""
    empty_handed: int = 0
    """Neither."""
    bookings_doubled: int = 0
    rows_missing: int = 0
    left_open: int = 0
    notes: list[str] = field(default_factory=list)

    async def compare(
        self, call: Call, database: SqlDatabase, booked: Booked, left: Collection[str] = ()
    ) -> list[str]:
        """Count this call; what is wrong with its rows."""
        sid = call.line.call_sid
        async with database.reading() as uow:
            record = await uow.calls.get(sid)
            turns = await uow.turns.of_call(sid)
            actions = await uow.actions.of_call(sid)
        self.calls += 1
        call.caller.note_told(call.report)
        problems = []
        made = booked.get(sid, ())
        self.booked += bool(made)
        if not made:
            self.messages += sid in left
            self.empty_handed += sid not in left
            problems += [] if sid in left else ["neither booked nor in the inbox"]
        if len(made) > 1:
            self.bookings_doubled += len(made) - 1
            problems.append("booked twice")
        if record is None or record.ended_by is None:
            self.left_open += 1
            problems.append("left open")
        numbers = [turn.number for turn in turns]
        # What we had begun to say to nobody takes its number with it: a gap is no loss.
        # A voicemail has no turns: its words are in the inbox.
        missing = 0 if numbers or sid in left else 1
        words = " ".join(turn.caller.casefold() for turn in turns)
        told = {t.fact for t in call.caller.told if t.fact != "voicemail" or sid not in left}
        heard = [fact for fact in told if call.caller.says(fact).casefold() not in words]
        undecided = [fact for fact in heard if _cut_short(call, fact)]
        missing += len(heard) - len(undecided)
        done = any(row.name == "schedule_appointment" and row.result.get("ok") for row in actions)
        missing += bool(made) and not done
        if missing:
            self.rows_missing += missing
            what = f"turns {numbers}, unheard {heard}, acted {done}"
            problems.append(f"{missing} rows missing: {what}")
        return problems

    def note(self, call: Call, problems: Sequence[str], **more: object) -> None:
        """Keep what is odd about a call."""
        if problems or call.report.errors:
            words = {"call": call.line.call_sid, "cuts_ms": call.cuts_ms, **more}
            words |= {"problems": problems, "errors": call.report.errors}
            self.notes.append(json.dumps(words))


def _cut_short(call: Call, fact: str) -> bool:
    """Whether a cut came before the words can have been decided."""
    for told in call.caller.told:
        ends = told.at_ms + len(call.caller.says(told.fact)) * MS_PER_CHARACTER + DECIDED_MS
        if told.fact == fact and any(told.at_ms <= cut <= ends for cut in call.cuts_ms):
            return True
    return False


async def bookings(database: SqlDatabase) -> Booked:
    """All that stand."""
    found: dict[str, list[str]] = defaultdict(list)
    query = ListQuery(limit=200)
    while True:
        async with database.reading() as uow:
            page = await uow.appointments.list(query)
        for each in page.items:
            if each.call_sid and each.status == "booked":
                found[each.call_sid].append(each.id)
        if page.next is None:
            return found
        query = ListQuery(limit=200, after=page.next)


async def messages(database: SqlDatabase) -> set[str]:
    """The calls that left one."""
    found: set[str] = set()
    query = ListQuery(limit=200)
    while True:
        async with database.reading() as uow:
            page = await uow.messages.list(query)
        found |= {each.call_sid for each in page.items if each.call_sid}
        if page.next is None:
            return found
        query = ListQuery(limit=200, after=page.next)
