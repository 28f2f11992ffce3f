"""Phone numbers as callers give them: "double five", "oh one two", "…0198, sorry, 0199"."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException

from receptionist.domain.spoken_names import find_name as find_name
from receptionist.domain.spoken_numbers import REPEATS, TENS, UNITS, ZEROS, spoken_digits
from receptionist.domain.spoken_patterns import words

FEWEST, MOST = 7, 15
"""Digits of a number that can be dialled from elsewhere (E.164)."""
SOUNDS = {"to": "two", "too": "two", "for": "four", "fore": "four", "ate": "eight", "won": "one"}
SAID = UNITS.keys() | TENS.keys() | ZEROS | REPEATS.keys() | {"hundred", "thousand", "plus"}
BETWEEN = frozenset("and then um uh er dash space area code that's it's".split())
"""Said within a number without ending it."""
TAKEN_BACK = re.compile(rf"\b(?:{words('sorry no correction actually wait')}|i mean)\b")
DATE = re.compile(r"(?<!\d)(?:\d{4}([-/.])\d\d?\1\d\d?|\d\d?([/.])\d\d?\2(?:\d\d){1,2})(?!\d)")
MEANT = re.compile(r"\b(?:numbers?|phone|mobile|cell|telephone|call me|reach me|text me)\b")
PIECE = re.compile(r"\+?[0-9]+|[a-z']+")


def find_phone(text: str, region: str, *, asked: bool = False) -> str | None:
    """A phone number in E.164, from digits or words; None when there are too few.

    Where one was `asked` for or is spoken of, "for" and "too" between digits are digits, too.
    """
    heard = DATE.sub(" on ", text.casefold())
    meant = asked or MEANT.search(heard) is not None
    for said in (heard, _by_sound(heard)) if meant else (heard,):
        for digits in _corrected(list(_runs(said))):
            number = _e164(digits, region)
            if number is not None:
                return number
    return None


def _by_sound(text: str) -> str:
    """ "Five five for two" with the number that "for" is between numbers."""
    return " ".join(SOUNDS.get(word, word) for word in text.split())


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Each run of digits, with a plus where one was said; and whether it takes one back."""
    run: list[str] = []
    takes_back = False
    for piece in [*PIECE.findall(text), "end"]:
        if piece[-1].isdigit() or piece in SAID:
            run.append(piece)
        elif piece not in BETWEEN or not run:
            if run:
                yield _digits(run), takes_back
                run, takes_back = [], False
            takes_back = takes_back or TAKEN_BACK.search(piece) is not None


def _digits(run: list[str]) -> str:
    plus = "+" if run[0].startswith("+") or run[0] == "plus" else ""
    return plus + spoken_digits(" ".join(run))


def _corrected(runs: list[tuple[str, bool]]) -> Iterator[str]:
    """The runs long enough for a number, the last first, their ends replaced by corrections."""
    whole: list[str] = []
    for digits, takes_back in runs:
        if takes_back and whole and 0 < len(digits) < FEWEST:
            whole[-1] = whole[-1][: -len(digits)] + digits
        elif FEWEST <= len(digits.lstrip("+")) <= MOST:
            whole.append(digits)
    yield from reversed(whole)


def _e164(digits: str, region: str) -> str | None:
    try:
        parsed = phonenumbers.parse(digits, region)
    except NumberParseException:
        return None
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:  # Or it lacks its area code.
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
