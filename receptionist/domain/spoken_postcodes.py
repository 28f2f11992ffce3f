"""British postcodes out of what a recogniser made of them: "s w one a one double a".

Pure. A postcode has a fixed shape (one or two letters, a digit, perhaps a letter or digit;
then a digit and two letters: BS 7666). Each piece that was heard may stand for a letter or a
digit by its sound; the cheapest way through the shapes is the postcode.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from receptionist.domain.spelling_alphabets import NAMED_LETTERS, NATO
from receptionist.domain.spoken_numbers import REPEATS, TENS, UNITS, ZEROS, spoken_digits

SHAPES = ("A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA")
AREAS = frozenset(
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY "
    "E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE "
    "LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL "
    "SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE".split()
)
DIGITS_HEARD = {
    word: digit
    for digit, words in {
        "0": "o oh zero zeros nought hero u",
        "1": "one won want i l",
        "2": "two to too t q",
        "3": "three free tree s",
        "4": "four for fore far fo ford fall full",
        "5": "five v fife vi fly",
        "6": "six sick sex sucks",
        "7": "seven",
        "8": "eight ate hate a ht h it",
        "9": "nine night n line",
    }.items()
    for word in words.split()
}
LETTERS_HEARD = {
    "w": "doubleyou whisky",
    "n": "in an",
    "m": "am",
    "s": "us yes as",
    "l": "all ill l i'll",
    "r": "our",
    "d": "the day",
    "e": "he",
    "u": "ou new",
    "y": "yeah",
    "j": "ju",
    "b": "bob",
    "p": "p.",
    "t": "thi",
    "x": "axe eggs ax",
    "z": "said that",
    "h": "page hitch each",
}
SOUND_ALIKE = NAMED_LETTERS | {w: k for k, words in LETTERS_HEARD.items() for w in words.split()}
MIXED_UP = {
    "a": "e",
    "e": "a",
    "o": "l",
    "x": "s",
    "n": "m",
    "m": "n",
    "t": "p",
    "d": "b",
    "p": "b",
}
"""Letters that sound alike on a telephone line; worth it only where no area begins so."""
FILLERS = frozenset(
    "the my is it it's that's its postcode yes yeah i am i'm hello hi please ok okay just so um "
    "uh who be and would like thanks thank you sorry no of in".split()
)
NO_AREA = 2.5
"""What an area that does not exist costs."""
LOW, MIDDLE, HIGH = 1.0, 2.0, 4.0
SKIP_FILLER, SKIP_WORD, SKIP_CHARACTER = 1.2, 2.5, 3.5
WORST = 7.0
"""Cost above which nothing was a postcode."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One piece: what it may stand for, each with a cost, and what leaving it out costs."""

    readings: tuple[tuple[str, float], ...]
    skip: float


def find_postcode(text: str, *, asked: bool = False) -> str | None:
    """The postcode, "SW1A 1AA"; None when nothing comes near one.

    Unless it was `asked` for it has to be there as written, or spelled without a doubt.
    """
    written = re.search(r"\b([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2})\b", text, re.IGNORECASE)
    if written and written[1].upper().rstrip("0123456789")[:2].rstrip("0123456789") in AREAS:
        return f"{written[1]} {written[2]}".upper()
    if not asked and not re.search(r"\bpost ?code\b", text, re.IGNORECASE):
        return None
    return _decoded(tuple(re.findall(r"[a-z']+|\d", _unrolled(text))))


def find_zip(text: str) -> str | None:
    """An American ZIP code, "10021" or "10021-3456", that was asked for."""
    digits = spoken_digits(re.sub(r"^.*\b(?:zip|postal) ?code(?: is|'s)?\b", "", text.casefold()))
    if len(digits) == 9:
        return f"{digits[:5]}-{digits[5:]}"
    return digits if len(digits) == 5 else None


def _unrolled(text: str) -> str:
    """ "Double a" as "a a"; what introduces the postcode is left out."""
    text = re.sub(r"^.*\bpost ?code(?: is|'s)?\b", "", text.casefold())
    text = re.sub(r"\bx[- ]ray\b", "xray", text)
    for word, times in REPEATS.items():
        text = re.sub(rf"\b{word} (\w+)\b", " ".join([r"\1"] * times), text)
    return re.sub(r"\b([a-z]) (?:for|as in) [a-z]{3,}\b", r"\1", text)


@lru_cache(maxsize=256)
def _decoded(pieces: tuple[str, ...]) -> str | None:
    heard = [_heard(piece) for piece in pieces[:16]]
    found = [best for shape in SHAPES if (best := _fit(heard, shape))]
    if not found:
        return None
    cost, code = min(found)
    return f"{code[:-3]} {code[-3:]}" if cost <= WORST else None


def _fit(heard: list[Heard], shape: str) -> tuple[float, str] | None:
    """The cheapest postcode of this shape, with its cost."""
    slots = shape.replace(" ", "")
    best: dict[int, tuple[float, str]] = {0: (0.0, "")}
    for piece in heard:
        following: dict[int, tuple[float, str]] = {}
        for at, (cost, code) in best.items():
            _keep(following, at, cost + piece.skip, code)
            for said, price in piece.readings:
                if at + len(said) <= len(slots) and _matches(said, slots[at : at + len(said)]):
                    _keep(following, at + len(said), cost + price, code + said)
        best = following
    whole = best.get(len(slots))
    if whole is None:
        return None
    area = re.match(r"[A-Z]+", whole[1])
    return whole[0] + (0 if area and area[0] in AREAS else NO_AREA), whole[1]


def _keep(best: dict[int, tuple[float, str]], at: int, cost: float, code: str) -> None:
    if at not in best or (cost, code) < best[at]:
        best[at] = (cost, code)


def _matches(said: str, slots: str) -> bool:
    return all(c.isalpha() == (slot == "A") for c, slot in zip(said, slots, strict=True))


@lru_cache(maxsize=1024)
def _heard(piece: str) -> Heard:
    readings: dict[str, float] = {}

    def add(said: str, cost: float) -> None:
        readings[said.upper()] = min(cost, readings.get(said.upper(), cost))

    if piece.isdigit():
        add(piece, 0)
        for letter in {"0": "o", "1": "i", "5": "s", "8": "a", "2": "t"}.get(piece, ""):
            add(letter, HIGH)
        return Heard(tuple(readings.items()), SKIP_CHARACTER)
    if piece in NATO:
        add(NATO[piece], 0)
    if piece in UNITS or piece in ZEROS or piece in TENS:
        add(str(UNITS.get(piece, TENS.get(piece, 0))), 0)
    if len(piece) <= 2 and piece.isalpha():
        add(piece, 0 if len(piece) == 1 else 0.2)
    if piece in DIGITS_HEARD:
        add(DIGITS_HEARD[piece], LOW)
    if piece in SOUND_ALIKE:
        add(SOUND_ALIKE[piece], LOW)
    if piece in MIXED_UP:
        add(MIXED_UP[piece], MIDDLE)
    if len(piece) > 1 and piece[0].isalpha():
        add(piece[0], MIDDLE if len(piece) > 2 else HIGH)
    if len(piece) <= 1:
        return Heard(tuple(readings.items()), SKIP_CHARACTER)
    return Heard(tuple(readings.items()), SKIP_FILLER if piece in FILLERS else SKIP_WORD)
