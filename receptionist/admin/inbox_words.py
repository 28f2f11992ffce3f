"""What happened to a message, in a person's words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from receptionist.domain.practice import Practice
from receptionist.ports.staff import MessageEvent, StaffMessage

Words = Callable[[MessageEvent], str]

CALL_ENDS: Mapping[str, str] = {
    "completed": "The call back was answered.",
    "no-answer": "The caller did not answer.",
    "busy": "The caller's line was busy.",
    "failed": "The caller could not be reached.",
    "canceled": "The call back was broken off.",
    "not-accepted": "Your phone was not answered, or 1 was not pressed.",
}
WAYS: Mapping[str, str] = {"text": "by text", "mail": "by e-mail"}

_WORDS: Mapping[str, Words] = {
    "arrived": lambda _: "Arrived",
    "taken": lambda e: f"{e.actor} took it",
    "given": lambda e: f"{e.actor} gave it to {e.detail.get('to', 'somebody else')}",
    "released": lambda e: f"{e.actor} put it back",
    "done": lambda e: f"{e.actor} is done with it",
    "reopened": lambda e: f"{e.actor} opened it again",
    "note": lambda e: f"{e.actor} wrote",
    "call_back": lambda e: f"{e.actor} called back",
    "call_back_connected": lambda e: f"{e.actor} was put through",
    "call_back_ended": lambda e: CALL_ENDS.get(str(e.detail.get("status")), "The call back ended."),
    "escalated": lambda e: f"Nobody had taken it: escalated {_way(e.detail)}",
    "escalation_failed": lambda e: f"Escalating it {_way(e.detail)} did not work",
    "written_down": lambda _: "The recording was written down",
    "erased": lambda e: f"{e.actor} erased what the caller said",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a message's history; `note` is what somebody wrote."""

    at: datetime
    words: str
    note: str = ""


def happened(history: Sequence[MessageEvent]) -> list[Happened]:
    """Oldest first."""
    return [Happened(e.at, _words(e), str(e.detail.get("text", ""))) for e in history]


def is_late(message: StaffMessage, practice: Practice | None, now: datetime) -> bool:
    """Whether nobody has taken it within the practice's limit."""
    if message.status != "new" or practice is None:
        return False
    rules = practice.inbox
    minutes = rules.urgent_minutes if message.urgency == "urgent" else rules.unread_minutes
    return now - message.created_at > timedelta(minutes=minutes)


def _words(event: MessageEvent) -> str:
    words = _WORDS.get(event.kind)
    return words(event) if words is not None else event.kind.replace("_", " ").capitalize()


def _way(detail: Mapping[str, Any]) -> str:
    return WAYS.get(str(detail.get("by")), "")
