"""Questions callers asked that nobody has written down an answer to, those alike together."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from receptionist.admin.forms import posted_form
from receptionist.admin.practice_asked import practice_asked
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.domain.document_answers import is_written_down
from receptionist.domain.practice import Practice
from receptionist.domain.question_groups import grouped, impersonal
from receptionist.ports.practice_history import Question
from receptionist.ports.staff import Account

MOST_QUESTIONS = 500
"""The newest ones are looked at."""


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/questions`."""

    @router.get("/questions")
    async def questions(request: Request, who: Account = room.manager) -> Response:
        async with room.looking(who, "questions") as uow:
            here = await practice_asked(uow, request)
            asked = await uow.questions.open(here.practice.id, MOST_QUESTIONS)
        # What has been answered since, in whatever words, is not unanswered any more.
        left = await asyncio.to_thread(_unanswered, asked, here.practice)
        groups = [
            {
                "question": impersonal(group.question),
                "others": sorted({impersonal(left[at].question) for at in group.places[1:]}),
                "asked": [left[at] for at in group.places],
                "calls": len({left[at].call_sid for at in group.places}),
            }
            for group in grouped([each.question for each in left])
        ]
        values = {"groups": groups, "at": here.at, "zone": here.practice.zone}
        return room.page(request, who, "questions.html", values, section="Settings")

    @router.post("/questions/dismiss")
    async def dismiss(request: Request, who: Account = room.manager) -> Response:
        form = await posted_form(request)
        texts = form.all("id")[:MOST_QUESTIONS]
        ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]
        async with room.database.transaction() as uow:
            here = await practice_asked(uow, request)
            gone = await uow.questions.settle(ids, "dismissed")
            await uow.audit.append(
                actor=who.username, action="questions.dismissed", subject=f"{gone} questions"
            )
        return RedirectResponse(f"/admin/questions{here.at}", 303)


def _unanswered(asked: Sequence[Question], practice: Practice) -> list[Question]:
    return [each for each in asked if not is_written_down(each.question, practice)]


SECTION = Section(
    name="Questions", address="/admin/questions", place=0, add_routes=add_routes, managers_only=True
)
