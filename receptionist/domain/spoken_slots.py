"""What one sentence fills in: the words that say when, how many, who, and what for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from receptionist.domain.spoken_births import find_birth_date
from receptionist.domain.spoken_contacts import find_phone
from receptionist.domain.spoken_dates import SpokenMoments
from receptionist.domain.spoken_names import SpokenName, read_name
from receptionist.domain.spoken_parties import find_people
from receptionist.domain.spoken_postcodes import find_postcode, find_zip
from receptionist.domain.spoken_visits import find_doctor, find_reason

ALSO = {
    **dict.fromkeys(("birth", "birthday", "dob"), "date_of_birth"),
    **dict.fromkeys(("surname", "family_name"), "last_name"),
    **dict.fromkeys(("caller_name", "full_name", "patient_name"), "name"),
    **dict.fromkeys(("telephone", "mobile", "phone_number", "callback_number"), "phone"),
    **dict.fromkeys(("zip", "zipcode", "zip_code", "postal_code", "post_code"), "postcode"),
    **dict.fromkeys(("practitioner", "provider", "dentist", "therapist"), "doctor"),
    **dict.fromkeys(("symptoms", "symptom", "service"), "reason"),
}
"""Other words for what was asked for."""
BIRTH = frozenset(["date_of_birth"])
NAME = frozenset(["name", "first_name", "last_name"])
IDENTITY = BIRTH | NAME | {"postcode", "phone"}

Slots = dict[str, Any]


def find_slots(
    text: str,
    found: SpokenMoments,
    now: datetime,
    *,
    country: str,
    day_first: bool,
    expecting: str = "",
) -> Slots:
    """Every slot of a sentence. `expecting` is what was just asked for, `country` an ISO code.

    While who is calling is being settled, digits belong to the answer: they are no time.
    """
    asked = _asked(expecting)
    slots: Slots = {}
    if not asked & (IDENTITY - NAME):
        slots |= _when(found, asked) | _people(text, found, asked)
    born = find_birth_date(text, now, day_first=day_first, asked=bool(asked & BIRTH))
    if born is not None and (asked & BIRTH or not asked & IDENTITY):
        slots["date_of_birth"] = born.isoformat()
    if not asked & (BIRTH | {"postcode", "phone"}):
        slots |= _name(read_name(text, asked=asked & NAME))
    if not asked & (BIRTH | NAME):
        slots |= _contacts(text, country, asked, born is not None)
    slots |= _visit(text, asked)
    return {name: value for name, value in slots.items() if value}


def answers_identity(expecting: str, slots: Mapping[str, Any]) -> bool:
    """Whether the digits that were said answered who is calling."""
    return bool(_asked(expecting) & (IDENTITY - NAME) & slots.keys())


def _asked(expecting: str) -> frozenset[str]:
    return frozenset(ALSO.get(word, word) for word in re.split(r"\W+", expecting.casefold()))


def _when(found: SpokenMoments, asked: Iterable[str]) -> Slots:
    quote = found.plain.quote
    days = [spoken for spoken in found.days if not spoken.vague]
    times = [spoken for spoken in found.times if not spoken.lone or "time" in asked]
    return {
        "date": _one_or_more(
            {"text": quote(d.start, d.end), "value": d.first.isoformat()} for d in days
        ),
        "time": _one_or_more(
            {"text": quote(t.start, t.end), "value": f"{t.readings[0]:%H:%M}"} for t in times
        ),
    }


def _people(text: str, found: SpokenMoments, asked: Iterable[str]) -> Slots:
    people = find_people(text, found, asked="people" in asked)
    return {"people": people} if people else {}


def _name(name: SpokenName | None) -> Slots:
    if name is None:
        return {}
    return {"name": name.whole, "first_name": name.first, "last_name": name.last}


def _contacts(text: str, country: str, asked: Iterable[str], born: bool) -> Slots:
    slots: Slots = {}
    postcode = _postcode(text, country, asked="postcode" in asked)
    if postcode:
        slots["postcode"] = postcode
    phone = (
        None if "postcode" in asked or born else find_phone(text, country, asked="phone" in asked)
    )
    if phone is not None:
        slots["phone"] = phone
    return slots


def _postcode(text: str, country: str, *, asked: bool) -> str | None:
    if country == "US":
        return find_zip(text) if asked else None
    return find_postcode(text, asked=asked) if asked or country == "GB" else None


def _visit(text: str, asked: frozenset[str]) -> Slots:
    if asked & (IDENTITY - NAME):
        return {}
    return {
        "doctor": find_doctor(text, asked="doctor" in asked),
        "reason": find_reason(text, asked="reason" in asked),
    }


def _one_or_more(values: Iterable[dict[str, str]]) -> dict[str, str] | Sequence[dict[str, str]]:
    several = list(values)
    return several[0] if len(several) == 1 else several
