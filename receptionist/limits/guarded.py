"""The phone company as the rest of the house gets it: nothing goes out unless it may.

Whose account it is on is told by the number it goes out from.
"""

from datetime import datetime
from uuid import uuid4

from receptionist.domain.practice import Practice
from receptionist.errors import ProviderRefused
from receptionist.limits.spending import Spending
from receptionist.ports.messaging import Messaging
from receptionist.ports.records import Database
from receptionist.ports.telephony import NumberWebhooks, SoundForm, TelephonyControl


class GuardedMessaging:
    """Fulfil `Messaging` within what a practice may spend."""

    def __init__(self, messaging: Messaging, database: Database, spending: Spending) -> None:
        self.name = messaging.name
        self.external = messaging.external
        self._messaging = messaging
        self._database = database
        self._spending = spending

    async def send(
        self,
        to: str,
        body: str,
        *,
        sender: str,
        status_url: str | None = None,
        unless_sent_since: datetime | None = None,
    ) -> str:
        """Raises what `Spending.check_text` raises as well."""
        if self.external:
            practice = await _practice_of(self._database, self.name, sender)
            await self._spending.check_text(practice, to)
        return await self._messaging.send(
            to, body, sender=sender, status_url=status_url, unless_sent_since=unless_sent_since
        )

    async def check(self) -> None:
        """As it is."""
        await self._messaging.check()

    async def close(self) -> None:
        """As it is."""
        await self._messaging.close()


class GuardedTelephony:
    """Fulfil `TelephonyControl` within what a practice may spend."""

    def __init__(self, telephony: TelephonyControl, database: Database, spending: Spending) -> None:
        self.name = telephony.name
        self._telephony = telephony
        self._database = database
        self._spending = spending

    async def place_call(self, to: str, *, sender: str, answered_url: str, ended_url: str) -> str:
        """Raises what `Spending.take_call` raises as well."""
        practice = await _practice_of(self._database, self.name, sender)
        await self._spending.take_call(practice, to, f"placed:{uuid4().hex}")
        return await self._telephony.place_call(
            to, sender=sender, answered_url=answered_url, ended_url=ended_url
        )

    async def hang_up(self, call_sid: str) -> None:
        """As it is."""
        await self._telephony.hang_up(call_sid)

    async def recording(self, recording_sid: str, form: SoundForm = "mp3") -> bytes:
        """As it is."""
        return await self._telephony.recording(recording_sid, form)

    async def delete_recording(self, recording_sid: str, form: SoundForm = "mp3") -> None:
        """As it is."""
        await self._telephony.delete_recording(recording_sid)

    async def webhooks(self, number: str) -> NumberWebhooks | None:
        """As it is."""
        return await self._telephony.webhooks(number)

    async def connect_number(self, wanted: NumberWebhooks) -> None:
        """As it is."""
        await self._telephony.connect_number(wanted)

    async def check(self) -> None:
        """As it is."""
        await self._telephony.check()

    async def close(self) -> None:
        """As it is."""
        await self._telephony.close()


async def _practice_of(database: Database, provider: str, sender: str) -> Practice:
    async with database.reading() as uow:
        practice = await uow.practices.by_number(sender)
    if practice is None:
        raise ProviderRefused(provider, "the number it goes out from is no practice's")
    return practice
