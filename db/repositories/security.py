"""The audit chain and stream tokens."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.calls import stream_tokens
from db.models.staff import audit_logs
from db.repositories.paging import page_of
from receptionist.ports.paging import ListQuery, Page
from receptionist.ports.records import AuditCheck, AuditRow

FIRST = AuditCheck().hash
CHECKED_AT_ONCE = 1_000
CHAIN_LOCK = 7_265_001
"""Appends wait for each other on PostgreSQL; on SQLite there is one writer anyway."""


class SqlAudit:
    """Fulfil `Audit`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(
        self, *, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Add a link: its hash covers its content and the hash before it."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(text(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})"))
        before = await self._connection.scalar(
            select(audit_logs.c.hash).order_by(audit_logs.c.id.desc()).limit(1)
        )
        row = AuditRow(0, datetime.now(UTC), actor, action, subject, dict(detail or {}), "")
        await self._connection.execute(
            insert(audit_logs).values(
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                detail=row.detail,
                hash=link_hash(before or FIRST, row),
            )
        )

    async def list(self, query: ListQuery) -> Page[AuditRow]:
        """Newest first."""
        return await page_of(
            self._connection,
            select(audit_logs),
            query,
            at=audit_logs.c.at,
            key=audit_logs.c.id,
            make=lambda row: AuditRow(**row),
        )

    async def last_change(self, subject: str) -> AuditRow | None:
        """The newest row about it that is no mere look."""
        result = await self._connection.execute(
            select(audit_logs)
            .where(audit_logs.c.subject == subject, audit_logs.c.action != "viewed")
            .order_by(audit_logs.c.id.desc())
            .limit(1)
        )
        row = result.mappings().one_or_none()
        return None if row is None else AuditRow(**row)

    async def first_broken(self) -> AuditRow | None:
        """None when the whole chain holds."""
        proved, before = AuditCheck(), None
        while proved != before:
            before, proved = proved, await self.check(proved, CHECKED_AT_ONCE)
        if proved.broken_at is None:
            return None
        rows = await self.rows_after(proved.broken_at - 1, 1)
        return rows[0]

    async def check(self, since: AuditCheck, limit: int) -> AuditCheck:
        """Prove the next rows after those proved, and that the last of those is still there."""
        if since.id and await self._hash(since.id) != since.hash:
            return replace(since, broken_at=since.id)
        last, before = since.id, since.hash
        for row in await self.rows_after(since.id, limit):
            if row.hash != link_hash(before, row):
                return AuditCheck(last, before, broken_at=row.id)
            last, before = row.id, row.hash
        return AuditCheck(last, before)

    async def rows_after(self, row_id: int, limit: int) -> Sequence[AuditRow]:
        """In their order."""
        rows = await self._connection.execute(
            select(audit_logs)
            .where(audit_logs.c.id > row_id)
            .order_by(audit_logs.c.id)
            .limit(limit)
        )
        return [AuditRow(**row) for row in rows.mappings()]

    async def newest_id(self) -> int:
        """0 when there is none."""
        found = await self._connection.scalar(select(func.max(audit_logs.c.id)))
        return int(found or 0)

    async def _hash(self, row_id: int) -> str | None:
        found: str | None = await self._connection.scalar(
            select(audit_logs.c.hash).where(audit_logs.c.id == row_id)
        )
        return found


def link_hash(before: str, row: AuditRow) -> str:
    """SHA-256 over the hash before and the row's content in one canonical form."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [before, at, row.actor, row.action, row.subject, row.detail]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


class SqlStreamTokens:
    """Fulfil `StreamTokens`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def issue(self, token_hash: str, call_sid: str, expires_at: datetime) -> None:
        """A ticket for one connection."""
        await self._connection.execute(
            insert(stream_tokens).values(
                token_hash=token_hash, call_sid=call_sid, expires_at=expires_at, used=False
            )
        )

    async def redeem(self, token_hash: str, now: datetime) -> str | None:
        """The call SID, once: the UPDATE itself decides between two that come at the same time."""
        result = await self._connection.execute(
            update(stream_tokens)
            .where(stream_tokens.c.token_hash == token_hash)
            .where(stream_tokens.c.used.is_(False), stream_tokens.c.expires_at > now)
            .values(used=True)
            .returning(stream_tokens.c.call_sid)
        )
        call_sid: str | None = result.scalar_one_or_none()
        return call_sid
