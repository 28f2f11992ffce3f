"""What goes on around calls for those who watch them: live view, day's counts, webhooks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from receptionist.api.webhooks import WebhookSender
from receptionist.bootstrap.adapters import build_on_redis
from receptionist.call.background import Background
from receptionist.call.live import LiveCalls
from receptionist.call.warm import Vendors
from receptionist.errors import ConfigurationError
from receptionist.numbers.counting import Counting
from receptionist.numbers.prices import DEFAULT_PRICES, PriceTable, read_prices
from receptionist.observability import Metrics
from receptionist.ports.live_calls import LiveChannel
from receptionist.ports.records import Database
from receptionist.ports.telephony import TelephonyControl
from receptionist.settings import Settings


@dataclass(frozen=True, slots=True)
class Watching:
    """Built once; `start` sets it going."""

    channel: LiveChannel
    calls: LiveCalls
    counting: Counting
    webhooks: WebhookSender
    prices: PriceTable

    def start(self, background: Background) -> None:
        """Until the process ends."""
        background.spawn(self.channel.run(), "live-channel")
        background.spawn(self.calls.watch(), "staff-requests")
        background.spawn(self.counting.watch(), "counting")

    async def close(self) -> None:
        """Release connections."""
        await self.webhooks.close()
        await self.channel.close()


def build_watching(
    settings: Settings,
    database: Database,
    metrics: Metrics,
    vendors: Vendors,
    telephony: TelephonyControl,
    clock: Callable[[], datetime],
) -> Watching:
    """Nothing runs yet. Raises `ConfigurationError`."""
    channel = _channel()
    serving = {telephony.name}
    for kind in (vendors.recognisers, vendors.models, vendors.voices):
        serving |= {each.name for each in kind[:1]}
    return Watching(
        channel=channel,
        calls=LiveCalls(database, channel, clock),
        counting=Counting(database, clock, metrics.registry),
        webhooks=WebhookSender(database, clock, private_allowed=settings.webhook_private_addresses),
        prices=prices(settings).serving(serving),
    )


def prices(settings: Settings) -> PriceTable:
    """The practice's own, or what is assumed. Raises `ConfigurationError`."""
    return read_prices(settings.prices_file) if settings.prices_file else DEFAULT_PRICES


def _channel() -> LiveChannel:
    problems: list[str] = []
    built: list[LiveChannel] = build_on_redis("live", problems)
    if problems:
        raise ConfigurationError(problems)
    return built[0]
