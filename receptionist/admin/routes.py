"""The staff's pages under `/admin`.

Every look at personal data leaves an audit row with who looked and at what. Who may look is
decided by the room's `signed_in`.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from receptionist.admin.frame import not_found, page_route
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import find_sections
from receptionist.ports.staff import Account


def create_admin(room: StaffRoom) -> APIRouter:
    """The routes of every section, the events, and what is not there."""
    router = APIRouter(prefix="/admin", include_in_schema=False, route_class=page_route(room.frame))
    sections = find_sections()
    room.frame.show(sections)
    for section in sections:
        section.add_routes(router, room)

    @router.get("/events")
    async def events(topics: str = "", _who: Account = room.staff) -> Response:
        return room.events.response(room.events.asked(topics[:200]))

    # Styles hold nothing personal, and a browser may ask for them without credentials.
    @router.get("/static/{name}")
    async def static(request: Request, name: str) -> Response:
        return room.frame.static(request, name)

    @router.get("/{rest:path}")
    async def nothing(rest: str, _who: Account = room.staff) -> Response:
        raise not_found("page")

    return router
