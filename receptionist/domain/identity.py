"""Is this the person the appointment belongs to?

A name alone opens nothing: it must come with the date of birth or the phone
number on file. Names are compared as they are heard over a telephone.
"""

import unicodedata
from difflib import SequenceMatcher

CLOSE_ENOUGH = 0.8
TITLES = frozenset({"mr", "mister", "mrs", "missus", "ms", "miss", "dr", "doctor", "professor"})
GENERATIONS = {"jr": "junior", "junior": "junior", "sr": "senior", "senior": "senior"}
LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | dict.fromkeys("'’ʼ`", "")
)
"""Letters that do not come apart into a plain one and its mark; an apostrophe is not heard."""


def same_name(said: str, stored: str) -> bool:
    """Every word said is close to a word on file, the last name among them.

    Father and son may share a phone: junior and senior are told apart where both say it.
    """
    ours, theirs = _words(stored), _words(said)
    if not ours or not theirs or len(_generations(said) | _generations(stored)) > 1:
        return False
    matched = [any(_close(word, other) for other in ours) for word in theirs]
    return all(matched) and any(_close(word, ours[-1]) for word in theirs)


def _close(one: str, other: str) -> bool:
    if len(one) < 4 or len(other) < 4:
        return one == other
    return SequenceMatcher(None, one, other).ratio() >= CLOSE_ENOUGH


def _words(name: str) -> list[str]:
    return [word for word in _letters(name).split() if word not in TITLES | GENERATIONS.keys()]


def _generations(name: str) -> set[str]:
    return {GENERATIONS[word] for word in _letters(name).split() if word in GENERATIONS}


def _letters(name: str) -> str:
    """Lower case without accents, of any script; what is no letter separates words."""
    apart = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    kept = (c for c in apart if not unicodedata.combining(c))
    return "".join(c if c.isalpha() or unicodedata.category(c)[0] == "M" else " " for c in kept)
