"""Telling other programs what happened: signed, and tried again from the outbox: `webhook.send`.

What is sent is read when it is sent, so that nothing that was erased leaves the house. No
redirect is followed.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import structlog

from receptionist.api import views
from receptionist.api.webhook_addresses import NAME, Resolve, problem_of, reachable_address
from receptionist.booking.outbox import Job
from receptionist.errors import ProviderError, ProviderRefused, ProviderUnavailable
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import Database, UnitOfWork
from receptionist.ports.webhooks import SEND_WEBHOOK, Webhook
from receptionist.tls import tls

log = structlog.get_logger()

CONNECT_S = 5.0
WHOLE_S = 10.0
"""From the first look at the name to the answer's first line."""
TEST = "test"


def signature(secret: str, body: bytes, at: int) -> str:
    """`t=…,v1=…`: HMAC-SHA256 over the moment, a full stop and the body."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


class WebhookSender:
    """Send what the outbox holds for other programs."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        private_allowed: bool = False,
        resolve: Resolve | None = None,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._private_allowed = private_allowed
        self._resolve = resolve
        self._whole_s = whole_s
        timeout = httpx.Timeout(whole_s, connect=min(CONNECT_S, whole_s))
        # No proxy of the environment: it would reach what we must not. A connection of its own
        # each time: one that is kept open would be another host's by its address.
        self._http = httpx.AsyncClient(
            timeout=timeout,
            verify=tls(),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def jobs(self) -> dict[str, Job]:
        """By kind."""
        return {SEND_WEBHOOK: self.send}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, row: OutboxRow) -> None:
        """Raises `ProviderError` when it has to be tried again."""
        payload = row.payload
        async with self._database.reading() as uow:
            webhook = await uow.webhooks.get(str(payload["webhook_id"]))
            if webhook is None or webhook.paused:
                return
            data = await _data(uow, str(payload["event"]), str(payload["subject"]))
        if data is None:
            return
        event = {
            "id": payload["event_id"],
            "type": payload["event"],
            "at": payload["at"],
            "data": data,
        }
        await self._tell(webhook, event)

    def problem_of(self, url: str) -> str | None:
        """What is wrong with an address, as a sentence."""
        return problem_of(url, private_allowed=self._private_allowed)

    async def test(self, webhook: Webhook) -> str:
        """Send something harmless at once; `200`, or why it failed."""
        event = {"id": uuid4().hex, "type": TEST, "at": self._clock().isoformat(), "data": {}}
        try:
            await self._tell(webhook, event)
        except ProviderError as exc:
            return exc.reason
        return "200"

    async def _tell(self, webhook: Webhook, event: Mapping[str, Any]) -> None:
        try:
            async with asyncio.timeout(self._whole_s):
                status = await self._post(webhook, event)
        except TimeoutError as exc:
            await self._note(webhook, "no answer in time")
            raise ProviderUnavailable(NAME, "no answer in time") from exc
        except ProviderError as exc:
            await self._note(webhook, exc.reason)
            raise
        await self._note(webhook, str(status))
        if not 200 <= status < 300:
            raise ProviderUnavailable(NAME, f"HTTP {status}", status=status)

    async def _post(self, webhook: Webhook, event: Mapping[str, Any]) -> int:
        if self.problem_of(webhook.url) is not None:
            raise ProviderRefused(NAME, "the address is not allowed")
        url = httpx.URL(webhook.url)
        port = url.port or (443 if url.scheme == "https" else 80)
        address = await reachable_address(
            url.host, port, private_allowed=self._private_allowed, resolve=self._resolve
        )
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Host": urlsplit(webhook.url).netloc,
            "Content-Type": "application/json",
            "User-Agent": "Receptionist/1",
            "Receptionist-Event": str(event["type"]),
            "Receptionist-Delivery": str(event["id"]),
            "Receptionist-Signature": signature(
                webhook.secret, body, int(self._clock().timestamp())
            ),
        }
        try:
            async with self._http.stream(
                "POST",
                url.copy_with(host=address),
                content=body,
                headers=headers,
                # The certificate is the name's, though the connection is to its address.
                extensions={"sni_hostname": url.host},
            ) as answer:
                return answer.status_code
        except httpx.HTTPError as exc:
            raise ProviderUnavailable(NAME, _why(exc)) from exc

    async def _note(self, webhook: Webhook, result: str) -> None:
        async with self._database.transaction() as uow:
            await uow.webhooks.told(webhook.id, self._clock(), result)


def _why(exc: httpx.HTTPError) -> str:
    match exc:
        case httpx.ConnectTimeout() | httpx.ReadTimeout() | httpx.WriteTimeout():
            return "no answer in time"
        case httpx.ConnectError():
            return "no connection"
    return "the connection broke off"


async def _data(uow: UnitOfWork, event: str, subject: str) -> dict[str, Any] | None:
    """The row as the API shows it; None when it is gone."""
    match event:
        case "message.taken":
            message = await uow.messages.get(subject)
            return None if message is None else views.message(message)
        case "appointment.changed":
            appointment = await uow.appointments.get(subject)
            return None if appointment is None else views.appointment(appointment)
        case "call.ended":
            call = await uow.calls.get(subject)
            return None if call is None else views.call(call)
    log.warning("webhook_event_unknown")
    return None
