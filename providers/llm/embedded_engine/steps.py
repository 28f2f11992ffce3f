"""What the policy decides, and how its sentences name things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from providers.llm.embedded_engine.state import Row
from receptionist.domain.opening_hours import clock, day_name, ordinal

GOODBYE = "Thank you for calling. Goodbye."


@dataclass(frozen=True, slots=True)
class Call:
    """Call this function; `say` is said with it."""

    name: str
    arguments: Mapping[str, Any]
    say: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Say this; the caller's next words are taken as the answer to `expecting`."""

    text: str
    expecting: str


Step = Call | Ask


def call(name: str, **arguments: Any) -> Call:
    """A call without the arguments that are not known."""
    return Call(name, {key: value for key, value in arguments.items() if value is not None})


def spoken(row: Row) -> str:
    """A free time or an appointment in words."""
    return str(row.get("spoken") or row.get("start") or "your appointment")


def visit(row: Row, article: str = "") -> str:
    """An appointment within a sentence: "a check-up, Tuesday at ten", "your check-up, …"."""
    service, words = str(row.get("service") or ""), spoken(row)
    if not service or not words.startswith(service):
        return words
    named = f"{article} {lowered(service)}" if article else with_article(service)
    return named + words.removeprefix(service)


def either(names: Sequence[str], joint: str = "or") -> str:
    """ "A, B, or C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, {joint} {names[-1]}"


def offered(offers: Sequence[Row], today: date) -> str:
    """Free times in one breath: a day, or a person, that is the same for all is said once."""
    starts = [datetime.fromisoformat(str(offer["start"])) for offer in offers if "start" in offer]
    people = {str(offer.get("practitioner") or "") for offer in offers}
    if len(starts) < 2 or len(starts) != len(offers):
        return either([spoken(offer) for offer in offers])
    with_whom = f" with {people.pop()}" if len(people) == 1 and "" not in people else ""
    days = {start.date() for start in starts}
    if len(days) == 1 and with_whom:
        times = either([clock(start) for start in starts])
        return f"{day_name(days.pop(), today)} at {times}{with_whom}"
    if len(days) == 1 and "" not in people:
        each = [f"{clock(s)} with {o['practitioner']}" for s, o in zip(starts, offers, strict=True)]
        return f"{day_name(days.pop(), today)} at {either(each)}"
    if with_whom:
        return either([f"{day_name(s.date(), today)} at {clock(s)}" for s in starts]) + with_whom
    return either([spoken(offer) for offer in offers])


def lowered(service: str) -> str:
    """Within a sentence; what is written in capitals stays."""
    return " ".join(word if word.isupper() else word.lower() for word in service.split())


def with_article(service: str) -> str:
    """ "a check-up", "an eye test"."""
    name = lowered(service)
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def birthday(born: date) -> str:
    """ "March 3rd, 1984"."""
    return f"{born:%B} {ordinal(born.day)}, {born.year}"
