"""Twilio's REST API: making and ending calls, recordings, and where numbers point.

Wire facts: https://www.twilio.com/docs/voice/api
"""

from typing import Any
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from providers.errors import refusal
from providers.twilio_sdk import NAME, TIMEOUT, sdk_client, translated
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


class TwilioSettings(BaseSettings, env_prefix="TWILIO_", extra="ignore"):
    """Environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_BASE_URL."""

    account_sid: str | None = None
    auth_token: SecretStr | None = None
    base_url: str | None = None

    @property
    def complete(self) -> bool:
        """Whether requests can be made."""
        return bool(self.account_sid and self.auth_token)


class TwilioTelephony:
    """Fulfil `TelephonyControl` with Twilio."""

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
        self._http = httpx.AsyncClient(timeout=timeout)
        self._client = sdk_client(account_sid, auth_token, self._http, base_url)
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

    async def check(self) -> None:
        """Fetch the account."""
        with translated():
            account = await self._client.api.accounts(self._account_sid).fetch_async()
        if account.status not in (None, "active"):
            raise ProviderRefused(NAME, f"the account is {account.status}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _owned(self, number: str) -> Any:
        with translated():
            found = await self._client.incoming_phone_numbers.list_async(
                phone_number=number, limit=20
            )
        return next((item for item in found if item.phone_number == number), None)


def _build(settings: TwilioSettings) -> TelephonyControl:
    token = settings.auth_token.get_secret_value() if settings.auth_token else ""
    return TwilioTelephony(settings.account_sid or "", token, settings.base_url)


ADAPTER: Adapter[TelephonyControl, TwilioSettings] = Adapter(
    TwilioSettings, _build, lambda settings: settings.complete
)
