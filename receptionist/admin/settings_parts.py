"""The parts of a practice's settings, as the staff's pages show them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from receptionist.admin.settings_fields import Choices, Field
from receptionist.domain.practice_words import EVENT_TEXTS
from receptionist.practice_file import time_zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A card of the settings. `key` is the mapping or list of the practice file it is about.

    Without a key the fields are the file's own. `thing` names one item of a list.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    key: str = ""
    thing: str = ""
    note: str = ""

    @property
    def is_list(self) -> bool:
        """Whether it has items that are added, changed and removed one by one."""
        return bool(self.thing)


def _named(key: str) -> Choices:
    def choices(data: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        return [(each["name"], each["name"]) for each in data[key]]

    return choices


def _of(options: Mapping[str, str]) -> Callable[[Mapping[str, Any]], Sequence[tuple[str, str]]]:
    return lambda _: [(value, words[0].upper() + words[1:]) for value, words in options.items()]


def _zones(data: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    own = str(data["practice"]["timezone"])
    named = {zone for zone in time_zones() if zone.partition("/")[0] in CONTINENTS}
    return [(zone, zone.replace("_", " ")) for zone in sorted({own, *named})]


CONTINENTS = "Africa America Antarctica Asia Atlantic Australia Europe Indian Pacific".split()
"""Zones that are named after places; the others stand for old files."""
NUMBERS = (
    "One a line, such as +12125550100. A new one has to be pointed here as well: "
    "receptionist connect NUMBER."
)
DESTINATIONS = (
    "Countries such as US and beginnings of numbers such as +4930, one a line. "
    "Empty: the countries of the practice’s numbers and time zone."
)
MINUTES_AHEAD = "How many minutes ahead at the least. Empty: as for all services."
DAYS_AHEAD = "How many days ahead at the most. Empty: as for all services."
HOURS = "Such as 8:30-12:00, 13:00-17:00. Empty: closed."
OWN_HOURS = "All empty: whenever the practice is open. Such as 9:00-12:00, 13:00-16:00."
CALENDAR = "The id of their Google calendar, as in its settings there. Empty: the built-in one."
DOCUMENT = (
    "Callers’ questions are answered with its sentences where no answer above fits, "
    "never medical ones. An empty line ends a paragraph."
)
LEAVE = "One day or span a line: 2026-12-24, or 2027-01-04 to 2027-01-08."

PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            name="practice",
            title="Name, numbers and time zone",
            key="practice",
            fields=(
                Field(
                    name="name",
                    label="Name",
                    hint="As callers hear it.",
                    required=True,
                ),
                Field(name="numbers", label="Numbers it answers", kind="tels", hint=NUMBERS),
                Field(
                    name="timezone",
                    label="Time zone",
                    kind="choice",
                    choices=_zones,
                    hint="Every time on these pages is local to it.",
                ),
            ),
        ),
        Part(
            name="telephone",
            title="Greeting and telephone",
            key="practice",
            fields=(
                Field(
                    name="greeting",
                    label="Greeting",
                    kind="area",
                    hint="The first words callers hear.",
                ),
                Field(
                    name="transfer_number",
                    label="A person’s number",
                    kind="tel",
                    hint="Such as +12125550111. Empty: callers can only leave a message.",
                ),
                Field(
                    name="fallback_number",
                    label="Number for too many calls",
                    kind="tel",
                    hint="Rung when too many call at once. Empty: they are held all the same.",
                ),
                Field(
                    name="languages",
                    label="Languages",
                    kind="lines",
                    hint="One a line, such as en; the first is spoken first.",
                ),
                Field(name="welcome_back", label="Welcome known numbers back", kind="yes"),
                Field(
                    name="emergency_number",
                    label="Emergency number",
                    hint="What a caller in danger is told to dial.",
                ),
            ),
        ),
        Part(
            name="hours",
            title="Opening hours",
            fields=(Field(name="hours", label="Hours", kind="week", hint=HOURS),),
        ),
        Part(
            name="closed",
            title="Closed days",
            fields=(
                Field(
                    name="closed", label="Closed on", kind="days", hint="One a line: 2026-12-25."
                ),
            ),
        ),
        Part(
            name="people",
            title="Practitioners",
            key="practitioners",
            thing="practitioner",
            fields=(
                Field(name="name", label="Name", required=True),
                Field(name="hours", label="Hours", kind="week", hint=OWN_HOURS),
                Field(name="leave", label="Away", kind="days", hint=LEAVE),
                Field(name="calendar", label="Calendar", hint=CALENDAR),
            ),
        ),
        Part(
            name="services",
            title="Services",
            key="services",
            thing="service",
            fields=(
                Field(name="name", label="Name", required=True),
                Field(name="minutes", label="Minutes", kind="number", required=True),
                Field(
                    name="buffer_minutes",
                    label="Minutes kept free after it",
                    kind="number",
                    required=True,
                ),
                Field(
                    name="practitioners",
                    label="Done by",
                    kind="several",
                    choices=_named("practitioners"),
                    hint="None: everyone.",
                ),
                Field(name="resources", label="Needs", kind="several", choices=_named("resources")),
                Field(name="lead_minutes", label="Booked ahead", kind="number", hint=MINUTES_AHEAD),
                Field(name="horizon_days", label="Booked within", kind="number", hint=DAYS_AHEAD),
            ),
        ),
        Part(
            name="resources",
            title="Rooms and machines",
            key="resources",
            thing="room or machine",
            fields=(
                Field(name="name", label="Name", required=True),
                Field(name="count", label="How many there are", kind="number", required=True),
            ),
        ),
        Part(
            name="booking",
            title="Booking",
            key="booking",
            fields=(
                Field(name="lead_minutes", label="Minutes ahead, at the least", kind="number"),
                Field(name="horizon_days", label="Days ahead, at the most", kind="number"),
                Field(
                    name="slot_minutes",
                    label="Minutes between offered times",
                    kind="number",
                    hint="A multiple of 5.",
                ),
                Field(
                    name="event_text",
                    label="In a calendar of yours stands",
                    kind="choice",
                    choices=_of(EVENT_TEXTS),
                ),
                Field(name="text_messages", label="Text callers", kind="yes"),
                Field(
                    name="reminder_hours",
                    label="Remind them so many hours before",
                    kind="number",
                    hint="0: no reminder.",
                ),
                Field(
                    name="offer_minutes",
                    label="Minutes a time that came free is held for whoever waits",
                    kind="number",
                ),
            ),
        ),
        Part(
            name="inbox",
            title="Inbox",
            key="inbox",
            fields=(
                Field(name="unread_minutes", label="Minutes a message may wait", kind="number"),
                Field(name="urgent_minutes", label="Minutes an urgent one may wait", kind="number"),
                Field(
                    name="escalate_to",
                    label="Who is told then",
                    kind="lines",
                    hint="Phone numbers and e-mail addresses, one a line.",
                ),
            ),
        ),
        Part(
            name="outgoing",
            title="Calls and texts that go out",
            key="outgoing",
            fields=(
                Field(name="destinations", label="Where to", kind="lines", hint=DESTINATIONS),
                Field(
                    name="calls_per_day",
                    label="Calls within a day, at the most",
                    kind="number",
                    hint="Transfers included. Beyond: callers are offered to leave a message.",
                ),
                Field(
                    name="texts_per_day",
                    label="Texts within a day, at the most",
                    kind="number",
                    hint="Beyond: they wait.",
                ),
                Field(
                    name="texts_per_phone_per_day",
                    label="Texts to one phone within a day, at the most",
                    kind="number",
                ),
            ),
        ),
        Part(
            name="faqs",
            title="Questions and answers",
            key="faqs",
            thing="question",
            fields=(
                Field(name="question", label="Question", required=True),
                Field(name="answer", label="Answer", kind="area", required=True),
            ),
        ),
        Part(
            name="synonyms",
            title="Words callers use",
            fields=(
                Field(
                    name="synonyms",
                    label="The same in other words",
                    kind="words",
                    hint="A word of your answers a line, and what else is said for it: "
                    "parking: car park, garage",
                ),
            ),
        ),
        Part(
            name="documents",
            title="Documents",
            key="documents",
            thing="document",
            fields=(
                Field(name="title", label="Title", required=True),
                Field(name="text", label="Text", kind="area", required=True, hint=DOCUMENT),
            ),
        ),
        Part(
            name="privacy",
            title="Recording and keeping",
            key="practice",
            fields=(
                Field(
                    name="recording",
                    label="Record calls",
                    kind="yes",
                    hint="Callers are told so after the greeting.",
                ),
                Field(
                    name="retention_days",
                    label="Erase what callers said after so many days",
                    kind="number",
                    hint="Empty: kept until somebody erases it. Appointments stay.",
                ),
            ),
        ),
    )
}
