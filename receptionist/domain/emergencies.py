"""Emergencies and wishes to die, noticed by rule before any model is asked.

A false alarm costs a sentence; a miss may cost a life. Even so, talk about
appointments ("my chest x-ray", "dying to know") must not raise one.
"""

import re
from typing import Literal

from receptionist.domain.practice import Practice

Safety = Literal["none", "crisis", "emergency", "medical_advice"]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


CRISIS = _any(
    r"\bkill(?:ing)? (?:myself|my self|himself|herself|themselves)\b",
    r"\b(?:want|wants|wanted|going|wish|rather|ready) (?:to )?(?:die|be dead|end (?:it all|my life))\b",
    r"\bi want to (?:just )?die\b",
    r"\bend(?:ing)? (?:my|his|her) (?:own )?life\b",
    r"\b(?:commit(?:ting)?|thinking (?:of|about)|contemplating) suicide\b|\bsuicid(?:e|al)\b",
    r"\b(?:hurt|harm|cut|cutting|harming|hurting) (?:myself|my self)\b|\bself[- ]harm",
    r"\bdon'?t want to (?:live|be alive|be here any ?more|wake up)\b",
    r"\bno (?:reason|point) (?:to|in) liv(?:e|ing)\b",
    r"\bcut my wrists?\b|\bthoughts? of (?:ending it|dying|suicide)\b",
    r"\bbetter off (?:dead|without me)\b",
)
EMERGENCY = _any(
    r"\b(?:crushing|severe|bad|terrible|sudden)?\s*(?:chest|heart) pains?\b",
    r"\bpain(?:s)? in (?:my|his|her|the) chest\b|\bchest (?:hurts|is hurting|is tight|feels tight)\b",
    r"\b(?:can'?t|cannot|can not|isn'?t|is not|not|stopped|unable to|trouble|hardly|barely) breath(?:e|ing)?\b",
    r"\b(?:struggling|difficulty) (?:to breathe|breathing)\b|\bchoking\b",
    r"\b(?:heart attack|cardiac arrest|stroke)\b(?! (?:clinic|follow|check|last|in \d{4}))",
    r"\b(?:can'?t|cannot) catch my breath\b|\bshort of breath\b|\bcough(?:ing|ed)? up blood\b",
    r"\bit won'?t stop\b|\bbleeding (?:will not|does not|doesn'?t) stop\b|\bspeech is slurred\b",
    r"\bunconscious\b|\bpassed out\b|\b(?:not|won'?t) (?:responding|respond|wake up|waking up)\b",
    r"\bunresponsive\b|\bcollapsed\b|\bseizure(?:s)? (?:now|right now)\b|\bhaving a seizure\b",
    r"\b(?:bleeding (?:heavily|badly|a lot|out)|severe(?:ly)? bleeding|won'?t stop bleeding|bleeding won'?t stop)\b",
    r"\boverdos(?:e|ed|ing)\b|\btook too many (?:pills|tablets)\b|\bswallowed (?:bleach|poison|a battery)\b",
    r"\b(?:face|mouth) (?:is )?droop(?:ing|s|ed)?\b|\b(?:throat|tongue) (?:is )?(?:swelling|closing)\b",
    r"\banaphyla\w+\b|\bturn(?:ing|ed) blue\b|\bbeen (?:shot|stabbed)\b",
)
NOT_NOW = _any(
    r"\b(?:years?|months?|weeks?) ago\b",
    r"\b(?:no|without|never had) (?:\w+ )?chest pains?\b|\bdied of\b",
    r"\bhistory of\b|\bfamily history\b",
    r"\bin case of\b|\bwhat (?:are|is) the (?:signs?|symptoms?|causes?|treatments?)\b",
    r"\bfollow[- ]up\b|\bx-?ray\b|\bcourse\b|\bscreening\b",
)
CLAUSE = re.compile(r"[.;!?]|,|\b(?:but|and|because)\b", re.IGNORECASE)
ADVICE = _any(
    r"\bshould i (?:take|stop|start|use|go to the (?:er|hospital)|worry|be worried|give)\b",
    r"\b(?:how much|how many|what dose|what dosage) .{0,30}(?:take|give|mg|milligrams|pills|tablets)\b",
    r"\bis it (?:safe|ok|okay|dangerous|normal|serious) (?:to|for|if|that)\b",
    r"\b(?:can|may) i (?:take|mix|combine|stop taking|double|drink)\b",
    r"\bwhat (?:medicine|medication|drug|pills?|should i (?:take|do))\b",
    r"\b(?:do|could|might) (?:i|he|she|it) (?:have|be) (?:cancer|an? infection|diabetes|covid|the flu|pregnant)\b",
    r"\bwhat (?:is|are|causes?) .{0,40}(?:symptom|rash|pain|disease|syndrome|side effects?)",
    r"\bside effects? of\b|\b(?:diagnos(?:e|is)|treatment for|cure for|symptoms of)\b",
)


def check_safety(text: str) -> Safety:
    """What kind of help these words need first."""
    if CRISIS.search(text):
        return "crisis"
    if any(_is_now(part) for part in CLAUSE.split(text)):
        return "emergency"
    if ADVICE.search(text):
        return "medical_advice"
    return "none"


def _is_now(clause: str) -> bool:
    """An emergency in a clause that does not speak of another time or of none."""
    return bool(EMERGENCY.search(clause)) and not NOT_NOW.search(clause)


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
