"""Twilio's requests to a server: signed form posts, retries, redirects, the fallback URL.

Knows HTTP and signatures (PROTOCOLS A). Must not know what the documents mean.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import httpx
from twilio.request_validator import RequestValidator

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
    """The server's public address, which is signed, and the one that is really dialled."""

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
        return urlunsplit((scheme, dialled.netloc, parts.path, parts.query, ""))


@dataclass(frozen=True, slots=True)
class CallIdentity:
    """The parameters every request about one call carries."""

    account_sid: str
    from_number: str
    to_number: str
    call_sid: str = field(default_factory=lambda: new_sid("CA"))

    def parameters(self, status: str) -> dict[str, str]:
        """Form fields of PROTOCOLS A1, with the duplicates seen in real captures."""
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
    """One call's HTTP side: cookies kept, requests signed, one retry when no connection is had."""

    def __init__(
        self,
        account: Account,
        addresses: Addresses,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        connection_retries: int = 1,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._token = account.auth_token
        self._addresses = addresses
        self._retries = connection_retries
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(read_timeout_s, connect=min(CONNECT_TIMEOUT_S, read_timeout_s)),
            transport=transport,
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
        answer = await self._request(url, {}, "GET")
        if answer.status_code >= 400:
            raise WebhookFailed(
                HTTP_RETRIEVAL_FAILURE, url, f"HTTP {answer.status_code}", status=answer.status_code
            )
        return answer.content

    async def _request(
        self, url: str, parameters: Mapping[str, str], method: str
    ) -> httpx.Response:
        url = urlunsplit(urlsplit(url)._replace(fragment=""))
        if method == "GET" and parameters:
            url = _with_query(url, parameters)
        form = dict(parameters) if method == "POST" else {}
        headers = {"I-Twilio-Idempotency-Token": secrets.token_hex(16), "Accept": "*/*"}
        if self._token is not None:
            headers["X-Twilio-Signature"] = sign(self._token, url, form)
        for attempt in range(self._retries + 1):
            try:
                return await self._http.request(
                    method,
                    self._addresses.dial(url),
                    data=form if method == "POST" else None,
                    headers=headers,
                )
            except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
                if attempt == self._retries:
                    raise WebhookFailed(HTTP_RETRIEVAL_FAILURE, url, "no connection") from exc
            except httpx.HTTPError as exc:
                reason = "timed out" if isinstance(exc, httpx.TimeoutException) else "cut off"
                raise WebhookFailed(HTTP_RETRIEVAL_FAILURE, url, reason) from exc
        raise AssertionError("the last attempt returns or raises")


def sign(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """`X-Twilio-Signature` of a request, with the port dropped for https as Twilio does (A4)."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.port is not None:
        url = urlunsplit(parts._replace(netloc=parts.hostname or ""))
    return str(RequestValidator(auth_token).compute_signature(url, dict(form)))


def sign_stream(auth_token: str, url: str, form: str = "exact") -> str:
    """The signature of a stream's upgrade.

    PROTOCOLS K1: which URL Twilio signs is not confirmed, so `form` chooses it:
    `exact`, `slash`, `port`, `port-slash`, `no-port`, `no-port-slash`.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if form.startswith("port"):
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        parts = parts._replace(netloc=f"{host}:{port}")
    elif form.startswith("no-port"):
        parts = parts._replace(netloc=host)
    signed = urlunsplit(parts) + ("/" if form.endswith("slash") else "")
    # Twilio's algorithm (A4); the SDK's validator is for http(s) addresses.
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


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
