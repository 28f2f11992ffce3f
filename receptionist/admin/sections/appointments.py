"""Appointments, newest first."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptionist.admin import views
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.ports.paging import ListQuery
from receptionist.ports.staff import Account

ROWS = 50


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/appointments`."""

    @router.get("/appointments")
    async def appointments(request: Request, who: Account = room.staff) -> Response:
        async with room.looking(who, "appointments") as uow:
            found = await uow.appointments.list(ListQuery(ROWS, views.cursor(request)))
            zones = views.Zones(await uow.practices.all())
        values = {"appointments": found.items, "next": found.next, "zones": zones}
        return room.page(request, who, "appointments.html", values, section="Calendar")


SECTION = Section(
    name="Appointments", address="/admin/appointments", place=0, add_routes=add_routes
)
