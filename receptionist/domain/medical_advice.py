"""Questions only a clinician may answer: what it is, what to take, whether it is serious.

Rules for how callers ask (`advice_signs.py`), and a small linear model (trained by
`scripts/train-intents` on patients' questions) for the long letters that fit no rule.
"""

import re
from functools import cache, lru_cache

from receptionist.domain import advice_signs
from receptionist.domain.linear_text import LinearText, shipped
from receptionist.domain.pattern_tables import any_of, one_of

THRESHOLD = 0.3
LEAST_WORDS = 4
FEW_WORDS = 25

_RULES = any_of(advice_signs.RULES)
_ASKING = any_of(advice_signs.ASKING)
_ILLNESS = re.compile(rf"\b{one_of(advice_signs.ILLNESSES)}\b", re.IGNORECASE)
_ERRANDS = re.compile(
    r"\b(?:costs?|prices?|appointments?|appts?|book|schedule|insurance|benefits?|salons?|find"
    r"|refills?|results?|ratings?|come in|fit (?:me|us|him|her) in|see (?:a|the|my) doctor"
    r"|do you (?:offer|provide|do|have|give))\b",
    re.IGNORECASE,
)
"""In few words these are about the practice, whatever else is named."""
_SENTENCE = re.compile(r"[^.?!]+[.?!]?")


@lru_cache(maxsize=512)
def asks_for_advice(text: str) -> bool:
    """Whether an answer would be medical advice."""
    if _RULES.search(text):
        return True
    size = len(text.split())
    if size < LEAST_WORDS or not _ILLNESS.search(text):
        return False
    if size < FEW_WORDS and (_ERRANDS.search(text) or not _ASKING.search(text)):
        return False
    return advice_score(text) >= THRESHOLD


def advice_score(text: str) -> float:
    """How much the words are like a patient's question to a clinician, from 0 to 1."""
    return dict(_model().scores(text, hints(text))).get("advice", 0.0)


def hints(text: str) -> tuple[str, ...]:
    """Whether it names an illness, asks something, does both, and how it is written."""
    ill, asks = bool(_ILLNESS.search(text)), bool(_ASKING.search(text))
    at_once = any(
        _ILLNESS.search(sentence) and _ASKING.search(sentence)
        for sentence in _SENTENCE.findall(text)
    )
    length = min(len(text.split()) // 15, 3)
    return (f"ill {ill}", f"asks {asks}", f"at once {at_once}", f"{length} {asks} {ill}")


@cache
def _model() -> LinearText:
    return shipped("advice")
