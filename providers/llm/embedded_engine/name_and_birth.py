"""A name and a date of birth in one answer: "Anna Miller, the third of April nineteen eighty"."""

import re

from receptionist.domain.spoken_numbers import read_number

MONTH = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
AROUND = frozenset("and my date of birth birthday dob is born on i'm i was the in it's".split())


def without_date(text: str) -> str:
    """What is left for the name. A month beside no number is one: "April Miller"."""
    words = text.split()
    plain = [word.strip(",.;:?!").casefold() for word in words]
    dated = [at for at in range(len(words)) if _is_number(plain, at)]
    dated += [at for at in range(len(words)) if MONTH.fullmatch(plain[at]) and _beside(dated, at)]
    if not dated:
        return text
    first, last = min(dated), max(dated)
    while first and plain[first - 1] in AROUND:
        first -= 1
    while last + 1 < len(words) and plain[last + 1] in AROUND:
        last += 1
    return " ".join(words[:first] + words[last + 1 :])


def _is_number(plain: list[str], at: int) -> bool:
    return plain[at][:1].isdigit() or read_number(plain, at) is not None


def _beside(numbers: list[int], at: int) -> bool:
    """ "April third", "April the third", "third of April"."""
    return any(abs(at - each) <= 2 for each in numbers)
