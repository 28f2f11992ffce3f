"""What keeps callers, addresses and spending within limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from receptionist.bootstrap.adapters import build_on_redis
from receptionist.limits.guarded import GuardedMessaging, GuardedTelephony
from receptionist.limits.rates import RateLimits
from receptionist.limits.spare import SparedRates
from receptionist.limits.spending import Spending
from receptionist.observability import Metrics
from receptionist.ports.messaging import Messaging
from receptionist.ports.rate_store import RateStore
from receptionist.ports.records import Database
from receptionist.ports.telephony import TelephonyControl
from receptionist.settings import Settings


def build_rate_store(problems: list[str]) -> RateStore | None:
    """Redis with this process's memory beside it, or that alone; None when a setting is wrong."""
    stores: list[RateStore] = build_on_redis("limits", problems)
    if len(stores) < 2:
        return next(iter(stores), None)
    return SparedRates(stores[0], stores[1])


@dataclass(frozen=True, slots=True)
class Guards:
    """The limits, and the phone company behind them."""

    limits: RateLimits
    spending: Spending
    telephony: TelephonyControl
    messaging: Messaging


def build_guards(
    settings: Settings,
    store: RateStore,
    database: Database,
    telephony: TelephonyControl,
    messaging: Messaging,
    metrics: Metrics,
    clock: Callable[[], datetime],
) -> Guards:
    """Put them together."""
    token = settings.twilio_auth_token
    limits = RateLimits(
        store,
        {
            "caller": settings.calls_per_caller,
            "number": settings.calls_per_number,
            "address": settings.requests_per_address,
            "texter": settings.texts_per_sender,
        },
        # The same in every process of one installation, and not to be had from Redis.
        token.get_secret_value() if token else settings.database,
        metrics,
    )
    spending = Spending(database, clock, metrics)
    return Guards(
        limits,
        spending,
        GuardedTelephony(telephony, database, spending),
        GuardedMessaging(messaging, database, spending),
    )
