"""An appointment as an iCalendar file (RFC 5545), for the caller's own calendar.

Its UID stays the same for good and SEQUENCE counts its revisions, so a calendar that
reads it again moves or cancels what it has. Times are UTC: an instant needs no rules
of a zone, and is shown in the reader's own.
"""

from datetime import UTC, datetime

from receptionist.domain.practice import Practice
from receptionist.ports.records import Appointment

PRODUCT = "-//Receptionist//Appointments//EN"


def calendar_file(appointment: Appointment, practice: Practice, now: datetime) -> bytes:
    """The file's content, UTF-8. Marked private: shared calendars show only that it is taken."""
    # Imported here because it takes 80 ms, and a server may live long before anybody asks.
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", f"{appointment.id}@receptionist")
    event.add("sequence", appointment.revision)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", appointment.start.astimezone(UTC))
    event.add("dtend", appointment.end.astimezone(UTC))
    event.add("status", "CANCELLED" if appointment.status == "cancelled" else "CONFIRMED")
    event.add("summary", f"{appointment.service}, {practice.name}")
    event.add("description", _description(appointment, practice))
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _description(appointment: Appointment, practice: Practice) -> str:
    person = appointment.practitioner
    lines = [] if person == practice.name else [f"With {person}."]
    lines += [f"To change it, call {number}." for number in practice.numbers[:1]]
    return "\n".join(lines)
