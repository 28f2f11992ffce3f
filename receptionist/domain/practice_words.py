"""A practice's settings in words, and what a change of them comes to.

Every setting stands in exactly one sentence, under a key of its own: two practices differ
just where their sentences do.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from receptionist.domain.practice import (
    WEEKDAYS,
    DayRange,
    Practice,
    Practitioner,
    Service,
    TimeRange,
)

Sentences = Iterator[tuple[str, str]]
Week = Mapping[str, tuple[TimeRange, ...]]

EVENT_TEXTS: Mapping[str, str] = {
    "service": "the service alone",
    "name": "the service and the caller's name",
    "full": "the service, the caller's name, phone number and notes",
}


OPENING_WORDS = 20
"""Of a document: so many show which it is."""


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence, and the part of the settings it is about."""

    part: str
    words: str


def in_words(practice: Practice, part: str) -> Sequence[str]:
    """A part of the settings, one sentence for each."""
    return [sentence for _, sentence in _PARTS[part](practice)]


def changes(before: Practice, after: Practice) -> Sequence[Change]:
    """What is different, in the order of the parts."""
    return [
        Change(part, words)
        for part, describe in _PARTS.items()
        for words in _differences(dict(describe(before)), dict(describe(after)))
    ]


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        if was is None:
            yield f"New: {now}"
        elif now is None:
            yield f"Gone: {was}"
        elif was != now:
            yield f"{now} Before: {was}"
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield "In another order."


def _practice(practice: Practice) -> Sentences:
    yield "name", f"The practice is {practice.name}."
    yield "timezone", f"Its times are those of {practice.timezone}."
    yield "numbers", f"It answers {_listed(practice.numbers) or 'no number'}."


def _telephone(practice: Practice) -> Sentences:
    yield "greeting", f"Callers hear: “{practice.greeting}”"
    if practice.transfer_number:
        yield (
            "transfer",
            f"Callers who want a person are put through to {practice.transfer_number}.",
        )
    else:
        yield "transfer", "Callers who want a person can leave a message."
    if practice.fallback_number:
        put_through = f"callers are put through to {practice.fallback_number}"
        yield "fallback", f"When too many call at once, {put_through}."
    else:
        yield "fallback", "When too many call at once, callers are held in a plainer voice."
    yield "languages", f"Languages: {_listed(practice.languages) or 'none'}."
    known = "is welcomed back" if practice.welcome_back else "is greeted like any other"
    yield "welcome_back", f"A number that has called before {known}."
    yield "emergency", f"A caller in danger is told to dial {practice.emergency_number}."


def _outgoing(practice: Practice) -> Sentences:
    out = practice.outgoing
    countries = "the practice's own country"
    yield "destinations", f"It calls and texts {_listed(out.destinations) or countries}."
    yield "calls_per_day", f"At most {_count(out.calls_per_day, 'call')} go out within a day."
    one = _count(out.texts_per_phone_per_day, "text")
    yield (
        "texts_per_day",
        f"At most {_count(out.texts_per_day, 'text')} go out within a day, {one} to one phone.",
    )


def _privacy(practice: Practice) -> Sentences:
    if practice.recording:
        yield "recording", "Calls are recorded, and callers are told so."
    else:
        yield "recording", "Calls are not recorded."
    if practice.retention_days is None:
        yield "retention", "What callers said is kept until somebody erases it."
    else:
        yield (
            "retention",
            f"What callers said is erased after {_count(practice.retention_days, 'day')}.",
        )


def _hours(practice: Practice) -> Sentences:
    for name in WEEKDAYS:
        ranges = practice.hours.get(name, ())
        day = name.capitalize()
        yield name, f"Open {day} {spans(ranges)}." if ranges else f"Closed on {day}."


def _closed(practice: Practice) -> Sentences:
    for day in sorted(practice.closed):
        yield day.isoformat(), f"Closed on {written_day(day)}."


def _people(practice: Practice) -> Sentences:
    for person in practice.practitioners:
        yield person.name, _person(person)


def _person(person: Practitioner) -> str:
    hours = "whenever the practice is open" if person.hours is None else _week(person.hours)
    parts = [f"{person.name} sees callers {hours}"]
    if person.leave:
        parts.append(f"away {_listed([_days(leave) for leave in person.leave])}")
    parts.append(f"calendar {person.calendar}" if person.calendar else "the built-in calendar")
    return f"{'; '.join(parts)}."


def _services(practice: Practice) -> Sentences:
    for service in practice.services:
        yield service.name, _service(service)


def _service(service: Service) -> str:
    parts = [f"{service.name} takes {_count(service.minutes, 'minute')}"]
    if service.buffer_minutes:
        parts.append(f"{_count(service.buffer_minutes, 'minute')} are kept free after it")
    parts.append(f"with {_listed(service.practitioners) or 'everyone'}")
    if service.resources:
        parts.append(f"needs {_listed(service.resources)}")
    if service.lead_minutes is not None:
        parts.append(f"booked at least {_count(service.lead_minutes, 'minute')} ahead")
    if service.horizon_days is not None:
        parts.append(f"booked at most {_count(service.horizon_days, 'day')} ahead")
    return f"{'; '.join(parts)}."


def _resources(practice: Practice) -> Sentences:
    for resource in practice.resources:
        there = "is one" if resource.count == 1 else f"are {resource.count}"
        yield resource.name, f"{resource.name}: there {there}."


def _booking(practice: Practice) -> Sentences:
    rules = practice.booking
    if rules.lead_minutes:
        yield "lead", f"Nothing is booked less than {_count(rules.lead_minutes, 'minute')} ahead."
    else:
        yield "lead", "Any free time to come can be booked."
    yield "horizon", f"Nothing is booked more than {_count(rules.horizon_days, 'day')} ahead."
    yield "slot", f"Times are offered every {_count(rules.slot_minutes, 'minute')}."
    yield "event", f"In a calendar of yours stands {EVENT_TEXTS[rules.event_text]}."
    texts = "get a text" if rules.text_messages else "get no text"
    yield "texts", f"Callers {texts} when something is booked, moved or cancelled."
    if rules.reminder_hours:
        yield "reminder", f"They are reminded {_count(rules.reminder_hours, 'hour')} before."
    else:
        yield "reminder", "They are not reminded."
    kept = _count(rules.offer_minutes, "minute")
    yield "offer", f"A time that came free is held {kept} for whoever waits for one."


def _inbox(practice: Practice) -> Sentences:
    rules = practice.inbox
    yield "unread", f"A message may wait {_count(rules.unread_minutes, 'minute')} for somebody."
    yield "urgent", f"An urgent one may wait {_count(rules.urgent_minutes, 'minute')}."
    if rules.escalate_to:
        yield "escalate", f"After that {_listed(rules.escalate_to)} is told."
    else:
        yield "escalate", "After that nobody is told."


def _faqs(practice: Practice) -> Sentences:
    asked: Counter[str] = Counter()
    for faq in practice.faqs:
        # Nothing keeps a practice from writing down a question twice.
        asked[faq.question] += 1
        key = f"{faq.question} {asked[faq.question]}"
        yield key, f"“{faq.question}” is answered: “{faq.answer}”"


def _synonyms(practice: Practice) -> Sentences:
    for each in practice.synonyms:
        yield each.word, f"“{each.word}” is also {_listed([f'“{o}”' for o in each.others])}."


def _documents(practice: Practice) -> Sentences:
    for place, document in enumerate(practice.documents):
        words = document.text.split()
        opening = " ".join(words[:OPENING_WORDS])
        more = "…" if len(words) > OPENING_WORDS else ""
        # The whole text is in the key: whatever is changed in it is a difference.
        key = f"{place} {document.title} {document.text}"
        yield key, f"“{document.title}” ({_count(len(words), 'word')}): “{opening}{more}”"


_PARTS: Mapping[str, Callable[[Practice], Sentences]] = {
    "practice": _practice,
    "telephone": _telephone,
    "hours": _hours,
    "closed": _closed,
    "people": _people,
    "services": _services,
    "resources": _resources,
    "booking": _booking,
    "inbox": _inbox,
    "outgoing": _outgoing,
    "faqs": _faqs,
    "synonyms": _synonyms,
    "documents": _documents,
    "privacy": _privacy,
}


def spans(ranges: Sequence[TimeRange]) -> str:
    """ "8:30 to 12:00 and 13:00 to 17:00"."""
    return _listed([f"{_clock(r.opens)} to {_clock(r.closes)}" for r in ranges])


def written_day(day: date) -> str:
    """ "Friday 25 December 2026"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def _clock(at: time) -> str:
    return f"{at.hour}:{at:%M}"


def _week(hours: Week) -> str:
    days = [f"{day.capitalize()} {spans(hours[day])}" for day in WEEKDAYS if hours.get(day)]
    return ", ".join(days) or "never"


def _days(leave: DayRange) -> str:
    if leave.first == leave.last:
        return f"on {written_day(leave.first)}"
    return f"from {written_day(leave.first)} to {written_day(leave.last)}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _listed(things: Sequence[str]) -> str:
    return (
        things[0]
        if len(things) == 1
        else " and ".join(part for part in (", ".join(things[:-1]), *things[-1:]) if part)
    )
