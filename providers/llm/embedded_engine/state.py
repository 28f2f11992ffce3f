"""What the conversation has come to so far, and how a caller's words change it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from receptionist.domain.booking import find_person
from receptionist.domain.contacts import region_of, says_day_first
from receptionist.domain.emergencies import check_safety
from receptionist.domain.intents import intents
from receptionist.domain.practice import Practice
from receptionist.domain.spoken_contacts import find_name, find_phone
from receptionist.domain.spoken_dates import SpokenWhen, find_birth_date, find_when

Task = Literal["book", "move", "cancel", "look_up", "message", "person", "end"]
PICKS = (
    (r"\b(?:first|earliest|earlier|soonest|1st)\b", 0),
    (r"\b(?:second|middle|2nd)\b", 1),
    (r"\b(?:third|3rd)\b", 2),
    (r"\b(?:last|latest|later|latter)\b", -1),
)


@dataclass(slots=True)
class Dialogue:
    """One conversation, replayed from its messages."""

    practice: Practice
    now: datetime
    caller_number: str | None
    task: Task | None = None
    question: str | None = None
    report: str = ""
    """What has to be said before anything is asked."""
    expecting: str = ""
    service: str | None = None
    first: date | None = None
    last: date | None = None
    part: str | None = None
    at: time | None = None
    person: str | None = None
    offers: list[Mapping[str, Any]] | None = None
    chosen: Mapping[str, Any] | None = None
    confirmed: bool = False
    name: str | None = None
    phone: str | None = None
    born: date | None = None
    found: list[Mapping[str, Any]] | None = None
    target: Mapping[str, Any] | None = None
    message: str | None = None
    urgency: str = "routine"
    misses: int = 0
    notes: list[str] = field(default_factory=list)

    def begin(self, task: Task) -> None:
        """A new task: what was collected for the last one, but for who is calling, is put away."""
        if task == self.task:
            return
        self.task = task
        self.offers = self.chosen = self.found = self.target = self.message = None
        self.confirmed = False

    def finish(self, report: str) -> None:
        """The task is done (or cannot be); `report` says so."""
        self.report = report
        self.task = self.service = self.first = self.last = self.part = self.at = None
        self.person = self.offers = self.chosen = self.found = self.target = self.message = None
        self.confirmed = False
        self.urgency = "routine"

    def hear(self, text: str) -> None:
        """Take in what the caller said, or a note about what happened on the line."""
        self.report, self.question = "", None
        if not re.sub(r"\b(?:um+|uh+|er+|hm+)\b|\W", "", text.casefold()):
            self.report = "Sorry?"
            return
        if text.startswith("(") and text.endswith(")"):
            self._note(text)
            return
        kinds = [name for name, _ in intents(text)]
        if self._answered(text, kinds):
            return
        self._collect(text)
        self._change_task(text, kinds)

    def _note(self, text: str) -> None:
        lowered = text.casefold()
        if "pressed 0" in lowered:
            self.begin("person")
        elif "not answered" in lowered:
            self.finish("I'm sorry, nobody could take the call just now.")
            self.expecting = "offer_message"
        elif "understood" in lowered or "message" in lowered:
            self.report = "I'm sorry, I have trouble hearing you."
            self.expecting = "offer_message"
        elif "cut off" in lowered:
            self.report = "Sorry, we were cut off."

    def _answered(self, text: str, kinds: list[str]) -> bool:
        """Whether the words were the answer to what was just asked."""
        yes, no = "affirm" in kinds, "deny" in kinds and "affirm" not in kinds[:1]
        match self.expecting:
            case "offer_message" if yes:
                self.begin("message")
            case "offer_person" if yes:
                self.begin("person")
            case "offer_message" | "offer_person" if no:
                self.expecting = "anything_else"
                self.report = "All right."
            case "anything_else" if no or ("thanks" in kinds and len(text.split()) < 6):
                self.begin("end")
            case "anything_else" if yes and len(text.split()) < 4:
                self.report = "How can I help?"
                self.expecting = "task"
            case "confirm" if yes and not self._corrects(text):
                self.confirmed = True
            case "confirm" if no:
                self._refuse(text)
            case "message_text" if not {"goodbye", "human", "nevermind"} & set(kinds):
                self.message = text.strip()
                self._take_urgency(text)
            case _:
                return False
        return True

    def _when(self, text: str) -> SpokenWhen:
        return find_when(text, self.now, day_first=says_day_first(self.practice))

    def _corrects(self, text: str) -> bool:
        when = self._when(text)
        return when.first is not None or (when.at is not None and len(text.split()) > 3)

    def _refuse(self, text: str) -> None:
        self.chosen, self.confirmed = None, False
        if self.task == "cancel":
            self.finish("All right, I'll leave it as it is.")
            self.expecting = "anything_else"
        elif self.task == "message":
            self.message = None
            self.report = "All right, let's do it again."
        else:
            self._collect(text)

    def _collect(self, text: str) -> None:
        when = self._when(text)
        if self.expecting == "birth":
            day_first = says_day_first(self.practice)
            self.born = find_birth_date(text, self.now, day_first=day_first) or self.born
            when = SpokenWhen()
        self._pick(text, when)
        self._take_when(when)
        self._take_service(text)
        person = find_person(self.practice, _titled(text)) if _titled(text) else None
        if person is not None and self.chosen is None and self.expecting != "message_text":
            self.person, self.offers = person, None
        name = find_name(text, expected=self.expecting == "name")
        if name is not None and find_person(self.practice, name) is None:
            self.name = name
        phone = find_phone(text, region_of(self.practice))
        if phone is not None and self.expecting != "birth":
            self.phone = phone
        self._take_urgency(text)

    def _take_urgency(self, text: str) -> None:
        if re.search(r"\burgent(?:ly)?\b|\bas soon as possible\b|\bemergency\b", text.casefold()):
            self.urgency = "urgent"

    def _pick(self, text: str, when: SpokenWhen) -> None:
        """Which of the offers, or of the appointments found, was meant."""
        lowered = text.casefold()
        if self.expecting == "which" and self.found:
            index = next((i for p, i in PICKS if re.search(p, lowered)), None)
            if index is not None:
                self.target = self.found[min(index, len(self.found) - 1)]
            for row in self.found:
                start = datetime.fromisoformat(row["start"])
                if when.first == start.date() or when.at == start.time():
                    self.target = row
        if not self.offers or self.expecting not in ("choice", "confirm"):
            return
        self.chosen = _chosen(lowered, when, self.offers) or self.chosen

    def _take_when(self, when: SpokenWhen) -> None:
        if self.chosen is not None and self.expecting == "choice":
            return
        if when.first is not None and (when.first, when.last) != (self.first, self.last):
            self.first, self.last = when.first, when.last
            self.offers = self.chosen = None
        if when.part is not None and when.part != self.part:
            self.part, self.offers, self.chosen = when.part, None, None
        if when.at is not None and when.at != self.at:
            self.at, self.offers, self.chosen = when.at, None, None

    def _take_service(self, text: str) -> None:
        letters = _letters(text)
        for service in sorted(self.practice.services, key=lambda s: -len(s.name)):
            words = [w for w in re.split(r"[^a-z]+", service.name.casefold()) if len(w) > 3]
            if _letters(service.name) in letters or (
                words and all(w in text.casefold() for w in words)
            ):
                if service.name != self.service:
                    self.service, self.offers, self.chosen = service.name, None, None
                return

    def _change_task(self, text: str, kinds: list[str]) -> None:
        if check_safety(text) == "medical_advice":
            self.report = "I'm sorry, I can't give medical advice, but I can book you a visit."
            self.expecting = "anything_else" if self.task is None else self.expecting
            return
        first = kinds[0]
        tasks: dict[str, Task] = {
            "human": "person",
            "reschedule": "move",
            "cancel": "cancel",
            "check_appointment": "look_up",
            "message": "message",
            "book": "book",
            "goodbye": "end",
        }
        wanted = next((tasks[k] for k in kinds if k in tasks), None)
        if wanted == "book" and self.task in ("move", "cancel", "look_up"):
            wanted = None
        if wanted is not None and (self.task is None or wanted != "end" or len(kinds) == 1):
            self.begin(wanted)
            self._first_words(text)
        elif first == "bot_question":
            self.report = f"I'm the automated receptionist of {self.practice.name}."
        elif first == "repeat":
            self.expecting = "repeat"
        elif first == "nevermind":
            self.finish("All right.")
        elif first == "other_options" and self.offers:
            self._later_offers()
        elif self.task is None and self.service is not None and self.first is not None:
            self.begin("book")
        elif first in ("faq", "out_of_scope", "help") and not self._took_something(text):
            self.question = text
        elif first == "greet" and self.task is None:
            self.report = "Hello."

    def _first_words(self, text: str) -> None:
        """A message may be in the very sentence that asks to leave one."""
        if self.task != "message":
            return
        told = re.search(
            r"\b(?:tell|let|saying|says?|that|about|ask)\b .{0,30}?(?:that |know |to )(.{8,})$",
            text,
        )
        if told and len(told[1].split()) > 2:
            self.message = text.strip()

    def _later_offers(self) -> None:
        last = datetime.fromisoformat((self.offers or [])[-1]["start"]).date()
        self.first, self.last = last + timedelta(days=1), last + timedelta(days=14)
        self.offers = self.chosen = self.at = None

    def _took_something(self, text: str) -> bool:
        """Whether the words filled in what the task was waiting for."""
        match self.expecting:
            case "name":
                return self.name is not None
            case "birth":
                return self.born is not None
            case "phone":
                return self.phone is not None
            case "choice" | "confirm":
                return self.chosen is not None or self.offers is None
            case "day":
                return self.first is not None or self.part is not None
            case "service":
                return self.service is not None
            case "which":
                return self.target is not None
            case _:
                return False


def _chosen(
    lowered: str, when: SpokenWhen, offers: list[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    offers = [offer for offer in offers if "start" in offer and "practitioner" in offer]
    fitting = offers
    starts = {id(offer): datetime.fromisoformat(offer["start"]) for offer in offers}
    if when.first is not None and when.first == when.last:
        fitting = [o for o in fitting if starts[id(o)].date() == when.first]
    if when.at is not None:
        twelve = when.at.hour % 12
        fitting = [
            o
            for o in fitting
            if starts[id(o)].hour % 12 == twelve and starts[id(o)].minute == when.at.minute
        ]
    if len(fitting) == 1 and (when.first is not None or when.at is not None):
        return fitting[0]
    named = [o for o in fitting if _surname(o["practitioner"]) in lowered]
    if len(named) == 1 and len(fitting) > 1:
        return named[0]
    if when.first is not None or when.at is not None:
        return fitting[0] if fitting and when.at is not None else None
    index = next((i for pattern, i in PICKS if re.search(pattern, lowered)), None)
    if index is None and re.search(r"\b(?:any|either|whichever|don'?t mind)\b", lowered):
        index = 0
    if index is None and len(offers) == 1 and re.match(r"(?:yes|yeah|ok|sure|fine|that)", lowered):
        index = 0
    return None if index is None else offers[min(index, len(offers) - 1)]


def _titled(text: str) -> str:
    match = re.search(r"\b(?:dr\.?|doctor|nurse) ([a-z]+)", text, re.IGNORECASE)
    return match[1] if match else ""


def _surname(name: str) -> str:
    return name.split()[-1].casefold()


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
