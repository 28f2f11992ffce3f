"""No text messages leave this machine.

Whoever sends a text keeps it in the `texts` table, where it can be looked at. Here
nobody is asked to carry it any further.
"""

from datetime import datetime
from uuid import uuid4

from pydantic_settings import BaseSettings

from receptionist.ports.adapter import Adapter
from receptionist.ports.messaging import Messaging


class EmbeddedMessagingSettings(BaseSettings):
    """Nothing to set."""


class EmbeddedMessaging:
    """Fulfil `Messaging` without a phone company."""

    name = "embedded"
    external = False

    async def send(
        self,
        to: str,
        body: str,
        *,
        sender: str,
        status_url: str | None = None,
        unless_sent_since: datetime | None = None,
    ) -> str:
        """An id of our own."""
        return f"local-{uuid4().hex}"

    async def check(self) -> None:
        """Always well."""

    async def close(self) -> None:
        """Nothing to release."""


ADAPTER: Adapter[Messaging, EmbeddedMessagingSettings] = Adapter(
    EmbeddedMessagingSettings, lambda _settings: EmbeddedMessaging()
)
