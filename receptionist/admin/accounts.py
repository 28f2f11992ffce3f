"""Staff accounts: HTTP Basic against hashed passwords.

A verified credential is remembered for some minutes (as a keyed hash that the
stored password is part of), because an argon2 check costs a tenth of a second;
it runs in a thread.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from base64 import b64encode
from collections import OrderedDict, deque
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.low_level import ARGON2_VERSION
from pwdlib import PasswordHash

from receptionist.ports.records import Database
from receptionist.ports.staff import Account, Role

REMEMBERED_S = 300.0
MOST_REMEMBERED = 256
FAILURES_ALLOWED = 10
FAILURE_WINDOW_S = 60.0
MOST_COUNTED = 4096


def no_passwords_hash() -> str:
    """Of no password. To verify one against it takes as long as against a real one.

    Made up and not computed, which would hold every start up for a tenth of a second.
    """
    costs = PasswordHasher()
    salt, tag = (
        b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (costs.salt_len, costs.hash_len)
    )
    work = f"m={costs.memory_cost},t={costs.time_cost},p={costs.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${work}${salt}${tag}"


class PasswordAccounts:
    """Check and keep passwords."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._hasher = PasswordHash.recommended()
        self._nobody = no_passwords_hash()
        self._secret = secrets.token_bytes(32)
        self._verified: OrderedDict[bytes, float] = OrderedDict()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    async def ensure_admin(self, username: str, password: str | None) -> str | None:
        """Set the given password; or, for a new account without one, generate it and return it.

        Whoever the settings name is a manager. Of several processes that start at once one makes
        the account; the others return None.
        """
        _, stored = await self._stored(username)
        if password is None:
            return None if stored else await self.add(username, "manager", by="settings")
        if stored is None or not await self._matches(password, stored):
            hashed = await asyncio.to_thread(self._hasher.hash, password)
            async with self._database.transaction() as uow:
                await uow.accounts.set_password_hash(username, hashed)
                await uow.audit.append(actor="settings", action="account.set", subject=username)
        return None

    async def add(
        self, username: str, role: Role, *, by: str, password: str | None = None
    ) -> str | None:
        """Make an account; its password, generated unless given. None when the name is taken."""
        password = password or secrets.token_urlsafe(12)
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        async with self._database.transaction() as uow:
            if not await uow.accounts.add(Account(username, role), hashed):
                return None
            await uow.audit.append(
                actor=by, action="account.added", subject=username, detail={"role": role}
            )
        return password

    async def set_password(self, username: str, password: str | None = None, *, by: str) -> str:
        """Change a known account's password; the new one, generated unless given."""
        password = password or secrets.token_urlsafe(12)
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        async with self._database.transaction() as uow:
            await uow.accounts.set_password_hash(username, hashed)
            await uow.audit.append(actor=by, action="account.password", subject=username)
        return password

    async def verify(self, username: str, password: str) -> Account | None:
        """The account, if they belong together; takes as long for an unknown name."""
        account, stored = await self._stored(username)
        key = self._key(username, password, stored or "")
        if self._is_remembered(key):
            return account
        matches = await self._matches(password, stored or self._nobody) and stored is not None
        if not matches:
            return None
        self._verified[key] = self._clock() + REMEMBERED_S
        while len(self._verified) > MOST_REMEMBERED:
            self._verified.popitem(last=False)
        return account

    async def remembered(self, username: str, password: str) -> Account | None:
        """The account, if they have been verified in the last minutes."""
        account, stored = await self._stored(username)
        return account if self._is_remembered(self._key(username, password, stored or "")) else None

    def too_many_failures(self, *sources: str) -> bool:
        """Whether one of these (an address, a name) has failed too often in the last minute."""
        return any(self._recent(source) >= FAILURES_ALLOWED for source in sources)

    def failed(self, *sources: str) -> None:
        """Count a failed sign-in against each of these."""
        for source in sources:
            failures = self._failures.setdefault(source, deque(maxlen=FAILURES_ALLOWED))
            failures.append(self._clock())
            self._failures.move_to_end(source)
        while len(self._failures) > MOST_COUNTED:
            self._failures.popitem(last=False)

    async def _stored(self, username: str) -> tuple[Account | None, str | None]:
        async with self._database.reading() as uow:
            return await uow.accounts.get(username), await uow.accounts.password_hash(username)

    async def _matches(self, password: str, stored: str) -> bool:
        return await asyncio.to_thread(self._hasher.verify, password, stored)

    def _is_remembered(self, key: bytes) -> bool:
        return self._verified.get(key, 0.0) > self._clock()

    def _key(self, *parts: str) -> bytes:
        return hmac.digest(self._secret, "\0".join(parts).encode(), hashlib.sha256)

    def _recent(self, source: str) -> int:
        failures = self._failures.get(source)
        while failures and failures[0] < self._clock() - FAILURE_WINDOW_S:
            failures.popleft()
        return len(failures or ())
