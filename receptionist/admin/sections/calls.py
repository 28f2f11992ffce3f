"""Calls: the list with its filters."""

from datetime import date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptionist.admin import views
from receptionist.admin.forms import Filled
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.ports.paging import ListQuery
from receptionist.ports.records import CallFilter
from receptionist.ports.staff import Account

ROWS = 50
FIELDS = ("outcome", "ended_by", "channel", "first", "last")
NOT_A_DAY = "Please give a day such as 2026-11-24."


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/calls`."""

    @router.get("/calls")
    async def calls(request: Request, who: Account = room.staff) -> Response:
        asked = {name: request.query_params.get(name, "")[:40] for name in FIELDS}
        asked = {name: value for name, value in asked.items() if value}
        only = CallFilter(
            outcome=asked.get("outcome"),
            ended_by=asked.get("ended_by"),
            channel=asked.get("channel"),
        )
        async with room.looking(who, "calls") as uow:
            zones = views.Zones(await uow.practices.all())
            zone = zones.of(None)
            problems: dict[str, str] = {
                n: NOT_A_DAY for n in ("first", "last") if n in asked and not _day(asked[n])
            }
            first, last = _day(asked.get("first", "")), _day(asked.get("last", ""))
            query = ListQuery(
                ROWS,
                views.cursor(request),
                _midnight(first, zone) if first else None,
                _midnight(last + timedelta(days=1), zone) if last else None,
            )
            found = await uow.calls.list(query, only)
        return room.page(
            request,
            who,
            "calls.html",
            {
                "calls": found.items,
                "next": found.next,
                "zones": zones,
                "filled": Filled(asked, problems),
                "asked": urlencode(asked) + "&" if asked else "",
                "outcome_choices": [("", "Any"), *views.OUTCOMES.items()],
                "end_choices": [("", "Any"), *views.ENDED_BY.items()],
                "channel_choices": [
                    ("", "Any"),
                    ("stream", "Telephone"),
                    ("plain", "Telephone, plain mode"),
                    ("phone", "Softphone"),
                ],
            },
            section="Calls",
            status=422 if problems else 200,
        )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Within what every time zone can still count.
    return day if 1900 < day.year < 9000 else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


SECTION = Section(name="Calls", address="/admin/calls", place=20, daily=True, add_routes=add_routes)
