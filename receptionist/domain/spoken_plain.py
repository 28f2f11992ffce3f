"""A sentence in one plain form that patterns can be written for, and the way back.

Lower case, numbers in digits, one space between pieces, any ordinal as `3th`,
`am`/`pm`/`oclock` in one spelling, sentence ends as " . ", commas gone. Each piece
remembers where it came from, so that what a pattern found can be quoted in the
caller's own words.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from receptionist.domain.spoken_numbers import REPEATS, TENS, UNITS, ZEROS, read_number

PIECE = re.compile(
    r"""
      \d{4}-\d\d-\d\d(?:t\d\d:\d\d)?
    | \d{4}[/.-]\d{1,2}[/.-]\d{1,2} | \d{1,4}[/.-]\d{1,2}[/.-]\d{2,4} | \d{1,2}/\d{1,2}
    | \d{1,2}[:.]\d\d(?!\d) | \d+(?=\s?(?:st|nd|rd|th)\b) | \d+
    | (?<=\d)\s?(?:st|nd|rd|th)\b
    | [ap]\s?\.\s?m\b(?:\s?\.)? | (?<=[\d ])[ap]\s?m\b\.? | (?<=\d)[ap]\b
    | o\W{0,2}clock\b
    | ['’]s\b | [^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*
    | (?<=\d)\s?[-–—]\s?(?=\d) | [.?!;/]
    """,
    re.VERBOSE,
)
NUMBERS = UNITS.keys() | TENS.keys() | ZEROS | REPEATS.keys()
COUNTS_BEFORE = NUMBERS | frozenset(
    "at around about by after before until till til past to from half and between then or since "
    "january february march april may june july august september october november december".split()
)
COUNTS_AFTER = NUMBERS | frozenset(
    "am pm oclock a p ish hundred thousand to or - and please january february march april may "
    "june july august september october november december minute minutes hour hours day days "
    "week weeks month months year years".split()
)
"""Beside these "one" is a number; elsewhere it stands for a thing: "this one", "one in town"."""
DOTS = frozenset(".?!;")
LONGEST = 2000
"""Characters: some two minutes of talk."""


Piece = tuple[str, int, int]
"""A piece's plain form, and where it begins and ends in what was said."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A sentence's plain form; `starts`, `ends` and `sources` go piece by piece."""

    said: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sources: tuple[tuple[int, int], ...]

    def quote(self, start: int, end: int) -> str:
        """The caller's own words for this part of `text`."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_left(self.ends, end)
        opening, closing = self.sources[max(first, 0)][0], self.sources[last][1]
        return self.said[opening:closing]


def plain(said: str) -> Plain:
    """The plain form of what was said; what goes beyond `LONGEST` is not read."""
    said = said[:LONGEST]
    lowered = said.casefold()
    if len(lowered) != len(said):  # A few letters grow, and would shift every quote.
        said = lowered
    pieces = [(_written(m[0]), m.start(), m.end()) for m in PIECE.finditer(lowered)]
    pieces = _numbers(_joined(pieces))
    starts, ends, at = [], [], 0
    for text, _, _ in pieces:
        starts.append(at)
        ends.append(at + len(text))
        at = ends[-1] + 1
    words = " ".join(piece[0] for piece in pieces)
    sources = tuple((start, end) for _, start, end in pieces)
    return Plain(said, words, tuple(starts), tuple(ends), sources)


def _written(piece: str) -> str:
    piece = piece.strip()
    if piece.startswith("o") and piece.endswith("clock"):
        return "oclock"
    if piece in ("a", "p", "i") or not piece:
        return piece
    if piece[0] in "ap" and re.fullmatch(r"[ap]\W*m\W*", piece):
        return piece[0] + "m"
    if piece in "-–—":
        return "-"
    return "." if piece in DOTS else piece.replace("’", "'")


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Ordinals and halves of the day next to their numbers: "3" "rd" is "3th", "7" "a" "7 am"."""
    found: list[Piece] = []
    for text, start, end in pieces:
        number = bool(found) and found[-1][0].isdigit()
        if number and text in ("st", "nd", "rd", "th"):
            found[-1] = (found[-1][0] + "th", found[-1][1], end)
        elif text in ("a", "p") and found and found[-1][2] == start and found[-1][0][-1].isdigit():
            found.append((text + "m", start, end))
        else:
            found.append((text, start, end))
    return found


def _numbers(pieces: list[Piece]) -> list[Piece]:
    words = [piece[0] for piece in pieces]
    found: list[Piece] = []
    at = 0
    while at < len(words):
        reading = None if _is_pronoun(words, at) else read_number(words, at)
        digits, used = reading or (words[at], 1)
        found.append((digits, pieces[at][1], pieces[at + used - 1][2]))
        at += used
    return found


def _is_pronoun(words: list[str], at: int) -> bool:
    """ "This one", "one of them": no number is meant."""
    if words[at] != "one":
        return False
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    counts = before in COUNTS_BEFORE or after in COUNTS_AFTER or len(words) == 1
    return not counts and words[at + 1 : at + 3] != ["in", "the"]
