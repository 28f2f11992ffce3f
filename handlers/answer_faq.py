"""Questions about the practice, from approved answers and the practice's own facts."""

import re
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, Field

from receptionist.domain.faq_match import best_faq
from receptionist.domain.opening_hours import describe_day, describe_week
from receptionist.domain.practice import WEEKDAYS, Practice
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult
from receptionist.ports.records import Database

HOURS = re.compile(r"\b(open|opening|close|closed|closing|hours)\b", re.IGNORECASE)
SERVICES = re.compile(
    r"\b(what|which).{0,30}\b(services?|appointments?|treatments?)\b|\bdo you (do|offer)\b",
    re.IGNORECASE,
)
PEOPLE = re.compile(
    r"\b(which|what|who).{0,30}\b(doctors?|practitioners?|nurses?)\b", re.IGNORECASE
)


class AnswerFaq:
    """`answer_faq`."""

    name: ClassVar[str] = "answer_faq"
    description: ClassVar[str] = (
        "Answer a general question about the practice (opening hours, parking, prices, insurance, "
        "…) from the answers the practice approved. Say only what comes back. When `known` is "
        "false, say that you don't know and offer to take a message."
    )
    changes_world: ClassVar[bool] = False
    filler: ClassVar[str | None] = "Let me look that up."

    class Arguments(BaseModel):
        """What the model gives."""

        question: str = Field(min_length=1, max_length=500, description="the caller's question")

    async def handle(
        self, arguments: Arguments, facts: CallFacts, database: Database, *, tool_call_id: str
    ) -> HandlerResult:
        """An approved answer, opening hours, or the plain fact that nobody wrote one down."""
        answer = _answer(arguments.question, facts)
        if answer is None:
            return HandlerResult(
                {
                    "ok": True,
                    "known": False,
                    "answer": "",
                    "advice": "say that you don't know and offer to take a message",
                }
            )
        return HandlerResult({"ok": True, "known": True, "answer": answer}, outcome="answered")


def _answer(question: str, facts: CallFacts) -> str | None:
    practice = facts.practice
    faq = best_faq(question, practice.faqs)
    if faq is not None:
        return faq.answer
    if HOURS.search(question):
        return _hours(question, facts)
    if SERVICES.search(question) and practice.services:
        return f"We offer {_listed([service.name for service in practice.services])}."
    if PEOPLE.search(question) and practice.practitioners:
        return f"You can see {_listed([person.name for person in practice.practitioners])}."
    return None


def _hours(question: str, facts: CallFacts) -> str:
    practice: Practice = facts.practice
    today = facts.now.date()
    asked = question.casefold()
    if "tomorrow" in asked:
        return describe_day(practice, today + timedelta(days=1), today)
    for number, name in enumerate(WEEKDAYS):
        if name in asked:
            ahead = (number - today.weekday()) % 7
            return describe_day(practice, today + timedelta(days=ahead), today)
    if "today" in asked or "now" in asked.split():
        return describe_day(practice, today, today)
    return describe_week(practice)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


HANDLER: FunctionHandler = AnswerFaq()
