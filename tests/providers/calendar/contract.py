"""What every calendar adapter does; and those of a vendor, in which people write too."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from receptionist.domain.opening_hours import Interval
from receptionist.errors import CalendarUnavailable, ProviderRefused
from receptionist.ports.calendar import Calendar, CalendarEvent, event_id_for

LEE = "lee@example.com"
KIM = "kim@example.com"
CLOSED = "closed@example.com"
TEN = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def appointment(start: datetime = TEN, *, number: int = 1, text: str = "Check-up") -> CalendarEvent:
    """An hour's appointment in New York."""
    appointment_id = f"{number:032x}"
    return CalendarEvent(
        id=event_id_for(appointment_id),
        summary=text,
        start=start,
        end=start + HOUR,
        timezone="America/New_York",
        description="Booked by telephone",
        private={"appointment_id": appointment_id},
    )


class People(Protocol):
    """Those who edit a vendor's calendar by hand."""

    def human_adds(
        self, calendar_id: str, start: datetime, end: datetime, summary: str, **more: Any
    ) -> str: ...

    def human_moves(self, calendar_id: str, event_id: str, start: datetime) -> None: ...

    def human_deletes(self, calendar_id: str, event_id: str) -> None: ...


async def busy(calendar: Calendar, calendar_id: str = LEE) -> list[Interval]:
    """What is taken on the day."""
    found = await calendar.busy([calendar_id], TEN - 12 * HOUR, TEN + 12 * HOUR)
    return list(found[calendar_id])


class CalendarContract:
    """Subclass it with a fixture `calendar` that knows LEE and KIM."""

    async def test_an_empty_calendar_is_not_busy(self, calendar: Calendar) -> None:
        found = await calendar.busy([LEE, KIM], TEN, TEN + DAY)

        assert {name: list(times) for name, times in found.items()} == {LEE: [], KIM: []}

    async def test_putting_an_event_twice_changes_nothing(self, calendar: Calendar) -> None:
        await calendar.put(LEE, appointment())

        again = await calendar.put(LEE, appointment())

        assert again.outcome == "unchanged"

    async def test_deleting_twice_is_no_error(self, calendar: Calendar) -> None:
        await calendar.put(LEE, appointment())

        await calendar.delete(LEE, appointment().id)
        await calendar.delete(LEE, appointment().id)

        assert await busy(calendar) == []

    async def test_deleting_what_never_was_is_no_error(self, calendar: Calendar) -> None:
        await calendar.delete(LEE, event_id_for("f" * 32))

        assert await calendar.get(LEE, event_id_for("f" * 32)) is None

    async def test_after_a_sync_token_only_what_is_new_is_told(self, calendar: Calendar) -> None:
        first = await calendar.changes(LEE, None, since=TEN)

        second = await calendar.changes(LEE, first.next_sync_token, since=TEN)

        assert list(second.events) == []
        assert not second.full

    async def test_ending_a_channel_that_has_ended_is_no_error(self, calendar: Calendar) -> None:
        await calendar.stop_watching("no-such-channel", "no-such-resource")

    async def test_only_the_built_in_calendar_is_not_external(self, calendar: Calendar) -> None:
        assert calendar.external == (calendar.name != "embedded")


class ExternalCalendarContract(CalendarContract):
    """For a vendor's calendar: also with `people`, and CLOSED, which is not shared with us."""

    async def test_what_was_put_is_there_and_taken(self, calendar: Calendar) -> None:
        result = await calendar.put(LEE, appointment())

        stored = await calendar.get(LEE, appointment().id)
        assert result.outcome == "created"
        assert stored is not None
        assert stored.interval == appointment().interval
        assert stored.private["appointment_id"] == "1".zfill(32)
        assert await busy(calendar) == [appointment().interval]

    async def test_a_later_put_moves_the_event(self, calendar: Calendar) -> None:
        await calendar.put(LEE, appointment())

        result = await calendar.put(LEE, appointment(TEN + HOUR))

        assert result.outcome == "updated"
        assert await busy(calendar) == [Interval(TEN + HOUR, TEN + 2 * HOUR)]

    async def test_a_deleted_event_can_be_put_again(self, calendar: Calendar) -> None:
        await calendar.put(LEE, appointment())
        await calendar.delete(LEE, appointment().id)

        result = await calendar.put(LEE, appointment(TEN + HOUR))

        assert result.outcome == "revived"
        assert await busy(calendar) == [Interval(TEN + HOUR, TEN + 2 * HOUR)]

    async def test_what_people_add_is_taken(self, calendar: Calendar, people: People) -> None:
        people.human_adds(LEE, TEN, TEN + HOUR, "Staff meeting")

        assert await busy(calendar) == [Interval(TEN, TEN + HOUR)]

    async def test_what_is_between_two_moments_is_what_overlaps_them(
        self, calendar: Calendar, people: People
    ) -> None:
        await calendar.put(LEE, appointment())
        theirs = people.human_adds(LEE, TEN + HOUR, TEN + 2 * HOUR, "Staff meeting")
        people.human_deletes(LEE, people.human_adds(LEE, TEN, TEN + HOUR, "Called off"))

        found = {
            (start, end): {event.id for event in await calendar.between(LEE, start, end)}
            for start, end in (
                (TEN - HOUR, TEN),
                (TEN, TEN + HOUR),
                (TEN + HOUR / 2, TEN + HOUR + HOUR / 2),
                (TEN + 2 * HOUR, TEN + DAY),
            )
        }

        assert list(found.values()) == [
            set(),
            {appointment().id},
            {appointment().id, theirs},
            set(),
        ]

    async def test_each_time_of_a_repeating_event_is_taken_and_no_other(
        self, calendar: Calendar, people: People
    ) -> None:
        people.human_adds(LEE, TEN, TEN + HOUR, "Lunch", recurrence=["RRULE:FREQ=DAILY"])
        # The clocks have changed meanwhile; lunch is still at the same time of the day.
        later = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)

        taken = await calendar.between(LEE, later, later + HOUR)
        free = await calendar.between(LEE, later + HOUR, later + 2 * HOUR)
        busy = await calendar.busy([LEE], later - HOUR, later + 2 * HOUR)

        assert [event.interval for event in taken] == [Interval(later, later + HOUR)]
        assert list(free) == []
        assert list(busy[LEE]) == [Interval(later, later + HOUR)]

    async def test_what_is_shown_as_free_is_not_taken(
        self, calendar: Calendar, people: People
    ) -> None:
        people.human_adds(LEE, TEN, TEN + HOUR, "Birthday", transparency="transparent")

        assert await busy(calendar) == []
        (event,) = (await calendar.changes(LEE, None, since=TEN)).events
        assert not event.blocks

    async def test_an_event_moved_by_hand_is_told_and_kept(
        self, calendar: Calendar, people: People
    ) -> None:
        await calendar.put(LEE, appointment())
        token = (await calendar.changes(LEE, None, since=TEN)).next_sync_token
        people.human_moves(LEE, appointment().id, TEN + 3 * HOUR)

        (told,) = (await calendar.changes(LEE, token, since=TEN)).events
        result = await calendar.put(LEE, appointment())

        assert told.interval == Interval(TEN + 3 * HOUR, TEN + 4 * HOUR)
        assert result.outcome == "kept"
        assert result.stored is not None
        assert result.stored.interval == told.interval
        assert await busy(calendar) == [told.interval]

    async def test_an_edit_our_records_know_can_be_moved_on(
        self, calendar: Calendar, people: People
    ) -> None:
        await calendar.put(LEE, appointment())
        people.human_moves(LEE, appointment().id, TEN + 3 * HOUR)
        known = Interval(TEN + 3 * HOUR, TEN + 4 * HOUR)

        result = await calendar.put(LEE, appointment(TEN + HOUR), known=known)

        assert result.outcome == "updated"
        assert await busy(calendar) == [Interval(TEN + HOUR, TEN + 2 * HOUR)]

    async def test_an_adopted_edit_is_ours_from_then_on(
        self, calendar: Calendar, people: People
    ) -> None:
        await calendar.put(LEE, appointment())
        people.human_moves(LEE, appointment().id, TEN + 3 * HOUR)
        await calendar.put(LEE, appointment(TEN + 3 * HOUR))

        result = await calendar.put(LEE, appointment(TEN + HOUR))

        assert result.outcome == "updated"

    async def test_an_event_deleted_by_hand_is_told(
        self, calendar: Calendar, people: People
    ) -> None:
        await calendar.put(LEE, appointment())
        token = (await calendar.changes(LEE, None, since=TEN)).next_sync_token
        people.human_deletes(LEE, appointment().id)

        (told,) = (await calendar.changes(LEE, token, since=TEN)).events

        assert (told.id, told.cancelled) == (appointment().id, True)

    async def test_a_full_read_leaves_out_what_is_deleted_or_past(
        self, calendar: Calendar, people: People
    ) -> None:
        people.human_adds(LEE, TEN - DAY, TEN - DAY + HOUR, "Yesterday")
        await calendar.put(LEE, appointment(number=1))
        await calendar.put(LEE, appointment(number=2))
        await calendar.delete(LEE, appointment(number=2).id)

        changes = await calendar.changes(LEE, None, since=TEN)

        assert changes.full
        assert [event.id for event in changes.events] == [appointment(number=1).id]

    async def test_the_same_appointment_can_be_in_two_calendars(self, calendar: Calendar) -> None:
        await calendar.put(LEE, appointment())
        await calendar.put(KIM, appointment())

        await calendar.delete(LEE, appointment().id)

        assert await busy(calendar, LEE) == []
        assert await busy(calendar, KIM) == [appointment().interval]

    async def test_a_calendar_that_is_not_shared_is_not_free(self, calendar: Calendar) -> None:
        with pytest.raises(CalendarUnavailable, match=CLOSED) as caught:
            await calendar.busy([LEE, CLOSED], TEN, TEN + DAY)

        assert set(caught.value.reasons) == {CLOSED}
        assert not caught.value.retryable

    async def test_a_calendar_that_is_not_shared_refuses_an_event(self, calendar: Calendar) -> None:
        with pytest.raises(ProviderRefused):
            await calendar.put(CLOSED, appointment())

    async def test_the_check_names_the_calendar_that_is_not_shared(
        self, calendar: Calendar
    ) -> None:
        problems = await calendar.check([LEE, CLOSED])

        assert set(problems) == {CLOSED}
        assert CLOSED in problems[CLOSED]

    async def test_all_is_well_with_shared_calendars(self, calendar: Calendar) -> None:
        assert await calendar.check() == {}
        assert await calendar.check([LEE, KIM]) == {}

    async def test_an_event_of_somebody_else_is_never_overwritten(
        self, calendar: Calendar, people: People
    ) -> None:
        theirs = people.human_adds(LEE, TEN, TEN + HOUR, "Staff meeting")

        with pytest.raises(ProviderRefused, match="not ours"):
            await calendar.put(LEE, replace(appointment(TEN + HOUR), id=theirs))

        assert await busy(calendar) == [Interval(TEN, TEN + HOUR)]
