"""Staff accounts."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.staff import accounts
from db.repositories.calls import upsert
from receptionist.ports.staff import Account

SHOWN = (accounts.c.username, accounts.c.role, accounts.c.phone)


class SqlAccounts:
    """Fulfil `Accounts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, username: str) -> Account | None:
        """None for an unknown account."""
        found = await self._connection.execute(
            select(*SHOWN).where(accounts.c.username == username)
        )
        row = found.mappings().one_or_none()
        return None if row is None else Account(**row)

    async def all(self) -> Sequence[Account]:
        """By name."""
        rows = await self._connection.execute(select(*SHOWN).order_by(accounts.c.username))
        return [Account(**row) for row in rows.mappings()]

    async def password_hash(self, username: str) -> str | None:
        """None for an unknown account."""
        found: str | None = await self._connection.scalar(
            select(accounts.c.password_hash).where(accounts.c.username == username)
        )
        return found

    async def set_password_hash(self, username: str, password_hash: str) -> None:
        """Change it, or make a manager's account."""
        statement = upsert(self._connection, accounts).values(
            username=username, password_hash=password_hash, role="manager"
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["username"], set_={"password_hash": password_hash}
            )
        )

    async def add(self, account: Account, password_hash: str) -> bool:
        """False when somebody else just has."""
        statement = upsert(self._connection, accounts).values(
            username=account.username,
            password_hash=password_hash,
            role=account.role,
            phone=account.phone,
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing().returning(accounts.c.username)
        )
        return result.scalar_one_or_none() is not None

    async def change(self, account: Account) -> bool:
        """Role and phone; False when that would leave nobody a manager."""
        if not account.is_manager and await self._is_last_manager(account.username):
            return False
        await self._connection.execute(
            update(accounts)
            .where(accounts.c.username == account.username)
            .values(role=account.role, phone=account.phone)
        )
        return True

    async def remove(self, username: str) -> bool:
        """False when that would leave nobody a manager."""
        if await self._is_last_manager(username):
            return False
        await self._connection.execute(delete(accounts).where(accounts.c.username == username))
        return True

    async def _is_last_manager(self, username: str) -> bool:
        is_manager: ColumnElement[bool] = accounts.c.role == "manager"
        # Locked until the transaction ends: two managers may be taking leave of each other.
        await self._connection.execute(select(SHOWN[0]).where(is_manager).with_for_update())
        others = await self._connection.scalar(
            select(func.count()).where(is_manager, accounts.c.username != username)
        )
        found = await self.get(username)
        return found is not None and found.is_manager and not others
