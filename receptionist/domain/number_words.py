"""Numbers, dates and times of day as English words. Pure functions."""

from datetime import date

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def cardinal(number: int) -> str:
    """42 is "forty-two"; below a trillion."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        head = f"{_ONES[hundreds]} hundred"
        return f"{head} and {cardinal(rest)}" if rest else head
    for size, name in _SCALES:
        if number >= size:
            count, rest = divmod(number, size)
            head = f"{cardinal(count)} {name}"
            joint = " and " if 0 < rest < 100 else " "
            return f"{head}{joint}{cardinal(rest)}" if rest else head
    raise AssertionError("every number is below 1000 or above a scale")


def ordinal(number: int) -> str:
    """24 is "twenty-fourth"."""
    words = cardinal(number)
    head, last = words[: len(words) - len(_last(words))], _last(words)
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def digits(text: str) -> str:
    """Digit by digit: "010" is "zero one zero"."""
    return " ".join(_ONES[int(digit)] for digit in text)


def year(number: int) -> str:
    """1985 is "nineteen eighty-five", 2005 "two thousand and five"."""
    century, rest = divmod(number, 100)
    if not 1000 <= number < 10000 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def day_of_month(day: date) -> str:
    """March ninth, twenty twenty-six."""
    return f"{MONTHS[day.month - 1]} {ordinal(day.day)}, {year(day.year)}"


def time_of_day(hour: int, minute: int, half: str | None = None) -> str:
    """8, 30, "A M" is "eight thirty A M"; without `half`, hours from 13 and 0 are put in words."""
    if half is None and (hour >= 13 or hour == 0):
        half = "P M" if hour >= 12 else "A M"
    spoken = hour % 12 or 12
    ending = f" {half}" if half else ""
    if minute == 0:
        return f"{cardinal(spoken)}{ending}" if ending else f"{cardinal(spoken)} o'clock"
    between = "oh " if minute < 10 else ""
    return f"{cardinal(spoken)} {between}{cardinal(minute)}{ending}"


def _last(words: str) -> str:
    return words.replace("-", " ").rsplit(" ", 1)[-1]
