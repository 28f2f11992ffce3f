"""A route that the phone company asks: signed, or refused and kept; TwiML comes back."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import Request, Response

from receptionist.telephony.requests import Webhook, read_webhook
from receptionist.telephony.signature import RequestVerifier

Answer = Callable[[Webhook], Awaitable[str | None]]
"""TwiML, or None where nothing is to be done."""
Refused = Callable[[str], Awaitable[None]]
"""Keeps an unsigned request's path."""


def verified(
    answer: Answer, verifier: RequestVerifier, refused: Refused
) -> Callable[[Request], Awaitable[Response]]:
    """The route's endpoint."""

    async def endpoint(request: Request) -> Response:
        webhook = await read_webhook(request, verifier)
        if webhook is None:
            await refused(request.url.path)
            return Response(status_code=403)
        bound = {"call_sid": webhook.call_sid} if webhook.call_sid else {}
        with structlog.contextvars.bound_contextvars(**bound):
            document = await answer(webhook)
        if document is None:
            return Response(status_code=204)
        return Response(document, media_type="text/xml")

    return endpoint
