"""A date of birth as a recogniser wrote it, back in the words it was said in.

Pure. Recognisers write numbers out as clock times ("11:00 May 1923"), Roman numerals ("mmvi"),
two years in one ("1930 4") or a year for a day ("2019 April" for the twenty-ninth). Where a date
of birth was asked for, none of these means anything else. Texts are plain (`spoken_plain`).
"""

import re
from difflib import get_close_matches

from receptionist.domain.sounds_alike import unlike
from receptionist.domain.spelling_alphabets import NATO
from receptionist.domain.spoken_calendar import MONTH, MONTHS

UNITS_HEARD = {
    word: digit
    for digit, said in {
        "1": "one won", "2": "to too two", "3": "free tree", "4": "for four", "5": "five fight v",
        "6": "six sick sicks sex", "8": "eight ate", "9": "nine night nein",
    }.items()
    for word in said.split()
}  # fmt: skip
"""Where a unit is due, these words are one."""
_UNIT = rf"(?P<u>\d|{'|'.join(UNITS_HEARD)})(?:th)?"
_ROMAN = re.compile(r"\b(?=[mxvi])(m{0,2})(xl|x{0,3})(ix|iv|v?i{0,3})\b")
_ROMAN_DIGITS = {"x": 10, "v": 5, "i": 1}
_SUBTRACTED = {"xl": 40, "ix": 9, "iv": 4}
_LONG_MONTHS = tuple(name for name in MONTHS if len(name) > 4)
_FOREIGN = {"mei": "may", "mai": "may", "mi": "may", "juni": "june", "juli": "july"}
_LIKE_A_MONTH = 0.8
"""How alike in spelling: "oktober", "arch", "ctober"."""
_UNLIKE_A_MONTH = 0.26
_UNSURE = 0.05
"""By sound: "member", "augusta"; "ember" is as near to two months."""
_TWENTY = r"(?:auntie|aunty|anti|antique|antico|wednesday|plenty)"
_DAY = r"\d\d?(?:th)?"
_FULL_YEAR = r"(?:19|20)\d\d"
_MONTH_AND_YEAR = rf"(?:{MONTH}|\d\d?th (?:of )?{_FULL_YEAR})"

_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (rf"\b(\d\d?):00(?= (?:of )?{MONTH}\b)", r"\1"),
        (r"\b(\d\d?):(\d\d)\b", r"\1 \2"),
        (r"\b(\d) teen\b", r"1\1"),
        (r"\b(?:nought|naught|aught|nil)\b", "0"),
        (r"\b([23])0 first\b", r"\g<1>1th"),
        (rf"\b([23])0 (\d)th(?= (?:of )?(?:the )?{MONTH})", r"\g<1>\2th"),
        (r"\b20 second\b", "22th"),
        (r"\b20 third\b", "23th"),
        # "Twenty" and a unit are taken for other words, or for the twenties of a century.
        (rf"\b{_TWENTY} (\d)th\b", r"2\1th"),
        (rf"\b{_TWENTY} (\d)(?=[\d/ ])", r"2\1 "),
        (rf"\b{_TWENTY}(?= (?:of )?(?:the )?(?:{MONTH}|\d\d?th (?:of|{_FULL_YEAR})))", "20th"),
        (r"\b20 to (?=\d\d?\b(?!th))", "22 "),
        (rf"\b201([1-9]) (?=(?:of )?{MONTH} {_FULL_YEAR})", r"2\1 "),
        (rf"({_DAY} (?:of )?{MONTH}) 19(?:th)? 201(\d)$", r"\1 192\2"),
        # Tens and units that came apart: "one 7th", "to 8", "1-3"; "217" is twenty and seven.
        (rf"(?:^|(?<=\bthe ))(?:one|1)(?: -)? (\d)(?:th)?(?= (?:of )?{MONTH})", r"1\1th"),
        (rf"(?:^|(?<=\bthe ))(?:two|to|2)(?: -)? (\d)(?:th)?(?= (?:of )?{MONTH})", r"2\1th"),
        (rf"\b20([3-9])0(?= (?:of )?{MONTH} )", r"2\1th"),
        (rf"\b([12]\d)0(?= (?:of )?{MONTH} )", r"\1th"),
        # No month has forty days: the teens end alike.
        (rf"(?<!o )\b([4-9])0(?:th)?(?= (?:of )?(?:the )?{_MONTH_AND_YEAR})", r"1\1th"),
        # "Two thousand" with a thousand too few or a zero in front.
        (r"\b[10]00(\d)$|\b[12]000? (?:and|in|n|an) (\d)$", r"200\1\2"),
        (r"\b((?:19|20)\d\d)th$", r"\1"),
        (r"\b(19|20) ([2-9])0 ([1-9])$", r"\1\2\3"),
        (r"\b(\d\d?th) month\b", r"\1"),
        # The year in two pieces, or the first half taken for an ordinal of its own.
        (rf"({_DAY} (?:of )?{MONTH}) 19th (\d\d)$", r"\1 19\2"),
        (r"(\b\d\S{0,7} (?:[a-z -]{1,20} )?\d\S{0,7}) (19|20) (?:- )?(\d\d)$", r"\1 \2\3"),
        (rf"({_DAY} (?:of )?(?:the )?(?!may){MONTH}) 8th (?:of )?(?={_FULL_YEAR})", r"\1 "),
        # "May" for "of the", beside another month or between two numbers.
        (rf"\bmay (?:8th )?(?={MONTH})", ""),
        (rf"({MONTH} {_DAY}) may\b", r"\1"),
        (rf"({_DAY} (?:of )?(?:the )?{_DAY}) may\b", r"\1"),
        (r"\b(\d\d?) of (\d)(?:0 )?(20\d\d)\b", r"\1 of \2 \3"),
    )
)


def as_said(text: str) -> str:
    """The same with what a recogniser made of numbers and months put back."""
    text = _sounding(_months(_spelled(_ROMAN.sub(_roman, _halved(text)))))
    for pattern, said in _SAID:
        text = pattern.sub(said, text)
    return _decades(text).strip()


def _halved(text: str) -> str:
    """ "Twenty-two ten" is written "20 to 10", and that as a time: "9:40"; "25 12" as "11:35"."""
    return re.sub(r"\b(1[01]|\d):(35|40|50|55)\b", _minutes_to, text)


def _minutes_to(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    return f"{22 if minute == 40 else 60 - minute} {hour + 1}"


def _roman(match: re.Match[str]) -> str:
    thousands, tens, units = match.groups()
    value = 1000 * len(thousands) + sum(
        _SUBTRACTED.get(part) or sum(_ROMAN_DIGITS[each] for each in part) for part in (tens, units)
    )
    means = match[0] not in ("i", "m", "mi") and (1 <= value <= 31 or value >= 2000)
    return str(value) if means else match[0]


def _decades(text: str) -> str:
    """ "1930 4", "1940 to", "2000 and 7th", "196 for": a decade and its year."""
    text = re.sub(r"\b(20)00 (?:and )?(\d\d)th$", r"\1\2", text)

    def joined(match: re.Match[str]) -> str:
        return match["decade"] + UNITS_HEARD.get(match["u"], match["u"])

    return re.sub(rf"\b(?P<decade>(?:18|19|20)\d)0? (?:and )?{_UNIT}$", joined, text)


def _spelled(text: str) -> str:
    """A month letter by letter, also with an alphabet's words: "c t o b e r"."""
    found, run = [], []
    for word in [*text.split(), ""]:
        letter = NATO.get(word, word if len(word) == 1 and word.isalpha() else "")
        if letter:
            run.append((word, letter))
            continue
        spelled = "".join(letter for _, letter in run)
        month = _month_like(spelled) if len(run) >= 3 else None
        found += [month] if month else [word for word, _ in run]
        found.append(word)
        run = []
    return " ".join(found).strip()


def _months(text: str) -> str:
    """Months in another language's spelling, or a letter short; only where there is none yet."""
    if re.search(rf"\b{MONTH}\b", text):
        return text
    return " ".join(_FOREIGN.get(word) or _month_like(word) or word for word in text.split())


def _sounding(text: str) -> str:
    """ "3rd of Julie 1972": a month by its sound, where only a month can stand."""
    if re.search(rf"\b{MONTH}\b", text):
        return text
    return re.sub(rf"({_DAY} (?:of )?)([a-z]{{3,12}}) (?={_FULL_YEAR}$)", _with_month, text)


def _with_month(match: re.Match[str]) -> str:
    (least, month), (second, _) = sorted(
        (unlike(match[2], name), name) for name in (*_LONG_MONTHS, "may", "june", "july")
    )[:2]
    sure = least <= _UNLIKE_A_MONTH and second - least > _UNSURE
    return f"{match[1]}{month if sure else match[2]} "


def _month_like(word: str) -> str | None:
    if len(word) < 4 or not word.isalpha():
        return None
    near = get_close_matches(word, _LONG_MONTHS, n=1, cutoff=_LIKE_A_MONTH)
    return near[0] if near else None
