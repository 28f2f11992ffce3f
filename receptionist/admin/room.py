"""What the staff's pages work with. Composed once; every section gets the same one."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from receptionist.admin.access import SignedIn, require_manager
from receptionist.admin.accounts import PasswordAccounts
from receptionist.admin.forms import form_token, keep_token
from receptionist.admin.frame import Frame
from receptionist.admin.live import StaffEvents
from receptionist.booking.desk import BookingDesk
from receptionist.numbers.prices import DEFAULT_PRICES, PriceTable
from receptionist.ports.calendar import Calendar
from receptionist.ports.live_calls import LiveChannel
from receptionist.ports.records import Database, UnitOfWork
from receptionist.ports.staff import Account
from receptionist.ports.telephony import TelephonyControl
from receptionist.ports.webhooks import WebhookDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRoom:
    """Services, who is signed in, and how a page is answered."""

    database: Database
    accounts: PasswordAccounts
    telephony: TelephonyControl
    desk: BookingDesk
    calendar: Calendar
    signed_in: SignedIn
    public_base: str
    """Where the phone company reaches us."""
    events: StaffEvents
    live: LiveChannel
    webhooks: WebhookDesk
    prices: PriceTable = DEFAULT_PRICES
    frame: Frame = field(default_factory=Frame)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    phone_page: Callable[[Request], bool] = lambda _: True
    """Whether whoever asks may try the receptionist in their browser."""

    @property
    def staff(self) -> Any:
        """A route's parameter default: the account that asks, whatever its role."""
        return Depends(self._drawing(self.signed_in))

    @property
    def manager(self) -> Any:
        """The same, and 403 for whoever is no manager."""
        return Depends(self._drawing(require_manager(self.signed_in)))

    def _drawing(self, signed_in: SignedIn) -> SignedIn:
        """What has changed so far is noted before the page reads anything."""

        async def noted(request: Request, who: Annotated[Account, Depends(signed_in)]) -> Account:
            request.state.marks = await self.events.marks(fresh=True)
            return who

        return noted

    @asynccontextmanager
    async def looking(self, who: Account, subject: str) -> AsyncIterator[UnitOfWork]:
        """Read personal data inside this block. The audit row is kept first: no look without it.

        A long read then keeps no writer waiting.
        """
        async with self.database.transaction() as uow:
            await uow.audit.append(actor=who.username, action="viewed", subject=subject)
        async with self.database.reading() as uow:
            yield uow

    def page(
        self,
        request: Request,
        who: Account,
        template: str,
        values: Mapping[str, object],
        *,
        section: str,
        status: int = 200,
    ) -> HTMLResponse:
        """A page of ours, with the token for its forms."""
        token = form_token(request)
        marks = ",".join(f"{name}.{mark}" for name, mark in request.state.marks.items())
        response = self.frame.page(
            request,
            template,
            {"token": token, "marks": marks, **values},
            who=who,
            section=section,
            status=status,
        )
        keep_token(response, token, secure=request.url.scheme == "https")
        return response
