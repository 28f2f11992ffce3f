"""What a function call came to, in a person's words.

For people who look on: the softphone's cards and the staff's call page. Reads the
arguments and results of the functions as they are kept; a result that lacks something
gives a shorter card, never an error.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["booked", "cancelled", "message", "transfer", "looked", "ended", "failed"]


@dataclass(frozen=True, slots=True)
class ActionCard:
    """`title` is two or three words, `detail` may be empty."""

    kind: Kind
    title: str
    detail: str


def action_card(name: str, arguments: Mapping[str, Any], result: Mapping[str, Any]) -> ActionCard:
    """The card of one function call."""
    facts = _facts(arguments, result)
    if result.get("ok") is False:
        return ActionCard("failed", _FAILED.get(name, "Not done"), _appointment(facts))
    describe = _CARDS.get(name)
    if describe is None:
        return ActionCard("looked", name.replace("_", " ").capitalize(), "")
    return describe(facts)


def spoken_date_and_time(value: object) -> str:
    """`2026-11-24T10:30:00-05:00` as `Tue 24 Nov 10:30`; what is no time stays out."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return ""
    return f"{at:%a} {at.day} {at:%b}" + (f" {at:%H:%M}" if len(str(value)) > 10 else "")


def _facts(arguments: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    """One flat view; the result knows better than what was asked for."""
    facts = {**arguments, **result}
    nested = result.get("appointment")
    if isinstance(nested, Mapping):
        facts.update(nested)
    return facts


def _text(facts: Mapping[str, Any], key: str) -> str:
    value = facts.get(key)
    return value.strip() if isinstance(value, str) else ""


def _appointment(facts: Mapping[str, Any]) -> str:
    """`Check-up, Tue 24 Nov 10:30 with Dr. Lee`, as far as it is known."""
    when = spoken_date_and_time(facts.get("start"))
    words = ", ".join(part for part in (_text(facts, "service"), when) if part)
    practitioner = _text(facts, "practitioner")
    return f"{words} with {practitioner}" if words and practitioner else words


def _free_times(facts: Mapping[str, Any]) -> ActionCard:
    slots = facts.get("slots")
    day = spoken_date_and_time(facts.get("date_from"))
    if not isinstance(slots, list):
        return ActionCard("looked", "Looked for free times", day)
    if not slots:
        return ActionCard("looked", "No free times", day)
    starts = [slot.get("start") if isinstance(slot, Mapping) else slot for slot in slots]
    times = [time for time in map(spoken_date_and_time, starts) if time]
    more = f" and {len(times) - 4} more" if len(times) > 4 else ""
    return ActionCard("looked", "Free times", _same_days_once(times[:4]) + more)


def _same_days_once(times: Sequence[str]) -> str:
    """`Tue 24 Nov 10:30, 11:05, Wed 25 Nov 9:00`."""
    words, last_day = [], ""
    for time in times:
        day, _, clock = time.rpartition(" ")
        words.append(clock if day == last_day else time)
        last_day = day
    return ", ".join(words)


def _found(facts: Mapping[str, Any]) -> ActionCard:
    found = facts.get("appointments")
    if not isinstance(found, list):
        return ActionCard("looked", "Looked for appointments", "")
    if not found:
        return ActionCard("looked", "No appointment found", "")
    detail = "; ".join(_appointment(each) for each in found[:3] if isinstance(each, Mapping))
    return ActionCard("looked", "Found", detail)


def _message(facts: Mapping[str, Any]) -> ActionCard:
    title = "Urgent message taken" if facts.get("urgency") == "urgent" else "Message taken"
    recipient = _text(facts, "recipient")
    name = _text(facts, "caller_name")
    detail = " ".join(
        part for part in (f"from {name}" if name else "", f"for {recipient}" if recipient else "")
    ).strip()
    return ActionCard("message", title, detail)


_CARDS: Mapping[str, Callable[[Mapping[str, Any]], ActionCard]] = {
    "answer_faq": lambda facts: ActionCard("looked", "Looked up", _text(facts, "question")),
    "check_availability": _free_times,
    "schedule_appointment": lambda facts: ActionCard("booked", "Booked", _appointment(facts)),
    "find_appointments": _found,
    "reschedule_appointment": lambda facts: ActionCard("booked", "Moved", _appointment(facts)),
    "cancel_appointment": lambda facts: ActionCard("cancelled", "Cancelled", _appointment(facts)),
    "take_message": _message,
    "transfer_call": lambda _: ActionCard("transfer", "Asked for a person", ""),
    "end_call": lambda _: ActionCard("ended", "Said goodbye", ""),
}
_FAILED: Mapping[str, str] = {
    "answer_faq": "No answer found",
    "check_availability": "Could not look for times",
    "schedule_appointment": "Not booked",
    "find_appointments": "No appointment found",
    "reschedule_appointment": "Not moved",
    "cancel_appointment": "Not cancelled",
    "take_message": "Message not taken",
    "transfer_call": "Not connected",
}
