"""Booking: what is still missing, which free times are offered, what is read back."""

from datetime import date, datetime, time, timedelta

from providers.llm.embedded_engine.state import Dialogue
from providers.llm.embedded_engine.steps import (
    Ask,
    Call,
    Step,
    birthday,
    call,
    either,
    lowered,
    offered,
    spoken,
    visit,
    with_article,
)
from receptionist.domain.contacts import read_back
from receptionist.domain.opening_hours import clock, day_name

MOST_SERVICES = 6
"""More than these are not listened to."""
AROUND = timedelta(hours=2)
"""How much later than asked a time may be and still be offered as near it."""
SEARCHED_DAYS = timedelta(days=7)


def book(state: Dialogue) -> Step:
    """The next step towards a new appointment."""
    wish = state.wish
    if wish.service is None:
        return _ask_service(state)
    step = choose_time(state) or ask_who(state)
    if step is not None:
        return step
    chosen = wish.chosen or {}
    if not wish.confirmed:
        what = f"{with_article(wish.service)} for {state.name}, {spoken(chosen)}."
        return Ask(f"That's {what}{_identity(state)} Shall I book it?", "confirm")
    return call(
        "schedule_appointment",
        service=wish.service,
        start=chosen["start"],
        caller_name=state.name,
        practitioner=chosen.get("practitioner"),
        phone=state.phone,
        date_of_birth=state.born.isoformat() if state.born else None,
    )


def _ask_service(state: Dialogue) -> Ask:
    names = [lowered(service.name) for service in state.practice.services]
    if not names or len(names) > MOST_SERVICES:
        return Ask("What would you like to come in for?", "service")
    return Ask(f"What is it for: {either(names)}?", "service")


def _identity(state: Dialogue) -> str:
    """The date of birth and the number, where they are written down with the booking."""
    missing = " I have no date of birth yet, you can still tell me." if state.birth_missing else ""
    born = f" The date of birth is {birthday(state.born)}." if state.born else missing
    return born + (f" The number is {read_back(state.phone)}." if state.phone else "")


def ask_who(state: Dialogue) -> Ask | None:
    """Until it is known who is calling and how to reach them."""
    if state.name is None:
        chosen = state.wish.chosen
        lead = f"{_capital(spoken(chosen))}. " if chosen else ""
        whose = f"your {state.wish.patient}'s" if state.wish.patient else "your"
        birth = " and date of birth" if state.wish.task == "book" and state.born is None else ""
        return Ask(f"{lead}What is {whose} full name{birth}, please?", "name")
    if " " not in state.name and not state.last_name_asked:
        return Ask(f"And your last name, {state.name}?", "last_name")
    if state.number is None:
        return Ask("What is the best phone number to reach you on?", "phone")
    return None


def choose_time(state: Dialogue) -> Step | None:
    """Until a free time has been chosen: the day, the offers, the choice."""
    wish = state.wish
    if wish.chosen is not None:
        return None
    if not wish.offers:
        return _search(state)
    free = offered(wish.offers, state.now.date())
    if len(wish.offers) == 1:
        return Ask(f"I have {free}. Would that suit you?", "choice")
    return Ask(f"I have {free}. Which would you like?", "choice")


def _search(state: Dialogue) -> Step:
    wish, today = state.wish, state.now.date()
    says_time = wish.part or wish.at or wish.earliest or wish.latest
    if wish.first is None and not says_time:
        return Ask("What day would suit you?", "day")
    if wish.at is not None and wish.other_half is not None:
        one, other = sorted((wish.at, wish.other_half))
        return Ask(f"Is that {_clock(one)} or {_clock(other)}?", "half")
    first = wish.first or today
    last = (wish.last or first) if wish.first else today + SEARCHED_DAYS
    earliest, latest = wish.earliest, wish.latest
    if wish.at is not None:
        earliest, latest = wish.at, _later(wish.at)
    return call(
        "check_availability",
        service=wish.service,
        date_from=first.isoformat(),
        date_to=last.isoformat(),
        practitioner=wish.person,
        not_practitioner=wish.without,
        part_of_day=wish.part,
        time_from=_iso(earliest),
        time_to=_iso(latest),
    )


def wait(state: Dialogue) -> Step:
    """The next step towards the waiting list."""
    wish = state.wish
    if wish.service is None:
        return _ask_service(state)
    step = ask_who(state)
    if step is not None:
        return step
    if not wish.confirmed:
        person = f" with {wish.person}" if wish.person else ""
        return Ask(
            f"That's the waiting list for {with_article(wish.service)}{person}{_days(state)}, for "
            f"{state.name}, on {read_back(state.number or '')}. Shall I put you on it?",
            "confirm",
        )
    return call(
        "join_waiting_list",
        service=wish.service,
        caller_name=state.name,
        phone=state.phone,
        date_from=wish.first.isoformat() if wish.first else None,
        date_to=wish.last.isoformat() if wish.last else None,
        practitioner=wish.person,
        part_of_day=wish.part,
    )


def _days(state: Dialogue) -> str:
    wish, today = state.wish, state.now.date()
    part = f" in the {wish.part}" if wish.part else ""
    if wish.first is None:
        return part
    if wish.last in (None, wish.first):
        return f" {day_name(wish.first, today)}{part}"
    last = wish.last or wish.first
    return f" from {day_name(wish.first, today)} to {day_name(last, today)}{part}"


def confirm_move(state: Dialogue) -> Step:
    """Moving what was found to the time that was chosen."""
    wish = state.wish
    target, chosen = wish.target or {}, wish.chosen or {}
    if not wish.confirmed:
        return Ask(f"Shall I move {visit(target, 'your')}, to {spoken(chosen)}?", "confirm")
    return Call(
        "reschedule_appointment",
        {"appointment_id": target["appointment_id"], "start": chosen["start"]},
    )


def _later(at: time) -> time:
    until = datetime.combine(date.min, at) + AROUND
    return until.time() if until.date() == date.min else time(23, 59)


def _clock(at: time) -> str:
    return clock(datetime.combine(date.min, at))


def _iso(at: time | None) -> str | None:
    return None if at is None else at.isoformat(timespec="minutes")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
