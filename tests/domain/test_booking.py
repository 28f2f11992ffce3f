"""What is offered, and what is refused with which reason."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.booking import Wish, free_slots, offers, refusal, slot_at
from receptionist.domain.opening_hours import (
    Interval,
    describe_day,
    describe_week,
    is_open,
    local,
    open_on,
)
from receptionist.domain.practice import WEEKDAYS, Practice, Practitioner, Service, TimeRange

ZONES = (
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "Australia/Sydney",
    "America/Sao_Paulo",
)
NINE_TO_FIVE = (TimeRange(time(9), time(17)),)
CHECK_UP = Service("Check-up", 30, 5, ("Dr. Lee",))


def practice(zone: str = "America/New_York", **changes: object) -> Practice:
    values: dict[str, object] = {
        "name": "Clinic",
        "timezone": zone,
        "numbers": ("+15550100",),
        "greeting": "Hello.",
        "hours": dict.fromkeys(WEEKDAYS, NINE_TO_FIVE),
        "practitioners": (Practitioner("Dr. Lee"), Practitioner("Dr. Patel")),
        "services": (CHECK_UP,),
    }
    return Practice(**(values | changes))  # type: ignore[arg-type]


def clock_changes(zone: str) -> list[date]:
    """The days of two years on which the offset at midnight and at the next one differ."""
    info = ZoneInfo(zone)
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(730))
    return [
        day
        for day in days
        if datetime.combine(day, time(0), info).utcoffset()
        != datetime.combine(day + timedelta(days=1), time(0), info).utcoffset()
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_nine_oclock_is_at_nine_oclock_on_every_change_of_the_clocks(zone: str) -> None:
    place = practice(zone)
    for day in [*clock_changes(zone), date(2026, 7, 1)]:
        now = datetime.combine(day - timedelta(days=1), time(8), ZoneInfo(zone))

        slots = free_slots(place, Wish(CHECK_UP, day, day), {}, now)

        assert (slots[0].start.date(), slots[0].start.time()) == (day, time(9))
        assert slots[0].end - slots[0].start == timedelta(minutes=30)
        assert slots[-1].end.time() == time(17)


def test_a_time_that_the_clocks_skip_becomes_the_moment_they_skip_to() -> None:
    place = practice("America/New_York")

    skipped = local(place, date(2026, 3, 8), time(2, 30))

    assert skipped.time() == time(3, 30)


@given(
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    zone=st.sampled_from(ZONES),
    ranges=st.lists(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=3),
)
def test_opening_times_are_ordered_and_within_their_day(
    day: date, zone: str, ranges: list[tuple[int, int]]
) -> None:
    hours = {WEEKDAYS[day.weekday()]: tuple(TimeRange(time(a), time(b)) for a, b in ranges)}
    place = practice(zone, hours=hours)

    for interval in open_on(place, day):
        assert interval.start < interval.end
        assert interval.start.date() == day
        assert is_open(place, interval.start)
        assert not is_open(place, interval.end) or len(ranges) > 1


def test_taken_times_and_their_buffers_are_not_offered() -> None:
    place = practice()
    day = date(2026, 12, 1)
    now = datetime(2026, 11, 30, 8, tzinfo=place.zone)
    taken = Interval(local(place, day, time(9)), local(place, day, time(9, 35)))

    slots = free_slots(place, Wish(CHECK_UP, day, day), {"Dr. Lee": [taken]}, now)

    assert slots[0].start.time() == time(9, 45)
    assert {slot.practitioner for slot in slots} == {"Dr. Lee"}


def test_at_most_three_are_offered_and_they_are_spread() -> None:
    place = practice()
    day = date(2026, 12, 1)
    now = datetime(2026, 11, 30, 8, tzinfo=place.zone)

    one_day = offers(free_slots(place, Wish(CHECK_UP, day, day), {}, now))
    a_week = offers(free_slots(place, Wish(CHECK_UP, day, day + timedelta(days=6)), {}, now))

    assert len(one_day) == 3
    assert one_day[1].start - one_day[0].start > timedelta(hours=2)
    assert len({slot.start.date() for slot in a_week}) == 3
    assert a_week[0].start.hour < a_week[1].start.hour < a_week[2].start.hour


def test_a_refusal_says_why() -> None:
    place = practice(closed=frozenset({date(2026, 12, 25)}))
    now = datetime(2026, 12, 1, 8, tzinfo=place.zone)

    def why(day: date, at: time) -> str:
        return refusal(place, CHECK_UP, local(place, day, at), now) or ""

    assert "past" in why(date(2026, 11, 30), time(9))
    assert "closed" in why(date(2026, 12, 25), time(9))
    assert "does not fit" in why(date(2026, 12, 2), time(16, 45))
    assert "days ahead" in why(date(2027, 12, 2), time(9))
    assert why(date(2026, 12, 2), time(16, 30)) == ""


def test_whoever_is_free_gets_it_and_nobody_when_all_are_taken() -> None:
    either = Service("Talk", 30)
    place = practice(services=(either,))
    start = local(place, date(2026, 12, 1), time(9))
    taken = [Interval(start, start + timedelta(minutes=30))]

    one = slot_at(place, either, start, None, {"Dr. Lee": taken})
    none = slot_at(place, either, start, None, {"Dr. Lee": taken, "Dr. Patel": taken})

    assert one is not None
    assert one.practitioner == "Dr. Patel"
    assert none is None


def test_opening_hours_are_described_as_a_person_would() -> None:
    hours = dict.fromkeys(WEEKDAYS[:5], NINE_TO_FIVE)
    place = practice(hours=hours)
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)

    assert describe_day(place, friday, friday) == "We're open today from 9 AM to 5 PM."
    assert describe_day(place, saturday, friday) == (
        "We're closed tomorrow. We're open Monday, November 30th from 9 AM to 5 PM."
    )
    assert describe_week(place) == "We're open Monday to Friday from 9 AM to 5 PM."
