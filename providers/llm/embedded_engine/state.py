"""What the conversation has come to so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Literal

from receptionist.domain.opening_hours import is_open
from receptionist.domain.practice import Practice
from receptionist.domain.spoken_dates import SpokenWhen

Task = Literal["book", "move", "cancel", "look_up", "message", "person", "wait", "end"]
Row = Mapping[str, Any]
"""A free time, or an appointment, as a function answered it."""


@dataclass(slots=True)
class Wish:
    """One thing the caller wants, and what is known of it."""

    task: Task | None = None
    service: str | None = None
    first: date | None = None
    last: date | None = None
    part: str | None = None
    at: time | None = None
    other_half: time | None = None
    """`at` in the other half of the day, until the caller has said which one."""
    earliest: time | None = None
    latest: time | None = None
    person: str | None = None
    patient: str | None = None
    """Whom of their family the caller books for: "son"."""
    without: str | None = None
    """Whom the caller does not want to see."""
    offers: list[Row] | None = None
    chosen: Row | None = None
    confirmed: bool = False
    """The caller said yes to exactly this, read back."""
    found: list[Row] | None = None
    target: Row | None = None
    which: SpokenWhen = field(default_factory=SpokenWhen)
    """When the existing appointment is, in the caller's words."""
    message: str | None = None
    urgency: str = "routine"

    def search_again(self) -> None:
        """Forget the free times; what was agreed on them is void."""
        self.offers, self.chosen, self.confirmed = None, None, False

    def any_time(self) -> None:
        """Forget when it should be."""
        self.first = self.last = self.part = self.at = self.other_half = None
        self.earliest = self.latest = None
        self.search_again()


@dataclass(slots=True)
class Dialogue:
    """One conversation, replayed from its messages."""

    practice: Practice
    now: datetime
    caller_number: str | None
    functions: frozenset[str] = frozenset()
    """The functions that may be called."""
    wish: Wish = field(default_factory=Wish)
    waiting: list[str] = field(default_factory=list)
    """What else was asked for in the same breath; done one after another."""
    question: str | None = None
    """For `answer_faq`."""
    unanswered: str | None = None
    """The last question nobody had an answer to."""
    report: str = ""
    """What has to be said before anything is asked."""
    expecting: str = ""
    previous: str = ""
    """What was last said to the caller."""
    proposed: str = ""
    """A time that another model put to the caller, in its words."""
    repeats: bool = False
    guess: tuple[str, str] | None = None
    name: str | None = None
    wrong_name: str | None = None
    """The name that was taken back; its better part may still hold."""
    last_name_asked: bool = False
    phone: str | None = None
    born: date | None = None
    birth_missing: bool = False
    """It was asked for with the name and did not come; the next read-back says so, once."""
    asks_number: bool = False
    """The number called from will not do."""
    last_booked: Row | None = None
    alarmed: bool = False
    """An emergency was told and nothing else has been asked for since: a message is urgent."""
    misses: int = 0
    ended: bool = False

    @property
    def number(self) -> str | None:
        """Where the caller can be reached."""
        return self.phone or (None if self.asks_number else self.caller_number)

    @property
    def offer_help(self) -> str:
        """Whether a person or a message is what can be offered: out of hours nobody is there."""
        can_transfer = self.practice.transfer_number and "transfer_call" in self.functions
        somebody = can_transfer and is_open(self.practice, self.now)
        return "offer_person" if somebody else "offer_message"

    def begin(self, task: Task) -> None:
        """A new task: what was collected for the last one, but for who is calling, is put away."""
        if task != self.wish.task:
            self.wish = self.wish if self.wish.task is None else Wish()
            self.wish.task = task
            self.wish.confirmed = False
        self.ended = False
        if task == "message" and self.alarmed:
            self.wish.urgency = "urgent"
        elif task not in ("message", "person"):
            self.alarmed = False

    def finish(self, report: str, expecting: str = "anything_else") -> None:
        """The task is done (or cannot be); `report` says so."""
        if self.wish.patient is not None:
            self.name = None
        self.wish = Wish()
        self.report = report
        self.expecting = expecting

    def mark(self) -> tuple[Any, ...]:
        """Everything a caller's words may change; equal when they changed nothing."""
        return (
            *(replace(self.wish), self.name, self.phone, self.born, self.asks_number),
            *(self.expecting, self.question, self.report, self.guess, len(self.waiting)),
        )
