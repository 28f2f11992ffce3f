"""Whatever callers, people at the calendar, a failing vendor and dying processes do.

In the end the book and the calendar agree, nothing overlaps, and nobody's appointment is
gone who was not told so. Google is the emulator behind its own SDK; time is the test's.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from receptionist.domain.booking import Wish
from receptionist.domain.opening_hours import Interval
from receptionist.errors import NotFound, SlotTaken
from receptionist.ports.appointment_book import BookingRequest
from receptionist.ports.calendar import event_id_for
from receptionist.ports.records import Appointment
from tests.booking.crashes import Fuse
from tests.booking.machine import CALENDARS, DAY, HALF_AN_HOUR, Promise, SurgeryMachine, one_of
from tests.booking.surgery import (
    PRACTICE,
    Desk,
)

pytestmark = pytest.mark.call

STARTS = [DAY + timedelta(minutes=15 * quarter) for quarter in range(9)]
OPERATIONS = ("freeBusy", "list", "get", "insert", "patch", "update", "delete")
FAULTS = ("500", "503", "rate_limited", "429", "lost", "drop", "garbage", "changed", "forbidden")

starts = st.sampled_from(STARTS)
people = st.sampled_from(sorted(CALENDARS))
numbers = st.integers(min_value=0, max_value=9)
steps = st.integers(min_value=0, max_value=9)


class Surgery(SurgeryMachine):
    """Its callers, the people at its calendars, and what goes wrong."""

    @initialize(
        noticed=st.booleans(), readable=st.booleans(), bare=st.booleans(), again=st.booleans()
    )
    def google_is_of_some_kind(
        self, noticed: bool, readable: bool, bare: bool, again: bool
    ) -> None:
        self.google.doubt(
            duplicate_inserts_noticed=noticed,
            deleted_events_readable=readable,
            cancelled_events_bare=bare,
            delete_again=410 if again else 404,
        )

    @rule(start=starts, person=people, asks_first=st.booleans())
    def a_caller_books(self, start: datetime, person: str, asks_first: bool) -> None:
        self.calls += 1
        call_sid = f"CA{self.calls}"
        service = PRACTICE.services[0]
        request = BookingRequest(
            practice=self.practice,
            service=service,
            start=start.astimezone(self.practice.zone),
            practitioner=person if person in service.practitioners else None,
            caller_name="Anna Smith",
            phone="+12125550123",
            date_of_birth=None,
            notes=None,
            call_sid=call_sid,
            key=f"{call_sid}:t1",
        )

        async def call() -> Appointment:
            if asks_first:
                wish = Wish(service, start.date(), start.date(), person)
                await self.desk.desk.book.offers(self.practice, wish, self.now, call_sid=call_sid)
            return await self.desk.desk.book.book(request, self.now)

        made = self.act(call) or self.act(lambda: self.desk.desk.book.book(request, self.now))
        if made is not None:
            self.promises[made.id] = Promise(made.practitioner, made.start)

    @precondition(lambda self: self.promises)
    @rule(number=numbers, start=starts)
    def a_caller_moves(self, number: int, start: datetime) -> None:
        appointment_id = one_of(list(self.promises), number)
        self.act(lambda: self._move(self.desk, appointment_id, start))

    @precondition(lambda self: self.promises)
    @rule(number=numbers)
    def a_caller_cancels(self, number: int) -> None:
        appointment_id = one_of(list(self.promises), number)
        if not self.act(lambda: self._cancel(self.desk, appointment_id)):
            # Whether it has been done the caller does not know; they call again.
            assert self.act(lambda: self._cancel(self.desk, appointment_id))

    @precondition(lambda self: self.promises)
    @rule(number=numbers, start=starts, steps=steps)
    def a_caller_will_move_through_another_process(
        self, number: int, start: datetime, steps: int
    ) -> None:
        appointment_id = one_of(list(self.promises), number)

        async def move() -> None:
            await self._move(self.other_desk, appointment_id, start)
            await self.other_desk.desk.worker.run_due()

        self.meanwhile.plan(steps, move)

    @precondition(lambda self: self.promises)
    @rule(number=numbers, steps=steps)
    def a_caller_will_cancel_through_another_process(self, number: int, steps: int) -> None:
        appointment_id = one_of(list(self.promises), number)

        async def cancel() -> None:
            await self._cancel(self.other_desk, appointment_id)
            await self.other_desk.desk.worker.run_due()

        self.meanwhile.plan(steps, cancel)

    async def _move(self, desk: Desk, appointment_id: str, start: datetime) -> None:
        promise = self.promises[appointment_id]
        async with self.database.reading() as uow:
            found = await uow.appointments.get(appointment_id)
        if found is None or found.status != "booked":
            return
        promise.possible.add(start)  # Should the process die of it.
        with suppress(SlotTaken, NotFound):
            moved = await desk.desk.book.move(
                *(self.practice, found, start.astimezone(self.practice.zone), self.now),
                call_sid=f"CA-move-{self.calls}",
            )
            # It goes back should somebody else's event be there.
            promise.possible.add(promise.told)
            promise.told = moved.start

    async def _cancel(self, desk: Desk, appointment_id: str) -> bool:
        await desk.desk.book.cancel(appointment_id, "caller", call_sid="CA0")
        self.promises[appointment_id].cancelled = True
        return True

    @rule(start=starts, person=people)
    def a_person_adds(self, start: datetime, person: str) -> None:
        taken = Interval(start, start + HALF_AN_HOUR)
        event_id = self.google.human_adds(CALENDARS[person], start, taken.end, "Meeting")
        self.by_hand.append((person, event_id, taken))

    @precondition(lambda self: self.by_hand)
    @rule(number=numbers)
    def a_person_deletes_their_own(self, number: int) -> None:
        person, event_id, _ = one_of(self.by_hand, number)
        if event_id in {event["id"] for event in self.google.events(CALENDARS[person])}:
            self.google.human_deletes(CALENDARS[person], event_id)

    @precondition(lambda self: self.ours())
    @rule(number=numbers, start=starts)
    def a_person_moves(self, number: int, start: datetime) -> None:
        appointment_id, person = one_of(self.ours(), number)
        self.promise_of(appointment_id).possible.add(start)
        self.google.human_moves(CALENDARS[person], event_id_for(appointment_id), start)

    @precondition(lambda self: self.ours())
    @rule(number=numbers)
    def a_person_deletes(self, number: int) -> None:
        appointment_id, person = one_of(self.ours(), number)
        self.promise_of(appointment_id).deleted_by_hand = True
        self.google.human_deletes(CALENDARS[person], event_id_for(appointment_id))

    @precondition(lambda self: self.ours())
    @rule(number=numbers, start=starts, operation=st.sampled_from(OPERATIONS))
    def a_person_moves_between_two_requests(
        self, number: int, start: datetime, operation: str
    ) -> None:
        appointment_id, person = one_of(self.ours(), number)
        self.promise_of(appointment_id).possible.add(start)
        self.google.then(
            *(operation, "human_moves"),
            {
                "calendar_id": CALENDARS[person],
                "event_id": event_id_for(appointment_id),
                "start": start,
            },
        )

    @rule(start=starts, person=people, operation=st.sampled_from(OPERATIONS))
    def a_person_adds_between_two_requests(
        self, start: datetime, person: str, operation: str
    ) -> None:
        taken = Interval(start, start + HALF_AN_HOUR)
        self.by_hand.append((person, "", taken))
        self.google.then(
            *(operation, "human_adds"),
            {
                "calendar_id": CALENDARS[person],
                "start": start,
                "end": taken.end,
                "summary": "Meeting",
            },
        )

    @rule(operation=st.sampled_from(OPERATIONS), kind=st.sampled_from(FAULTS))
    def google_will_fail(self, operation: str, kind: str) -> None:
        self.google.fail(operation, kind)

    @rule()
    def google_forgets_its_sync_tokens(self) -> None:
        for calendar_id in CALENDARS.values():
            self.google.expire_sync_tokens(calendar_id)

    @rule(steps=steps)
    def the_process_will_die(self, steps: int) -> None:
        self.fuse = Fuse(steps)
        self.start()

    @rule()
    def work_is_done(self) -> None:
        self.act(lambda: self.desk.desk.worker.run_due())

    @rule()
    def the_calendars_are_read(self) -> None:
        async def read() -> None:
            await self.desk.desk.sync.queue_all()
            await self.desk.desk.worker.run_due()

        self.now += timedelta(minutes=1)
        self.act(read)

    @rule(minutes=st.sampled_from((1, 5, 30)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


TestSurgery = Surgery.TestCase
TestSurgery.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
