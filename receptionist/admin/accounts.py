"""Staff accounts: HTTP Basic against hashed passwords.

A verified credential is remembered for some minutes (as a keyed hash), because
an argon2 check costs a tenth of a second; it runs in a thread.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pwdlib import PasswordHash

from receptionist.ports.records import Database

REMEMBERED_S = 300.0
MOST_REMEMBERED = 256
FAILURES_ALLOWED = 10
FAILURE_WINDOW_S = 60.0
MOST_ADDRESSES = 1024


class PasswordAccounts:
    """Check and keep passwords."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHash.recommended()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._secret = secrets.token_bytes(32)
        self._verified: OrderedDict[bytes, float] = OrderedDict()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    async def ensure_admin(self, username: str, password: str | None) -> str | None:
        """Set the given password; or, for a new account without one, generate it and return it."""
        async with self._database.transaction() as uow:
            stored = await uow.accounts.password_hash(username)
        if password is None and stored is not None:
            return None
        if password is not None and stored is not None and await self._matches(password, stored):
            return None
        generated = secrets.token_urlsafe(12) if password is None else None
        hashed = await asyncio.to_thread(self._hasher.hash, password or generated or "")
        async with self._database.transaction() as uow:
            await uow.accounts.set_password_hash(username, hashed)
            await uow.audit.append(actor="settings", action="account.set", subject=username)
        return generated

    async def verify(self, username: str, password: str) -> bool:
        """Whether they belong together; takes as long for an unknown name."""
        key = hmac.digest(self._secret, f"{username}\0{password}".encode(), hashlib.sha256)
        if self._verified.get(key, 0.0) > time.monotonic():
            return True
        async with self._database.transaction() as uow:
            stored = await uow.accounts.password_hash(username)
        matches = await self._matches(password, stored or self._nobody) and stored is not None
        if matches:
            self._verified[key] = time.monotonic() + REMEMBERED_S
            while len(self._verified) > MOST_REMEMBERED:
                self._verified.popitem(last=False)
        return matches

    def too_many_failures(self, address: str) -> bool:
        """Whether this address has failed too often in the last minute."""
        failures = self._failures.get(address)
        while failures and failures[0] < time.monotonic() - FAILURE_WINDOW_S:
            failures.popleft()
        return bool(failures) and len(failures or ()) >= FAILURES_ALLOWED

    def failed(self, address: str) -> None:
        """Count a failed sign-in."""
        self._failures.setdefault(address, deque(maxlen=FAILURES_ALLOWED)).append(time.monotonic())
        self._failures.move_to_end(address)
        while len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)

    async def _matches(self, password: str, stored: str) -> bool:
        return await asyncio.to_thread(self._hasher.verify, password, stored)


def require_account(accounts: PasswordAccounts) -> Callable[[Request], Awaitable[str]]:
    """A dependency that gives the account's name, or answers 401 (429 after many failures)."""
    basic = HTTPBasic(realm="Receptionist", auto_error=False)

    async def account(request: Request) -> str:
        address = request.client.host if request.client else "unknown"
        if accounts.too_many_failures(address):
            raise HTTPException(429, "too many failed sign-ins; wait a minute")
        given: HTTPBasicCredentials | None = await basic(request)
        if given is not None and await accounts.verify(given.username, given.password):
            return given.username
        if given is not None:
            accounts.failed(address)
        raise HTTPException(
            401,
            "sign in with a staff account",
            headers={"WWW-Authenticate": 'Basic realm="Receptionist"'},
        )

    return account
