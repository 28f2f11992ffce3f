"""Which numbers may be called and texted on a practice's account.

A caller can leave any number. Whoever is paid for the calls and texts to one leaves that one,
so only the practice's own country is reached unless the practice says more, and
nowhere a number that costs more than a call.
"""

import re
from collections.abc import Sequence

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberType

from receptionist.domain.practice import Practice
from receptionist.domain.zone_countries import country_of

COSTLY = (
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
)


def may_reach(number: str, practice: Practice) -> bool:
    """Whether this E.164 number may be called or texted."""
    if is_named(number, practice):
        return True
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return False
    if phonenumbers.number_type(parsed) in COSTLY:
        return False
    country = _country(parsed)
    allowed = practice.outgoing.destinations or home_countries(practice)
    return any(
        number.startswith(each) if each.startswith("+") else country == each for each in allowed
    )


def is_named(number: str, practice: Practice) -> bool:
    """Whether the practice itself has written this number down."""
    people = (practice.transfer_number, practice.fallback_number)
    return number in (*practice.numbers, *practice.inbox.escalate_to, *people)


def home_countries(practice: Practice) -> Sequence[str]:
    """The countries of the practice's numbers and of its time zone."""
    found = {country_of(practice.timezone)}
    for number in practice.numbers:
        try:
            found.add(_country(phonenumbers.parse(number)))
        except NumberParseException:
            continue
    return sorted(found)


def _country(parsed: PhoneNumber) -> str:
    """Also of a number that no network has assigned.

    Several countries share +1, +44 and +7: there the first digits tell, as far as they can.
    """
    code = parsed.country_code or 0
    region = phonenumbers.region_code_for_number(parsed)
    if region:
        return str(region)
    national = phonenumbers.national_significant_number(parsed)
    for candidate in phonenumbers.region_codes_for_country_code(code):
        metadata = PhoneMetadata.metadata_for_region(candidate, None)
        digits = metadata.leading_digits if metadata else None
        if digits and re.match(digits, national):
            return str(candidate)
    return str(phonenumbers.region_code_for_country_code(code))
