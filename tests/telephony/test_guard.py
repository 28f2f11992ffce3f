"""What is let through when nothing can be looked up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

from providers.limits.embedded import EmbeddedRates
from receptionist.domain.rates import Rate
from receptionist.errors import DatabaseAway
from receptionist.limits.rates import RateLimits
from receptionist.limits.spending import Spending
from receptionist.observability import Metrics
from receptionist.telephony.guard import CallGuard
from receptionist.telephony.requests import Webhook
from receptionist.telephony.signature import RequestVerifier
from receptionist.telephony.webhooks import TwilioWebhooks

RING = {"CallSid": ["CA1"], "From": ["+12125550142"], "To": ["+15550100"]}


class AwayDatabase:
    """A database that cannot be reached."""

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        raise DatabaseAway
        yield

    transaction = reading


def guard() -> CallGuard:
    metrics, database = Metrics(), AwayDatabase()
    limits = RateLimits(EmbeddedRates(), {"caller": Rate(1, 60)}, "secret", metrics)
    spending = Spending(database, lambda: datetime.now(UTC), metrics)
    return CallGuard(limits, spending, database)


async def test_with_the_database_away_calls_come_in_and_are_still_counted() -> None:
    asked = guard()

    assert await asked.turned_away(Webhook(RING)) is None
    assert "dial 9 1 1" in (await asked.turned_away(Webhook(RING)) or "")


async def test_with_the_database_away_a_caller_is_put_through() -> None:
    assert await guard().may_dial(Webhook(RING), "+15550111")


async def test_with_the_database_away_no_call_is_over() -> None:
    assert not await guard().is_over(Webhook(RING))


async def test_with_the_database_away_a_wrong_signature_is_refused_all_the_same() -> None:
    metrics, unused = Metrics(), cast(Any, None)
    webhooks = TwilioWebhooks(
        desk=unused,
        voicemails=unused,
        database=AwayDatabase(),
        verifier=RequestVerifier("https://clinic.example", "secret"),
        addresses=unused,
        metrics=metrics,
        active=unused,
        guard=guard(),
    )

    await webhooks.refused("/voice/incoming")

    assert metrics.registry.get_sample_value("receptionist_signature_failures_total") == 1.0
