"""Written text as a person would say it, for speech synthesis.

Times, dates, prices, telephone numbers and abbreviations become words; what
cannot be said (markdown, emoji) disappears. The transcript keeps the written
form. Never raises, whatever a model wrote.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from receptionist.domain import number_words as words

Match = re.Match[str]
Rule = tuple[re.Pattern[str], str | Callable[[Match], str]]


@lru_cache(maxsize=128)
def speakable(text: str, *, language: str = "en") -> str:
    """`text` in words, on one line.

    `language` is a BCP 47 tag; "en" reads 3/9 as March ninth, "en-GB" as the
    third of September. Other languages only lose what cannot be said.
    """
    if _is_plain(text):
        return text
    return _in_words(text, language)


def _is_plain(text: str) -> bool:
    """Whether it is one sentence of plain words, as most are: no rule has anything to change."""
    return _PLAIN.fullmatch(text) is not None and _SHORTENED.search(text) is None


def _in_words(text: str, language: str) -> str:
    spoken = _apply(_MARKUP, _without_pictures(text))
    spoken = _SHORT_NUMBERS.sub(lambda m: " ".join(m[0].replace(" ", "")), spoken)
    spoken = _apply(_ADDRESSES, spoken)
    if language.lower().split("-")[0] == "en":
        month_first = language.lower() in ("en", "en-us")
        spoken = _NUMERIC_DATE.sub(lambda m: _numeric_date(m, month_first), spoken)
        spoken = _apply(_ENGLISH, spoken)
    said = _tidy(_UNSPEAKABLE.sub(" ", spoken))
    # The full stop of "8:30 a.m." also ended the sentence.
    ended = text.rstrip().endswith(".") and said and said[-1].isalnum()
    return f"{said}." if ended else said


def _apply(rules: tuple[Rule, ...], text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def _rule(pattern: str, replacement: str | Callable[[Match], str], flags: int = 0) -> Rule:
    return re.compile(pattern, flags | re.ASCII), replacement


# A number to dial in need is said digit by digit: nobody dials "nine hundred and eleven".
_SHORT_NUMBERS = re.compile(r"(?<![\d.,$£€])\b(?:911|988|999|112|111|116 123)\b(?![\d.,]\d|%)")

# Markup and pictures.

_MARKUP = (
    _rule(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1"),
    _rule(r"^```.*$", "", re.M),
    _rule(r"^[ \t]*(?:[-*•‣▪◦+]|\d{1,2}[.)])[ \t]+", "", re.M),
    _rule(r"^[ \t]*(?:#{1,6}|>+)[ \t]*", "", re.M),
    _rule(r"^[ \t|:\-=_*]{3,}$", "", re.M),
    _rule(r"[ \t]*\|[ \t]*", ", "),
    _rule(r"[*_~`]{1,3}(?=\S)|(?<=\S)[*_~`]{1,3}", ""),
    # A line of its own is a sentence of its own.
    _rule(r"(?<=[\w)])[ \t]*\n+\s*(?=\S)", ". "),
)
_UNSPEAKABLE = re.compile(r"[*_`~#|<>\[\]{}\\^=]")


def _without_pictures(text: str) -> str:
    kept = (
        char
        for char in text
        if char in "\n\t°" or unicodedata.category(char) not in ("So", "Sk", "Cs", "Cc", "Cf", "Co")
    )
    return "".join(kept).replace("\ufe0f", "").replace("\u20e3", "").replace("’", "'")


# Web and mail addresses.


def _address(match: Match) -> str:
    host = match["host"]
    path = (match["path"] or "").strip("/").split("?")[0]
    return _spelled(f"{host}/{path}" if path else host)


def _mail(match: Match) -> str:
    return f"{_spelled(match[1])} at {_spelled(match[2])}"


def _spelled(address: str) -> str:
    for sign, said in ((".", "dot"), ("/", "slash"), ("-", "dash"), ("_", "underscore")):
        address = address.replace(sign, f" {said} ")
    return " ".join(address.replace("+", " plus ").split())


_ADDRESSES = (
    _rule(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)", _mail),
    _rule(
        r"\b(?:https?://(?:www\.)?|www\.)(?P<host>[\w-]+(?:\.[\w-]+)*(?::\d+)?)"
        r"(?P<path>/[^\s.,;:!?)]*(?:[.,;:!?][^\s.,;:!?)]+)*)?",
        _address,
        re.I,
    ),
    _rule(
        r"\b(?P<host>[a-z][a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|health|clinic|co\.uk|edu|gov))"
        r"(?P<path>/\S*[\w/])?\b",
        _address,
        re.I,
    ),
)

# Dates and times.

_HALF = r"(?P<half>[ap])\.?\s?m\b\.?(?!\w)"
_NUMERIC_DATE = re.compile(r"(?<![\w/.])(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?![\w/])", re.ASCII)


def _numeric_date(match: Match, month_first: bool) -> str:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    orders = [(first, second), (second, first)]
    for month, day in orders if month_first and match[2] == "/" else reversed(orders):
        said = _date(year, month, day)
        if said is not None:
            return said
    return match[0]


def _date(year: int, month: int, day: int) -> str | None:
    try:
        return words.day_of_month(date(year, month, day))
    except ValueError:
        return None


def _iso(match: Match) -> str:
    said = _date(int(match[1]), int(match[2]), int(match[3]))
    if said is None:
        return match[0]
    if match[4] is None or int(match[4]) > 23 or int(match[5]) > 59:
        return said
    half = "A M" if int(match[4]) < 12 else "P M"
    return f"{said} at {words.time_of_day(int(match[4]), int(match[5]), half)}"


def _clock(match: Match) -> str:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = match["half"].upper() + " M" if match["half"] else None
    if hour > 23 or minute > 59:
        return match[0]
    if half is not None and hour > 12:
        half = None
    return words.time_of_day(hour, minute, half)


_WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "tues": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "thur": "Thursday",
    "thurs": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_DAY = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)"
_MONTHS = {name[:3].lower(): name for name in words.MONTHS} | {"sept": "September"}
_MONTH = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"


def _weekday(match: Match) -> str:
    return _WEEKDAYS[match[1].lower()]


def _weekdays(match: Match) -> str:
    return f"{_WEEKDAYS[match[1].lower()]} to {_WEEKDAYS[match[2].lower()]}"


def _month_day(match: Match) -> str:
    name = match[1]
    month = name if name.capitalize() in words.MONTHS else _MONTHS[name.lower()]
    day = int(match[2])
    return f"{month} {words.ordinal(day)}" if 1 <= day <= 31 else match[0]


def _with_year(match: Match) -> str:
    return f"{match[1]}{words.year(int(match[2]))}"


# Numbers, money, telephone.


def _telephone(match: Match) -> str:
    text = match[0]
    found = re.sub(r"[^0-9]", "", text)
    groups = re.findall(r"[0-9]+", text)
    if len(groups) < 2:
        groups = _grouped(found)
    return ("plus " if text.startswith("+") else "") + ", ".join(map(words.digits, groups))


def _grouped(number: str) -> list[str]:
    if len(number) == 11 and number.startswith("1"):
        return ["1", *_grouped(number[1:])]
    if len(number) in (7, 10):
        return [*re.findall("...", number[:-4]), number[-4:]]
    if len(number) == 8 and number.startswith("1"):
        return ["1", *_grouped(number[1:])]
    return re.findall(r".{1,3}", number)


_UNITS = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}


def _money(match: Match) -> str:
    whole, small = int(match[2].replace(",", "")), int(match[3] or 0)
    unit, part = _UNITS[match[1]]
    if whole >= 10**12:
        return match[2]
    said = f"{words.cardinal(whole)} {unit}{'' if whole == 1 else 's'}"
    if not small:
        return said
    parts = {"penny": "pence"}.get(part, f"{part}s") if small != 1 else part
    change = f"{words.cardinal(small)} {parts}"
    return change if whole == 0 else f"{said} and {change}"


def _number(match: Match) -> str:
    text = match[0].replace(",", "")
    whole, _, decimals = text.partition(".")
    if len(whole) > 6 or (len(whole) > 1 and whole.startswith("0")):
        said = words.digits(whole)
    elif len(whole) == 4 and "," not in match[0] and not decimals and 1900 <= int(whole) < 2100:
        said = words.year(int(whole))
    else:
        said = words.cardinal(int(whole))
    return f"{said} point {words.digits(decimals)}" if decimals else said


def _ordinal(match: Match) -> str:
    return words.ordinal(int(match[1]))


_ABBREVIATIONS = (
    _rule(r"\b(?<=[a-z] )Dr\b\.?(?=[,;]|\.?$|\s+[a-z])", "Drive"),
    _rule(r"\bDr\b\.?(?=\s+[A-Z])", "Doctor"),
    _rule(r"\bDr\.", "Doctor"),
    _rule(r"(?<=[A-Z][a-z] )St\b\.?", "Street"),
    _rule(r"\b([A-Z][a-z]+|[0-9]+(?:st|nd|rd|th))\s+St\b\.?(?=[\s,;.]|$)", r"\1 Street"),
    _rule(r"\bSt\b\.?(?=\s+[A-Z])", "Saint"),
    _rule(r"\bMr\b\.?(?=\s)", "Mister"),
    _rule(r"\bMrs\b\.?(?=\s)", "Missus"),
    _rule(r"\bMs\b\.?(?=\s)", "Miz"),
    _rule(r"\bProf\.(?=\s)", "Professor"),
    _rule(r"\bAve\b\.?", "Avenue"),
    _rule(r"\bRd\b\.?", "Road"),
    _rule(r"\bBlvd\b\.?", "Boulevard"),
    _rule(r"\bappts\b\.?", "appointments", re.I),
    _rule(r"\bappt\b\.?", "appointment", re.I),
    _rule(r"\b1\s?(?:min|mins)\b\.?", "1 minute", re.I),
    _rule(r"(?<=\d)\s?mins?\b\.?", " minutes", re.I),
    _rule(r"\b1\s?(?:hr|hrs)\b\.?", "1 hour", re.I),
    _rule(r"(?<=\d)\s?hrs?\b\.?", " hours", re.I),
    _rule(r"\bext\.?\s?(?=\d)", "extension ", re.I),
    _rule(r"\b(?:tel|phone)\.\s?(?=[\d+(])", "telephone ", re.I),
    _rule(r"\bNo\.\s?(?=\d)|#\s?(?=\d)", "number "),
    _rule(r"\be\.g\.,?", "for example", re.I),
    _rule(r"\bi\.e\.,?", "that is", re.I),
    _rule(r"\betc\.", "and so on", re.I),
    _rule(r"\bapprox\.", "approximately", re.I),
    _rule(r"\bvs\.?(?=\s)", "versus", re.I),
)

_PLAIN = re.compile(r"[A-Za-z']+(?:,? [A-Za-z']+)*[.!?]?")
_SHORTENED = re.compile(
    rf"\b(?:{_DAY}|drs?|st|mrs?|ms|prof|ave|rd|blvd|appts?|etc|approx|vs)\b", re.I
)

_TIME = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))"
_ENGLISH: tuple[Rule, ...] = (
    _rule(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?"
          r"(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w-])", _iso),
    _rule(rf"\b({_DAY})\.?\s?[-–—]\s?({_DAY})\b\.?", _weekdays, re.I),
    _rule(rf"\b({_DAY})\.(?=\s|,|$)", lambda m: _weekday(m) if m[1][0].isupper() else m[0], re.I),
    _rule(rf"\b({'|'.join(words.MONTHS)}|{_MONTH})\b\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?![:\d])",
          _month_day),
    # A range of times or numbers: 9-5, 8:30–12:00, 9am - 5pm.
    _rule(r"(?<![\w.-])(\d{1,2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?)\s?[-–—]\s?"
          r"(?=\d{1,2}(?::\d{2})?(?:\s?[ap]\.?m\b)?(?![\w-]))", r"\1 to ", re.I),
    _rule(r"(?<![\w:])" + _TIME + r"(?::\d{2})?(?:\s?" + _HALF + r")?(?![\d:])", _clock, re.I),
    _rule(r"(?<![\w:.])(?P<hour>\d{1,2})(?P<minute>(?!))?\s?" + _HALF, _clock, re.I),
    _rule(r"([$£€])\s?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?(?!\d)", _money),
    _rule(r"(?<![\w.])\+?(?:\(\d{2,5}\)[ ]?|\d)[\d]*(?:[-. ()]{1,2}\d+)*(?![\w])",
          lambda m: _telephone(m) if _is_telephone(m[0]) else m[0]),
    *_ABBREVIATIONS,
    _rule(r"(?<=\w)\s?%", " percent"),
    _rule(r"(?<=\w)\s?°\s?[CF]?\b", " degrees"),
    _rule(r"\s*&\s*", " and "),
    _rule(r"\band/or\b", "and or"),
    _rule(r"\b24/7\b", "twenty-four seven"),
    _rule(r"(?<=[A-Za-z])\s?/\s?(?=[A-Za-z])", " or "),
    _rule(r"(?<=\d)\s?/\s?(?=\d)", " slash "),
    _rule(r"(?<=\w)\s?\+\s?(?=\w)", " plus "),
    _rule(r"(?<=\s)@(?=\s)", "at"),
    _rule(r"\b(\d{1,4})(?:st|nd|rd|th)\b", _ordinal),
    _rule(rf"\b((?:{'|'.join(words.MONTHS)}),? )(\d{{4}})\b", _with_year),
    _rule(r"(?<=\d)x\b", " times"),
    _rule(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", lambda m: f" {_number(m)} "),
)  # fmt: skip


def _is_telephone(text: str) -> bool:
    count = sum(char.isdigit() for char in text)
    return 7 <= count <= 15


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"(?<=[a-z]) (?=-[a-z])|(?<=[a-z]-) ", "", text)
    text = re.sub(r"([,;:])\s*(?=[.!?])", "", text)
    text = re.sub(r"([,.;:])(?:\s*,)+", r"\1", text)
    return text.strip().lstrip(",;:.!?-–— ").strip() if text.strip(" ,;:.!?-–—") else ""
