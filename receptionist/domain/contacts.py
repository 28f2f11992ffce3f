"""Phone numbers: understood, kept as E.164, read back in groups, masked where shown in passing."""

import re

import phonenumbers
from phonenumbers import NumberParseException

from receptionist.domain.practice import Practice

ZONE_REGIONS = {"Europe/London": "GB", "Europe/Dublin": "IE", "Europe/Berlin": "DE"}
"""Regions of zones for practices without a number of their own; otherwise the number tells."""

E164 = r"^\+[1-9]\d{6,14}$"

WITHHELD = frozenset({"+266696687", "+7378742833", "+86282452253", "+2562533", "+8566696"})
"""`anonymous`, `restricted`, `unavailable`, `blocked` and `unknown`, as carriers spell them on the
keypad: a number that many callers share proves nobody's identity."""


def is_e164(text: str) -> bool:
    """Whether it is written as numbers are kept."""
    return re.fullmatch(E164, text) is not None


def region_of(practice: Practice) -> str:
    """The country whose national numbers callers say."""
    for number in practice.numbers:
        try:
            code = phonenumbers.parse(number).country_code
            region = phonenumbers.region_code_for_country_code(code or 0)
        except NumberParseException:
            continue
        if region != phonenumbers.UNKNOWN_REGION:
            return region
    return ZONE_REGIONS.get(practice.timezone, "US")


def says_day_first(practice: Practice) -> bool:
    """Whether 3/4 is the third of April there (as nearly everywhere) or March fourth."""
    return region_of(practice) not in ("US", "CA", "PH")


def to_e164(text: str, practice: Practice) -> str | None:
    """The number in E.164; None for what is not one ("anonymous", too short).

    A number of the right length counts, also one that no network has assigned:
    a wrong digit is found by reading back, not by a numbering plan.
    """
    try:
        parsed = phonenumbers.parse(text, region_of(practice))
    except NumberParseException:
        return None
    reasons = (
        phonenumbers.ValidationResult.IS_POSSIBLE,
        phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
    )
    if phonenumbers.is_possible_number_with_reason(parsed) not in reasons:
        return None
    if text.strip() in WITHHELD:
        return None
    if text.strip().startswith("+") or phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None


def read_back(number: str) -> str:
    """The national digits in groups of three, three and four, as a person repeats a number."""
    try:
        digits = str(phonenumbers.national_significant_number(phonenumbers.parse(number)))
    except NumberParseException:
        digits = "".join(character for character in number if character.isdigit())
    groups = [digits[:3], digits[3:6], digits[6:]] if len(digits) > 7 else [digits[:3], digits[3:]]
    return ", ".join(" ".join(group) for group in groups if group)


def masked(number: str) -> str:
    """All but the last four digits hidden."""
    return "•••" + number[-4:] if len(number) > 4 else "•••"
