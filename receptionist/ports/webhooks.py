"""Other programs that are told what happens: where they are, and what they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

WebhookEvent = Literal["message.taken", "appointment.changed", "call.ended"]
WEBHOOK_EVENTS: tuple[WebhookEvent, ...] = get_args(WebhookEvent)
SEND_WEBHOOK = "webhook.send"
"""The outbox's kind. Its rows hold ids only: what is sent is read when it is sent."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One program. `secret` signs what it is sent."""

    id: str
    url: str
    secret: str
    events: tuple[WebhookEvent, ...]
    created_by: str
    created_at: datetime
    paused: bool = False
    last_at: datetime | None = None
    last_result: str | None = None
    """`200`, or why it failed, of the last attempt."""


class Webhooks(Protocol):
    async def all(self) -> Sequence[Webhook]:
        """Oldest first."""

    async def get(self, webhook_id: str) -> Webhook | None: ...
    async def add(self, webhook: Webhook) -> None: ...
    async def pause(self, webhook_id: str, paused: bool) -> bool:
        """False when there is none of that id."""

    async def remove(self, webhook_id: str) -> bool:
        """What still waits to be sent to it is dropped. False when there is none."""

    async def told(self, webhook_id: str, at: datetime, result: str) -> None:
        """Note what came of an attempt."""

    async def announce(self, event: WebhookEvent, subject: str, change: str = "") -> None:
        """Queue it for every program that asked for it, in this transaction.

        `change` tells apart several events of one subject.
        """


class WebhookDesk(Protocol):
    """What the pages need of whoever sends them."""

    def problem_of(self, url: str) -> str | None:
        """What is wrong with an address, as a sentence; None when nothing is."""

    async def test(self, webhook: Webhook) -> str:
        """Send something harmless at once; `200`, or why it failed."""
