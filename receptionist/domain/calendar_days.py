"""Calendar arithmetic behind what people say: the coming 3rd, the last Friday of a month.

Pure dates. None where there is no such day.
"""

from datetime import date, timedelta

WEEK = timedelta(days=7)


def day_of(year: int, month: int, day: int) -> date | None:
    """That day, or None where the calendar has none (31 April, 29 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def months_on(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), _end(year, month + 1))


def month_end(day: date) -> date:
    """The last day of this day's month."""
    return _end(day.year, day.month)


def coming_day(day: int, today: date) -> date | None:
    """The next day with this number, today included: "the 3rd"."""
    first = today.replace(day=1)
    months = (months_on(first, ahead) for ahead in range(4))
    found = (day_of(month.year, month.month, day) for month in months)
    return next((each for each in found if each is not None and each >= today), None)


def coming_date(month: int, day: int, today: date) -> date | None:
    """The next such day of the year, today included; leap days within eight years."""
    found = (day_of(today.year + ahead, month, day) for ahead in range(9))
    return next((each for each in found if each is not None and each >= today), None)


def coming_weekday(weekday: int, today: date) -> date:
    """The next day with this weekday (Monday is 0), never today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_in_week(weekday: int, today: date, weeks: int) -> date:
    """This weekday, so many calendar weeks (from Monday) after today's."""
    return monday_of(today) + timedelta(days=weekday + 7 * weeks)


def monday_of(day: date) -> date:
    """The Monday of this day's week."""
    return day - timedelta(days=day.weekday())


def weekday_on_day(weekday: int, day: int, today: date) -> date | None:
    """The next day that has both this weekday and this number: "Friday the 13th"."""
    first = today.replace(day=1)
    months = (months_on(first, ahead) for ahead in range(36))
    found = (day_of(month.year, month.month, day) for month in months)
    fitting = (d for d in found if d is not None and d >= today and d.weekday() == weekday)
    return next(fitting, None)


def weekday_of_month(weekday: int, nth: int, month: date) -> date:
    """The nth such weekday from the month's first day on; -1 is the month's last."""
    if nth < 0:
        last = month_end(month)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = month.replace(day=1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def nth_weekday(weekday: int, nth: int, month: date) -> date | None:
    """The nth such weekday of this day's month, where it has that many; -1 is the last."""
    found = weekday_of_month(weekday, nth, month)
    return found if found.month == month.month else None


def easter(year: int) -> date:
    """Easter Sunday, after the anonymous Gregorian computus (Meeus, Astronomical Algorithms)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    skipped, leap = divmod(century, 4)
    moon = (19 * golden + century - skipped - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * leap + 2 * (in_century // 4) - moon - in_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
