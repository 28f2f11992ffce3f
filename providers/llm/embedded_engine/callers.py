"""Who is calling: name, date of birth and number, given, corrected or spelled."""

import re
from difflib import SequenceMatcher

from providers.llm.embedded_engine.reading import Reading
from providers.llm.embedded_engine.state import Dialogue
from receptionist.domain.given_names import GIVEN_NAMES
from receptionist.domain.spoken_names import read_name

CALLING_NUMBER = re.compile(
    r"\b(?:this (?:number|one|phone)|number (?:i'?m|i am) (?:calling|on)|same (?:number|one)|"
    r"one i'?m (?:calling|on))\b"
)
_FAMILY = (
    r"(?:son|daughter|child|kid|baby|wife|husband|mother|father|mom|mum|dad|partner|brother|sister|"
    r"grandson|granddaughter)"
)
FAMILY = re.compile(
    rf"\b(?:for|bring) my (?P<who>{_FAMILY})\b"
    rf"|\bmy (?P<needs>{_FAMILY}) (?:needs|has|is|wants|would like|should|had)\b"
)
OTHERS_NAME = re.compile(r"\b(?:his|her|their) name\b|\b(?:called|named)\b")
SAYS_NAME = re.compile(r"\b(?:name|spelt|spelled|spell)\b|(?:^|\s)[a-z](?: [a-z]){2,}$")
"""It is spoken of, or spelled letter by letter."""


def take_identity(state: Dialogue, reading: Reading) -> None:
    """Whatever the sentence says about the caller."""
    asks_birth = state.expecting == "birth"
    phone = None if asks_birth and reading.born else reading.phone
    if reading.born is not None and (asks_birth or phone is None):
        state.born = reading.born
        _look_again(state)
    if state.expecting == "last_name":
        _last_name(state, reading)
    elif (name := _name(state, reading)) is not None:
        if name != state.name:
            _look_again(state)
        elif state.expecting == "confirm" and not reading.says_yes:
            state.report = "Thank you."
        state.name = name
    if phone is not None and phone != state.phone:
        state.phone, state.asks_number = phone, False
        _look_again(state)
    elif state.expecting == "phone" and CALLING_NUMBER.search(reading.plain):
        state.asks_number = False


def take_patient(state: Dialogue, reading: Reading) -> None:
    """Whoever calls for their family is asked for that name, not for their own."""
    found = FAMILY.search(reading.plain)
    if found is None or state.wish.task not in (None, "book") or state.wish.patient is not None:
        return
    state.wish.patient = found["who"] or found["needs"]
    if not _names_patient(reading):
        state.name = None
        state.born = reading.born  # One said before is the caller's own.


def _names_patient(reading: Reading) -> bool:
    return OTHERS_NAME.search(reading.plain) is not None


def _name(state: Dialogue, reading: Reading) -> str | None:
    books = state.wish.task in (None, "book")
    if books and FAMILY.search(reading.plain) and not _names_patient(reading):
        return None  # It is the caller's own.
    corrects = state.name is not None and _corrects_name(state, reading)
    name = reading.name(expected=state.expecting == "name" or corrects or _early(state, reading))
    before = state.name if corrects else state.wrong_name
    if name is None or before is None or " " in name or " " not in before:
        return name
    return _replaced(before, name)


def _early(state: Dialogue, reading: Reading) -> bool:
    """A bare name where something else was asked: it saves us a question."""
    if state.name is not None or reading.count > 3 or reading.when.says_anything:
        return False
    asks_else = state.expecting in ("choice", "day", "service", "task", "")
    return asks_else and reading.plain.split(" ", 1)[0] in GIVEN_NAMES


def _corrects_name(state: Dialogue, reading: Reading) -> bool:
    """ "No, it's Smyth" at a read-back that held the name."""
    if state.expecting not in ("confirm", "change") or state.wish.task in ("move", "cancel"):
        return False
    says_more = reading.when.says_anything or reading.service or reading.person or reading.phone
    if says_more or (reading.says_yes and " but " not in reading.plain):
        return False
    return SAYS_NAME.search(reading.plain) is not None or (
        reading.corrects
        and reading.heard.first in ("inform", "deny", "out_of_scope", "affirm", "acknowledge")
    )


def _replaced(name: str, word: str) -> str:
    """The name with the word in place of the part it is most like."""
    parts = name.split()
    alike = [SequenceMatcher(None, part.casefold(), word.casefold()).ratio() for part in parts]
    best = max(range(len(parts)), key=alike.__getitem__)
    parts[best if alike[best] >= 0.5 else -1] = word
    return " ".join(parts)


def _last_name(state: Dialogue, reading: Reading) -> None:
    """Asked for once: without one the first name has to do."""
    state.last_name_asked = True
    found = read_name(reading.text, asked={"last_name"})
    if found is None or state.name is None or reading.says_no:
        return
    whole = found.whole if found.first else f"{state.name} {found.last}"
    if not reading.says_yes or reading.count > 1:
        state.name = whole


def _look_again(state: Dialogue) -> None:
    """What was agreed or found under other details does not count."""
    state.wish.confirmed = False
    if state.wish.task in ("move", "cancel", "look_up") and state.wish.target is None:
        state.wish.found = None
