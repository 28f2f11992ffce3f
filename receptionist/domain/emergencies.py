"""Emergencies and wishes to die, noticed by rule before any model is asked.

A false alarm costs a sentence; a miss may cost a life. Even so, talk about
appointments ("my chest x-ray", "dying to know") must not raise one.
"""

import re
from typing import Literal

from receptionist.domain import danger_signs
from receptionist.domain.medical_advice import asks_for_advice
from receptionist.domain.pattern_tables import any_of
from receptionist.domain.practice import Practice

Safety = Literal["none", "crisis", "emergency", "medical_advice"]

_CRISIS = any_of(danger_signs.CRISIS)
_EMERGENCY = any_of(danger_signs.EMERGENCY)
_NOT_NOW = any_of(danger_signs.NOT_NOW)
_PAST_ATTACK = any_of(danger_signs.PAST_ATTACK)
_ATTACK = re.compile(rf"\b{danger_signs.ATTACK}\b", re.IGNORECASE)
_CRIED_OUT = re.compile(
    rf"\W*(?:help\W*)?(?:an? )?{danger_signs.ATTACK}\W*(?:help|please|now)?\W*", re.IGNORECASE
)
_NO = (
    r"(?:no|without|never had|denies|not (?:having|have|feel)"
    r"|(?:don'?t|do not|doesn'?t|didn'?t|haven'?t|hasn'?t) (?:\w+ )?"
    r"(?:have|had|feel|felt|get|experienced?))"
)
_DENIED = re.compile(
    rf"\b{_NO}(?: any| more| much| really)*(?: \w+)? {danger_signs.BREATH}"
    rf"(?:(?:,? (?:and|or|nor)|,)(?: \w+)? {danger_signs.BREATH})*",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.;!?]|,|\b(?:but|and|because)\b", re.IGNORECASE)


def check_safety(text: str) -> Safety:
    """What kind of help these words need first."""
    said = text.replace("’", "'")
    if _CRISIS.search(said):
        return "crisis"
    if is_emergency(said):
        return "emergency"
    return "medical_advice" if asks_for_advice(said) else "none"


def is_emergency(text: str) -> bool:
    """Whether somebody may be in danger now."""
    told = _DENIED.sub(" ", text)
    if _PAST_ATTACK.search(told):
        told = _ATTACK.sub(" ", told)
    return bool(_CRIED_OUT.fullmatch(told)) or any(
        _is_now(part.strip()) for part in _CLAUSE.split(told)
    )


def _is_now(clause: str) -> bool:
    """An emergency in a clause that does not speak of another time or of none."""
    return bool(_EMERGENCY.search(clause)) and not _NOT_NOW.search(clause)


def emergency_reply(practice: Practice, kind: str) -> str:
    """The number to call, first and at once."""
    number = practice.emergency_number
    if kind == "crisis":
        line = _crisis_line(practice)
        return (
            f"Please call {number} now if you might act on this. {line}"
            "I'm so sorry you're going through this, and you don't have to be alone with it."
        )
    return (
        f"Please hang up and call {number} now, this may be an emergency. "
        "Don't wait for us, they can help you right away."
    )


def _crisis_line(practice: Practice) -> str:
    if practice.timezone.startswith("America/") and practice.emergency_number == "911":
        return "You can also call or text 988 at any hour, they listen. "
    if practice.timezone == "Europe/London":
        return "You can also call Samaritans at any hour on 116 123, they listen. "
    return ""
