"""Five weeks of a practice that does not exist: calls, messages, a calendar, a call on the line."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from db import SqlDatabase
from receptionist.admin.accounts import PasswordAccounts
from receptionist.domain.practice import Practice
from receptionist.numbers.counting import Counting
from receptionist.ports.practice_history import Question
from receptionist.ports.records import (
    ActionRecord,
    Appointment,
    CallRecord,
    EndedBy,
    MessageStatus,
    StaffMessage,
    TurnRecord,
    UnitOfWork,
)
from receptionist.ports.staff import Account
from receptionist.practice_history import keep

MANAGER, PASSWORD = "maya", "not a secret: the practice is invented"
PHONE = "+15550100{:03d}"
TALK, LIVE = "CA" + "7" * 32, "CA" + "8" * 32
WEEKS = 5
OUTCOMES: Sequence[tuple[str, EndedBy, str]] = (
    ("booked", "caller", "schedule_appointment"),
    ("booked", "caller", "schedule_appointment"),
    ("booked", "receptionist", "schedule_appointment"),
    ("answered", "caller", "answer_faq"),
    ("answered", "caller", "answer_faq"),
    ("message", "caller", "take_message"),
    ("moved", "caller", "reschedule_appointment"),
    ("cancelled", "caller", "cancel_appointment"),
    ("transferred", "transfer", "transfer_call"),
    ("abandoned", "lost", "check_availability"),
)
DAY_SHEET = (
    ("Dr. Lee", time(8, 30), "Check-up", 30, "Ana Souza"),
    ("Dr. Lee", time(9, 15), "Check-up", 30, "Robert Hale"),
    ("Dr. Lee", time(10, 45), "Follow-up visit", 15, "Joan Park"),
    ("Dr. Lee", time(13, 30), "Check-up", 30, "Elias Brandt"),
    ("Dr. Patel", time(9, 0), "Check-up", 30, "Grace Okafor"),
    ("Dr. Patel", time(11, 0), "Follow-up visit", 15, "Tom Whitfield"),
    ("Dr. Patel", time(14, 15), "Check-up", 30, "Ines Moreau"),
    ("Nurse Gomez", time(8, 45), "Blood test", 15, "Luis Ferrer"),
    ("Nurse Gomez", time(9, 30), "Flu shot", 15, "Hannah Weiss"),
    ("Nurse Gomez", time(10, 0), "Blood test", 15, "Peter Lang"),
)


@dataclass(frozen=True, slots=True)
class Invented:
    """What the pictures are of."""

    tuesday: date
    urgent: str


async def fill(database: SqlDatabase, now: datetime) -> Invented:
    """Everything, around `now`. The practice is the one that is already there."""
    async with database.reading() as uow:
        (practice,) = await uow.practices.all()
    today = now.astimezone(practice.zone).date()
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
    async with database.transaction() as uow:
        await _past_calls(uow, practice, now)
        await _told_call(uow, practice, now, tuesday)
        await _call_on_the_line(uow, practice, now)
        for row in _appointments(practice, tuesday):
            await uow.appointments.add(row)
        for message in _messages(practice, now):
            await uow.messages.add(message)
        for number, words in enumerate(("Do you have a changing table?", "Can I pay by card?")):
            question = Question(f"{TALK}:{number}", practice.id, TALK, words, now)
            await uow.questions.add(question)
    counting = Counting(database, lambda: now, CollectorRegistry())
    while await counting.look():
        pass
    await _staff(database, practice, now)
    return Invented(tuesday, "m2")


async def _staff(database: SqlDatabase, practice: Practice, now: datetime) -> None:
    accounts = PasswordAccounts(database)
    await accounts.add(MANAGER, "manager", by="settings", password=PASSWORD)
    await accounts.add("jonas", "staff", by=MANAGER, password=PASSWORD)
    async with database.transaction() as uow:
        await uow.accounts.change(Account(MANAGER, "manager", PHONE.format(90)))
        for subject in ("call:" + TALK, "message:m2", "calendar"):
            await uow.audit.append(actor="jonas", action="viewed", subject=subject)
        closed = replace(practice, closed=practice.closed | {date(now.year + 1, 4, 6)})
        await keep(uow, practice, closed, actor=MANAGER, now=now)


async def _past_calls(uow: UnitOfWork, practice: Practice, now: datetime) -> None:
    rng = random.Random(11)
    for number, began in enumerate(_beginnings(practice, now, rng)):
        outcome, by, function = rng.choice(OUTCOMES)
        sid = f"CA{number:032x}"
        caller = PHONE.format(100 + rng.randrange(400))
        channel = rng.choices(("stream", "plain", "phone"), (12, 3, 1))[0]
        call = CallRecord(sid, practice.id, caller, practice.numbers[0], began, channel)
        await _keep_call(uow, call, outcome, by, timedelta(seconds=rng.randint(25, 240)))
        await uow.actions.save([ActionRecord(sid, "t1", function, {}, {"ok": True}, began)])
        await uow.turns.save([_timed_turn(sid, n, began, rng) for n in (1, 2, 3)])


def _beginnings(practice: Practice, now: datetime, rng: random.Random) -> Iterator[datetime]:
    today = now.astimezone(practice.zone).date()
    for ago in range(WEEKS * 7, -1, -1):
        day = today - timedelta(days=ago)
        for _ in range(rng.randint(2, 5) if day.weekday() > 4 else rng.randint(14, 26)):
            minute = int(rng.triangular(7 * 60, 19 * 60, 10 * 60))
            at = datetime.combine(day, time(minute // 60, minute % 60), practice.zone)
            if at < now - timedelta(hours=1):
                yield at.astimezone(UTC)


def _timed_turn(sid: str, number: int, began: datetime, rng: random.Random) -> TurnRecord:
    timings = {
        "recogniser": rng.lognormvariate(5.3, 0.2),
        "model_first_token": rng.lognormvariate(5.6, 0.3),
        "first_audio": rng.lognormvariate(4.9, 0.3),
    }
    timings["total"] = sum(timings.values())
    at = began + timedelta(seconds=9 * number)
    return TurnRecord(sid, number, at, "…", "…", "…", timings)


async def _keep_call(
    uow: UnitOfWork, call: CallRecord, outcome: str, by: EndedBy, lasted: timedelta
) -> None:
    await uow.calls.add(call)
    await uow.calls.set_outcome(call.call_sid, outcome)
    await uow.calls.end(call.call_sid, by, call.started_at + lasted)


async def _told_call(uow: UnitOfWork, practice: Practice, now: datetime, tuesday: date) -> None:
    """The call whose page is shown: one sentence is cut short, one time is taken meanwhile."""
    began = now - timedelta(minutes=14)
    ten = datetime.combine(tuesday, time(10), practice.zone)
    starts = [{"start": (ten + timedelta(minutes=m)).isoformat()} for m in (0, 30, 60)]
    wanted = {"service": "Check-up", "date_from": tuesday.isoformat()}
    booking = {"service": "Check-up", "start": starts[0]["start"], "practitioner": "Dr. Lee"}
    told = (
        ("", "Thank you for calling Maple Street Clinic. How can I help?", ""),
        (
            "Hi, I need a check-up, Tuesday if you can.",
            "Dr. Lee has ten o'clock on Tuesday, half past ten, or eleven. Which would you like?",
            "Dr. Lee has ten o'clock on Tuesday,",
        ),
        ("Ten is perfect.", "And your name, please?", ""),
        ("Grace Okafor.", "You're booked for Tuesday at ten with Dr. Lee.", ""),
        ("Thank you, bye.", "Goodbye.", ""),
    )
    call = CallRecord(TALK, practice.id, PHONE.format(142), practice.numbers[0], began)
    await _keep_call(uow, call, "booked", "caller", timedelta(seconds=74))
    rng = random.Random(3)
    await uow.turns.save(
        [
            replace(
                _timed_turn(TALK, n, began, rng),
                caller=caller,
                receptionist=said,
                heard=heard or said,
                timings=_timed_turn(TALK, n, began, rng).timings if n else {},
            )
            for n, (caller, said, heard) in enumerate(told)
        ]
    )
    at = began + timedelta(seconds=8)
    looked: dict[str, Any] = {"ok": True, "slots": starts}
    await uow.actions.save(
        [
            ActionRecord(TALK, "t1", "check_availability", wanted, looked, at),
            ActionRecord(
                *(TALK, "t2", "schedule_appointment", booking, {"ok": True}),
                at + timedelta(seconds=18),
            ),
        ]
    )


async def _call_on_the_line(uow: UnitOfWork, practice: Practice, now: datetime) -> None:
    began = now - timedelta(minutes=1)
    await uow.calls.add(
        CallRecord(LIVE, practice.id, PHONE.format(177), practice.numbers[0], began)
    )
    greeting = "Thank you for calling Maple Street Clinic. How can I help?"
    offer = "Dr. Patel has nine o'clock on Thursday, or half past two. Which would you like?"
    asked = "Could I move my appointment to Thursday?"
    await uow.turns.save(
        [
            TurnRecord(LIVE, 0, began, "", greeting, greeting),
            TurnRecord(LIVE, 1, began + timedelta(seconds=12), asked, offer, offer),
        ]
    )


def _appointments(practice: Practice, tuesday: date) -> Iterator[Appointment]:
    minutes_after = {service.name: service.buffer_minutes for service in practice.services}
    for day in range(-1, 4):
        for number, (person, at, service, minutes, name) in enumerate(DAY_SHEET):
            if (number + day) % 4 == 0 and day:
                continue
            start = datetime.combine(tuesday + timedelta(days=day), at, practice.zone)
            end = start + timedelta(minutes=minutes)
            yield Appointment(
                id=f"a{day + 1}{number}",
                practice_id=practice.id,
                call_sid=TALK,
                service=service,
                practitioner=person,
                start=start.astimezone(UTC),
                end=end.astimezone(UTC),
                blocks_until=(end + timedelta(minutes=minutes_after[service])).astimezone(UTC),
                caller_name=name,
                phone=PHONE.format(100 + number),
                date_of_birth=None,
                status="booked",
            )


def _messages(practice: Practice, now: datetime) -> Iterator[StaffMessage]:
    rows: Sequence[tuple[str, str, int, bool, MessageStatus, str | None]] = (
        ("Ana Souza", "Please call me about my blood test results.", 6, False, "new", None),
        (
            "Robert Hale",
            "My stitches have opened and it is bleeding a little. Please call me back.",
            *(11, True, "new", "Dr. Lee"),
        ),
        ("Joan Park", "I'll be ten minutes late on Tuesday.", 38, False, "taken", None),
        (
            "Tom Whitfield",
            "I need a repeat prescription for my inhaler before the weekend.",
            *(72, False, "new", "Dr. Patel"),
        ),
        ("Ines Moreau", "Could somebody send me the invoice again?", 260, False, "done", None),
    )
    for number, (name, words, minutes, urgent, status, recipient) in enumerate(rows, start=1):
        yield StaffMessage(
            id=f"m{number}",
            practice_id=practice.id,
            call_sid=TALK,
            caller_name=name,
            phone=PHONE.format(140 + number),
            message=words,
            urgency="urgent" if urgent else "routine",
            recipient=recipient,
            status=status,
            created_at=now - timedelta(minutes=minutes),
            assignee=None if status == "new" else "jonas",
        )
