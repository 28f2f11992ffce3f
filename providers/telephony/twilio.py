"""Twilio's REST API: making and ending calls, recordings, and where numbers point.

Wire facts: https://www.twilio.com/docs/voice/api
"""

from typing import Any
from urllib.parse import quote

import httpx

from providers.errors import refusal
from providers.twilio_sdk import NAME, TIMEOUT, TwilioAccount, TwilioAdapter, translated
from receptionist.errors import NotFound, ProviderRefused
from receptionist.ports.adapter import Adapter
from receptionist.ports.telephony import NumberWebhooks, SoundForm, TelephonyControl

NOT_IN_PROGRESS = 21220
RESOURCE_NOT_FOUND = 20404
BASE_URL = "https://api.twilio.com"
RINGS_S = 25
"""Before most voice mails pick up."""
LARGEST_RECORDING = 32 * 1024 * 1024
"""Half an hour as WAV; a voicemail has two minutes at most."""


class TwilioTelephony(TwilioAdapter):
    """Fulfil `TelephonyControl` with Twilio."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str | None = None,
        *,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        super().__init__(account_sid, auth_token, base_url, timeout=timeout)
        self._auth = (account_sid, auth_token)
        base = (base_url or BASE_URL).rstrip("/")
        self._media = f"{base}/2010-04-01/Accounts/{account_sid}/Recordings"

    async def hang_up(self, call_sid: str) -> None:
        """End a live call; one that has ended or is unknown needs no ending."""
        from twilio.base.exceptions import TwilioRestException

        with translated():
            try:
                await self._client.calls(call_sid).update_async(status="completed")
            except TwilioRestException as exc:
                if exc.code not in (NOT_IN_PROGRESS, RESOURCE_NOT_FOUND):
                    raise

    async def place_call(self, to: str, *, sender: str, answered_url: str, ended_url: str) -> str:
        """The new call's SID."""
        with translated():
            call = await self._client.calls.create_async(
                to=to,
                from_=sender,
                url=answered_url,
                method="POST",
                status_callback=ended_url,
                status_callback_event=["completed"],
                status_callback_method="POST",
                timeout=RINGS_S,
            )
        return str(call.sid)

    async def recording(self, recording_sid: str, form: SoundForm = "mp3") -> bytes:
        """Its media, which the SDK has no call for. An account may ask for its key there."""
        address = f"{self._media}/{quote(recording_sid, safe='')}.{form}"
        sound = bytearray()
        with translated():
            async with self._http.stream(
                "GET", address, auth=self._auth, follow_redirects=True
            ) as answer:
                if not answer.is_success:
                    raise refusal(NAME, answer.status_code)
                async for piece in answer.aiter_bytes():
                    sound += piece
                    if len(sound) > LARGEST_RECORDING:
                        raise ProviderRefused(NAME, "a recording larger than any call's")
        return bytes(sound)

    async def delete_recording(self, recording_sid: str) -> None:
        """One that is gone already needs no deleting."""
        from twilio.base.exceptions import TwilioRestException

        with translated():
            try:
                await self._client.recordings(recording_sid).delete_async()
            except TwilioRestException as exc:
                if exc.code != RESOURCE_NOT_FOUND:
                    raise

    async def webhooks(self, number: str) -> NumberWebhooks | None:
        """What a number points at."""
        owned = await self._owned(number)
        if owned is None:
            return None
        return NumberWebhooks(
            number,
            owned.voice_url or "",
            owned.voice_fallback_url or "",
            owned.status_callback or "",
            owned.sms_url or "",
        )

    async def connect_number(self, wanted: NumberWebhooks) -> None:
        """Point a number here. An application or trunk would win over the URLs, so both go."""
        owned = await self._owned(wanted.number)
        if owned is None:
            raise NotFound("the Twilio account does not own this number")
        with translated():
            await owned.update_async(
                voice_url=wanted.voice_url,
                voice_method="POST",
                voice_fallback_url=wanted.fallback_url,
                voice_fallback_method="POST",
                status_callback=wanted.status_url,
                status_callback_method="POST",
                sms_url=wanted.texts_url,
                sms_method="POST",
                sms_application_sid="",
                voice_application_sid="",
                trunk_sid="",
            )

    async def _owned(self, number: str) -> Any:
        with translated():
            found = await self._client.incoming_phone_numbers.list_async(
                phone_number=number, limit=20
            )
        return next((item for item in found if item.phone_number == number), None)


def _build(account: TwilioAccount) -> TelephonyControl:
    return TwilioTelephony(account.account_sid or "", account.key, account.base_url)


ADAPTER: Adapter[TelephonyControl, TwilioAccount] = Adapter(
    TwilioAccount, _build, lambda account: account.complete
)
