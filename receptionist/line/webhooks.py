"""Twilio's requests to a server: signed form posts, retries, redirects, the fallback URL.

Knows HTTP and signatures. Must not know what the documents mean.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import httpx

from receptionist.line.doubts import Doubts
from receptionist.line.signing import Signer

READ_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 5.0
MAX_REDIRECTS = 10
HTTP_RETRIEVAL_FAILURE = 11200
TOO_MANY_REDIRECTS = 11215
DOCUMENT_PARSE_FAILURE = 12100
INVALID_CONTENT_TYPE = 12300
TWIML_TYPES = ("text/xml", "application/xml", "text/html", "text/plain")


class WebhookFailed(Exception):
    """A document could not be had; `code` is Twilio's error number, `status` the HTTP status."""

    def __init__(self, code: int, url: str, reason: str, *, status: int | None = None) -> None:
        self.code = code
        self.url = url
        self.reason = reason
        self.status = status
        super().__init__(f"{code} at {urlsplit(url).path}: {reason}")


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs. Without an auth token requests go unsigned."""

    account_sid: str = "AC" + "0" * 32
    auth_token: str | None = None


@dataclass(frozen=True, slots=True)
class Addresses:
    """The server's public address, which is signed, and the one that is really dialled.

    A dialled address without a path stands for a proxy that takes the public path's
    beginning away.
    """

    public: str
    dialled: str

    def dial(self, url: str) -> str:
        """Where a public URL is reached from here; other hosts' URLs stay as they are."""
        parts, public, dialled = urlsplit(url), urlsplit(self.public), urlsplit(self.dialled)
        if parts.netloc != public.netloc:
            return url
        scheme = dialled.scheme
        if parts.scheme in ("ws", "wss"):
            scheme = "wss" if dialled.scheme == "https" else "ws"
        beginning, is_prefixed, _ = public.path.partition("/voice/")
        strip = is_prefixed and dialled.path in ("", "/")
        path = parts.path.removeprefix(beginning) if strip else parts.path
        return urlunsplit((scheme, dialled.netloc, path, parts.query, ""))


@dataclass(frozen=True, slots=True)
class CallIdentity:
    """The parameters every request about one call carries."""

    account_sid: str
    from_number: str
    to_number: str
    call_sid: str = field(default_factory=lambda: new_sid("CA"))

    def parameters(self, status: str) -> dict[str, str]:
        """Form fields of an incoming call, with the duplicates seen in real captures."""
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.call_sid,
            "CallStatus": status,
            "Called": self.to_number,
            "Caller": self.from_number,
            "Direction": "inbound",
            "From": self.from_number,
            "To": self.to_number,
            "CalledCountry": "US",
            "CallerCountry": "US",
            "FromCountry": "US",
            "ToCountry": "US",
            "FromCity": "",
            "CallerCity": "",
        }


@dataclass(frozen=True, slots=True)
class Document:
    """An answer to a webhook: where it came from (for relative URLs), its type and bytes."""

    url: str
    content_type: str
    body: bytes


class Webhooks:
    """One call's HTTP side: cookies kept, requests signed, one retry when no connection is had.

    Every request is sent `lost_answers` times more, as if its answers were lost on the way.
    """

    def __init__(
        self,
        account: Account,
        addresses: Addresses,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        connection_retries: int = 1,
        lost_answers: int = 0,
        doubts: Doubts | None = None,
    ) -> None:
        self._signer = Signer(account.auth_token, doubts or Doubts())
        self._addresses = addresses
        self._retries = connection_retries
        self._lost_answers = lost_answers
        self._total_s = read_timeout_s
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(read_timeout_s, connect=min(CONNECT_TIMEOUT_S, read_timeout_s)),
            trust_env=not is_loopback(addresses.dialled),
            headers={"User-Agent": "TwilioProxy/1.1"},
        )

    async def close(self) -> None:
        """Close the call's connections."""
        await self._http.aclose()

    async def document(self, url: str, parameters: Mapping[str, str], method: str) -> Document:
        """Ask for a document. Raises `WebhookFailed`."""
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._request(url, parameters, method)
            location = answer.headers.get("location")
            if not (answer.is_redirect and location):
                return _document(url, answer)
            url = urljoin(url, location)
            if answer.status_code in (301, 302, 303):
                method = "GET"
        raise WebhookFailed(TOO_MANY_REDIRECTS, url, "more than 10 redirects")

    async def notify(self, url: str, parameters: Mapping[str, str], method: str = "POST") -> None:
        """Send a callback whose answer does not matter. Raises `WebhookFailed`."""
        answer = await self._request(url, parameters, method)
        if answer.status_code >= 400:
            raise WebhookFailed(
                HTTP_RETRIEVAL_FAILURE, url, f"HTTP {answer.status_code}", status=answer.status_code
            )

    async def fetch(self, url: str) -> bytes:
        """An audio file for `<Play>`. Raises `WebhookFailed`."""
        document = await self.document(url, {}, "GET")
        if not document.content_type.startswith("audio/"):
            raise WebhookFailed(INVALID_CONTENT_TYPE, url, f"Content-Type {document.content_type}")
        return document.body

    async def _request(
        self, url: str, parameters: Mapping[str, str], method: str
    ) -> httpx.Response:
        url = urlunsplit(urlsplit(url)._replace(fragment=""))
        if method == "GET" and parameters:
            url = _with_query(url, parameters)
        form = dict(parameters) if method == "POST" else {}
        headers = {"I-Twilio-Idempotency-Token": secrets.token_hex(16), "Accept": "*/*"}
        headers |= self._signer.webhook(url, form)
        request = self._http.build_request(
            method,
            self._addresses.dial(url),
            data=form if method == "POST" else None,
            headers=headers,
        )
        for _ in range(self._lost_answers):
            await self._send(request, url)
        return await self._send(request, url)

    async def _send(self, request: httpx.Request, url: str) -> httpx.Response:
        for attempt in range(self._retries + 1):
            try:
                async with asyncio.timeout(self._total_s):
                    return await self._http.send(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                if attempt == self._retries:
                    raise WebhookFailed(HTTP_RETRIEVAL_FAILURE, url, "no connection") from exc
            except (TimeoutError, httpx.TimeoutException) as exc:
                raise WebhookFailed(HTTP_RETRIEVAL_FAILURE, url, "timed out") from exc
            except httpx.HTTPError as exc:
                raise WebhookFailed(HTTP_RETRIEVAL_FAILURE, url, "cut off") from exc
        raise AssertionError("the last attempt returns or raises")


def new_sid(prefix: str) -> str:
    """A fresh SID: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def rfc2822_now() -> str:
    """Now, as webhooks write dates."""
    return formatdate(time.time(), localtime=False)


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _with_query(url: str, parameters: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    return urlunsplit(parts._replace(query=urlencode([*given, *parameters.items()])))


def _document(url: str, answer: httpx.Response) -> Document:
    status = answer.status_code
    if status >= 400:
        raise WebhookFailed(HTTP_RETRIEVAL_FAILURE, url, f"HTTP {status}", status=status)
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if status != 204 and not content_type:
        raise WebhookFailed(HTTP_RETRIEVAL_FAILURE, url, "no Content-Type", status=status)
    if content_type and not content_type.startswith(("audio/", *TWIML_TYPES)):
        raise WebhookFailed(INVALID_CONTENT_TYPE, url, f"Content-Type {content_type}")
    return Document(url, content_type, answer.content)
