"""When a caller means: days and times put together, from a Saturday in November."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.domain.number_words import MONTHS, ordinal, time_of_day
from receptionist.domain.spoken_dates import SpokenWhen, find_when, read_moments

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 10, tzinfo=NEW_YORK)


def local(written: str) -> datetime:
    return datetime.fromisoformat(written)


def day(text: str) -> date | None:
    return find_when(text, NOW).first


def when(text: str, now: datetime = NOW) -> SpokenWhen:
    return find_when(text, now)


@pytest.mark.parametrize(
    ("text", "month", "number"),
    [
        ("tomorrow", 11, 22),
        ("the day after tomorrow", 11, 23),
        ("next tuesday afternoon", 11, 24),
        ("the twenty fourth of november at ten", 11, 24),
        ("the twenty-fourth of november", 11, 24),
        ("2026-12-01", 12, 1),
        ("12/1", 12, 1),
        ("in a fortnight", 12, 5),
        ("the 3rd, no sorry, the 4th", 12, 4),
        # The week that begins on Monday is the next one, also when it is said at the weekend.
        ("monday next week", 11, 23),
    ],
)
def test_days_are_found(text: str, month: int, number: int) -> None:
    assert day(text) == date(2026, month, number)


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("half past two", 14, 30),
        ("quarter to five", 16, 45),
        ("ten thirty", 10, 30),
        ("friday at 3 pm", 15, 0),
        ("nine on friday", 9, 0),
        ("ten thirty on the 5th", 10, 30),
        ("at nine", 9, 0),
        ("noon", 12, 0),
        ("in two hours", 12, 0),
    ],
)
def test_times_are_found(text: str, hour: int, minute: int) -> None:
    assert when(text).at == time(hour, minute)


@pytest.mark.parametrize("text", ["the first one", "yes please", "my name is Anna Smith", ""])
def test_where_nothing_is_said_of_when_nothing_is_found(text: str) -> None:
    assert when(text) == SpokenWhen()
    assert not when(text).says_anything


@given(st.integers(0, 364), st.integers(0, 23), st.sampled_from([0, 5, 15, 30, 45]))
def test_any_day_and_time_of_the_next_year_are_read_back(
    ahead: int, hour: int, minute: int
) -> None:
    wanted = datetime.combine(NOW.date() + timedelta(days=ahead), time(hour, minute))
    half = "P M" if hour >= 12 else "A M"
    text = (
        f"{MONTHS[wanted.month - 1]} {ordinal(wanted.day)} "
        f"at {time_of_day(wanted.hour % 12 or 12, minute, half)}"
    )

    found = when(text)

    assert (found.first, found.at, found.also_at) == (wanted.date(), wanted.time(), ())
    assert read_moments(text, NOW).datetimes(NOW)[0] == wanted


def test_a_time_without_its_half_of_the_day_is_given_with_both_readings() -> None:
    found = when("tomorrow at four")

    assert (found.at, found.also_at) == (time(16), (time(4),))
    assert read_moments("tomorrow at four", NOW).datetimes(NOW) == [
        local("2026-11-22T16:00"),
        local("2026-11-22T04:00"),
    ]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("at two, no, make it three", 15),
        ("at three, sorry, four", 16),
        ("not at three, at four", 16),
        ("Tuesday at nine, actually ten", 10),
        ("at four rather than five", 16),
    ],
)
def test_only_what_holds_after_a_correction_is_wished_for(text: str, at: int) -> None:
    assert when(text).at == time(at)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("the 3rd, no wait, the 4th", 4),
        ("the 3rd, I mean the 4th", 4),
        ("the 4th instead of the 3rd", 4),
        ("the 3rd doesn't work, how about the 4th", 4),
        ("I can't do the 3rd but the 4th is fine", 4),
    ],
)
def test_a_day_that_was_refused_is_not_wished_for(text: str, number: int) -> None:
    assert day(text) == date(2026, 12, number)
    assert read_moments(text, NOW).dates()[-1] == date(2026, 12, 3)


@pytest.mark.parametrize("text", ["I can't do Friday", "any day but Friday", "not on Friday"])
def test_a_refused_day_alone_is_no_wish(text: str) -> None:
    assert day(text) != date(2026, 11, 27)


def test_a_day_that_is_over_is_no_wish() -> None:
    found = when("since last Tuesday my tooth hurts, can I come on Monday")

    assert found.first == date(2026, 11, 23)


def test_a_bound_is_kept_as_one() -> None:
    assert when("not before four").earliest == time(16)
    assert when("not after four").latest == time(16)
    assert when("not after four").at is None

    between = when("between two and four")
    assert (between.earliest, between.latest) == (time(14), time(16))


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Monday to Wednesday", date(2026, 11, 25)),
        ("Tuesday or Wednesday", date(2026, 11, 25)),
        ("Friday to Monday", date(2026, 11, 30)),
        ("the week after next", date(2026, 12, 6)),
    ],
)
def test_several_days_are_one_range(text: str, last: date) -> None:
    assert when(text).last == last


def test_a_range_of_weekdays_that_begins_today_is_next_weeks() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=NEW_YORK)

    found = when("Monday to Wednesday", monday)

    assert (found.first, found.last) == (date(2026, 11, 30), date(2026, 12, 2))


def test_days_and_times_are_paired_in_the_order_they_are_said() -> None:
    found = read_moments("Monday at three or Tuesday at four", NOW).datetimes(NOW)

    assert found[:2] == [local("2026-11-23T15:00"), local("2026-11-24T16:00")]


def test_a_time_alone_is_the_next_such_time() -> None:
    assert read_moments("at nine am", NOW).datetimes(NOW) == [local("2026-11-22T09:00")]
    assert read_moments("at eleven am", NOW).datetimes(NOW) == [local("2026-11-21T11:00")]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe"])
@given(minutes=st.integers(0, 2 * 365 * 24 * 60), count=st.integers(1, 48))
def test_hours_from_now_pass_the_same_on_days_clocks_are_changed(
    zone: str, minutes: int, count: int
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    then = now + timedelta(hours=count)

    found = read_moments(f"in {count} hours", now.astimezone(ZoneInfo(zone))).moments

    assert found == (then.astimezone(ZoneInfo(zone)).replace(tzinfo=None),)


@pytest.mark.parametrize("number", [7, 8, 9])
def test_tomorrow_is_the_next_day_also_when_clocks_are_changed(number: int) -> None:
    late = datetime(2026, 3, number, 23, 30, tzinfo=NEW_YORK)

    assert find_when("tomorrow at half past two", late).first == date(2026, 3, number + 1)
    assert read_moments("tomorrow at half past two am", late).datetimes(late) == [
        local(f"2026-03-{number + 1:02}T02:30")
    ]


def test_now_is_listed_but_no_hour_is_wished_for() -> None:
    assert read_moments("I'd like an appointment now", NOW).datetimes(NOW) == [
        local("2026-11-21T10:00")
    ]
    assert when("I'd like an appointment now").at is None
