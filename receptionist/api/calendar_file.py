"""`GET /appointments/{token}.ics`: an appointment for the calendar of whoever has its link.

The token is 192 random bits and the only key. Whoever tries tokens that do not exist
is soon told to stop, so that trying costs us little and them their time.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from receptionist.booking.calendar_file import calendar_file
from receptionist.ports.records import Database

MOST_GUESSES = 30
GUESSES_EVERY = timedelta(minutes=1)
MOST_CLIENTS = 10_000
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
MEDIA_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


class Guesses:
    """How many unknown tokens each client has tried within the last while."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._tried: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def too_many(self, client: str) -> bool:
        """Whether this client has to wait."""
        return self._of(client)[1] >= MOST_GUESSES

    def missed(self, client: str) -> None:
        """One more."""
        since, tried = self._of(client)
        self._tried[client] = since, tried + 1
        self._tried.move_to_end(client)
        if len(self._tried) > MOST_CLIENTS:
            self._tried.popitem(last=False)

    def _of(self, client: str) -> tuple[datetime, int]:
        now = self._clock()
        since, tried = self._tried.get(client, (now, 0))
        return (now, 0) if now - since >= GUESSES_EVERY else (since, tried)


def create_calendar_file(database: Database, clock: Callable[[], datetime]) -> APIRouter:
    """The route."""
    router = APIRouter(include_in_schema=False)
    guesses = Guesses(clock)

    @router.api_route("/appointments/{token}.ics", methods=["GET", "HEAD"])
    async def appointment(token: str, request: Request) -> Response:
        client = request.client.host if request.client else ""
        if guesses.too_many(client):
            wait = str(int(GUESSES_EVERY.total_seconds()))
            return Response(status_code=429, headers={**HEADERS, "Retry-After": wait})
        async with database.reading() as uow:
            found = await uow.appointments.by_link(token[:100])
            practice = None if found is None else await uow.practices.get(found.practice_id)
        if found is None or practice is None:
            guesses.missed(client)
            return Response(status_code=404, headers=HEADERS)
        named = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
        # On a thread: the first one imports what makes it, and calls are going on meanwhile.
        content = await asyncio.to_thread(calendar_file, found, practice, clock())
        return Response(
            content,
            headers={**HEADERS, **named},
            media_type=MEDIA_TYPE,
        )

    return router
