"""The audit chain, staff accounts and stream tokens."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import accounts, audit_logs, stream_tokens
from db.repositories.calls import upsert
from db.repositories.paging import page_of
from receptionist.ports.records import AuditRow, ListQuery, Page

FIRST = "0" * 64
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
        values = {
            "at": datetime.now(UTC),
            "actor": actor,
            "action": action,
            "subject": subject,
            "detail": dict(detail or {}),
        }
        await self._connection.execute(
            insert(audit_logs).values({**values, "hash": link_hash(before or FIRST, values)})
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

    async def first_broken(self) -> AuditRow | None:
        """None when the whole chain holds."""
        before = FIRST
        result = await self._connection.stream(select(audit_logs).order_by(audit_logs.c.id))
        async for row in result.mappings():
            if row["hash"] != link_hash(before, row):
                return AuditRow(**row)
            before = row["hash"]
        return None


def link_hash(before: str, values: Mapping[str, Any] | RowMapping) -> str:
    """SHA-256 over the hash before and the row's content in one canonical form."""
    content = [
        before,
        values["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        values["actor"],
        values["action"],
        values["subject"],
        values["detail"],
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


class SqlAccounts:
    """Fulfil `Accounts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def password_hash(self, username: str) -> str | None:
        """None for an unknown account."""
        found: str | None = await self._connection.scalar(
            select(accounts.c.password_hash).where(accounts.c.username == username)
        )
        return found

    async def set_password_hash(self, username: str, password_hash: str) -> None:
        """Make the account or change its password."""
        statement = upsert(self._connection, accounts).values(
            username=username, password_hash=password_hash
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["username"], set_={"password_hash": password_hash}
            )
        )


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
