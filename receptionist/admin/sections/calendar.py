"""The calendar: a day of everybody or a week of somebody, and what did not reach it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from receptionist.admin.calendar_day import Day, Known, day_of, people_of
from receptionist.admin.forms import Filled, posted_form
from receptionist.admin.practice_asked import practice_asked
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.admin.stuck_work import MOST_ROWS, STUCK_ATTEMPTS, stuck_work
from receptionist.domain.opening_hours import local
from receptionist.domain.practice import Practice
from receptionist.domain.practice_words import written_day
from receptionist.ports.records import UnitOfWork
from receptionist.ports.staff import Account

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
TRIED_AT_ONCE = 5
TRIED_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at."""

    is_week: bool
    day: date
    person: str

    @property
    def first(self) -> date:
        """The first day shown."""
        return self.day - timedelta(days=self.day.weekday()) if self.is_week else self.day

    @property
    def days(self) -> Sequence[date]:
        """Every day shown."""
        return [self.first + timedelta(days=n) for n in range(7 if self.is_week else 1)]

    def address(self, practice: str, *, day: date | None = None, week: bool | None = None) -> str:
        """The same of another day, or as a week or day."""
        is_week = self.is_week if week is None else week
        asked = {"view": "week" if is_week else "day", "day": (day or self.day).isoformat()}
        if self.person:
            asked["person"] = self.person
        if practice:
            asked["practice"] = practice
        return f"/admin/calendar?{urlencode(asked)}"


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/calendar` and trying again."""

    @router.get("/calendar")
    async def calendar(request: Request, who: Account = room.staff) -> Response:
        async with room.looking(who, "calendar") as uow:
            here = await practice_asked(uow, request)
            practices = await uow.practices.all()
            practice = here.practice
            view = _view(request, room.now().astimezone(practice.zone).date())
            known = await _known(uow, practice, view, room.now())
            stuck = await stuck_work(uow, practices)
        people = people_of(practice, known)
        values = {
            "practice": practice,
            "practices": practices,
            "at": here.at,
            "view": view,
            "columns": _columns(practice, view, people, known, room.now()),
            "heading": _heading(view),
            "today": room.now().astimezone(practice.zone).date(),
            "before": view.first - (WEEK if view.is_week else DAY),
            "after": view.first + (WEEK if view.is_week else DAY),
            "address": lambda **more: view.address(here.at.partition("=")[2], **more),
            "filled": Filled({"day": view.day.isoformat(), "person": view.person}),
            "person_choices": [("", "Everybody"), *((name, name) for name in people)],
            "stuck": stuck,
            "tried": "tried" in request.query_params,
            "written_day": written_day,
        }
        return room.page(request, who, "calendar.html", values, section="Calendar")

    @router.post("/calendar/again")
    async def again(request: Request, who: Account = room.staff) -> Response:
        form = await posted_form(request)
        wanted = {text for text in form.all("row")[:MOST_ROWS] if text.isascii() and text.isdigit()}
        keys: list[str] = []
        async with room.database.transaction() as uow:
            for row in await uow.outbox.stuck(STUCK_ATTEMPTS, MOST_ROWS):
                if str(row.id) in wanted:
                    await uow.outbox.revive(row.id, room.now())
                    keys.append(row.key)
            await uow.audit.append(
                actor=who.username, action="outbox.again", subject=f"{len(keys)} rows"
            )
        for key in keys[:TRIED_AT_ONCE]:
            await room.desk.worker.run_now(key, TRIED_WITHIN_S)
        room.desk.worker.wake()
        return RedirectResponse("/admin/calendar?tried=1", 303)


async def _known(uow: UnitOfWork, practice: Practice, view: View, now: datetime) -> Known:
    start = local(practice, view.first, time())
    end = local(practice, view.days[-1] + DAY, time())
    calendars = [person.calendar for person in practice.practitioners if person.calendar]
    return Known(
        await uow.appointments.busy(practice.id, start, end, now),
        await uow.calendar_feeds.blocks(calendars, start, end) if calendars else (),
    )


def _columns(
    practice: Practice, view: View, people: Sequence[str], known: Known, now: datetime
) -> Sequence[dict[str, Any]]:
    """A day has a column for each person, a week one for each day."""
    shown = [name for name in people if view.person in ("", name)]

    def column(title: str, days: Sequence[Day]) -> dict[str, Any]:
        return {"title": title, "days": days, "is_today": days[0].day == now.date()}

    if not view.is_week:
        return [column(name, [day_of(practice, name, view.day, known, now)]) for name in shown]
    return [
        column(
            f"{day:%a} {day.day} {day:%b}",
            [day_of(practice, name, day, known, now) for name in shown],
        )
        for day in view.days
    ]


def _view(request: Request, today: date) -> View:
    asked = request.query_params
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        day = today
    # Within what every time zone can still count.
    day = day if 1900 < day.year < 9000 else today
    return View(asked.get("view") == "week", day, asked.get("person", "")[:200])


def _heading(view: View) -> str:
    if not view.is_week:
        return written_day(view.day)
    first, last = view.days[0], view.days[-1]
    month = "" if first.month == last.month else f" {first:%B}"
    return f"{first.day}{month} to {last.day} {last:%B} {last.year}"


SECTION = Section(
    name="Calendar", address="/admin/calendar", place=15, daily=True, add_routes=add_routes
)
