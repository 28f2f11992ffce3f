"""The phone company's control side: live calls and numbers."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

SoundForm = Literal["mp3", "wav"]


@dataclass(frozen=True, slots=True)
class NumberWebhooks:
    """Where a phone number's calls are sent, and the texts to it.

    Texts may go elsewhere, to a messaging service say, and the calls still come here.
    """

    number: str
    voice_url: str
    fallback_url: str
    status_url: str
    texts_url: str = field(default="", compare=False)


class TelephonyControl(Protocol):
    """Requests to the phone company."""

    name: str

    async def hang_up(self, call_sid: str) -> None:
        """End a live call. An ended call is not an error. Raises `ProviderError`."""

    async def place_call(self, to: str, *, sender: str, answered_url: str, ended_url: str) -> str:
        """Ring a number; when it is answered, `answered_url` says what is heard. The call SID.

        `ended_url` is told how it ended. Raises `ProviderError`.
        """

    async def recording(self, recording_sid: str, form: SoundForm = "mp3") -> bytes:
        """A recording's sound. Raises `ProviderError`, also when it is larger than any call's."""

    async def delete_recording(self, recording_sid: str) -> None:
        """One that is gone already is not an error. Raises `ProviderError`."""

    async def webhooks(self, number: str) -> NumberWebhooks | None:
        """What a number points at; None: not the account's. Raises `ProviderError`."""

    async def connect_number(self, wanted: NumberWebhooks) -> None:
        """Point a number's URLs. Raises `NotFound`, `ProviderError`."""

    async def check(self) -> None:
        """One cheap real request. Raises `ProviderError`."""

    async def close(self) -> None:
        """Release process-wide connections."""
