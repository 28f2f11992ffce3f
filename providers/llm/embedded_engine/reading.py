"""What one sentence of the caller holds, whatever the dialogue makes of it.

Reading is the costly part and depends on little but the words, so it is remembered: a
conversation is replayed from its messages at each turn.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from providers.llm.embedded_engine.agreement import is_no, is_yes
from providers.llm.embedded_engine.name_and_birth import without_date
from receptionist.domain import intent_rules
from receptionist.domain.booking import find_person
from receptionist.domain.contacts import region_of, says_day_first
from receptionist.domain.emergencies import Safety, check_safety
from receptionist.domain.intents import Heard, hear
from receptionist.domain.practice import Practice
from receptionist.domain.spoken_births import birth_dates
from receptionist.domain.spoken_contacts import find_name, find_phone
from receptionist.domain.spoken_dates import (
    SpokenWhen,
    find_birth_date,
    find_when,
)
from receptionist.domain.spoken_numbers import read_number
from receptionist.domain.spoken_visits import find_doctor

TASKS = {
    "human": "person",
    "reschedule": "move",
    "cancel": "cancel",
    "check_appointment": "look_up",
    "message": "message",
    "book": "book",
    "find_provider": "book",
    "goodbye": "end",
}
ANY_VISIT = frozenset({"visit", "appointment", "consultation", "session"})
WITH_A_LETTER = re.compile(r"\bwith an? [a-z]\b(?: as in \w+)?", re.IGNORECASE)
SURE = 0.5
FAIR = 0.3
FROM_NOW = re.compile(r"\b(?:hours?|hrs?|minutes?|mins?|now)\b", re.IGNORECASE)
BEFORE_A_CORRECTION = re.compile(
    r"^(?:(?:no|nope|nah|sorry|actually|wait|hold on|oh|um+|uh+|well|not quite|yes|yeah|but|"
    r"(?:the|my) name(?:'s| is) (?:wrong|not right|incorrect)|that'?s not my name|"
    r"that'?s (?:wrong|not right)|make (?:it|that)|i said|i meant?)\b[, .]*)+",
    re.IGNORECASE,
)
SAID_TWICE = re.compile(r"\b(\w+),? (?=\1\b)", re.IGNORECASE)
"""The first of "Mia, Mia Fox"."""
SPELT = re.compile(r"\b(?:(?:it|that)(?:'?s| is) )?(?:spelled|spelt)\b:?", re.IGNORECASE)
CALL_ME = re.compile(r"\bcall me (?=back|later|again|when|as soon|asap|on\b|at\b)", re.IGNORECASE)
"""Not the beginning of "call me Anna"."""
YES_WORDS = re.compile(
    r"^(?:(?:yes|yeah|yep|yup|sure|ok(?:ay)?|right|of course|absolutely|please|i would|i do|then)\b"
    r"[, ]*)+"
)
UNCLEAR = re.compile(r"\b(?:um+|uh+|er+|erm|hm+|mhm)\b|\W", re.IGNORECASE)
TITLED = re.compile(r"\b(?:dr\.?|doctor|nurse) (?P<name>[a-z'-]+)", re.IGNORECASE)
POSTCODE = re.compile(r"\b(?:post ?code|zip)\b")
_DIGIT = r"(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple)"
DIGITS = re.compile(rf"\+?\d[\d ().-]{{5,}}\d|(?:{_DIGIT}\b[, ]*){{5,}}", re.IGNORECASE)
"""A phone number, which holds no time of day."""
BIRTH = re.compile(r"\b(?:born|birth|birthday|dob|d o b)\b")
WHOLE_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
READ_BACK = frozenset({"confirm", "change"})
"""What may be corrected there is the time and the name as well as the date of birth."""
AROUND_A_TIME = re.compile(r"\b(?:instead|rather|then|but|just|really)\b,?", re.IGNORECASE)
CANCEL_IT = re.compile(r"\bcancel (?:it|this|that|my)(?: one| appointment)?\b")
ASKS_WHATS_FREE = re.compile(
    r"\b(?:do you have|have you got|you have|are there|is there) (?:any|an?|some)\b.{0,30}"
    r"\b(?:appointments?|openings?|slots?|times?|space|free|available|left)\b"
)
CALL_OFF = re.compile(r"\bcall(?:ing)? off\b.*\b(?:appointment|booking|visit|it|that)\b")
STRANGER = re.compile(
    r"\b(?:[Dd]r\.?|[Dd]octor) (?=[A-Z])|(?<=\bsee )(?:dr\.?|doctor) |(?<=\bwith )(?:dr\.?|doctor) "
)
UNWANTED = re.compile(
    r"\b(?:not|isn't|without|but|except|other than|instead of|rather than|don'?t want(?: to see)?)"
    r" (?:with |by |to see )?(?:dr\.?|doctor|nurse) (?P<name>[a-z'-]+)",
    re.IGNORECASE,
)
LONG_AGO = timedelta(days=366)
ASKS_FOR_TIME = frozenset({"choice", "half", "day", "change", "confirm"})
CLAUSES = re.compile(
    r"[,.;]? *\b(?:and then|and also|then|and|also|plus|as well as|after that)\b *|[.;?!] +|, +"
)
QUESTION_WORDS = re.compile(
    r"\?$|^(?:(?:great|good|okay|ok|perfect|thanks|thank you|and|so|well|right|fine|also|oh)\W+)*"
    r"(?:what|when|where|which|who|how|why|do you|does|is there|are there|are you|can i"
    r"|could i|can you|is it|is the|will|would it|do i)\b"
)
DISTINCT_TASKS = frozenset({"move", "cancel", "book", "message", "look_up", "person"})


@dataclass(frozen=True)
class Reading:
    """One sentence. Parts are read when they are asked for."""

    text: str
    previous: str
    practice: Practice
    now: datetime
    expecting: str = ""

    @cached_property
    def plain(self) -> str:
        """Lower case, without hesitation."""
        return intent_rules.plain(self.text)

    @cached_property
    def count(self) -> int:
        """How many words."""
        return len(self.plain.split())

    @property
    def is_empty(self) -> bool:
        """Nothing but sounds."""
        return not UNCLEAR.sub("", self.text.casefold())

    @cached_property
    def heard(self) -> Heard:
        """What is wanted."""
        return hear(self.text, self.previous)

    @cached_property
    def safety(self) -> Safety:
        """Whether help of another kind comes first."""
        return check_safety(self.text)

    @cached_property
    def when(self) -> SpokenWhen:
        """The days and times in it."""
        if POSTCODE.search(self.plain):
            return SpokenWhen()
        text = DIGITS.sub(" ", self.text) if self.phone else self.text
        said = find_when(text, self.now, day_first=self._day_first, expecting=self._asked)
        if said.says_anything or not self._asked:
            return said
        bare = AROUND_A_TIME.sub("", BEFORE_A_CORRECTION.sub("", text))
        return find_when(bare, self.now, day_first=self._day_first, expecting=self._asked)

    @property
    def _day_first(self) -> bool:
        return _country(self.practice.numbers, self.practice.timezone)[1]

    @property
    def _asked(self) -> str:
        return "time" if self.expecting in ASKS_FOR_TIME else ""

    @cached_property
    def born(self) -> date | None:
        """A full date in the past: asked for, said to be one of birth, or long ago."""
        now = self.now.replace(tzinfo=None)
        called_one = BIRTH.search(self.plain) or self._is_long_ago
        if self.expecting in READ_BACK and not called_one:
            # The 12th at ten thirty is another time, not a day in 1930.
            usual = birth_dates(self.text, now, day_first=self._day_first, asked=False)
            return next(usual, None) if WHOLE_YEAR.search(self.plain) else None
        asked = self.expecting == "birth" or BIRTH.search(self.previous.casefold())
        if not asked and not called_one:
            return None
        return find_birth_date(self.text, now, day_first=self._day_first)

    @property
    def _is_long_ago(self) -> bool:
        """Nobody wishes to come in a year that is over."""
        first = self.when.first
        return first is not None and self.now.date() - first > LONG_AGO

    @cached_property
    def phone(self) -> str | None:
        """A phone number, in E.164."""
        region, _ = _country(self.practice.numbers, self.practice.timezone)
        return find_phone(self.text, region)

    @cached_property
    def service(self) -> str | None:
        """One of the practice's services, by its name or its telling words."""
        return _service(self.plain, self.practice)

    @cached_property
    def person(self) -> str | None:
        """One of the practice's people: with a title, or a last name that stands alone."""
        wanted = UNWANTED.sub(" ", self.text)
        titled = (find_person(self.practice, m["name"]) for m in TITLED.finditer(wanted))
        if (person := next((name for name in titled if name), None)) is not None:
            return person
        lowered = wanted.casefold()
        meant = r"\b" if self.count <= 2 else r"\b(?:with|see|about) "
        names = [person.name for person in self.practice.practitioners]
        named = [n for n in names if re.search(rf"{meant}{re.escape(surname(n))}\b", lowered)]
        return named[0] if len(named) == 1 else None

    @cached_property
    def unwanted(self) -> str | None:
        """One of the practice's people whom the caller does not want to see."""
        named = UNWANTED.search(self.text)
        return find_person(self.practice, named["name"]) if named else None

    @cached_property
    def stranger(self) -> str | None:
        """A doctor that was named and is not of this practice."""
        named = STRANGER.search(self.text)
        if named is None or self.person or self.unwanted or not self.practice.practitioners:
            return None
        return find_doctor(self.text[named.start() :])

    def name(self, *, expected: bool) -> str | None:
        """The caller's own name; `expected`: it may be the whole answer."""
        text = without_date(self.text) if self.born else self.text
        bare = BEFORE_A_CORRECTION.sub("", text).strip(" ,.")
        bare = SAID_TWICE.sub("", bare)
        bare = WITH_A_LETTER.sub("", SPELT.sub("", CALL_ME.sub("phone me", bare)))
        name = find_name(bare)
        if name is None and expected and not QUESTION_WORDS.search(self.plain):
            bare = re.sub(r"^(?:it'?s|it is|the name'?s?(?: is)?)\s+", "", bare, flags=re.I)
            name = find_name(bare, expected=True) if bare else None
        if name is None or find_person(self.practice, name) is not None:
            return None
        words = name.casefold().split()
        return None if any(read_number(words, at) for at in range(len(words))) else name

    @property
    def corrects(self) -> bool:
        """It begins by taking something back."""
        return BEFORE_A_CORRECTION.match(self.text) is not None

    @cached_property
    def says_yes(self) -> bool:
        """A yes, however it is put."""
        return is_yes(self.plain, self.heard)

    @cached_property
    def says_no(self) -> bool:
        """A no, however it is put."""
        return is_no(self.plain, self.heard)

    @cached_property
    def task(self) -> str | None:
        """The task the words ask for, when they are clear enough."""
        if CANCEL_IT.search(self.plain) or CALL_OFF.search(self.plain):
            return "cancel"
        if ASKS_WHATS_FREE.search(self.plain):
            return "book"
        if self.heard.opening == "affirm" and (bare := _after_yes(self.plain)):
            return _clause_task(bare)
        for name, score in self.heard.ranked:
            if name in TASKS and (score >= SURE or (score >= FAIR and _rule(name, self.heard))):
                return TASKS[name]
        return None

    @property
    def guess(self) -> str | None:
        """A task the words may mean; asked about before it is begun."""
        name, score = self.heard.ranked[0]
        return TASKS.get(name) if score >= FAIR / 2 and name in TASKS else None

    def wishes(self) -> Sequence[str]:
        """The sentence in parts that each ask for another thing; one part when it asks for one."""
        parts: list[tuple[str, str | None]] = []
        for clause in _clauses(self.plain):
            task = _clause_task(clause)
            if not parts or (task in DISTINCT_TASKS and parts[-1][1] not in (None, task)):
                parts.append((clause, task))
            else:
                said, known = parts[-1]
                parts[-1] = (f"{said} and {clause}", known or task)
        return [said for said, _ in parts] if len(parts) > 1 else [self.text]

    def wishes_after_yes(self) -> Sequence[str]:
        """What else is asked for, as in "yes, and where can I park?"."""
        rest = _clauses(self.plain)[1:]
        return [c for c in rest if QUESTION_WORDS.search(c) or _clause_task(c) in DISTINCT_TASKS]

    def service_meant(self) -> str | None:
        """The service whose name sounds most like one of the words."""
        best: tuple[float, str] | None = None
        for service in self.practice.services:
            for word in re.findall(r"[a-z]{5,}", self.plain):
                for own in re.findall(r"[a-z]{5,}", service.name.casefold()):
                    alike = SequenceMatcher(None, word, own).ratio()
                    if alike >= 0.72 and (best is None or alike > best[0]):
                        best = (alike, service.name)
        return best[1] if best else None


class _Same:
    """A practice, compared by identity."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice

    def __hash__(self) -> int:
        return id(self.practice)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.practice is self.practice


def read(
    text: str, practice: Practice, now: datetime, *, previous: str = "", expecting: str = ""
) -> Reading:
    """The sentence, said after `previous`, as the answer to `expecting`."""
    return _remembered(text, previous, _Same(practice), _moment(text, now), expecting)


@lru_cache(maxsize=2048)
def _remembered(text: str, previous: str, whose: _Same, now: datetime, expecting: str) -> Reading:
    return Reading(text, previous, whose.practice, now, expecting)


@lru_cache(maxsize=256)
def _country(numbers: tuple[str, ...], timezone: str) -> tuple[str, bool]:
    """The country whose numbers are said, and whether days come before months there."""
    practice = Practice("", timezone, numbers, "", {})
    return region_of(practice), says_day_first(practice)


def surname(name: str) -> str:
    """The last word of a name, in lower case."""
    return name.split()[-1].casefold()


def _rule(name: str, heard: Heard) -> bool:
    return name in heard.rules


def _moment(text: str, now: datetime) -> datetime:
    """Only "in two hours" needs the minute; other words mean the same all day."""
    if FROM_NOW.search(text):
        return now.replace(second=0, microsecond=0)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _clauses(plain: str) -> list[str]:
    return [part for part in (p.strip() for p in CLAUSES.split(plain)) if part]


def _after_yes(plain: str) -> str:
    """What follows "yes, please", where it is more than that."""
    rest = YES_WORDS.sub("", plain)
    return rest if rest != plain and len(rest.split()) > 2 else ""


@lru_cache(maxsize=512)
def _clause_task(clause: str) -> str | None:
    """The task of a clause that has a verb of its own."""
    heard = hear(clause)
    named = [(name, score) for name, score in heard.ranked if name in TASKS]
    name, score = named[0]
    verb = re.match(r"(?:book|cancel|move|reschedule|schedule|make|leave|change)\b", clause)
    if score >= SURE or (score >= FAIR / 2 and (verb or name in heard.rules)):
        return TASKS[name]
    return None


def _service(plain: str, practice: Practice) -> str | None:
    """By its whole name, by its telling words, or by the beginning of its one long word."""
    letters = _letters(plain)
    said = re.findall(r"[a-z]{5,}", plain)
    for service in sorted(practice.services, key=lambda s: -len(s.name)):
        own = [w for w in re.split(r"[^a-z]+", service.name.casefold()) if len(w) > 3]
        telling = [word for word in own if word not in ANY_VISIT] or own
        if _letters(service.name) in letters or (own and all(w in plain for w in telling)):
            return service.name
        stems = {word[:5] for word in own if len(word) >= 6}
        if stems and len(own) == 1 and any(word[:5] in stems for word in said):
            return service.name
    return None


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
