"""The practice file: YAML to a `Practice` and back.

Every mistake is reported at once, with its line and what would be right.
"""

from collections.abc import Mapping
from datetime import date, time
from functools import cache
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from yaml.nodes import MappingNode, Node, SequenceNode

from receptionist.domain.contacts import E164
from receptionist.domain.practice import (
    WEEKDAYS,
    BookingRules,
    DayRange,
    Document,
    EventText,
    Faq,
    InboxRules,
    OutgoingRules,
    Practice,
    Practitioner,
    Resource,
    Service,
    Synonyms,
    TimeRange,
)
from receptionist.errors import ConfigurationError

Number = Annotated[str, Field(pattern=E164)]
NUMBER_OR_MAIL = r"^(\+[1-9]\d{6,14}|[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[A-Za-z]{2,})$"
Destination = Annotated[str, Field(pattern=r"^([A-Z]{2}|\+[1-9]\d{0,14})$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(pattern=r"^\w[\w '’&-]{0,78}\w$")]


@cache
def time_zones() -> frozenset[str]:
    """Every name a time zone may have. Looked up once: they are read from hundreds of files."""
    return frozenset(available_timezones())


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _PracticePart(_Part):
    name: Name
    timezone: str
    numbers: list[Number]
    transfer_number: Number | None = None
    fallback_number: Number | None = None
    greeting: Text
    languages: list[str] = ["en"]
    recording: bool = False
    welcome_back: bool = True
    emergency_number: Annotated[str, Field(pattern=r"^\d{2,6}$")] = "911"
    retention_days: Annotated[int, Field(ge=1, le=3650)] | None = None

    @model_validator(mode="after")
    def _no_circle(self) -> "_PracticePart":
        if self.fallback_number in self.numbers:
            raise ValueError("fallback_number is one of `numbers`: such calls would come back")
        return self

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in time_zones():
            raise ValueError("expected an IANA zone such as America/New_York")
        return value


class _PractitionerPart(_Part):
    name: Name
    calendar: Annotated[str, Field(max_length=400)] | None = None
    hours: dict[str, list[str]] | None = None
    leave: list[str | date] = []

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
        return value if value is None else _checked_hours(value)

    @field_validator("leave")
    @classmethod
    def _leave(cls, value: list[str | date]) -> list[str | date]:
        for text in value:
            _day_range(text)
        return value


class _ResourcePart(_Part):
    name: Name
    count: Annotated[int, Field(ge=1, le=100)] = 1


class _BookingPart(_Part):
    lead_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] = 0
    horizon_days: Annotated[int, Field(ge=1, le=730)] = 180
    slot_minutes: Annotated[int, Field(ge=5, le=240, multiple_of=5)] = 15
    event_text: EventText = "name"
    text_messages: bool = True
    reminder_hours: Annotated[int, Field(ge=0, le=24 * 14)] = 24
    offer_minutes: Annotated[int, Field(ge=5, le=60 * 24)] = 15


class _InboxPart(_Part):
    unread_minutes: Annotated[int, Field(ge=5, le=60 * 24 * 7)] = 240
    urgent_minutes: Annotated[int, Field(ge=1, le=60 * 24)] = 15
    escalate_to: list[Annotated[str, Field(pattern=NUMBER_OR_MAIL)]] = []

    @field_validator("escalate_to", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


class _OutgoingPart(_Part):
    destinations: tuple[Destination, ...] = ()
    calls_per_day: Annotated[int, Field(ge=0, le=100_000)] = 300
    texts_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    texts_per_phone_per_day: Annotated[int, Field(ge=0, le=1000)] = 12


class _ServicePart(_Part):
    name: Name
    minutes: Annotated[int, Field(ge=5, le=480)]
    buffer_minutes: Annotated[int, Field(ge=0, le=240)] = 0
    practitioners: list[str] = []
    resources: list[str] = []
    lead_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 30)] | None = None
    horizon_days: Annotated[int, Field(ge=1, le=730)] | None = None


class _FaqPart(_Part):
    question: Text
    answer: Text


class _DocumentPart(_Part):
    title: Name
    text: Annotated[str, Field(min_length=1, max_length=12_000)]


class _File(_Part):
    practice: _PracticePart
    hours: dict[str, list[str]] = {}
    closed: list[date] = []
    practitioners: list[_PractitionerPart] = []
    services: list[_ServicePart] = []
    faqs: list[_FaqPart] = []
    synonyms: Annotated[dict[Word, list[Word]], Field(max_length=500)] = {}
    documents: Annotated[list[_DocumentPart], Field(max_length=20)] = []
    resources: list[_ResourcePart] = []
    booking: _BookingPart = _BookingPart()
    inbox: _InboxPart = _InboxPart()
    outgoing: _OutgoingPart = _OutgoingPart()

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        return _checked_hours(value)

    @field_validator("synonyms")
    @classmethod
    def _synonyms(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        said = [words.casefold() for word, others in value.items() for words in (word, *others)]
        twice = sorted({words for words in said if said.count(words) > 1})
        if twice:
            raise ValueError("; ".join(f"{words!r} is there twice" for words in twice))
        alone = [word for word, others in value.items() if not others]
        if alone:
            raise ValueError("; ".join(f"{word!r} has no other words" for word in alone))
        return value

    @model_validator(mode="after")
    def _names(self) -> "_File":
        known = {person.name for person in self.practitioners}
        unknown = [
            f"service {service.name!r} names {name!r}, who is not among the practitioners"
            for service in self.services
            for name in service.practitioners
            if name not in known
        ]
        rooms = {resource.name for resource in self.resources}
        unknown += [
            f"service {service.name!r} needs {name!r}, which is not among the resources"
            for service in self.services
            for name in service.resources
            if name not in rooms
        ]
        for kind, names in (
            ("practitioner", [person.name for person in self.practitioners]),
            ("service", [service.name for service in self.services]),
            ("resource", [resource.name for resource in self.resources]),
        ):
            twice = {name for name in names if names.count(name) > 1}
            unknown += [f"{kind} {name!r} is there twice" for name in sorted(twice)]
        if unknown:
            raise ValueError("; ".join(unknown))
        return self


def load_practice(text: str, *, source: str) -> Practice:
    """Read a practice file. Raises `ConfigurationError` with every mistake."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f"{source}:{mark.line + 1}" if mark else source
        problem = getattr(exc, "problem", None) or "cannot be parsed"
        raise ConfigurationError([f"{where}: is not YAML: {problem}"]) from exc
    if not isinstance(data, dict):
        raise ConfigurationError([f"{source}: expected a mapping with `practice:` and `hours:`"])
    try:
        return _practice(_File.model_validate(data))
    except ValidationError as exc:
        raise ConfigurationError([_problem(error, tree, source) for error in exc.errors()]) from exc


def read_practice(data: Mapping[str, Any]) -> Practice:
    """What a practice file holds, already parsed. Raises `ValidationError`; `mistake` words it."""
    return _practice(_File.model_validate(data))


def _practice(file: _File) -> Practice:
    about = file.practice
    return Practice(
        name=about.name,
        timezone=about.timezone,
        numbers=tuple(about.numbers),
        greeting=about.greeting,
        hours=_read_hours(file.hours),
        transfer_number=about.transfer_number,
        fallback_number=about.fallback_number,
        languages=tuple(about.languages),
        recording=about.recording,
        welcome_back=about.welcome_back,
        emergency_number=about.emergency_number,
        retention_days=about.retention_days,
        closed=frozenset(file.closed),
        practitioners=tuple(
            Practitioner(
                p.name,
                p.calendar,
                None if p.hours is None else _read_hours(p.hours),
                tuple(_day_range(text) for text in p.leave),
            )
            for p in file.practitioners
        ),
        services=tuple(
            Service(
                s.name,
                s.minutes,
                s.buffer_minutes,
                tuple(s.practitioners),
                tuple(s.resources),
                s.lead_minutes,
                s.horizon_days,
            )
            for s in file.services
        ),
        faqs=tuple(Faq(f.question, f.answer) for f in file.faqs),
        synonyms=tuple(Synonyms(word, tuple(others)) for word, others in file.synonyms.items()),
        documents=tuple(Document(d.title, d.text) for d in file.documents),
        resources=tuple(Resource(r.name, r.count) for r in file.resources),
        booking=BookingRules(**file.booking.model_dump()),
        inbox=InboxRules(
            **{**file.inbox.model_dump(), "escalate_to": tuple(file.inbox.escalate_to)}
        ),
        outgoing=OutgoingRules(**file.outgoing.model_dump()),
    )


def _read_hours(hours: Mapping[str, list[str]]) -> dict[str, tuple[TimeRange, ...]]:
    return {day: tuple(_range(text) for text in ranges) for day, ranges in hours.items()}


def _checked_hours(value: dict[str, list[str]]) -> dict[str, list[str]]:
    problems = [p for day, ranges in value.items() for p in _day_problems(day, ranges)]
    if problems:
        raise ValueError("; ".join(problems))
    return value


def _day_range(text: str | date) -> DayRange:
    """ "2026-12-24" or "2026-12-24..2026-12-31"; YAML reads a single day as a date."""
    first, _, last = str(text).partition("..")
    try:
        found = DayRange(date.fromisoformat(first.strip()), date.fromisoformat(last or first))
    except ValueError:
        raise ValueError(f"{text!s} is not a day or days such as 2026-12-24..2026-12-31") from None
    if found.last < found.first:
        raise ValueError(f"{text!s} ends before it begins")
    return found


def _range(text: str) -> TimeRange:
    opens, _, closes = text.partition("-")
    return TimeRange(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))


def _day_problems(day: str, ranges: list[str]) -> list[str]:
    if day not in WEEKDAYS:
        return [f"{day!r} is not a day; expected one of {', '.join(WEEKDAYS)}"]
    read: list[TimeRange] = []
    for text in ranges:
        try:
            read.append(_range(text))
        except ValueError:
            return [f"{day}: {text!r} is not a range such as 08:30-12:00"]
    problems = [
        f"{day}: {r.opens:%H:%M}-{r.closes:%H:%M} closes before it opens"
        for r in read
        if r.closes <= r.opens
    ]
    ordered = sorted(read, key=lambda r: r.opens)
    problems += [
        f"{day}: {a.opens:%H:%M}-{a.closes:%H:%M} and {b.opens:%H:%M}-{b.closes:%H:%M} overlap"
        for a, b in pairwise(ordered)
        if b.opens < a.closes
    ]
    return problems


def _problem(error: Mapping[str, Any], tree: Node | None, source: str) -> str:
    path = _path(error)
    value = error.get("input")
    shown = f" {value!r}" if isinstance(value, str | int | float | bool) else ""
    line = _line(tree, error["loc"])
    return f"{source}:{line}: {path or 'file'}{shown}: {mistake(error)}"


def _path(error: Mapping[str, Any]) -> str:
    steps = (f"[{p}]" if isinstance(p, int) else f".{p}" for p in error["loc"])
    return "".join(steps).lstrip(".")


def mistake(error: Mapping[str, Any]) -> str:
    """What would be right, of one of a `ValidationError`'s errors."""
    path = _path(error)
    if error["type"] == "extra_forbidden":
        return "is not a known key"
    if error["type"] == "string_pattern_mismatch" and path.endswith("emergency_number"):
        return "expected 2 to 6 digits such as 911"
    if error["type"] == "string_pattern_mismatch" and "number" in path:
        return "expected a number such as +15550100"
    if error["type"] == "string_pattern_mismatch" and "destinations" in path:
        return "expected a country such as US or the beginning of numbers such as +4930"
    if error["type"] == "string_pattern_mismatch" and path.startswith("synonyms"):
        return "expected words such as car park"
    if error["type"] == "string_pattern_mismatch" and "escalate_to" in path:
        return "expected a number such as +15550100 or an e-mail address"
    return str(error["msg"]).removeprefix("Value error, ")


def _line(node: Node | None, path: tuple[str | int, ...]) -> int:
    """The line of the deepest part of the path that is in the file."""
    if node is None:
        return 1
    for step in path:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: Node = node.value[step]
        return child
    return None
