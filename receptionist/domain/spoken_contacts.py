"""Names and phone numbers as callers give them."""

import re

import phonenumbers
from phonenumbers import NumberParseException

from receptionist.domain.spoken_numbers import spoken_digits

INTRODUCED = re.compile(
    r"\b(?:my name(?:'s| is)|name(?:'s| is)|this is|it'?s|i am|i'm|under(?: the name)?|for) "
    r"(?P<name>[a-z][a-z'’-]+(?: [a-z][a-z'’-]+){0,3})",
    re.IGNORECASE,
)
NOT_NAMES = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "my",
        "your",
        "it",
        "is",
        "not",
        "no",
        "yes",
        "yeah",
        "ok",
        "okay",
        "please",
        "thanks",
        "thank",
        "you",
        "me",
        "i'd",
        "like",
        "calling",
        "for",
        "to",
        "about",
        "on",
        "at",
        "in",
        "with",
        "here",
        "hi",
        "hello",
        "um",
        "uh",
        "sure",
        "that",
        "this",
        "good",
        "fine",
        "just",
        "here's",
        "going",
        "having",
        "looking",
        "sorry",
        "afraid",
        "sick",
        "ill",
        "tomorrow",
        "today",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "morning",
        "afternoon",
        "check",
        "checkup",
        "check-up",
        "appointment",
        "message",
        "first",
        "second",
        "doctor",
        "dr",
        "can",
        "could",
        "would",
        "book",
        "want",
        "need",
        "the",
        "calling",
    ]
)
SPELLED = re.compile(r"\b(?:[a-z][ .-]+){2,}[a-z]\b", re.IGNORECASE)


def find_name(text: str, *, expected: bool = False) -> str | None:
    """The caller's name, capitalised; `expected`: the name was just asked for."""
    plain = text.replace("’", "'").strip(" .!?,")
    for match in INTRODUCED.finditer(plain):
        words = _until_stop(match["name"].split())
        if words and (expected or len(words) > 1 or "name" in match[0].casefold()):
            return _capitalised(words)
    if not expected:
        return None
    spelled = SPELLED.search(plain)
    if spelled:
        return re.sub(r"[^a-z]", "", spelled[0], flags=re.IGNORECASE).capitalize()
    words = [word for word in re.split(r"[ ,.]+", plain) if word]
    while words and words[0].casefold() in NOT_NAMES:
        words = words[1:]
    words = _until_stop(words)
    return _capitalised(words) if 0 < len(words) <= 4 else None


def find_phone(text: str, region: str) -> str | None:
    """A phone number in E.164, from digits or words; None when there are too few."""
    digits = spoken_digits(text)
    if len(digits) < 7:
        return None
    plus = "+" if text.strip().startswith("+") or " plus " in f" {text.casefold()}" else ""
    try:
        parsed = phonenumbers.parse(plus + digits, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _until_stop(words: list[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if word.casefold() in NOT_NAMES or not re.fullmatch(r"[A-Za-zÀ-ÿ'-]+", word):
            break
        found.append(word)
    return found


def _capitalised(words: list[str]) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in words)
