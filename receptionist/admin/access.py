"""Who is asking: HTTP Basic, slowed down for whoever guesses."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from receptionist.admin.accounts import FAILURE_WINDOW_S, PasswordAccounts
from receptionist.ports.staff import Account

REALM = "Receptionist"
LONGEST_NAME = 200
LONGEST_PASSWORD = 1000

SignedIn = Callable[..., Awaitable[Account]]
"""A dependency that gives the account, or answers 401 (429 after many failures)."""


def require_account(accounts: PasswordAccounts) -> SignedIn:
    """Any account."""
    basic = HTTPBasic(realm=REALM, auto_error=False)

    async def account(
        request: Request, given: Annotated[HTTPBasicCredentials | None, Depends(basic)]
    ) -> Account:
        address = request.client.host if request.client else "unknown"
        # The name as well: behind a proxy every address is the proxy's.
        sources = [f"address {address}"] + ([f"name {given.username}"] if given else [])
        can_be = given is not None and _can_be(given)
        if accounts.too_many_failures(*sources):
            # Whoever guesses at a name must not keep its owner out who is already in.
            if given is not None and can_be:
                known = await accounts.remembered(given.username, given.password)
                if known is not None:
                    return known
            wait = {"Retry-After": str(int(FAILURE_WINDOW_S))}
            raise HTTPException(429, "too many failed sign-ins; wait a minute", headers=wait)
        if given is not None:
            found = await accounts.verify(given.username, given.password) if can_be else None
            if found is not None:
                return found
            accounts.failed(*sources)
        raise HTTPException(
            401,
            "sign in with a staff account",
            headers={"WWW-Authenticate": f'Basic realm="{REALM}"'},
        )

    return account


def require_manager(signed_in: SignedIn) -> SignedIn:
    """An account with the role `manager`; 403 for others."""

    async def manager(who: Annotated[Account, Depends(signed_in)]) -> Account:
        if not who.is_manager:
            raise HTTPException(403, "only a manager may do this")
        return who

    return manager


def _can_be(given: HTTPBasicCredentials) -> bool:
    """Whether the database could hold such a name at all, and a hash is worth computing."""
    return (
        len(given.username) <= LONGEST_NAME
        and len(given.password) <= LONGEST_PASSWORD
        and "\0" not in given.username
    )
