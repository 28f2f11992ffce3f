"""A caller who books a check-up by listening, or leaves it as a message when that is offered.

Says again what was cut off, and notes what for.

What the receptionist asks is read off its words, so that a call may be broken at any moment and
the caller goes on as a person would.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal, get_args

from receptionist.line.report import CallReport
from receptionist.line.script import HangUp, Say, Step, Wait

Fact = Literal["wish", "choice", "name", "yes", "goodbye", "message", "words", "right", "voicemail"]
QUESTIONS: tuple[tuple[Fact, re.Pattern[str]], ...] = (
    ("voicemail", re.compile(r"after the tone", re.I)),
    ("message", re.compile(r"leave a message\?", re.I)),
    ("words", re.compile(r"what should i tell", re.I)),
    ("right", re.compile(r"your .*message.* is: .*", re.I)),
    ("goodbye", re.compile(r"anything else|you're booked|is booked|all set", re.I)),
    ("yes", re.compile(r"shall i book|is that right|correct\?|go ahead|book it\?", re.I)),
    ("name", re.compile(r"\bname\b", re.I)),
    ("choice", re.compile(r"\bor\b.*\?|which|would .* suit|i have .*\?|does that", re.I)),
    ("wish", re.compile(r"how can i help|what can i do|what would you like", re.I)),
)
FIRST_NAMES = ("Anna", "Peter", "Laura", "David", "Julia", "Martin", "Sarah", "Thomas")
LAST_NAMES = ("Smith", "Miller", "Walker", "Turner", "Parker", "Cooper", "Fisher", "Baker")
MOST_PATIENCE = 6


@dataclass(frozen=True, slots=True)
class Told:
    """A fact said to its end, and when that was."""

    fact: Fact
    at_ms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question heard, and when."""

    fact: Fact
    at_ms: int


@dataclass
class BookingCaller:
    """One caller's side; `decide` is a line's `ad_lib`."""

    number: int
    day: date
    told: list[Told] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """Everything said to its end."""
    _saying: tuple[Fact, str] | None = None
    _listened: bool = False
    _silences: int = 0

    @property
    def name(self) -> str:
        """Anybody's."""
        first = FIRST_NAMES[self.number % len(FIRST_NAMES)]
        return f"{first} {LAST_NAMES[self.number // len(FIRST_NAMES) % len(LAST_NAMES)]}"

    def says(self, fact: Fact) -> str:
        """The words for a fact."""
        if fact == "wish":
            return f"i would like to book a check-up on {self.day:%B} {self.day.day} please"
        words = {
            "choice": "the first one",
            "name": self.name,
            "yes": "yes please",
            "message": "yes i would",
            "words": f"please book me a check-up on {self.day:%B} {self.day.day}",
            "right": "that is right",
            "voicemail": f"this is {self.name} please call me back",
        }
        return words.get(fact, "no thank you goodbye")

    def decide(self, report: CallReport) -> Step | None:
        """Listen until the receptionist has finished, then answer what was asked."""
        if not self._listened:
            self._listened = True
            return Wait(0.0)
        self._listened = False
        heard, since_ms = last_heard(report)
        fact = question_in(heard)
        if "goodbye" in heard.casefold() or self._silences > MOST_PATIENCE:
            return HangUp()
        if fact is None:
            self._silences += 1
            return Wait(1.0)
        self._silences = 0
        self.asked.append(Asked(fact, since_ms))
        self._saying = (fact, self.says(fact))
        return Say(self.says(fact))

    def note_told(self, report: CallReport) -> None:
        """Whatever was said before the receptionist's next words was said to its end."""
        lines = [line for line in report.transcript if line.side in ("caller", "receptionist")]
        for line, after in pairwise(lines):
            if line.side != "caller" or after.side != "receptionist":
                continue
            fact = next((f for f in FACTS if self.says(f) == line.text), None)
            if fact is not None and not any(t.at_ms == line.at_ms for t in self.told):
                self.told.append(Told(fact, line.at_ms))


FACTS: tuple[Fact, ...] = get_args(Fact)


def last_heard(report: CallReport) -> tuple[str, int]:
    """The receptionist's words since the caller last spoke, and when they began."""
    words: list[str] = []
    began = 0
    for line in reversed(report.transcript):
        if line.side == "caller":
            break
        if line.side == "receptionist":
            words.insert(0, line.text)
            began = line.at_ms
    return " ".join(words), began


def question_in(heard: str) -> Fact | None:
    """What the receptionist wants to know; the last sentences count."""
    end = " ".join(re.split(r"(?<=[.?!])\s+", heard.strip())[-2:])
    for text in (end, heard):
        for fact, pattern in QUESTIONS:
            if pattern.search(text):
                return fact
    return None
