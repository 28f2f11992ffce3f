"""`POST /calendar/changed`: Google tells that one of the practice's calendars has changed.

The message has no body and no signature; the channel's id and token, which only
Google and we know, say that it is theirs (push notifications, headers `X-Goog-*`).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Response

Told = Callable[[str, str, str], Awaitable[bool]]
"""Channel id, token, message number; False when the channel is not ours."""

Name = Annotated[str, Header(max_length=200)]


def create_calendar_changes(told: Told) -> APIRouter:
    """The route. What changed is read from the calendar itself, later."""
    router = APIRouter(include_in_schema=False)

    @router.post("/calendar/changed")
    async def changed(
        x_goog_channel_id: Name,
        x_goog_message_number: Name,
        x_goog_channel_token: Name = "",
    ) -> Response:
        known = await told(x_goog_channel_id, x_goog_channel_token, x_goog_message_number)
        # Google gives up a channel that answers 404; one that is not ours had better end.
        return Response(status_code=204 if known else 404)

    return router
