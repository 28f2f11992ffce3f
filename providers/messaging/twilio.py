"""Twilio's Messages: texts from the practice's number, or from a messaging service.

Twilio has no key that makes a send happen once. A send whose answer was lost is
looked for among the texts of that number before it is sent again.
Wire facts: https://www.twilio.com/docs/messaging/api/message-resource
"""

from datetime import UTC, datetime
from typing import Any

import httpx

from providers.twilio_sdk import NAME, TIMEOUT, TwilioAccount, TwilioAdapter, translated
from receptionist.errors import NumberRefused
from receptionist.ports.adapter import Adapter
from receptionist.ports.messaging import Messaging

NUMBER_REFUSED = {
    21211: "is not a valid number",
    21265: "is a short code",
    21266: "is the sender itself",
    21408: "is in a region that the account may not text",
    21610: "has replied STOP",
    21612: "cannot be reached from the sender",
    21614: "cannot receive texts",
    21635: "is a landline",
}
"""What is wrong with the number texted, by Twilio's code. Nothing else stays wrong for good."""
LOOKED_AT = 20
LOST = ("failed", "undelivered", "canceled")


class TwilioMessagingSettings(TwilioAccount):
    """Environment: TWILIO_MESSAGING_SERVICE_SID as well (absent: texts come from the practice's
    number)."""

    messaging_service_sid: str | None = None


class TwilioMessaging(TwilioAdapter):
    """Fulfil `Messaging` with Twilio."""

    external = True

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str | None = None,
        *,
        messaging_service_sid: str | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        super().__init__(account_sid, auth_token, base_url, timeout=timeout)
        self._messaging_service_sid = messaging_service_sid

    async def send(
        self,
        to: str,
        body: str,
        *,
        sender: str,
        status_url: str | None = None,
        unless_sent_since: datetime | None = None,
    ) -> str:
        """The SID. Raises `NumberRefused` for a number that cannot be texted."""
        if unless_sent_since is not None:
            known = await self._sent(to, body, unless_sent_since)
            if known is not None:
                return known
        wanted: dict[str, Any] = {"to": to, "body": body}
        if self._messaging_service_sid:
            wanted["messaging_service_sid"] = self._messaging_service_sid
        else:
            wanted["from_"] = sender
        if status_url is not None:
            wanted["status_callback"] = status_url
        return await self._create(wanted)

    async def _create(self, wanted: dict[str, Any]) -> str:
        from twilio.base.exceptions import TwilioRestException

        with translated():
            try:
                message = await self._client.messages.create_async(**wanted)
            except TwilioRestException as exc:
                reason = NUMBER_REFUSED.get(exc.code)
                if reason is None:
                    raise
                raise NumberRefused(NAME, f"the number {reason}", status=exc.status) from exc
            return str(message.sid)

    async def _sent(self, to: str, body: str, since: datetime) -> str | None:
        # Not filtered by the day it was sent, which a text still queued does not have.
        with translated():
            found = await self._client.messages.list_async(
                to=to, limit=LOOKED_AT, page_size=LOOKED_AT
            )
            for message in found:
                made = message.date_created
                is_recent = made is not None and made.replace(tzinfo=UTC) >= since
                if message.body == body and is_recent and message.status not in LOST:
                    return str(message.sid)
        return None


def _build(settings: TwilioMessagingSettings) -> Messaging:
    return TwilioMessaging(
        settings.account_sid or "",
        settings.key,
        settings.base_url,
        messaging_service_sid=settings.messaging_service_sid,
    )


ADAPTER: Adapter[Messaging, TwilioMessagingSettings] = Adapter(
    TwilioMessagingSettings, _build, lambda settings: settings.complete
)
