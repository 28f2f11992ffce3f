"""The practice file: YAML to a `Practice` and back.

Every mistake is reported at once, with its line and what would be right.
"""

from collections.abc import Mapping
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from yaml.nodes import MappingNode, Node, SequenceNode

from receptionist.domain.practice import (
    WEEKDAYS,
    Faq,
    Practice,
    Practitioner,
    Service,
    TimeRange,
)
from receptionist.errors import ConfigurationError

Number = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _PracticePart(_Part):
    name: Text
    timezone: str
    numbers: list[Number]
    transfer_number: Number | None = None
    greeting: Text
    languages: list[str] = ["en"]
    recording: bool = False
    emergency_number: Annotated[str, Field(pattern=r"^\d{2,6}$")] = "911"

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("expected an IANA zone such as America/New_York")
        return value


class _PractitionerPart(_Part):
    name: Text
    calendar: str | None = None


class _ServicePart(_Part):
    name: Text
    minutes: Annotated[int, Field(ge=5, le=480)]
    buffer_minutes: Annotated[int, Field(ge=0, le=240)] = 0
    practitioners: list[str] = []


class _FaqPart(_Part):
    question: Text
    answer: Text


class _File(_Part):
    practice: _PracticePart
    hours: dict[str, list[str]] = {}
    closed: list[date] = []
    practitioners: list[_PractitionerPart] = []
    services: list[_ServicePart] = []
    faqs: list[_FaqPart] = []

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        problems = [p for day, ranges in value.items() for p in _day_problems(day, ranges)]
        if problems:
            raise ValueError("; ".join(problems))
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
        for kind, names in (
            ("practitioner", [person.name for person in self.practitioners]),
            ("service", [service.name for service in self.services]),
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


def dump_practice(practice: Practice) -> str:
    """The practice as a practice file; `load_practice` gives it back."""
    about: dict[str, Any] = {
        "name": practice.name,
        "timezone": practice.timezone,
        "numbers": list(practice.numbers),
        "transfer_number": practice.transfer_number,
        "greeting": practice.greeting,
        "languages": list(practice.languages),
        "recording": practice.recording,
        "emergency_number": practice.emergency_number,
    }
    data: dict[str, Any] = {
        "practice": {key: value for key, value in about.items() if value is not None},
        "hours": {
            day: [f"{r.opens:%H:%M}-{r.closes:%H:%M}" for r in practice.hours[day]]
            for day in WEEKDAYS
            if day in practice.hours
        },
        "closed": sorted(practice.closed),
        "practitioners": [
            {"name": p.name} | ({"calendar": p.calendar} if p.calendar else {})
            for p in practice.practitioners
        ],
        "services": [
            {
                "name": s.name,
                "minutes": s.minutes,
                "buffer_minutes": s.buffer_minutes,
                "practitioners": list(s.practitioners),
            }
            for s in practice.services
        ],
        "faqs": [{"question": f.question, "answer": f.answer} for f in practice.faqs],
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def _practice(file: _File) -> Practice:
    about = file.practice
    return Practice(
        name=about.name,
        timezone=about.timezone,
        numbers=tuple(about.numbers),
        greeting=about.greeting,
        hours={day: tuple(_range(text) for text in ranges) for day, ranges in file.hours.items()},
        transfer_number=about.transfer_number,
        languages=tuple(about.languages),
        recording=about.recording,
        emergency_number=about.emergency_number,
        closed=frozenset(file.closed),
        practitioners=tuple(Practitioner(p.name, p.calendar) for p in file.practitioners),
        services=tuple(
            Service(s.name, s.minutes, s.buffer_minutes, tuple(s.practitioners))
            for s in file.services
        ),
        faqs=tuple(Faq(f.question, f.answer) for f in file.faqs),
    )


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
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error["loc"]).lstrip(".")
    message = str(error["msg"]).removeprefix("Value error, ")
    value = error.get("input")
    if error["type"] == "extra_forbidden":
        message = "is not a known key"
    elif error["type"] == "string_pattern_mismatch" and "number" in path:
        message = "expected a number such as +15550100"
    shown = f" {value!r}" if isinstance(value, str | int | float | bool) else ""
    return f"{source}:{_line(tree, error['loc'])}: {path or 'file'}{shown}: {message}"


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
