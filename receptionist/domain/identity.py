"""Is this the person the appointment belongs to?

A name alone opens nothing: it must come with the date of birth or the phone
number on file. Names are compared as they are heard over a telephone.
"""

import unicodedata
from difflib import SequenceMatcher

CLOSE_ENOUGH = 0.8


def same_name(said: str, stored: str) -> bool:
    """Every word said is close to a word on file, the last name among them."""
    ours, theirs = _words(stored), _words(said)
    if not ours or not theirs:
        return False
    matched = [any(_close(word, other) for other in ours) for word in theirs]
    return all(matched) and any(_close(word, ours[-1]) for word in theirs)


def _close(one: str, other: str) -> bool:
    if len(one) < 4 or len(other) < 4:
        return one == other
    return SequenceMatcher(None, one, other).ratio() >= CLOSE_ENOUGH


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c if c.isalpha() or c.isspace() else " " for c in plain if c.isascii())
    return [word for word in letters.split() if word not in ("mr", "mrs", "ms", "dr", "miss")]
