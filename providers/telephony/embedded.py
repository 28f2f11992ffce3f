"""No phone company: calls come from the terminal, the phone page or a test.

There is nobody to ask to end a call, and no number to point anywhere.
"""

from pydantic_settings import BaseSettings

from receptionist.errors import ProviderRefused
from receptionist.ports.adapter import Adapter
from receptionist.ports.telephony import NumberWebhooks, SoundForm, TelephonyControl

NO_COMPANY = "no phone company is configured; set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"


class EmbeddedTelephonySettings(BaseSettings):
    """Nothing to set."""


class EmbeddedTelephony:
    """Fulfil `TelephonyControl` without a phone company."""

    name = "embedded"

    async def hang_up(self, call_sid: str) -> None:
        """Nothing to do: the call ends with its last document or its stream."""

    async def place_call(self, to: str, *, sender: str, answered_url: str, ended_url: str) -> str:
        """Raises `ProviderRefused`: nobody rings any number."""
        raise ProviderRefused(self.name, NO_COMPANY)

    async def recording(self, recording_sid: str, form: SoundForm = "mp3") -> bytes:
        """Raises `ProviderRefused`: nobody keeps recordings."""
        raise ProviderRefused(self.name, NO_COMPANY)

    async def delete_recording(self, recording_sid: str, form: SoundForm = "mp3") -> None:
        """Nobody keeps one."""

    async def webhooks(self, number: str) -> NumberWebhooks | None:
        """No number is ours."""
        return None

    async def connect_number(self, wanted: NumberWebhooks) -> None:
        """Raises `ProviderRefused`: there is no account to connect a number of."""
        raise ProviderRefused(self.name, NO_COMPANY)

    async def check(self) -> None:
        """Always well."""

    async def close(self) -> None:
        """Nothing to release."""


ADAPTER: Adapter[TelephonyControl, EmbeddedTelephonySettings] = Adapter(
    EmbeddedTelephonySettings, lambda _settings: EmbeddedTelephony()
)
