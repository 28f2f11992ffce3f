"""The practice's own rules: who is there when, what a service needs, how soon and how far ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.booking import (
    Busy,
    Slot,
    Wish,
    best_offers,
    free_slots,
    offers,
    refusal,
    slot_at,
)
from receptionist.domain.occupied import Occupied
from receptionist.domain.opening_hours import Interval, local
from receptionist.domain.practice import (
    WEEKDAYS,
    BookingRules,
    DayRange,
    Practice,
    Practitioner,
    Resource,
    Service,
    TimeRange,
)

TUESDAY, WEDNESDAY = date(2026, 12, 1), date(2026, 12, 2)
NOW = datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("America/New_York"))
X_RAY = Service("X-ray", 30, 0, (), ("X-ray room",))
TALK = Service("Talk", 30)


def hours(opens: int, closes: int) -> tuple[TimeRange, ...]:
    return (TimeRange(time(opens), time(closes)),)


PLACE = Practice(
    name="Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello.",
    hours=dict.fromkeys(WEEKDAYS, hours(9, 17)),
    practitioners=(
        Practitioner("Dr. Lee", hours={"tuesday": hours(12, 20)}),
        Practitioner("Dr. Patel", leave=(DayRange(TUESDAY, TUESDAY),)),
    ),
    services=(X_RAY, TALK),
    resources=(Resource("X-ray room"),),
)


def starts(place: Practice, wish: Wish, busy: Busy | None = None) -> list[Slot]:
    return free_slots(place, wish, busy or {}, NOW)


def who_and_when(slots: Sequence[Slot]) -> dict[str, tuple[time, time]]:
    """Each person's first and last start."""
    found: dict[str, list[time]] = {}
    for slot in slots:
        found.setdefault(slot.practitioner, []).append(slot.start.time())
    return {name: (times[0], times[-1]) for name, times in found.items()}


def test_a_person_is_offered_when_they_are_there_and_the_practice_is_open() -> None:
    tuesday = starts(PLACE, Wish(TALK, TUESDAY, TUESDAY))
    wednesday = starts(PLACE, Wish(TALK, WEDNESDAY, WEDNESDAY))

    assert who_and_when(tuesday) == {"Dr. Lee": (time(12), time(16, 30))}
    assert who_and_when(wednesday) == {"Dr. Patel": (time(9), time(16, 30))}


def test_somebody_on_leave_is_refused_by_name() -> None:
    noon = local(PLACE, TUESDAY, time(13))

    assert "Dr. Patel cannot see anybody" in (refusal(PLACE, TALK, noon, NOW, "Dr. Patel") or "")
    assert refusal(PLACE, TALK, noon, NOW) is None


def test_one_room_is_used_by_one_person_at_a_time() -> None:
    place = replace(PLACE, practitioners=(Practitioner("Dr. Lee"), Practitioner("Dr. Patel")))
    nine = local(place, TUESDAY, time(9))
    in_use = {"X-ray room #1": [Interval(nine, nine + timedelta(minutes=30))]}

    assert slot_at(place, X_RAY, nine, "Dr. Patel", in_use) is None
    assert slot_at(place, TALK, nine, "Dr. Patel", in_use) is not None
    assert slot_at(place, X_RAY, nine + timedelta(minutes=30), None, in_use) is not None


def test_of_two_rooms_the_free_one_is_taken() -> None:
    place = replace(
        PLACE,
        practitioners=(Practitioner("Dr. Lee"),),
        resources=(Resource("X-ray room", 2),),
    )
    nine = local(place, TUESDAY, time(9))
    in_use = {"X-ray room #1": [Interval(nine, nine + timedelta(minutes=30))]}

    slot = slot_at(place, X_RAY, nine, None, in_use)

    assert slot is not None
    assert slot.units == ("X-ray room #2",)


def test_a_service_that_needs_a_room_which_is_not_there_cannot_be_booked() -> None:
    place = replace(PLACE, resources=())

    assert starts(place, Wish(X_RAY, TUESDAY, WEDNESDAY)) == []


def test_nothing_is_offered_sooner_than_the_lead_time_or_beyond_the_horizon() -> None:
    place = replace(PLACE, booking=BookingRules(lead_minutes=26 * 60, horizon_days=3))
    found = starts(place, Wish(TALK, TUESDAY, TUESDAY + timedelta(days=30)))

    assert found[0].start == local(place, TUESDAY, time(12))
    assert found[-1].start <= NOW + timedelta(days=3)
    tomorrow_at_nine = local(place, TUESDAY, time(9))
    assert "at least 1560 minutes ahead" in (refusal(place, TALK, tomorrow_at_nine, NOW) or "")


def test_a_service_may_have_a_lead_time_of_its_own() -> None:
    urgent = replace(TALK, lead_minutes=0)
    place = replace(PLACE, booking=BookingRules(lead_minutes=7 * 24 * 60), services=(urgent, TALK))
    at_noon = local(place, TUESDAY, time(12))

    assert refusal(place, urgent, at_noon, NOW) is None
    assert refusal(place, TALK, at_noon, NOW) is not None


@pytest.mark.parametrize(
    ("wish", "first", "last"),
    [
        (Wish(TALK, WEDNESDAY, WEDNESDAY, earliest=time(16)), time(16), time(16, 30)),
        (Wish(TALK, WEDNESDAY, WEDNESDAY, latest=time(10)), time(9), time(9, 45)),
        (Wish(TALK, WEDNESDAY, WEDNESDAY, part_of_day="afternoon"), time(12), time(16, 30)),
        (
            Wish(TALK, WEDNESDAY, WEDNESDAY, part_of_day="afternoon", latest=time(13)),
            time(12),
            time(12, 45),
        ),
    ],
)
def test_after_four_and_before_ten_are_kept(wish: Wish, first: time, last: time) -> None:
    assert who_and_when(starts(PLACE, wish)) == {"Dr. Patel": (first, last)}


def test_not_doctor_lee_leaves_the_others() -> None:
    place = replace(PLACE, practitioners=(Practitioner("Dr. Lee"), Practitioner("Dr. Patel")))

    found = starts(place, Wish(TALK, TUESDAY, TUESDAY, without=("Dr. Lee",)))

    assert {slot.practitioner for slot in found} == {"Dr. Patel"}


def test_a_wider_wish_keeps_who_and_gives_up_when() -> None:
    wish = Wish(TALK, TUESDAY, TUESDAY, "Dr. Lee", earliest=time(16), without=("Dr. Patel",))

    wider = wish.wider(30)

    assert (wider.practitioner, wider.without) == ("Dr. Lee", ("Dr. Patel",))
    assert wider.last == TUESDAY + timedelta(days=30)
    assert wider.fits(local(PLACE, TUESDAY, time(9)))


@pytest.mark.parametrize("minutes", [10, 15, 20, 30, 60])
def test_starts_keep_the_practices_step(minutes: int) -> None:
    place = replace(PLACE, booking=BookingRules(slot_minutes=minutes))

    found = starts(place, Wish(TALK, WEDNESDAY, WEDNESDAY))

    gaps = {b.start - a.start for a, b in pairwise(found)}
    assert gaps == {timedelta(minutes=minutes)}


@pytest.mark.parametrize(
    ("zone", "day", "length_h"),
    [
        ("America/New_York", date(2027, 3, 14), 23),
        ("America/New_York", date(2027, 11, 7), 25),
        ("Europe/London", date(2027, 3, 28), 23),
        ("Europe/London", date(2027, 10, 31), 25),
        ("Australia/Lord_Howe", date(2027, 10, 3), 23.5),
        ("Australia/Lord_Howe", date(2027, 4, 4), 24.5),
        ("America/Santiago", date(2027, 9, 5), 23),
        ("Asia/Kathmandu", date(2027, 3, 28), 24),
    ],
)
def test_round_the_clock_every_appointment_is_as_long_as_its_service(
    zone: str, day: date, length_h: float
) -> None:
    place = replace(
        PLACE,
        timezone=zone,
        hours=dict.fromkeys(WEEKDAYS, (TimeRange(time(0), time(23, 59)),)),
        practitioners=(Practitioner("Dr. Lee"),),
    )
    now = datetime.combine(day - timedelta(days=2), time(8), place.zone)

    found = free_slots(place, Wish(TALK, day, day), {}, now)

    moments = [slot.start.astimezone(UTC) for slot in found]
    lengths = {s.end.astimezone(UTC) - s.start.astimezone(UTC) for s in found}
    assert lengths == {timedelta(minutes=30)}
    assert moments == sorted(set(moments))
    midnights = [
        datetime.combine(day + timedelta(days=n), time(0), place.zone).astimezone(UTC)
        for n in (0, 1)
    ]
    assert (midnights[1] - midnights[0]).total_seconds() == length_h * 3600
    # The last half hour ends a minute after closing time, so it is not there.
    assert len(moments) == length_h * 4 - 2


@given(
    taken=st.lists(st.tuples(st.integers(0, 95), st.integers(1, 12)), max_size=20),
    people=st.integers(1, 3),
)
def test_nothing_offered_overlaps_what_is_taken_or_another_offer_of_the_same_person(
    taken: list[tuple[int, int]], people: int
) -> None:
    place = replace(
        PLACE, practitioners=tuple(Practitioner(f"Dr. {n}") for n in range(people)), resources=()
    )
    midnight = local(place, TUESDAY, time(0))
    busy: Mapping[str, list[Interval]] = {
        "Dr. 0": [
            Interval(
                midnight + timedelta(minutes=15 * a), midnight + timedelta(minutes=15 * (a + b))
            )
            for a, b in taken
        ]
    }

    found = starts(place, Wish(TALK, TUESDAY, TUESDAY), busy)
    offered = offers(found)

    for slot in found:
        interval = Interval(slot.start, slot.blocks_until)
        assert not any(interval.overlaps(other) for other in busy.get(slot.practitioner, ()))
    assert len(offered) <= 3
    assert bool(offered) == bool(found)
    assert not any(a.collides(b) for a in offered for b in offered if a is not b)


def test_offers_go_on_to_the_next_day_that_has_any() -> None:
    full = Interval(local(PLACE, TUESDAY, time(0)), local(PLACE, WEDNESDAY, time(12)))
    wish = Wish(TALK, TUESDAY, TUESDAY, part_of_day="morning")

    found = best_offers(PLACE, wish, {"Dr. Lee": [full], "Dr. Patel": [full]}, NOW)

    assert {slot.start.date() for slot in found} == {WEDNESDAY}
    assert found[0].start.time() == time(12)


@given(
    spans=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)), max_size=30),
    start=st.integers(0, 220),
    length=st.integers(1, 40),
)
def test_occupied_is_what_any_of_the_taken_times_overlaps(
    spans: list[tuple[int, int]], start: int, length: int
) -> None:
    zero = datetime(2026, 12, 1, tzinfo=UTC)
    taken = [
        Interval(zero + timedelta(minutes=a), zero + timedelta(minutes=a + b)) for a, b in spans
    ]
    wanted = Interval(zero + timedelta(minutes=start), zero + timedelta(minutes=start + length))

    overlaps = Occupied(taken).overlaps(wanted.start.timestamp(), wanted.end.timestamp())

    assert overlaps is any(wanted.overlaps(other) for other in taken)


def test_a_start_that_was_just_refused_is_not_offered_again() -> None:
    nine = local(PLACE, WEDNESDAY, time(9))
    later = Interval(nine + timedelta(minutes=15), local(PLACE, WEDNESDAY, time(17)))
    wish = Wish(TALK, WEDNESDAY, WEDNESDAY, "Dr. Patel", gone=nine)

    found = best_offers(PLACE, wish, {"Dr. Patel": [later]}, NOW)

    assert found
    assert nine not in {slot.start for slot in found}
