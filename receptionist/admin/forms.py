"""Forms that only our own pages can post.

Three checks: the browser says the page was ours (`Sec-Fetch-Site`, else `Origin`), and a
token in the form equals the one in a cookie that no other site can read or set. Nothing is kept
on the server, so any process may answer.
"""

import secrets
from urllib.parse import parse_qsl

from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from receptionist.pages import same_origin

COOKIE = "receptionist_form"
MAX_FORM_BYTES = 8_192


def form_token(request: Request) -> str:
    """The browser's token, or a new one."""
    token = request.cookies.get(COOKIE, "")
    return token if len(token) == 43 and token.isascii() else secrets.token_urlsafe(32)


def keep_token(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its token for the admin pages."""
    response.set_cookie(
        COOKIE, token, path="/admin", secure=secure, httponly=True, samesite="strict"
    )


async def posted_form(request: Request) -> dict[str, str]:
    """The fields of a form of ours. Raises 403 when it is another site's, 413 when too long."""
    if not same_origin(request):
        raise HTTPException(403, "the form was sent by another site")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, "the form is too long")
    fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    wanted = request.cookies.get(COOKIE, "")
    given = fields.get("token", "")
    if not wanted or not secrets.compare_digest(wanted.encode(), given.encode()):
        raise HTTPException(403, "the form is out of date; open the page again")
    return fields
