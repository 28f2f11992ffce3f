"""Twilio's Messages on loopback (twilio.com/docs/messaging), and the phones at the other end.

Texts sent through the API arrive at `phones`. A phone answers with `text`, which asks
the product's webhook as Twilio does: signed, STOP and START obeyed first.
"""

import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from tests.emulators.twilio import VERSION, TwilioEmulator, error, serving

E164 = re.compile(r"\+[1-9]\d{6,14}")
STOPPING = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT")
STARTING = ("START", "YES", "UNSTOP")


@dataclass
class TwilioMessagesEmulator(TwilioEmulator):
    """An account that texts. `opted_out` and `landlines` are numbers it cannot text."""

    opted_out: set[str] = field(default_factory=set)
    landlines: set[str] = field(default_factory=set)
    lost_answers: int = 0
    """So many of the next sends happen, and are answered with 503."""
    phones: dict[str, list[str]] = field(default_factory=dict)
    network: dict[str, str] = field(default_factory=dict)
    """Where public addresses lead to: `https://reception.example` to a loopback server."""

    def app(self) -> Starlette:
        """The API as an ASGI application."""
        app = super().app()
        path = f"{VERSION}/Accounts/{{account}}/Messages.json"
        app.router.routes.insert(0, Route(path, self._answer(self._list), methods=["GET"]))
        return app

    async def report(self, sid: str, status: str, error_code: str | None = None) -> None:
        """Tell the product how far a text got, as its StatusCallback wishes."""
        message = next(m for m in self.messages if m["sid"] == sid)
        message["status"] = status
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": message["to"],
            "From": message["from"] or "",
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
        }
        if error_code is not None:
            form["ErrorCode"] = error_code
        await self.post(message["status_callback"], form)

    async def text(
        self, url: str, sender: str, to: str, body: str, *, sid: str = "", **more: str
    ) -> list[str]:
        """Text the practice from a phone; what comes back to it, `url` being the webhook."""
        word = body.strip().upper()
        if word in STOPPING:
            self.opted_out.add(sender)
        if word in STARTING:
            self.opted_out.discard(sender)
        sid = sid or "SM" + secrets.token_hex(16)
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account_sid,
            "From": sender,
            "To": to,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
            **more,
        }
        answer = await self.post(url, form)
        answer.raise_for_status()
        replies = [m.text or "" for m in ElementTree.fromstring(answer.text).iter("Message")]
        if sender in self.opted_out:
            return []
        self.phones.setdefault(sender, []).extend(replies)
        return replies

    async def post(self, url: str, form: Mapping[str, str]) -> httpx.Response:
        """A webhook with Twilio's signature."""
        signature = RequestValidator(self.auth_token).compute_signature(url, dict(form))
        for public, local in self.network.items():
            url = url.replace(public, local, 1)
        async with httpx.AsyncClient(timeout=10) as client:
            return await client.post(url, data=form, headers={"X-Twilio-Signature": signature})

    def _message(self, request: Request, form: dict[str, str]) -> Response:
        if (refused := self._refusal(form)) is not None:
            return refused
        service = form.get("MessagingServiceSid")
        message: dict[str, Any] = {
            "sid": "SM" + secrets.token_hex(16),
            "account_sid": self.account_sid,
            "to": form["To"],
            "from": form.get("From"),
            "messaging_service_sid": service,
            "body": form["Body"],
            "status": "accepted" if service else "queued",
            "direction": "outbound-api",
            "num_segments": "1",
            "num_media": "0",
            "date_created": format_datetime(datetime.now(UTC)),
            "date_sent": None,
            "error_code": None,
            "error_message": None,
            "api_version": "2010-04-01",
            "status_callback": form.get("StatusCallback"),
        }
        self.messages.append(message)
        self.phones.setdefault(form["To"], []).append(form["Body"])
        if self.lost_answers > 0:
            self.lost_answers -= 1
            return error(503, 20503, "Service unavailable")
        return JSONResponse(message, 201)

    def _refusal(self, form: dict[str, str]) -> Response | None:
        to = form.get("To", "")
        if not form.get("Body"):
            return error(400, 21602, "Message body is required")
        if len(form["Body"]) > 1600:
            return error(400, 21617, "The concatenated message body exceeds the 1600 limit")
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return error(400, 21603, "A 'From' phone number is required")
        if not E164.fullmatch(to):
            return error(400, 21211, "Invalid 'To' Phone Number")
        if to in self.landlines:
            return error(400, 21614, "'To' number is not a valid mobile number")
        if to in self.opted_out:
            return error(400, 21610, "Attempt to send to unsubscribed recipient")
        callback = urlsplit(form.get("StatusCallback", "https://none.example"))
        if callback.scheme not in ("http", "https") or not callback.hostname:
            return error(400, 21609, "Invalid 'StatusCallback' URL")
        return None

    def _list(self, request: Request, form: dict[str, str]) -> Response:
        to = request.query_params.get("To")
        size = int(request.query_params.get("PageSize", "50"))
        found = [m for m in reversed(self.messages) if to in (None, m["to"])][:size]
        page = {"messages": found, "page": 0, "page_size": size, "uri": request.url.path}
        return JSONResponse({**page, "next_page_uri": None})


@asynccontextmanager
async def messages_emulator() -> AsyncIterator[TwilioMessagesEmulator]:
    """A running emulator."""
    emulator = TwilioMessagesEmulator()
    async with serving(emulator.app()) as emulator.url:
        yield emulator
