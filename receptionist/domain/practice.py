"""A practice: who works there, when it is open, what it offers and what it says.

Plain values. Where they come from (a YAML file, the database) is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal
from zoneinfo import ZoneInfo

EventText = Literal["service", "name", "full"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Wall-clock time in the practice's zone, `opens` included, `closes` not."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DayRange:
    """Local days, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Somebody appointments are made with.

    `calendar` is a vendor's calendar id; None is the built-in calendar. `hours`
    None: the practice's.
    """

    name: str
    calendar: str | None = None
    hours: Mapping[str, tuple[TimeRange, ...]] | None = None
    leave: tuple[DayRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """A room or a machine that some services need; `count` of them are there."""

    name: str
    count: int = 1

    @property
    def units(self) -> tuple[str, ...]:
        """Each of them by a name of its own."""
        return tuple(f"{self.name} #{number}" for number in range(1, self.count + 1))


@dataclass(frozen=True, slots=True)
class BookingRules:
    """What holds for every booking of a practice.

    `event_text`: how much of a booking stands in a vendor's calendar: the service
    alone, with the caller's name, or with phone and notes as well. `offer_minutes`: how
    long a time that has become free is held for whoever on the waiting list is asked.
    """

    lead_minutes: int = 0
    horizon_days: int = 180
    slot_minutes: int = 15
    event_text: EventText = "name"
    text_messages: bool = True
    reminder_hours: int = 24
    offer_minutes: int = 15


@dataclass(frozen=True, slots=True)
class InboxRules:
    """How long a message may wait for somebody to take it, and who is told then.

    `escalate_to` holds numbers (told by text) and e-mail addresses.
    """

    unread_minutes: int = 240
    urgent_minutes: int = 15
    escalate_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingRules:
    """Which numbers may be called and texted, and how often within a day.

    `destinations` holds ISO countries (`US`) and beginnings of numbers (`+4930`); empty: the
    countries of the practice's numbers and time zone.
    """

    destinations: tuple[str, ...] = ()
    calls_per_day: int = 300
    texts_per_day: int = 1000
    texts_per_phone_per_day: int = 12


@dataclass(frozen=True, slots=True)
class Service:
    """Something that can be booked. `buffer_minutes` are kept free after it.

    `lead_minutes` and `horizon_days` None: the practice's.
    """

    name: str
    minutes: int
    buffer_minutes: int = 0
    practitioners: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    lead_minutes: int | None = None
    horizon_days: int | None = None


@dataclass(frozen=True, slots=True)
class Faq:
    """A question and the answer the practice approved."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What else callers say for a word of the practice's answers; `others` may be phrases."""

    word: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A text of the practice's, such as a leaflet, that questions are answered from."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice's settings. `hours` has a key for each open weekday (`WEEKDAYS`)."""

    name: str
    timezone: str
    numbers: tuple[str, ...]
    greeting: str
    hours: Mapping[str, tuple[TimeRange, ...]]
    transfer_number: str | None = None
    fallback_number: str | None = None
    """Rung for callers whom a process that holds all the streams it may cannot take."""
    languages: tuple[str, ...] = ("en",)
    recording: bool = False
    welcome_back: bool = True
    """Whether a number that has called before is welcomed back; never by name."""
    emergency_number: str = "911"
    closed: frozenset[date] = frozenset()
    practitioners: tuple[Practitioner, ...] = ()
    services: tuple[Service, ...] = ()
    faqs: tuple[Faq, ...] = ()
    synonyms: tuple[Synonyms, ...] = ()
    documents: tuple[Document, ...] = ()
    resources: tuple[Resource, ...] = ()
    booking: BookingRules = BookingRules()
    inbox: InboxRules = InboxRules()
    outgoing: OutgoingRules = OutgoingRules()
    retention_days: int | None = None
    """How long what callers said is kept; None: until somebody erases it."""
    id: int = field(default=0, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        """The practice's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def keyterms(self) -> tuple[str, ...]:
        """Names that a recogniser should expect."""
        return (*(p.name for p in self.practitioners), *(s.name for s in self.services))[:50]

    @property
    def language(self) -> str:
        """What callers speak."""
        return self.languages[0] if self.languages else "en"

    def service(self, name: str) -> Service | None:
        """The service of that name, whatever its case."""
        wanted = name.strip().casefold()
        return next((s for s in self.services if s.name.casefold() == wanted), None)

    def practitioner(self, name: str) -> Practitioner | None:
        """By the exact name."""
        return next((p for p in self.practitioners if p.name == name), None)

    def units_of(self, resource: str) -> tuple[str, ...]:
        """The single rooms or machines behind a service's resource."""
        return next((r.units for r in self.resources if r.name == resource), ())
