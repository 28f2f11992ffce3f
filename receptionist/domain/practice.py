"""A practice: who works there, when it is open, what it offers and what it says.

Plain values. Where they come from (a YAML file, the database) is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Wall-clock time in the practice's zone, `opens` included, `closes` not."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Somebody appointments are made with.

    `calendar` is a vendor's calendar id; None is the built-in calendar.
    """

    name: str
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Something that can be booked. `buffer_minutes` are kept free after it."""

    name: str
    minutes: int
    buffer_minutes: int = 0
    practitioners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Faq:
    """A question and the answer the practice approved."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice's settings. `hours` has a key for each open weekday (`WEEKDAYS`)."""

    name: str
    timezone: str
    numbers: tuple[str, ...]
    greeting: str
    hours: Mapping[str, tuple[TimeRange, ...]]
    transfer_number: str | None = None
    languages: tuple[str, ...] = ("en",)
    recording: bool = False
    emergency_number: str = "911"
    closed: frozenset[date] = frozenset()
    practitioners: tuple[Practitioner, ...] = ()
    services: tuple[Service, ...] = ()
    faqs: tuple[Faq, ...] = ()
    id: int = field(default=0, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        """The practice's time zone."""
        return ZoneInfo(self.timezone)

    def service(self, name: str) -> Service | None:
        """The service of that name, whatever its case."""
        wanted = name.strip().casefold()
        return next((s for s in self.services if s.name.casefold() == wanted), None)
