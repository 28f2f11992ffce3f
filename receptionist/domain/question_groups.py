"""Questions that ask for the same thing, taken together; and what is personal left out of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from receptionist.domain.search_words import terms

ALIKE = 0.5
"""The share of their words that two questions of one group have in common."""

_GREETING = r"(?:(?i:hi|hello|hey|good (?:morning|afternoon|evening))[,.!]?\s+)?"
_TITLE = r"(?:(?i:dr|mr|mrs|ms|miss)\.?\s+)?"
_GOES_ON = (
    r"(?i:and|but|so|i|i'm|i'd|we|you|do|does|did|can|could|is|are|was|will|would|should|have|has|"
    r"may|what|when|where|which|who|why|how)\b"
)
_NAMED = re.compile(
    rf"{_GREETING}(?i:my name is|my name's|name is|i am called)\s+{_TITLE}"
    rf"(?:(?!{_GOES_ON})[\w'’-]+[\s,.;]*){{1,4}}(?:(?i:and)\s+)?"
)
_SAID = re.compile(
    rf"{_GREETING}(?i:this is|it's|it is)\s+{_TITLE}"
    rf"(?:(?!{_GOES_ON})[A-Z][\w'’-]*[\s,.;]*){{1,4}}(?:(?i:and)\s+)?"
)
"""Names are written large: "this is urgent" tells nothing."""
_NUMBERS = re.compile(r"\+?\d(?:[\s().\-/]*\d){3,}")
_MAIL = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True)
class Group:
    """`places` are those of the questions given, the one that is shown first."""

    question: str
    places: tuple[int, ...]


def impersonal(question: str) -> str:
    """Without what would tell who asked: a name they gave, numbers, addresses."""
    plain = _MAIL.sub("…", _NUMBERS.sub("…", _without_name(question)))
    return plain[:1].upper() + plain[1:]


def _without_name(question: str) -> str:
    return _SAID.sub("", _NAMED.sub("", question)).strip() or question


def grouped(questions: Sequence[str]) -> Sequence[Group]:
    """The largest group first; of equals the one whose question comes first."""
    groups: list[tuple[frozenset[str], list[int]]] = []
    for place, question in enumerate(questions):
        words = frozenset(terms(question))
        mine = max(groups, key=lambda group: _likeness(group[0], words), default=None)
        if mine is not None and _likeness(mine[0], words) >= ALIKE:
            mine[1].append(place)
        else:
            groups.append((words, [place]))
    groups.sort(key=lambda group: (-len(group[1]), group[1][0]))
    return [Group(questions[places[0]], tuple(places)) for _, places in groups]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    if not one or not other:
        return float(one == other)
    return len(one & other) / len(one | other)
