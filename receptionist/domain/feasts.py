"""Holidays that callers name instead of a date, in English-speaking countries."""

from collections.abc import Callable
from datetime import date, timedelta

from receptionist.domain.calendar_days import easter, weekday_of_month
from receptionist.domain.practice import WEEKDAYS
from receptionist.domain.spoken_patterns import one_of

MONDAY, TUESDAY, THURSDAY, SUNDAY = 0, 1, 3, 6

FIXED = {
    "new years": (1, 1),
    "new years day": (1, 1),
    "new year day": (1, 1),
    "epiphany": (1, 6),
    "burns night": (1, 25),
    "australia day": (1, 26),
    "groundhog day": (2, 2),
    "abraham lincolns birthday": (2, 12),
    "lincolns birthday": (2, 12),
    "valentines": (2, 14),
    "valentines day": (2, 14),
    "st davids day": (3, 1),
    "womens day": (3, 8),
    "international womens day": (3, 8),
    "pi day": (3, 14),
    "st patricks": (3, 17),
    "st patricks day": (3, 17),
    "april fools": (4, 1),
    "april fools day": (4, 1),
    "siblings day": (4, 10),
    "national siblings day": (4, 10),
    "tax day": (4, 15),
    "earth day": (4, 22),
    "st georges day": (4, 23),
    "anzac day": (4, 25),
    "may day": (5, 1),
    "lei day": (5, 1),
    "workers day": (5, 1),
    "international workers day": (5, 1),
    "cinco de mayo": (5, 5),
    "flag day": (6, 14),
    "juneteenth": (6, 19),
    "canada day": (7, 1),
    "independence day": (7, 4),
    "patriot day": (9, 11),
    "boss day": (10, 16),
    "bosses day": (10, 16),
    "halloween": (10, 31),
    "all saints day": (11, 1),
    "all souls day": (11, 2),
    "bonfire night": (11, 5),
    "guy fawkes night": (11, 5),
    "veterans day": (11, 11),
    "armistice day": (11, 11),
    "remembrance day": (11, 11),
    "st andrews day": (11, 30),
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "xmas": (12, 25),
    "xmas day": (12, 25),
    "boxing day": (12, 26),
    "st stephens day": (12, 26),
    "kwanzaa": (12, 26),
    "hogmanay": (12, 31),
    "new years eve": (12, 31),
    "new year eve": (12, 31),
}
FROM_EASTER = {
    "shrove tuesday": -47,
    "pancake day": -47,
    "mardi gras": -47,
    "ash wednesday": -46,
    "mothering sunday": -21,
    "palm sunday": -7,
    "maundy thursday": -3,
    "holy thursday": -3,
    "covenant thursday": -3,
    "good friday": -2,
    "holy saturday": -1,
    "easter": 0,
    "easter day": 0,
    "easter sunday": 0,
    "easter monday": 1,
    "ascension": 39,
    "ascension day": 39,
    "pentecost": 49,
    "whit sunday": 49,
    "whit monday": 50,
    "trinity sunday": 56,
    "corpus christi": 60,
}
BY_WEEKDAY = {
    "martin luther king day": (1, MONDAY, 3, 0),
    "martin luther kings day": (1, MONDAY, 3, 0),
    "mlk day": (1, MONDAY, 3, 0),
    "presidents day": (2, MONDAY, 3, 0),
    "washingtons birthday": (2, MONDAY, 3, 0),
    "mothers day": (5, SUNDAY, 2, 0),
    "memorial day": (5, MONDAY, -1, 0),
    "decoration day": (5, MONDAY, -1, 0),
    "fathers day": (6, SUNDAY, 3, 0),
    "labor day": (9, MONDAY, 1, 0),
    "labour day": (9, MONDAY, 1, 0),
    "grandparents day": (9, MONDAY, 1, 6),
    "columbus day": (10, MONDAY, 2, 0),
    "indigenous peoples day": (10, MONDAY, 2, 0),
    "election day": (11, MONDAY, 1, 1),
    "thanksgiving": (11, THURSDAY, 4, 0),
    "thanksgiving day": (11, THURSDAY, 4, 0),
    "black friday": (11, THURSDAY, 4, 1),
    "small business saturday": (11, THURSDAY, 4, 2),
    "cyber monday": (11, THURSDAY, 4, 4),
    "giving tuesday": (11, THURSDAY, 4, 5),
}
"""Month, weekday, which one in the month, and days after it."""


def feast(said: str, year: int) -> date:
    """The day of the holiday `said` (a match of `FEASTS`) in that year."""
    return _DAYS[_bare(said)](year)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _by_weekday(month: int, weekday: int, nth: int, days: int) -> Callable[[int], date]:
    return lambda year: weekday_of_month(weekday, nth, date(year, month, 1)) + timedelta(days=days)


def _bare(name: str) -> str:
    """Without what is said or left out at will: apostrophes, a final s, a weekday's ending."""
    words = name.replace("'", "").replace(" s ", " ").replace(" .", "").split()
    return " ".join(_ABBREVIATED.get(word, word.rstrip("s")) for word in words)


def _pattern(name: str) -> str:
    *words, last = name.split()
    return " ".join([*map(_word, words), _last_word(last)])


def _word(word: str) -> str:
    if word == "st":
        return r"(?:st(?: \.)?|saint)"
    stem = word.rstrip("s")
    return f"{stem}s{{0,2}}(?: ?'s?)?" if word != stem else _last_word(word)


def _last_word(word: str) -> str:
    """The s of the last one has to be there: "valentine" may be a name."""
    if word in _ABBREVIATED:
        return f"{_ABBREVIATED[word]}(?:{word[3:]})?"
    return rf"{word[:-1]}(?: ?')?s" if word.endswith("s") else word


_ABBREVIATED = {day: day[:3] for day in WEEKDAYS} | {"saint": "st"}
_NAMES: dict[str, Callable[[int], date]] = {
    **{name: _fixed(*day) for name, day in FIXED.items()},
    **{name: _from_easter(days) for name, days in FROM_EASTER.items()},
    **{name: _by_weekday(*rule) for name, rule in BY_WEEKDAY.items()},
}
_DAYS = {_bare(name): rule for name, rule in _NAMES.items()}
FEASTS = one_of(*map(_pattern, sorted(_NAMES, key=len, reverse=True)))
"""A pattern for any of them, in a sentence's plain form."""
