"""How nearly two English words sound the same.

Pure. A word's letters are brought to one sign a sound, roughly; then what a telephone line blurs
(f and th, p and t, e and i) costs less to exchange than what it does not.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache

_SPELLINGS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        *((r"^k(?=n)|^w(?=r)", ""), ("ph", "f"), ("t?ch", "C"), ("sh", "S"), ("th", "T")),
        *(("ight", "It"), ("gh", ""), ("ck", "k"), ("qu", "kw"), ("x", "ks"), ("dge", "J")),
        *((r"c(?=[eiy])", "s"), ("[cq]", "k"), (r"g(?=[ei])|j", "J"), ("z", "s")),
        *(("(?:ea|[eiu])(?=r)", "3"), ("ou?r?(?=[a-zA-Z]|$)|a[uwr]|a(?=ll)", "o")),
        *((r"(?<=[a-z])i(?=[a-zA-Z]e$)|y$", "I"), ("e[eaiy]|ie|y", "i"), ("a[iy]", "e")),
        *(("e$", ""), (r"(.)\1", r"\1")),
    )
)
_VOWELS = "aeiou3I"
_BLURRED = (
    *(("eiI", 0.3), ("ou", 0.3), ("a3u", 0.3), (_VOWELS, 0.55), ("fvTsSCJ", 0.4), ("pb", 0.3)),
    *(("td", 0.3), ("kg", 0.3), ("mn", 0.3), ("lrw", 0.3), ("tdTsSC", 0.55), ("pbfv", 0.55)),
    ("ptkbdg", 0.6),
)
"""Sounds that are taken for each other, and what it costs to take one for another; cheapest first
where they share more than one of these."""
_OTHER = 1.15
_WEAK = "rhwaeiou3I"
_WEAK_LOST, _LOST = 0.5, 0.7


def unlike(one: str, other: str) -> float:
    """From 0, the same sounds, to 1 and more; two lower-case words."""
    return _unlike(_sounds(one), _sounds(other), math.inf)


def nearest(word: str, among: Iterable[str], at_most: float) -> str | None:
    """The word that sounds most like this one, unless all are more unlike than `at_most`."""
    sounds, found = _sounds(word), None
    for each in among:
        far = _unlike(sounds, _sounds(each), at_most)
        if far < at_most or (found is None and far == at_most):
            found, at_most = each, far
    return found


@lru_cache(maxsize=1024)
def _sounds(word: str) -> str:
    for pattern, sound in _SPELLINGS:
        word = pattern.sub(sound, word)
    return word


def _unlike(one: str, other: str, at_most: float) -> float:
    """How far apart; infinite as soon as that is more than `at_most`."""
    longest = max(len(one), len(other), 1)
    budget = at_most * longest
    if abs(len(one) - len(other)) * _WEAK_LOST > budget:
        return math.inf
    costs = [0.0]
    for sound in other:
        costs.append(costs[-1] + _lost(sound))
    for sound in one:
        row = [costs[0] + _lost(sound)]
        for at, against in enumerate(other):
            exchanged = costs[at] + _exchanged(sound, against)
            row.append(min(exchanged, costs[at + 1] + _lost(sound), row[at] + _lost(against)))
        if min(row) > budget:
            return math.inf
        costs = row
    return costs[-1] / longest


def _lost(sound: str) -> float:
    return _WEAK_LOST if sound in _WEAK else _LOST


@lru_cache(maxsize=2048)
def _exchanged(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return next((cost for group, cost in _BLURRED if one in group and other in group), _OTHER)
