"""What calls cost, from a table of prices that the practice may replace by its own."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from receptionist.errors import ConfigurationError

Unit = Literal["minute", "started_minute", "turn", "1000_characters", "call"]
Channel = Literal["stream", "plain", "phone"]


class Price(BaseModel):
    """One line of the table. It counts for calls on `channels`, and only while `vendor` serves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    per: Unit
    price: float = Field(ge=0, allow_inf_nan=False)
    channels: tuple[Channel, ...] = ("stream", "plain")
    vendor: str | None = None


class PriceTable(BaseModel):
    """All of them. `note` says where they are from and of when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    note: str = Field(default="", max_length=300)
    prices: tuple[Price, ...]

    def serving(self, vendors: Collection[str]) -> "PriceTable":
        """Without those of vendors that do not serve."""
        left = tuple(p for p in self.prices if p.vendor is None or p.vendor in vendors)
        return self.model_copy(update={"prices": left})


DEFAULT_PRICES = PriceTable(
    note=(
        "Assumed: the vendors' public list prices in the United States in the middle of 2025, "
        "without taxes and discounts, and 3,000 tokens read (half of them cached) and 60 written "
        "a turn."
    ),
    prices=(
        # https://www.twilio.com/en-us/voice/pricing/us
        Price(name="Telephone line", per="started_minute", price=0.0085, vendor="twilio"),
        Price(
            name="Media stream",
            per="minute",
            price=0.004,
            channels=("stream",),
            vendor="twilio",
        ),
        Price(
            name="Twilio's speech recognition",
            per="turn",
            price=0.02,
            channels=("plain",),
            vendor="twilio",
        ),
        # https://deepgram.com/pricing: Nova-3, streaming, pay as you go
        Price(
            name="Speech recognition",
            per="minute",
            price=0.0077,
            channels=("stream",),
            vendor="deepgram",
        ),
        # https://openai.com/api/pricing: GPT-4o, $2.50 a million tokens read, $1.25 cached, $10
        # written
        Price(
            name="Language model",
            per="turn",
            price=0.0062,
            channels=("stream", "plain", "phone"),
            vendor="openai",
        ),
        # https://elevenlabs.io/pricing/api: Flash
        Price(
            name="Voice",
            per="1000_characters",
            price=0.05,
            channels=("stream",),
            vendor="elevenlabs",
        ),
    ),
)


def read_prices(path: Path) -> PriceTable:
    """A YAML file. Raises `ConfigurationError` with all that is wrong."""
    try:
        return PriceTable.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as exc:
        problems = [
            f"PRICES_FILE: {'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg']}"
            for error in exc.errors()
        ]
        raise ConfigurationError(problems) from exc
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise ConfigurationError(["PRICES_FILE: cannot be read as YAML"]) from exc


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost, in all and a call."""

    name: str
    total: float
    a_call: float


def costs(table: PriceTable, use: Mapping[str, Counter[str]]) -> list[Cost]:
    """Each line of the table, for what was used by channel."""
    calls = sum(counts["calls"] for counts in use.values())
    found: dict[str, float] = {}
    for price in table.prices:
        amount = sum(_amount(price.per, use[c]) for c in price.channels if c in use)
        found[price.name] = found.get(price.name, 0.0) + amount * price.price
    return [Cost(name, total, total / calls if calls else 0.0) for name, total in found.items()]


def _amount(per: Unit, used: Counter[str]) -> float:
    match per:
        case "minute":
            return used["seconds"] / 60
        case "started_minute":
            return float(used["started_minutes"])
        case "turn":
            return float(used["turns"])
        case "1000_characters":
            return used["characters"] / 1000
        case "call":
            return float(used["calls"])
