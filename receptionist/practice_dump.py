"""A practice as a practice file; what `practice_file` reads comes out again the same."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import yaml

from receptionist.domain.practice import (
    WEEKDAYS,
    Practice,
    Practitioner,
    Service,
    TimeRange,
)


def dump_practice(practice: Practice) -> str:
    """The practice as a practice file; `load_practice` gives it back."""
    return yaml.safe_dump(written_practice(practice), sort_keys=False, allow_unicode=True)


def written_practice(practice: Practice) -> dict[str, Any]:
    """What its practice file holds; `read_practice` gives it back."""
    about: dict[str, Any] = {
        "name": practice.name,
        "timezone": practice.timezone,
        "numbers": list(practice.numbers),
        "transfer_number": practice.transfer_number,
        "fallback_number": practice.fallback_number,
        "greeting": practice.greeting,
        "languages": list(practice.languages),
        "recording": practice.recording,
        "welcome_back": practice.welcome_back,
        "emergency_number": practice.emergency_number,
        "retention_days": practice.retention_days,
    }
    return {
        "practice": {key: value for key, value in about.items() if value is not None},
        "hours": _written_hours(practice.hours),
        "closed": sorted(practice.closed),
        "practitioners": [_written_practitioner(p) for p in practice.practitioners],
        "services": [_written_service(s) for s in practice.services],
        "resources": [asdict(resource) for resource in practice.resources],
        "booking": asdict(practice.booking),
        "inbox": {**asdict(practice.inbox), "escalate_to": list(practice.inbox.escalate_to)},
        "outgoing": asdict(practice.outgoing),
        "faqs": [{"question": f.question, "answer": f.answer} for f in practice.faqs],
        "synonyms": {each.word: list(each.others) for each in practice.synonyms},
        "documents": [asdict(document) for document in practice.documents],
    }


def _written_hours(hours: Mapping[str, tuple[TimeRange, ...]]) -> dict[str, list[str]]:
    return {
        day: [f"{r.opens:%H:%M}-{r.closes:%H:%M}" for r in hours[day]]
        for day in WEEKDAYS
        if day in hours
    }


def _written_practitioner(person: Practitioner) -> dict[str, Any]:
    written: dict[str, Any] = {"name": person.name}
    if person.calendar:
        written["calendar"] = person.calendar
    if person.hours is not None:
        written["hours"] = _written_hours(person.hours)
    if person.leave:
        written["leave"] = [f"{r.first}..{r.last}" for r in person.leave]
    return written


def _written_service(service: Service) -> dict[str, Any]:
    written = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(service).items()
    }
    return {name: value for name, value in written.items() if value is not None}
