"""The inbox: what waits for somebody, the urgent first, however long the list is."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptionist.admin import views
from receptionist.admin.forms import posted_form
from receptionist.admin.inbox_words import is_late
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.ports.paging import ListQuery, Page
from receptionist.ports.records import UnitOfWork
from receptionist.ports.staff import ALL_MESSAGES, Account, MessageFilter, StaffMessage

ROWS = 50
LONGEST_SEARCH = 100
MOST_COUNTED = 500
"""Of either urgency. Beyond it, how many more there are is of no use to anybody."""

SHOWS: Mapping[str, tuple[str, MessageFilter]] = {
    "open": ("Open", MessageFilter()),
    "new": ("Not taken", MessageFilter(("new",))),
    "mine": ("Mine", MessageFilter()),
    "urgent": ("Urgent", MessageFilter(urgency="urgent")),
    "tasks": ("Tasks", MessageFilter(kind="task")),
    "done": ("Done", MessageFilter(("done",))),
}


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin` and the search."""

    @router.get("")
    async def inbox(request: Request, who: Account = room.staff) -> Response:
        show = request.query_params.get("show", "open")
        show = show if show in SHOWS else "open"
        after = views.cursor(request)
        only = _only(show, who)
        async with room.looking(who, "messages") as uow:
            if show == "done":
                found = await uow.messages.list(ListQuery(ROWS, after), only)
            else:
                found = await uow.messages.by_need(only, limit=ROWS, after=after)
            values = await _values(uow, room, found)
        return room.page(
            request,
            who,
            "inbox.html",
            {**values, "show": show, "heading": SHOWS[show][0], "words": None},
            section="Inbox",
        )

    # Posted, because what is looked for is somebody's name or number: addresses are kept in
    # histories and logs.
    @router.post("/search")
    async def search(request: Request, who: Account = room.staff) -> Response:
        form = await posted_form(request)
        words = form.get("words", "").strip()[:LONGEST_SEARCH]
        only = MessageFilter(ALL_MESSAGES.statuses, words=words)
        async with room.looking(who, "messages") as uow:
            found = await uow.messages.list(ListQuery(ROWS), only)
            values = await _values(uow, room, found)
        return room.page(
            request,
            who,
            "inbox.html",
            {**values, "show": "", "heading": "Found", "words": words},
            section="Inbox",
        )


def _only(show: str, who: Account) -> MessageFilter:
    return MessageFilter(assignee=who.username) if show == "mine" else SHOWS[show][1]


async def _values(uow: UnitOfWork, room: StaffRoom, found: Page[StaffMessage]) -> dict[str, Any]:
    practices = await uow.practices.all()
    return {
        "messages": found.items,
        "next": found.next,
        "open": await uow.messages.open(MOST_COUNTED),
        "most": MOST_COUNTED,
        "shows": [(name, label) for name, (label, _) in SHOWS.items()],
        "zones": views.Zones(practices),
        "age": lambda message: views.age(message.created_at, room.now()),
        "late": _late(room, {practice.id: practice for practice in practices}),
    }


def _late(room: StaffRoom, practices: Mapping[int, Any]) -> Callable[[StaffMessage], bool]:
    return lambda message: is_late(message, practices.get(message.practice_id), room.now())


SECTION = Section(name="Inbox", address="/admin", place=10, daily=True, add_routes=add_routes)
