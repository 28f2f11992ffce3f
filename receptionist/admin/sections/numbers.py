"""Numbers: how the calls of a time went, where its milliseconds and its money went."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from receptionist.admin import numbers_charts, views
from receptionist.admin.charts import Chart
from receptionist.admin.forms import Filled
from receptionist.admin.frame import not_found
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.admin.tables import csv_lines, download
from receptionist.domain.practice import Practice
from receptionist.numbers.figures import Figures
from receptionist.numbers.sums import SettledSums
from receptionist.ports.staff import Account

PERIODS = {"1": "Today", "7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
USUAL = "30"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days of which practice."""

    days: str
    practice: Practice | None
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is filled with."""

    asked: Asked
    practices: list[Practice]
    total: Figures
    charts: list[Chart]
    counted_at: datetime | None
    """When the last of these days was counted."""


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/numbers`. Counts of calls are no personal data: a look leaves no audit row."""
    settled = SettledSums()

    @router.get("/numbers")
    async def numbers(request: Request, who: Account = room.staff) -> Response:
        shown = await _shown(room, request, settled)
        asked, total = shown.asked, shown.total
        ended = total.all_answered + total.all_lost
        cost = next(chart for chart in shown.charts if chart.name == "costs")
        return room.page(
            request,
            who,
            "numbers.html",
            {
                "shown": shown,
                "periods": list(PERIODS.items()),
                "practice_choices": [("", "All"), *((str(p.id), p.name) for p in shown.practices)],
                "filled": Filled({"practice": str(asked.practice.id) if asked.practice else ""}),
                "query": _query(asked),
                "share_alone": _percent(total.share_alone),
                "share_lost": _percent(total.all_lost / ended if ended else None),
                "cost": (cost.rows[-1][1], room.prices.currency),
                "zone": _zone(shown),
            },
            section="Numbers",
        )

    @router.get("/numbers/{name}.csv")
    async def take_away(request: Request, name: str, _who: Account = room.staff) -> Response:
        shown = await _shown(room, request, settled)
        chart = next((each for each in shown.charts if each.name == name), None)
        if chart is None:
            raise not_found("table")

        file_name = f"{name}-{shown.asked.first}-{shown.asked.last}.csv"
        return download(_whole(csv_lines(chart.file_rows)), file_name, "text/csv")


async def _whole(text: str) -> AsyncIterator[str]:
    yield text


async def _shown(room: StaffRoom, request: Request, settled: SettledSums) -> Shown:
    async with room.database.reading() as uow:
        practices = list(await uow.practices.all())
        asked = _asked(request, practices, room.now())
        practice_id = asked.practice.id if asked.practice else None
        sums = await settled.read(uow, practice_id, asked.first, asked.last)
        errors = await uow.numbers.vendor_errors(asked.first, asked.last)
    charts = [
        numbers_charts.day_chart(sums.days, asked.first, asked.last),
        numbers_charts.hour_chart(sums.total),
        *numbers_charts.count_charts(sums.total),
        numbers_charts.latency_chart(sums.total),
        numbers_charts.cost_chart(room.prices, sums.total),
        numbers_charts.vendor_chart(errors),
    ]
    return Shown(asked, practices, sums.total, charts, sums.counted_at)


def _asked(request: Request, practices: list[Practice], now: datetime) -> Asked:
    days = request.query_params.get("days", USUAL)
    wanted = request.query_params.get("practice", "")
    practice = next((p for p in practices if str(p.id) == wanted), None)
    if days not in PERIODS or (wanted and practice is None):
        raise HTTPException(400, "There are no such numbers.")
    zone = views.Zones(practices).of(practice.id if practice else None)
    last = now.astimezone(zone).date()
    return Asked(days, practice, last - timedelta(days=int(days) - 1), last)


def _zone(shown: Shown) -> tzinfo:
    practice = shown.asked.practice
    return views.Zones(shown.practices).of(practice.id if practice else None)


def _query(asked: Asked) -> str:
    practice = f"&practice={asked.practice.id}" if asked.practice else ""
    return f"days={asked.days}{practice}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


SECTION = Section(name="Numbers", address="/admin/numbers", place=50, add_routes=add_routes)
