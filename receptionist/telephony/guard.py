"""What is let through of what Twilio brings: how often a caller, what may be dialled.

Calls that come from this machine itself (`receptionist call`, a load test) cost nothing and
are not counted.
"""

from contextlib import suppress

import structlog

from receptionist.call import phrases
from receptionist.domain.practice import Practice
from receptionist.errors import DatabaseAway, NumberRefused, ProviderLimited
from receptionist.limits.rates import RateLimits
from receptionist.limits.spending import Spending
from receptionist.ports.records import CallRecord, Database
from receptionist.telephony.requests import Webhook

log = structlog.get_logger()


class CallGuard:
    """Asked by the webhooks."""

    def __init__(self, limits: RateLimits, spending: Spending, database: Database) -> None:
        self._limits = limits
        self._spending = spending
        self._database = database

    async def is_kept(self, path: str) -> bool:
        """Whether a refused request is worth another row: a flood of them must not fill a disk."""
        return await self._limits.allow("refusal", path)

    async def turned_away(self, webhook: Webhook) -> str | None:
        """What a caller is told who has called too often; None lets the call in.

        A withheld number is nobody's, and a call that is known already is not counted again.
        For one that is over there is nothing to say: the request is an old one, sent again.
        """
        known = await self._call(webhook)
        if known is not None:
            return "" if _is_over(known) else None
        if webhook.is_local:
            return None
        called = webhook.get("To", "")
        caller = webhook.caller if webhook.caller.startswith("+") else ""
        if await self._limits.allow("caller", caller) and await self._limits.allow(
            "number", called
        ):
            return None
        log.warning("call_turned_away")
        practice = None
        with suppress(DatabaseAway):
            practice = await self._kept(webhook.call_sid, called)
        return phrases.too_many_calls(practice)

    async def is_over(self, webhook: Webhook) -> bool:
        """Whether the call has ended for good: a request about it is an old one, sent again."""
        known = await self._call(webhook)
        return known is not None and _is_over(known)

    async def answers_too_often(self, webhook: Webhook) -> bool:
        """Whether a texter has had enough answers: two machines may be talking to each other."""
        if webhook.is_local:
            return False
        return not await self._limits.allow("texter", webhook.get("From", ""))

    async def may_dial(self, webhook: Webhook, number: str) -> bool:
        """Whether a caller may be put through on the practice's account; counted once a turn."""
        if webhook.is_local:
            return True
        key = f"transfer:{webhook.call_sid}:{webhook.get('turn', '')[:10]}"
        try:
            async with self._database.reading() as uow:
                call = await uow.calls.get(webhook.call_sid)
                practice_id = call.practice_id if call else None
                practice = await uow.practices.get(practice_id) if practice_id else None
            if practice is None:
                return False
            await self._spending.take_call(practice, number, key)
        except (NumberRefused, ProviderLimited):
            return False
        except DatabaseAway:
            # Nothing can be counted, and somebody wants a person: the number is the practice's own.
            return True
        return True

    async def _call(self, webhook: Webhook) -> CallRecord | None:
        """With the database away nothing is known of any call, and none is held up for it."""
        with suppress(DatabaseAway):
            async with self._database.reading() as uow:
                return await uow.calls.get(webhook.call_sid)
        return None

    async def _kept(self, call_sid: str, called: str) -> Practice | None:
        """Keep that a call was turned away; the practice that was called."""
        keeps = await self._limits.allow("refusal", f"calls to {called}")
        async with self._database.transaction() as uow:
            practice = await uow.practices.by_number(called)
            if keeps:
                action = "call.refused.too_many"
                await uow.audit.append(actor="telephony", action=action, subject=f"call:{call_sid}")
        return practice


def _is_over(call: CallRecord) -> bool:
    """A call that was lost may come back, and one to no practice is told so each time."""
    return call.ended_at is not None and call.ended_by not in ("lost", "refused")
