"""Questions about the practice, from approved answers and the practice's own facts."""

import asyncio
import re
from typing import ClassVar

from pydantic import BaseModel, Field

from receptionist.domain.contacts import says_day_first
from receptionist.domain.document_answers import document_answer
from receptionist.domain.emergencies import check_safety
from receptionist.domain.faq_match import best_faq
from receptionist.domain.opening_hours import describe_day, describe_week
from receptionist.domain.practice import Practice
from receptionist.domain.question_groups import impersonal
from receptionist.domain.spoken_dates import find_when
from receptionist.ports.function_handler import CallFacts, FunctionHandler, HandlerResult, Office
from receptionist.ports.practice_history import Question

HOURS = re.compile(r"\b(open|opening|close|closed|closing|hours)\b", re.IGNORECASE)
OFFERED = re.compile(
    r"^\W*(?:(?:and|so|hi|hello|well)\W+)*(?:do|can|could) (?:you|i|we) (?:\w+ ){0,3}?"
    r"(?:do|offer|have|give|provide|get)\b",
    re.IGNORECASE,
)
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
        self, arguments: Arguments, facts: CallFacts, office: Office, *, tool_call_id: str
    ) -> HandlerResult:
        """An approved answer, opening hours, or the plain fact that nobody wrote one down."""
        answer = _answer(arguments.question, facts)
        if answer is None and facts.practice.documents:
            # The first search after a change of the documents makes their index.
            answer = await asyncio.to_thread(_in_documents, arguments.question, facts.practice)
        if answer is None:
            await _keep(arguments.question, facts, office, key=f"{facts.call_sid}:{tool_call_id}")
            return HandlerResult(
                {
                    "ok": True,
                    "known": False,
                    "answer": "",
                    "advice": "say that you don't know and offer to take a message",
                }
            )
        return HandlerResult({"ok": True, "known": True, "answer": answer}, outcome="answered")


async def _keep(question: str, facts: CallFacts, office: Office, *, key: str) -> None:
    """Have the practice see what it has no answer to, without who asked."""
    asked = Question(key, facts.practice.id, facts.call_sid, impersonal(question), facts.now)
    async with office.database.transaction() as uow:
        await uow.questions.add(asked)


def _answer(question: str, facts: CallFacts) -> str | None:
    practice = facts.practice
    service = OFFERED.search(question) and _service_in(question, practice)
    if service:
        return f"Yes, we offer that: {service}. I can find a time for it."
    faq = best_faq(question, practice.faqs, practice.synonyms)
    if faq is not None:
        return faq.answer
    if HOURS.search(question):
        return _hours(question, facts)
    if SERVICES.search(question) and practice.services:
        return f"We offer {_listed([service.name for service in practice.services])}."
    if PEOPLE.search(question) and practice.practitioners:
        return f"You can see {_listed([person.name for person in practice.practitioners])}."
    return None


def _in_documents(question: str, practice: Practice) -> str | None:
    """What a leaflet says; it is no answer to whoever asks for medical advice or is in danger."""
    if check_safety(question) != "none":
        return None
    return document_answer(question, practice.documents, practice.synonyms)


def _hours(question: str, facts: CallFacts) -> str:
    practice: Practice = facts.practice
    today = facts.now.date()
    if re.search(r"\bnow\b", question, re.IGNORECASE):
        return describe_day(practice, today, today)
    asked = find_when(question, facts.now, day_first=says_day_first(practice))
    if asked.first is not None and asked.first == asked.last:
        return describe_day(practice, asked.first, today)
    return describe_week(practice)


def _service_in(question: str, practice: Practice) -> str | None:
    """The service the question names, whatever hyphens and plurals."""
    asked = _letters(question)
    return next((s.name for s in practice.services if _letters(s.name) in asked), None)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalpha())


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


HANDLER: FunctionHandler = AnswerFaq()
