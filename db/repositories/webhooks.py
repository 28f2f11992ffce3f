"""Programs that are told what happens."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.booking import outbox
from db.models.staff import webhooks
from db.repositories.outbox import SqlOutbox
from receptionist.ports.webhooks import SEND_WEBHOOK, Webhook, WebhookEvent


class SqlWebhooks:
    """Fulfil `Webhooks`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._outbox = SqlOutbox(connection)

    async def all(self) -> Sequence[Webhook]:
        """Oldest first."""
        rows = await self._connection.execute(
            select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id)
        )
        return [_webhook(row) for row in rows.mappings()]

    async def get(self, webhook_id: str) -> Webhook | None:
        """By id."""
        rows = await self._connection.execute(select(webhooks).where(webhooks.c.id == webhook_id))
        row = rows.mappings().one_or_none()
        return None if row is None else _webhook(row)

    async def add(self, webhook: Webhook) -> None:
        """Insert."""
        values = {name: getattr(webhook, name) for name in webhooks.c.keys()}  # noqa: SIM118
        values["events"] = list(webhook.events)
        await self._connection.execute(insert(webhooks).values(values))

    async def pause(self, webhook_id: str, paused: bool) -> bool:
        """False when there is none of that id."""
        return await self._change(webhook_id, paused=paused)

    async def remove(self, webhook_id: str) -> bool:
        """What still waits to be sent to it is dropped."""
        await self._connection.execute(
            delete(outbox)
            .where(outbox.c.kind == SEND_WEBHOOK, outbox.c.status != "done")
            .where(outbox.c.key.startswith(_key(webhook_id), autoescape=True))
        )
        result = await self._connection.execute(
            delete(webhooks).where(webhooks.c.id == webhook_id).returning(webhooks.c.id)
        )
        return result.scalar_one_or_none() is not None

    async def told(self, webhook_id: str, at: datetime, result: str) -> None:
        """Note what came of an attempt."""
        await self._change(webhook_id, last_at=at, last_result=result[:100])

    async def announce(self, event: WebhookEvent, subject: str, change: str = "") -> None:
        """Queue it for every program that asked for it."""
        wanted = [each for each in await self.all() if event in each.events and not each.paused]
        for each in wanted:
            payload = {
                "webhook_id": each.id,
                "event_id": uuid4().hex,
                "event": event,
                "subject": subject,
                "at": datetime.now(UTC).isoformat(),
            }
            key = f"{_key(each.id)}{event}:{subject}:{change}"
            await self._outbox.put(SEND_WEBHOOK, key, payload)

    async def _change(self, webhook_id: str, **values: Any) -> bool:
        result = await self._connection.execute(
            update(webhooks)
            .where(webhooks.c.id == webhook_id)
            .values(values)
            .returning(webhooks.c.id)
        )
        return result.scalar_one_or_none() is not None


def _key(webhook_id: str) -> str:
    return f"{SEND_WEBHOOK}:{webhook_id}:"


def _webhook(row: RowMapping) -> Webhook:
    return Webhook(**{**row, "events": tuple(row["events"])})
