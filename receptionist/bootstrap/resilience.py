"""What stands between callers and vendors that fail."""

from collections.abc import Callable
from datetime import datetime

from receptionist.bootstrap.adapters import LAST_RESORT, build_on_redis
from receptionist.call.warm import Vendors
from receptionist.conversation.ready_answers import with_ready_answers
from receptionist.observability import Metrics
from receptionist.ports.breaker_store import BreakerStore
from receptionist.ports.language_model import LanguageModel
from receptionist.ports.messaging import Messaging
from receptionist.ports.records import Database
from receptionist.resilience.breakers import Breakers
from receptionist.resilience.guarded import (
    Budget,
    guarded_model,
    guarded_recogniser,
    guarded_voice,
)
from receptionist.resilience.hedged import hedged
from receptionist.resilience.operations import Operations
from receptionist.settings import Settings


def build_breaker_store(problems: list[str]) -> BreakerStore | None:
    """Redis, or this process alone; None when a setting is wrong."""
    stores: list[BreakerStore] = build_on_redis("breakers", problems)
    return next(iter(stores), None)


def build_operations(
    settings: Settings,
    database: Database,
    messaging: Messaging,
    clock: Callable[[], datetime],
) -> Operations | None:
    """None when nobody is to be told. What a practice may spend on texts is not asked: it is
    the house's own number, and a breaker gives few of them."""
    if settings.operations_number is None:
        return None
    where = f"{settings.public_base}/admin/audit"
    number = settings.operations_number
    return Operations(database, messaging, clock, number=number, where=where)


def guard_vendors(
    settings: Settings, vendors: Vendors, breakers: Breakers, metrics: Metrics
) -> Vendors:
    """All but the embedded adapters within their budgets and behind breakers."""
    hearing, thinking, speaking = (
        Budget(seconds, seconds)
        for seconds in (
            settings.stt_budget_seconds,
            settings.llm_budget_seconds,
            settings.tts_budget_seconds,
        )
    )

    def model(each: LanguageModel) -> LanguageModel:
        raced = hedged(each, metrics) if settings.llm_hedging else each
        return with_ready_answers(guarded_model(raced, breakers, thinking), metrics)

    return Vendors(
        [
            r if r.name == LAST_RESORT else guarded_recogniser(r, breakers, hearing)
            for r in vendors.recognisers
        ],
        [m if m.name == LAST_RESORT else model(m) for m in vendors.models],
        [
            v if v.name == LAST_RESORT else guarded_voice(v, breakers, speaking)
            for v in vendors.voices
        ],
    )
