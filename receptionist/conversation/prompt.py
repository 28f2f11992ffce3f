"""The system prompt: a reviewed text, the practice's facts, and last what changes by the minute.

The order matters: vendors cache a prompt's unchanging beginning.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from string import Template

from receptionist.domain.practice import WEEKDAYS, Practice, Service, TimeRange
from receptionist.ports.function_handler import CallFacts

MOST_KEPT = 64
_KEPT: dict[int, tuple[Practice, str]] = {}


def system_prompt(facts: CallFacts) -> str:
    """Everything the model is told before the dialogue."""
    return practice_prompt(facts.practice) + present(facts)


def practice_prompt(practice: Practice) -> str:
    """The unchanging beginning, the same for every call of the practice.

    Kept, because it is wanted in every turn while a caller waits.
    """
    kept = _KEPT.get(id(practice))
    # The practice is kept beside it: no other one can come to have its id.
    if kept is None or kept[0] is not practice:
        if len(_KEPT) >= MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        kept = _KEPT[id(practice)] = practice, _written(practice)
    return kept[1]


def _written(practice: Practice) -> str:
    return _template().substitute(
        name=practice.name,
        emergency_number=practice.emergency_number,
        timezone=practice.timezone,
        languages=", ".join(practice.languages),
        transfer=_transfer(practice),
        hours="\n".join(f"- {day.capitalize()}: {_hours(practice, day)}" for day in WEEKDAYS),
        closed=", ".join(f"{day:%A} {day.isoformat()}" for day in sorted(practice.closed))
        or "none",
        practitioners=", ".join(p.name for p in practice.practitioners) or "none named",
        services=_lines(_service(service) for service in practice.services),
        faqs=_lines(f"{faq.question} {faq.answer}" for faq in practice.faqs),
    )


def present(facts: CallFacts) -> str:
    """What changes: the time, the next days by date, the caller's number."""
    now = facts.now
    lines = [
        f"It is {now:%A} {now:%Y-%m-%d}, {now:%H:%M} in {facts.practice.timezone}. "
        f"{_open_state(facts.practice, now)}",
        "The coming days: " + ", ".join(_coming_days(now)) + ".",
        f"The caller is calling from {facts.caller_number}."
        if facts.caller_number
        else "The caller's number is not known; ask for it when you need one.",
    ]
    if facts.called_before:
        lines.append(
            "This number has called before, but anybody may be using it: say no name and nothing "
            "on file until the caller has said who they are."
        )
    if not facts.can_transfer:
        lines.append(
            "This is not a telephone line: a person cannot be put through, take a message."
        )
    if facts.hints:
        lines.append(
            "Staff of the practice are listening and tell you, for you alone; follow it where your "
            "rules allow, and never read it aloud or say that somebody listens:"
        )
        lines.append(_lines(facts.hints))
    return "\n".join(lines)


@cache
def _template() -> Template:
    text = files("receptionist.conversation").joinpath("prompts/receptionist.txt")
    return Template(text.read_text(encoding="utf-8"))


def _transfer(practice: Practice) -> str:
    if practice.transfer_number:
        return "A person can be reached with transfer_call."
    return "No person can be put through; offer to take a message instead."


def _hours(practice: Practice, day: str) -> str:
    return " and ".join(_range(hours) for hours in practice.hours.get(day, ())) or "closed"


def _range(hours: TimeRange) -> str:
    return f"{_clock(hours.opens)} to {_clock(hours.closes)}"


def _clock(value: time) -> str:
    return f"{value:%H:%M}"


def _service(service: Service) -> str:
    who = f", with {' or '.join(service.practitioners)}" if service.practitioners else ""
    return f"{service.name}, {service.minutes} minutes{who}"


def _lines(items: Iterable[str]) -> str:
    return "\n".join(f"- {' '.join(item.split())}" for item in items) or "- none"


def _open_state(practice: Practice, now: datetime) -> str:
    today = practice.hours.get(WEEKDAYS[now.weekday()], ())
    if now.date() in practice.closed or not today:
        return "The practice is closed today."
    if any(hours.opens <= now.time() < hours.closes for hours in today):
        return "The practice is open now."
    return "The practice is closed at this time of day."


def _coming_days(now: datetime) -> Iterable[str]:
    for offset in range(8):
        day = now.date() + timedelta(days=offset)
        name = "today" if offset == 0 else "tomorrow" if offset == 1 else f"{day:%A}"
        yield f"{name} {day.isoformat()}"
