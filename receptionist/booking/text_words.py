"""What our text messages say.

A text lies open on a lock screen: it names the practice, the person and the time,
never what the appointment is for or whose it is. Times are the practice's. Plain
letters only, since one other character doubles a text's price.
"""

from datetime import datetime

from receptionist.domain.opening_hours import clock
from receptionist.domain.practice import Practice
from receptionist.ports.records import Appointment


def when(start: datetime, practice: Practice) -> str:
    """ "Tue, Mar 2 at 10 AM": read on another day as rightly as on the day it was sent."""
    local = start.astimezone(practice.zone)
    return f"{local:%a}, {local:%b} {local.day} at {clock(local)}"


def booked(row: Appointment, practice: Practice, link: str | None) -> str:
    """The confirmation."""
    return _lines(
        f"{practice.name}: you have an appointment{_with(row.practitioner, practice)} on "
        f"{when(row.start, practice)}.",
        *_calendar(link),
        *_changes(practice),
    )


def moved(row: Appointment, practice: Practice, link: str | None) -> str:
    """Its new time."""
    return _lines(
        f"{practice.name}: your appointment{_with(row.practitioner, practice)} has been moved to "
        f"{when(row.start, practice)}.",
        *_calendar(link),
        *_changes(practice),
    )


def cancelled(row: Appointment, practice: Practice) -> str:
    """It was cancelled, as wished or by the practice."""
    return _lines(
        f"{practice.name}: your appointment on {when(row.start, practice)} has been cancelled.",
        *_another(practice),
    )


def reminder(row: Appointment, practice: Practice, link: str | None) -> str:
    """It is soon."""
    return _lines(
        f"{practice.name}: a reminder of your appointment{_with(row.practitioner, practice)} on "
        f"{when(row.start, practice)}.",
        *_calendar(link),
        *_changes(practice),
    )


def conflict(row: Appointment, practice: Practice) -> str:
    """The time was promised and is not to be had."""
    return _lines(
        f"{practice.name}: we are sorry, we cannot see you on {when(row.start, practice)} after "
        "all, and that time is cancelled. We will call you to find another one.",
        *_another(practice),
    )


def offer(
    start: datetime, practitioner: str, until: datetime, practice: Practice, now: datetime
) -> str:
    """A time has become free, for whoever waits."""
    here, by = now.astimezone(practice.zone), until.astimezone(practice.zone)
    last = clock(by) if by.date() == here.date() else f"{by:%a} {clock(by)}"
    return (
        f"{practice.name}: {when(start, practice)}{_with(practitioner, practice)} has become free. "
        f"Reply YES by {last} to take it, NO to leave it."
    )


def taken(start: datetime, practitioner: str, practice: Practice) -> str:
    """The answer to YES."""
    return (
        f"{practice.name}: thank you, {when(start, practice)}{_with(practitioner, practice)} is "
        "yours."
    )


def gone(practice: Practice) -> str:
    """The answer to a YES that came too late."""
    return (
        f"{practice.name}: sorry, that time is gone. You stay on the waiting list, and we will "
        "text you the next one."
    )


def left(practice: Practice) -> str:
    """The answer to NO."""
    return f"{practice.name}: all right. You stay on the waiting list."


def nothing_open(practice: Practice) -> str:
    """The answer to a YES to nothing."""
    return _lines(f"{practice.name}: thank you.", *_another(practice))


def passed_on(practice: Practice) -> str:
    """The answer to any other text."""
    return _lines(
        f"{practice.name}: thank you, your message is with our staff. For an emergency call "
        f"{practice.emergency_number}.",
        *_another(practice),
    )


def helping(practice: Practice) -> str:
    """The answer to HELP."""
    return _lines(
        f"{practice.name}: texts about your appointments. Reply STOP to get no more.",
        *_another(practice),
    )


def _with(practitioner: str, practice: Practice) -> str:
    return "" if practitioner == practice.name else f" with {practitioner}"


def _calendar(link: str | None) -> tuple[str, ...]:
    return () if link is None else (f"For your calendar: {link}",)


def _changes(practice: Practice) -> tuple[str, ...]:
    return tuple(f"To change it, call {number}" for number in practice.numbers[:1])


def _another(practice: Practice) -> tuple[str, ...]:
    return tuple(f"To reach us, call {number}" for number in practice.numbers[:1])


def _lines(*lines: str) -> str:
    # An address or a number at the end of a line is what phones make a link of.
    return "\n".join(lines)
