"""The frame around every staff page: navigation, who is signed in, errors as pages."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import HTMLResponse, Response

from receptionist.admin import views
from receptionist.errors import ChangedMeanwhile, InvalidArguments, NotFound, ReceptionistError
from receptionist.pages import Pages
from receptionist.ports.staff import Account

log = structlog.get_logger()

WORDS: Mapping[int, tuple[str, str]] = {
    400: ("That did not work", "The page was asked for something it does not have."),
    401: ("Please sign in", "This page is for the practice's staff."),
    403: ("Not for this account", "Your account may not do this. Ask a manager of the practice."),
    404: ("Not here", "There is no such page, or what was on it is gone."),
    409: ("Changed meanwhile", "Somebody else has changed this since you opened the page."),
    413: ("Too long", "The form holds more than can be kept."),
    429: ("Wait a minute", "There were too many failed sign-ins."),
    500: ("Something went wrong", "Nothing was changed. Please try again."),
}
"""Title and sentence of each error page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page as the navigation knows it."""

    name: str
    """In the navigation, and what a page says it belongs to."""
    address: str
    place: int
    """In the navigation, lowest first; 0 keeps it out."""
    daily: bool = False
    """The front desk's, always in sight; the others are under "More"."""
    managers_only: bool = False
    """Keeps it out of others' navigation; its routes have to ask for `room.manager` themselves."""


class Frame:
    """Render pages with everything around them."""

    def __init__(self) -> None:
        self._pages = Pages("receptionist.admin")
        self._entries: tuple[Entry, ...] = ()
        self._pages.environment.globals.update(
            masked=views.masked,
            length=views.length,
            clock=views.clock,
            ended_by=views.ENDED_BY,
            outcomes=views.OUTCOMES,
            channels=views.CHANNELS,
        )

    def show(self, entries: Iterable[Entry]) -> None:
        """The navigation."""
        self._entries = tuple(entry for entry in entries if entry.place)

    def static(self, request: Request, name: str) -> Response:
        """A style, script or picture of the pages."""
        return self._pages.static(request, name)

    def page(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object],
        *,
        who: Account | None,
        section: str = "",
        status: int = 200,
    ) -> HTMLResponse:
        """A page; without an account it has no navigation."""
        shown = [e for e in self._entries if who and (who.is_manager or not e.managers_only)]
        daily = [e for e in shown if e.daily]
        rare = [e for e in shown if not e.daily]
        # A menu for a single page would only hide it.
        if len(rare) == 1:
            daily, rare = shown, []
        around = {
            "who": who,
            "daily": daily,
            "rare": rare,
            "section": section,
            "path": request.url.path,
            "marks": "",
        }
        return self._pages.page(request, template, {**around, **values}, status=status)

    def error(self, request: Request, status: int, detail: str = "") -> HTMLResponse:
        """What went wrong, in words."""
        title, sentence = WORDS.get(status, (HTTPStatus(status).phrase, ""))
        values = {"title": title, "sentence": sentence, "detail": detail}
        return self.page(request, "error.html", values, who=None, status=status)


def page_route(frame: Frame) -> type[APIRoute]:
    """A route that answers errors as pages, those of its dependencies included."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def answer(request: Request) -> Response:
                # No database row has such a character, and PostgreSQL refuses even to look.
                if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
                    return frame.error(request, 404)
                try:
                    return await handler(request)
                except StarletteHTTPException as exc:
                    response = frame.error(request, exc.status_code, str(exc.detail))
                    response.headers.update(exc.headers or {})
                    return response
                except RequestValidationError:
                    return frame.error(request, 400)
                except ReceptionistError as exc:
                    return frame.error(request, *_status_of(exc))

            return answer

    return PageRoute


def not_found(thing: str) -> HTTPException:
    """404: there is no such thing."""
    return HTTPException(404, f"There is no such {thing}.")


def _status_of(exc: ReceptionistError) -> tuple[int, str]:
    match exc:
        case NotFound():
            return 404, ""
        case InvalidArguments():
            return 400, str(exc)
        case ChangedMeanwhile(by=by):
            return 409, f"{by} was quicker."
    log.error("page_failed", error_code=exc.code)
    return 500, ""
