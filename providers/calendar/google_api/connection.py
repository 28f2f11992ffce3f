"""Google's SDK on threads of its own, one connection for each.

httplib2 blocks and is not thread-safe, so each worker thread has its own. The
token is shared. google-auth's own service-account class is not used: in the
background it asks a second, fixed Google host about each account, and retries
with sleeps. Token exchange: https://developers.google.com/identity/protocols/oauth2/service-account
"""

import asyncio
import http.client
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import google.auth.credentials
import google.auth.exceptions
import google.auth.jwt
import google_auth_httplib2  # type: ignore[import-untyped]
import httplib2  # type: ignore[import-untyped]
from google.auth.crypt import RSASigner
from googleapiclient.discovery import build
from googleapiclient.errors import Error, HttpError

from providers.calendar.google_api.dialect import NAME, Body, readable, reason_code
from providers.errors import refusal
from receptionist.errors import ProviderError, ProviderRefused, ProviderUnavailable

SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
)
AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_LIFETIME_S = 3600
LIMITS = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
)
BROKEN = (http.client.HTTPException, httplib2.HttpLib2Error, google.auth.exceptions.TransportError)

Prepare = Callable[[Any], Any]
"""Makes a request of the SDK's service object."""


class ServiceAccountToken(google.auth.credentials.Credentials):
    """A bearer token, renewed by one thread while the others wait for it."""

    def __init__(self, account: Mapping[str, str], subject: str | None, timeout_s: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._account = account
        self._subject = subject
        self._timeout_s = timeout_s
        self._signer = RSASigner.from_service_account_info(account)  # type: ignore[no-untyped-call]
        self._renewing = threading.Lock()

    def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
        """Put the token on a request."""
        if not self._renewing.acquire(timeout=self._timeout_s):
            raise ProviderUnavailable(NAME, "no token in time")
        try:
            if not self.valid:
                self.refresh(request)
        finally:
            self._renewing.release()
        self.apply(headers)  # type: ignore[no-untyped-call]

    def refresh(self, request: Any) -> None:
        """Exchange a signed assertion for a new token."""
        form = urlencode({"grant_type": GRANT, "assertion": self._assertion()})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = request(
            url=self._account["token_uri"], method="POST", headers=headers, body=form.encode()
        )
        body = _json(answer.data)
        if answer.status != 200:
            raise _token_refused(answer.status, body)
        lifetime = timedelta(seconds=int(body["expires_in"]))
        # google-auth counts in UTC without saying so.
        self.expiry = datetime.now(UTC).replace(tzinfo=None) + lifetime
        self.token = str(body["access_token"])

    def _assertion(self) -> bytes:
        now = int(datetime.now(UTC).timestamp())
        claims: dict[str, Any] = {
            "iss": self._account["client_email"],
            "scope": " ".join(SCOPES),
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + TOKEN_LIFETIME_S,
        }
        if self._subject:
            claims["sub"] = self._subject
        signed: bytes = google.auth.jwt.encode(self._signer, claims)  # type: ignore[no-untyped-call]
        return signed


class GoogleConnection:
    """Run requests of the SDK. `deadline_s` bounds one, with the wait for a free thread."""

    def __init__(
        self,
        account: Mapping[str, str],
        endpoint: str,
        *,
        subject: str | None,
        timeout_s: float,
        deadline_s: float,
        threads: int,
    ) -> None:
        # The SDK logs addresses, which hold calendar ids, and what Google says about them.
        logging.getLogger("googleapiclient").setLevel(logging.CRITICAL)
        self._token = ServiceAccountToken(account, subject, timeout_s)
        self._timeout_s, self._deadline_s = timeout_s, deadline_s
        self._service = build(
            "calendar",
            "v3",
            http=httplib2.Http(timeout=timeout_s),
            client_options={"api_endpoint": endpoint},
            static_discovery=True,
            cache_discovery=False,
        )
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="google-calendar")
        self._own = threading.local()
        self._open: set[Any] = set()

    async def send(self, prepare: Prepare) -> Body:
        """Google's answer; empty where it has no body. Raises `ProviderError`."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._deadline_s):
                return await loop.run_in_executor(self._threads, self._send, prepare)
        except TimeoutError as exc:
            raise ProviderUnavailable(NAME, "no answer in time") from exc

    async def send_all(self, prepared: Sequence[Prepare]) -> list[Body]:
        """Several at once. Raises the first `ProviderError`."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.send(prepare)) for prepare in prepared]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in tasks]

    async def close(self) -> None:
        """Let running requests end, at most `timeout_s` later, and close the connections."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        for connection in self._open:
            connection.close()
        self._service.close()

    def _send(self, prepare: Prepare) -> Body:
        with _translated():
            request = prepare(self._service)
            try:
                return self._attempt(request)
            except (*BROKEN, ConnectionError):
                # Google closes connections that rest. Every request of ours can be repeated.
                return self._attempt(request)

    def _attempt(self, request: Any) -> Body:
        try:
            return dict(request.execute(http=self._connection(), num_retries=0) or {})
        except HttpError:
            raise
        except Exception:
            # What is left of an exchange that broke off would be read as the next answer.
            self._drop_connection()
            raise

    def _connection(self) -> Any:
        if getattr(self._own, "http", None) is None:
            plain = httplib2.Http(timeout=self._timeout_s)
            self._own.http = google_auth_httplib2.AuthorizedHttp(self._token, http=plain)
            self._open.add(self._own.http)
        return self._own.http

    def _drop_connection(self) -> None:
        connection, self._own.http = self._own.http, None
        self._open.discard(connection)
        connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    """The SDK's errors as ours. Google's messages can quote an event, so none is kept."""
    try:
        with readable():
            yield
    except HttpError as exc:
        raise _refused(exc) from exc
    except TimeoutError as exc:
        raise ProviderUnavailable(NAME, "no answer in time") from exc
    except (*BROKEN, OSError) as exc:
        raise ProviderUnavailable(NAME, f"cannot be reached ({type(exc).__name__})") from exc
    except (Error, google.auth.exceptions.GoogleAuthError) as exc:
        raise ProviderUnavailable(NAME, type(exc).__name__) from exc


def _refused(exc: HttpError) -> ProviderError:
    status = int(exc.status_code)
    code = _code_of(_json(exc.content))
    ours = refusal(NAME, status, over_quota=status == 403 and code in LIMITS)
    if isinstance(ours, ProviderRefused):
        return ProviderRefused(NAME, f"HTTP {status}, {code}", status=status)
    return ours


def _code_of(body: Body) -> str:
    try:
        return reason_code(body["error"]["errors"][0]["reason"])
    except (KeyError, TypeError, IndexError):
        return "unknown"


def _token_refused(status: int, body: Body) -> ProviderError:
    if status == 429 or status >= 500:
        return refusal(NAME, status)
    code = reason_code(body.get("error"))
    return ProviderRefused(NAME, f"the service account's key was refused ({code})", status=status)


def _json(data: bytes | str) -> Body:
    try:
        read = json.loads(data)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
