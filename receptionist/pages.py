"""What our pages share: the headers a browser obeys, templates, static files, who may post.

Knows nothing of calls, staff or the softphone. No page of ours needs a script or style
of its own inside the HTML, so the policy allows none: words of a caller that slipped
through the templates' escaping would still not run.
"""

import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from urllib.parse import urlsplit

import jinja2
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def security_headers(host: str | None, *, microphone: bool = False) -> dict[str, str]:
    """Headers of one of our pages. `host` is the request's `Host`; `microphone` allows its use."""
    connect = "'self'"
    if host is not None and _HOST.fullmatch(host):
        # Older browsers do not count a WebSocket to the same host as 'self'.
        connect = f"'self' ws://{host} wss://{host}"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self'; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    allowed = "(self)" if microphone else "()"
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        # `no-referrer` would turn the Origin of our own forms into "null".
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": f"microphone={allowed}, camera=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a page of this very host sent it. Programs, which send neither header, pass.

    A page elsewhere cannot forge `Sec-Fetch-Site` or `Origin`.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site != "none":
        return site == "same-origin"
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


SHARED = "receptionist"


class Pages:
    """One package's `templates/` (escaped by default) and `static/` (held in memory).

    What every page needs stands in `receptionist/static/`.
    """

    def __init__(self, package: str, *, microphone: bool = False) -> None:
        self._microphone = microphone
        self.environment = jinja2.Environment(
            loader=jinja2.PackageLoader(package),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._static = {
            item.name: item.read_bytes()
            for home in (SHARED, package)
            for item in files(home).joinpath("static").iterdir()
            if item.name.endswith(tuple(_TYPES))
        }

    def page(
        self, request: Request, template: str, values: Mapping[str, object], *, status: int = 200
    ) -> HTMLResponse:
        """A rendered template with the security headers."""
        html = self.environment.get_template(template).render(values)
        headers = security_headers(request.headers.get("host"), microphone=self._microphone)
        return HTMLResponse(html, status_code=status, headers=headers)

    def static(self, request: Request, name: str) -> Response:
        """A static file; 304 when the browser has it, 404 when there is none of that name."""
        content = self._static.get(name)
        if content is None:
            return Response(status_code=404)
        etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        headers = {
            "ETag": etag,
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        suffix = name[name.rindex(".") :]
        return Response(content, media_type=_TYPES[suffix], headers=headers)
