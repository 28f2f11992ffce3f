"""Twilio's REST client as our adapters use it.

Twilio's SDK over our own HTTP client, because the SDK's asynchronous one does
not apply its timeout.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from receptionist.errors import ProviderLimited, ProviderRefused, ProviderUnavailable
from receptionist.tls import tls

if TYPE_CHECKING:
    from twilio.rest import Client

NAME = "twilio"
TIMEOUT = httpx.Timeout(5.0, connect=3.0)


def sdk_client(
    account_sid: str, auth_token: str, http: httpx.AsyncClient, base_url: str | None
) -> "Client":
    """The SDK's client over ours; imported here because the SDK takes 200 ms to import."""
    # The SDK logs URLs, which hold phone numbers.
    logging.getLogger("twilio").setLevel(logging.CRITICAL)
    from twilio.http import AsyncHttpClient
    from twilio.http.response import Response
    from twilio.rest import Client

    base = urlsplit(base_url) if base_url else None

    class HttpxTwilio(AsyncHttpClient):  # type: ignore[misc]
        """Twilio's transport with timeouts that are kept."""

        async def request(
            self,
            method: str,
            url: str,
            params: Any = None,
            data: Any = None,
            headers: Any = None,
            auth: Any = None,
            timeout: float | None = None,
            allow_redirects: bool = False,
        ) -> Any:
            if base is not None:
                parts = urlsplit(url)
                path = base.path.rstrip("/") + parts.path
                url = urlunsplit((base.scheme, base.netloc, path, parts.query, ""))
            answer = await http.request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                auth=auth,
                follow_redirects=allow_redirects,
                timeout=timeout or http.timeout,
            )
            return Response(answer.status_code, answer.text, answer.headers)

    return Client(
        account_sid, auth_token, http_client=HttpxTwilio(logging.getLogger("twilio"), True, None)
    )


class TwilioAccount(BaseSettings, env_prefix="TWILIO_", extra="ignore"):
    """Environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_BASE_URL."""

    account_sid: str | None = None
    auth_token: SecretStr | None = None
    base_url: str | None = None

    @property
    def complete(self) -> bool:
        """Whether requests can be made."""
        return bool(self.account_sid and self.auth_token)

    @property
    def key(self) -> str:
        """The token itself; empty without one."""
        return self.auth_token.get_secret_value() if self.auth_token else ""


class TwilioAdapter:
    """What adapters of an account have in common."""

    name = NAME

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str | None = None,
        *,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._account_sid = account_sid
        self._http = httpx.AsyncClient(timeout=timeout, verify=tls())
        self._client = sdk_client(account_sid, auth_token, self._http, base_url)

    async def check(self) -> None:
        """Fetch the account."""
        with translated():
            account = await self._client.api.accounts(self._account_sid).fetch_async()
        if account.status not in (None, "active"):
            raise ProviderRefused(NAME, f"the account is {account.status}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


@contextmanager
def translated() -> Iterator[None]:
    """Twilio's and httpx's errors as ours. Messages of theirs can hold numbers, so none is kept."""
    from twilio.base.exceptions import TwilioException, TwilioRestException

    try:
        yield
    except TwilioRestException as exc:
        status, code = exc.status, exc.code
        reason = f"HTTP {status}, code {code}" if code else f"HTTP {status}"
        if status == 429:
            raise ProviderLimited(NAME, reason, status=status) from exc
        if status >= 500:
            raise ProviderUnavailable(NAME, reason, status=status) from exc
        raise ProviderRefused(NAME, reason, status=status) from exc
    except httpx.TimeoutException as exc:
        raise ProviderUnavailable(NAME, "no answer in time") from exc
    except httpx.HTTPError as exc:
        raise ProviderUnavailable(NAME, "cannot be reached") from exc
    except (TwilioException, ValueError, KeyError, TypeError) as exc:
        # The SDK reports a body it cannot read by whatever it stumbles on.
        raise ProviderUnavailable(NAME, "an answer that is not Twilio's") from exc
