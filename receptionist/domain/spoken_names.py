"""Who is calling: names introduced, answered and spelled.

Pure. "My name is Anna Smith", "s m i t h", "s for sugar", "Mike Alpha Romeo Kilo". What only
looks like an introduction ("I'm calling about my bill") is not one.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

from receptionist.domain.given_names import GIVEN_NAMES
from receptionist.domain.spelling_alphabets import NAMED_LETTERS, NATO
from receptionist.domain.spoken_calendar import MONTHS, WEEKDAY_NUMBERS
from receptionist.domain.spoken_patterns import one_of, words
from receptionist.domain.spoken_plain import LONGEST

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[.,;?!:\"“”()]|\d+")
OWNERS = one_of("my", "the", "her", "his", "full", "patient'?s?", "caller'?s?")
INTRODUCTIONS = one_of(
    rf"{OWNERS} (?:full )?name(?:'s| is| was| should be)",
    r"(?:my )?names? (?:is|should be)",
    "my names",
    "name's",
    r"under(?: the| my)? name(?: of)?,?",
    r"(?:in|on) the name(?: of)?",
    r"(?:use|on) (?:the )?name",
    "name of",
    "call me",
    "known as",
    "go by",
)
SURE = re.compile(rf"\b(?:{INTRODUCTIONS}|{words('mrs mr ms')}\.?|miss)\s", re.IGNORECASE)
UNSURE = re.compile(
    rf"\b(?:{words('under for by from with is')}|should be|this is|it'?s|i am|i'm|that'?s|we are|"
    r"speaking with)\s",
    re.IGNORECASE,
)
FIRST = re.compile(r"\b(?:first|given|christian) name(?:'s| is|:)?\s", re.IGNORECASE)
LAST = re.compile(r"\b(?:last|family|second|sur) ?name(?:'s| is|:)?\s", re.IGNORECASE)
AFTER_NAME = one_of(
    "is (?:my|the) (?:full )?name",
    "ha[sd] (?:a|made|done|booked)",
    *"speaking here calling".split(),
)
CLOSES = re.compile(rf"^(?P<name>.+?),? {AFTER_NAME}\b", re.IGNORECASE)
FILLERS = frozenset(
    "um uh er erm hi hello hey yes yeah yep ok okay so well sure oh sorry please it's its it is "
    "i'm i am my name the and that's that this called no just good morning afternoon evening day "
    "full first last surname name's hold would should probably think spelled spelt a an of under "
    "for me mr mrs ms miss dr be".split()
)
HESITATIONS = frozenset(["um", "uh", "er", "erm", "and"])
NOT_NAMES = (
    FILLERS
    | MONTHS.keys()
    | WEEKDAY_NUMBERS.keys()
    | frozenset(
        "your not thanks thank you me i'd i'll i've like calling to about on at in with here fine "
        "going having looking afraid sick ill tomorrow today tonight check checkup check-up "
        "appointment message second third doctor nurse dentist can could would book want need was "
        "has had have will but or from by who what when where how why which because if as at all "
        "really very too also now then there their they he she we us our his her him them do does "
        "did done don't can't won't am are were been being get got make made let let's go see "
        "booking booked reservation reserved table room people person anyone someone available "
        "free ready late early sure trying wondering interested available new old same next "
        "urgent emergency something anything everything nothing week month year day time times "
        "possible able allergic pregnant worried running coming bleeding feeling happy glad "
        "change cancel changing party two three four five six seven eight nine ten twelve one "
        "both different another other more less much many some any each every".split()
    )
) - {"may", "april", "june", "augusta"}
STOPS = NOT_NAMES - {"may", "day", "summer", "good", "early", "free", "sat", "sun", "wed"}
KINSHIP = re.compile(
    rf"\bmy (?:{words('son daughter wife husband mother father mum mom dad child partner')})"
    r"(?: is|'s)?(?: called| named)?,? ",
    re.IGNORECASE,
)
TAKEN_BACK = re.compile(
    r"\b(?:no,? sorry|sorry,? no|no,? wait|i mean|i meant|correction)\b[\s,]*(?P<name>.+)$",
    re.IGNORECASE,
)
LONGEST_NAME = 100
"""Characters."""
LONGEST_GIVEN = 20
"""Letters of a first name, also where some were doubled."""
JOINERS = frozenset(
    ["o", "mc", "mac", "de", "van", "von", "st", "le", "la", "al", "el", "bin", "di"]
)


@dataclass(frozen=True, slots=True)
class SpokenName:
    """A name, capitalised; either part may be empty."""

    first: str
    last: str

    @property
    def whole(self) -> str:
        """Both parts."""
        return f"{self.first} {self.last}".strip()


def find_name(text: str, *, expected: bool = False) -> str | None:
    """The caller's name, capitalised; `expected`: the name was just asked for."""
    found = read_name(text, asked={"name"} if expected else ())
    return found.whole if found else None


def read_name(text: str, *, asked: Collection[str] = ()) -> SpokenName | None:
    """The name in what was said. `asked`: "name", "first_name", "last_name" or none of them."""
    plain = re.sub(r"\s+", " ", text[:LONGEST].replace("’", "'")).strip()
    plain = KINSHIP.sub("", plain)
    if asked and (corrected := TAKEN_BACK.search(plain)):
        again = read_name(corrected["name"], asked=asked)
        if again is not None:
            return again
    parts = _parts(plain)
    if parts is not None:
        return parts
    said = _spelled(plain) if asked else []
    said = said or _introduced(plain) or (_answer(plain) if asked else [])
    if not said:
        return None
    if set(asked) == {"last_name"} and len(said) == 1:
        return SpokenName("", _capital(said[0]))
    return SpokenName(_capital(said[0]), " ".join(map(_capital, said[1:])))


def _parts(text: str) -> SpokenName | None:
    """ "First name Nikki, last name Smith"."""
    first, last = FIRST.search(text), LAST.search(text)
    closing = re.match(r"([\w'-]+) is my (?:last|family|sur) ?name", text, re.IGNORECASE)
    if closing:
        return SpokenName("", _capital(closing[1]))
    given = _run(text[first.end() :])[:2] if first else []
    family = _run(text[last.end() :])[:3] if last else []
    if not given and not family:
        return None
    return SpokenName(" ".join(map(_capital, given)), " ".join(map(_capital, family)))


def _introduced(text: str) -> list[str]:
    for match in SURE.finditer(text):
        words = _run(text[match.end() :])
        if words:
            return words
    closing = CLOSES.match(text)
    if closing:
        words = _answer(closing["name"])
        if words and _is_convincing(words, text):
            return words
    for match in UNSURE.finditer(text):
        words = _run(text[match.end() :])
        alone = match[0].strip().casefold() in ("for", "by", "from", "with", "is", "that's")
        if words and _is_convincing(words, text) and not (alone and len(words) < 2):
            return words
    return []


def _is_convincing(words: Sequence[str], text: str) -> bool:
    """A known first name, or two words written with capitals where not all are."""
    known = words[0].casefold() in GIVEN_NAMES
    capitals = all(word[0].isupper() and not word.isupper() for word in words)
    if text == text.casefold():
        return known
    return capitals and (known or len(words) == 2)


def _run(text: str) -> list[str]:
    """The words of a name at the beginning of `text`."""
    words: list[str] = []
    pieces = WORD.findall(text[:LONGEST_NAME])
    while pieces and pieces[0] in '"“”(:':
        pieces = pieces[1:]
    capital = bool(pieces) and pieces[0][:1].isupper()
    for piece in pieces:
        if not piece[0].isalpha() or piece.casefold() in STOPS or len(words) == 4:
            break
        if capital and words and not piece[0].isupper() and piece not in JOINERS:
            break
        words.append(piece)
    return _with_joiners(words)


def _answer(text: str) -> list[str]:
    """The words of an answer to "what's your name?", politeness and fillers left out."""
    pieces = [piece for piece in WORD.findall(text) if piece[0].isalpha() or piece in ",;"]
    while pieces and pieces[0].casefold() in FILLERS | {",", ";"}:
        pieces = pieces[1:]
    words: list[str] = []
    for piece in pieces:
        if piece.casefold() in HESITATIONS:
            continue
        if piece in ",;" or (piece.casefold() in STOPS and not _is_surname(piece, words)):
            break
        words.append(piece)
    return _with_joiners(words) if len(words) <= 5 else []


def _is_surname(piece: str, words: Sequence[str]) -> bool:
    """ "Cheryl Day": what is a filler elsewhere follows a first name."""
    return len(words) == 1 and words[0].casefold() in GIVEN_NAMES and piece[0].isupper()


def _with_joiners(words: Sequence[str]) -> list[str]:
    """ "o Connor" and "Mc Donald" are one word."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].casefold() == "o":
            joined[-1] = "O'" + word.capitalize()
        elif joined and joined[-1].casefold() == "mc":
            joined[-1] = "Mc" + word.capitalize()
        else:
            joined.append(word)
    return joined


def _spelled(text: str) -> list[str]:
    """A name given letter by letter, alone or after the name as a word."""
    pieces = _letters(text)
    telling = [p for p in pieces if p not in FILLERS or (len(p) == 1 and p not in "ai")]
    runs = [p for p in telling if len(p) <= 2]
    if len(pieces) < 3:
        return []
    said = list(takewhile(lambda piece: len(piece) > 2, pieces))
    rest = pieces[len(said) :]
    if said and len(rest) >= 3 and max(map(len, rest)) == 1 and not STOPS & {*said}:
        return _spelling_applied(said, "".join(rest))
    if max(map(len, pieces)) <= 2 or len(runs) >= max(3, 0.55 * len(telling)):
        if "space" in pieces[1:-1]:
            return "".join("|" if p == "space" else p for p in pieces).split("|", 1)
        return _divided("".join(NAMED_LETTERS.get(piece, piece) for piece in pieces))
    said = [word for word in _answer(" ".join(p for p in pieces if len(p) > 2)) if len(word) > 2]
    letters = "".join(p for p in pieces if len(p) == 1)
    if len(letters) < 3 or not said:
        return []
    return _spelling_applied(said, letters)


def _letters(text: str) -> list[str]:
    """The pieces of a spelled name: fillers left out, alphabets turned into letters."""
    lowered = re.sub(r"\b([a-z]) (?:for|as in) [a-z]+\b", r"\1", text.casefold())
    lowered = re.sub(r"^(?:.*\b(?:name is|name's)|i am|i'm|it's|that's)\b", "", lowered)
    lowered = re.sub(r"\bdouble ([a-z])\b", r"\1 \1", lowered)
    return [NATO.get(piece, piece) for piece in re.findall(r"[^\W\d_]+", lowered)]


def _divided(letters: str) -> list[str]:
    """First and last name of one run of letters, by the longest first name it begins with.

    Recognisers double letters and lose doubled ones, so names are compared without doubles.
    """
    longest = min(len(letters) - 2, LONGEST_GIVEN)
    for end in (len(letters), *range(longest, 2, -1)):
        name = _given_name(letters[:end])
        if name and letters[end : end + 1] != letters[end - 1]:
            return [name, letters[end:]] if end < len(letters) else [name]
    return [letters]


def _given_name(letters: str) -> str | None:
    """The first name that was spelled so, doubled letters aside."""
    if letters in GIVEN_NAMES:
        return letters
    return next(iter(SQUEEZED.get(_squeezed(letters), ())), None)


def _squeezed(letters: str) -> str:
    return re.sub(r"(.)\1+", r"\1", letters)


def _by_squeezed_spelling() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in sorted(GIVEN_NAMES):
        if len(name) > 2:
            found.setdefault(_squeezed(name), []).append(name)
    return found


SQUEEZED = _by_squeezed_spelling()


def _spelling_applied(said: Sequence[str], letters: str) -> list[str]:
    """ "John Smyth s m i t h": the spelling corrects the word it is like, or adds one."""
    likeness = [SequenceMatcher(None, word.casefold(), letters).ratio() for word in said]
    best = max(range(len(said)), key=likeness.__getitem__)
    words = list(said)
    if likeness[best] >= 0.5:
        words[best] = letters
    else:
        words.append(letters)
    return words


def _capital(word: str) -> str:
    if word.isupper() and len(word) > 2:
        word = word.casefold()
    return word[:1].upper() + word[1:]
