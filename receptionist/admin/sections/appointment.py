"""One appointment: booked, moved and cancelled by hand, under the rules that hold for callers."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as TimeOfDay
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, field_validator
from starlette.responses import RedirectResponse, Response

from receptionist.admin import views
from receptionist.admin.booking_words import by_hand, conflicts, instead, refused
from receptionist.admin.forms import Filled, Form, checked, posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.practice_asked import practice_asked
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.booking.book import service_of
from receptionist.domain.booking import Slot, people_for
from receptionist.domain.contacts import to_e164
from receptionist.domain.opening_hours import local
from receptionist.domain.practice import Practice, Service
from receptionist.errors import InvalidArguments, SlotTaken
from receptionist.ports.appointment_book import BookingRequest
from receptionist.ports.records import Appointment
from receptionist.ports.staff import Account

OLDEST = timedelta(days=365 * 125)
DONE = {"booked": "Booked.", "moved": "Moved.", "cancelled": "Cancelled."}
LAST_YEAR = 9000


class When(BaseModel):
    """A moment, in the practice's time."""

    day: date
    time: TimeOfDay

    @field_validator("day")
    @classmethod
    def _day(cls, value: date) -> date:
        if value.year >= LAST_YEAR:
            raise ValueError("Please give a day that can be booked.")
        return value

    @field_validator("time")
    @classmethod
    def _time(cls, value: TimeOfDay) -> TimeOfDay:
        return value.replace(tzinfo=None)


class Booking(When):
    """What is booked by hand."""

    service: str
    person: str = ""
    caller_name: str = Field(min_length=1, max_length=200)
    phone: str = Field(max_length=40)
    date_of_birth: str = ""
    notes: str = Field("", max_length=500)

    @field_validator("date_of_birth")
    @classmethod
    def _birth(cls, value: str) -> str:
        try:
            if value:
                date.fromisoformat(value)
        except ValueError:
            raise ValueError("Please give a day such as 1984-03-12.") from None
        return value


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why it was not done: what is wrong with a field, and times that are free instead."""

    field: str
    words: str
    offers: Sequence[Slot] = ()


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/calendar/book` and `/admin/calendar/appointments/…`."""

    @router.get("/calendar/book")
    async def form(request: Request, who: Account = room.staff) -> Response:
        asked = {
            name: request.query_params.get(name, "")[:200] for name in ("day", "time", "person")
        }
        async with room.database.reading() as uow:
            here = await practice_asked(uow, request)
        return _form(room, request, who, here.practice, here.at, Filled(asked))

    @router.post("/calendar/book")
    async def book(request: Request, who: Account = room.staff) -> Response:
        posted = _chosen(await posted_form(request))
        async with room.database.reading() as uow:
            here = await practice_asked(uow, request)
        practice, read = here.practice, checked(Booking, posted)
        filled = Filled({**read.filled.values, "key": posted.get("key", "")}, read.filled.problems)
        if read.value is None:
            return _form(room, request, who, practice, here.at, filled)
        done = await _book(room, practice, read.value, who, posted.get("key", "")[:64])
        if isinstance(done, Trouble):
            wrong = Filled(filled.values, {done.field: done.words})
            return _form(room, request, who, practice, here.at, wrong, offers=done.offers)
        return RedirectResponse(f"/admin/calendar/appointments/{done.id}?done=booked", 303)

    @router.get("/calendar/appointments/{appointment_id}")
    async def appointment(
        request: Request, appointment_id: str, who: Account = room.staff
    ) -> Response:
        return await _shown(room, request, who, appointment_id)

    @router.post("/calendar/appointments/{appointment_id}/move")
    async def move(request: Request, appointment_id: str, who: Account = room.staff) -> Response:
        posted = _chosen(await posted_form(request))
        practice, found = await _known(room, appointment_id)
        if found.revision != posted.number("seen") or found.status != "booked":
            return await _shown(room, request, who, appointment_id, is_stale=True)
        read = checked(When, posted)
        if read.value is None:
            return await _shown(room, request, who, appointment_id, filled=read.filled)
        done = await _move(room, practice, found, read.value, who)
        if done is not None:
            wrong = Filled(read.filled.values, {done.field: done.words})
            return await _shown(
                room, request, who, appointment_id, filled=wrong, offers=done.offers
            )
        return RedirectResponse(f"/admin/calendar/appointments/{found.id}?done=moved", 303)

    @router.post("/calendar/appointments/{appointment_id}/cancel")
    async def cancel(request: Request, appointment_id: str, who: Account = room.staff) -> Response:
        posted = await posted_form(request)
        _, found = await _known(room, appointment_id)
        if found.revision != posted.number("seen") or found.status != "booked":
            return await _shown(room, request, who, appointment_id, is_stale=True)
        if posted.get("sure") != "yes":
            missing = Filled({}, {"sure": "Please say that you are sure."})
            return await _shown(room, request, who, appointment_id, filled=missing)
        await room.desk.book.cancel(found.id, "staff", call_sid=by_hand(who), actor=who.username)
        return RedirectResponse(f"/admin/calendar/appointments/{found.id}?done=cancelled", 303)


def _chosen(form: Form) -> Form:
    """With the free time that was chosen instead of the one that was typed, if one was."""
    chosen = form.get("instead", "")
    if not chosen:
        return form
    day, _, rest = chosen.partition("T")
    at, _, person = rest.partition("|")
    fields = {name: list(form.all(name)) for name in form}
    return Form({**fields, "day": [day], "time": [at], "person": [person]})


async def _book(
    room: StaffRoom, practice: Practice, wanted: Booking, who: Account, key: str
) -> Appointment | Trouble:
    service = practice.service(wanted.service)
    if service is None:
        return Trouble("service", "Please choose one of these.")
    person = wanted.person or None
    if person is not None and person not in people_for(practice, service):
        able = " or ".join(people_for(practice, service))
        return Trouble("person", f"{service.name} is done by {able}.")
    phone = to_e164(wanted.phone, practice)
    if phone is None:
        return Trouble("phone", "Please give a whole phone number, with its area code.")
    now = room.now().astimezone(practice.zone)
    born = date.fromisoformat(wanted.date_of_birth) if wanted.date_of_birth else None
    if born is not None and not now.date() - OLDEST < born <= now.date():
        return Trouble("date_of_birth", "That date of birth cannot be.")
    start = local(practice, wanted.day, wanted.time)
    request = BookingRequest(
        practice=practice,
        service=service,
        start=start,
        practitioner=person,
        caller_name=wanted.caller_name,
        phone=phone,
        date_of_birth=born,
        notes=wanted.notes or None,
        call_sid=by_hand(who),
        key=f"{by_hand(who)}:{key or secrets.token_urlsafe(16)}",
        actor=who.username,
    )
    try:
        return await room.desk.book.book(request, now)
    except InvalidArguments as exc:
        return Trouble("time", refused(str(exc)))
    except SlotTaken:
        return await _taken(room, practice, service, start, person, who)


async def _move(
    room: StaffRoom, practice: Practice, found: Appointment, wanted: When, who: Account
) -> Trouble | None:
    start = local(practice, wanted.day, wanted.time)
    now = room.now().astimezone(practice.zone)
    try:
        await room.desk.book.move(
            practice, found, start, now, call_sid=by_hand(who), actor=who.username
        )
    except InvalidArguments as exc:
        return Trouble("time", refused(str(exc)))
    except SlotTaken:
        service = service_of(found, practice)
        return await _taken(room, practice, service, start, found.practitioner, who, moving=found)
    return None


async def _taken(
    room: StaffRoom,
    practice: Practice,
    service: Service,
    start: datetime,
    person: str | None,
    who: Account,
    *,
    moving: Appointment | None = None,
) -> Trouble:
    words = await conflicts(room, practice, service, start, person, who=who, moving=moving)
    offers = await instead(room, practice, service, start.date(), person, who=who, moving=moving)
    return Trouble("time", words, offers)


async def _known(room: StaffRoom, appointment_id: str) -> tuple[Practice, Appointment]:
    async with room.database.reading() as uow:
        found = await uow.appointments.get(appointment_id)
        practice = await uow.practices.get(found.practice_id) if found else None
    if found is None or practice is None or found.status == "held":
        raise not_found("appointment")
    return practice, found


def _form(
    room: StaffRoom,
    request: Request,
    who: Account,
    practice: Practice,
    at: str,
    filled: Filled,
    *,
    offers: Sequence[Slot] = (),
) -> Response:
    people = [person.name for person in practice.practitioners]
    values: dict[str, Any] = {
        "at": at,
        "filled": filled,
        "key": filled.value("key") or secrets.token_urlsafe(16),
        "services": [(service.name, service.name) for service in practice.services],
        "people": [("", "Whoever is free"), *((name, name) for name in people)],
        "offers": offers,
        "today": room.now().astimezone(practice.zone).date(),
        "texts": practice.booking.text_messages,
    }
    status = 422 if filled.problems else 200
    return room.page(request, who, "calendar_book.html", values, section="Calendar", status=status)


async def _shown(
    room: StaffRoom,
    request: Request,
    who: Account,
    appointment_id: str,
    *,
    filled: Filled | None = None,
    offers: Sequence[Slot] = (),
    is_stale: bool = False,
) -> Response:
    practice, found = await _known(room, appointment_id)
    async with room.looking(who, f"appointment:{found.id}") as uow:
        last = await uow.audit.last_change(f"appointment:{found.id}")
        practices = await uow.practices.all()
    start = found.start.astimezone(practice.zone)
    person = practice.practitioner(found.practitioner)
    is_outside = room.desk.external and person is not None and person.calendar is not None
    values: dict[str, Any] = {
        "appointment": found,
        "at": f"?practice={practice.id}" if len(practices) > 1 else "",
        "zone": practice.zone,
        "start": start,
        "end": found.end.astimezone(practice.zone),
        "filled": filled or Filled({"day": start.date(), "time": f"{start:%H:%M}"}),
        "offers": offers,
        "today": room.now().astimezone(practice.zone).date(),
        "can_change": found.status == "booked" and found.start > room.now(),
        "unwritten": is_outside and found.status == "booked" and not found.calendar_event_id,
        "changed": _changed(room, last) if is_stale else None,
        "done": DONE.get(request.query_params.get("done", "")),
        "texts": practice.booking.text_messages and found.phone,
        "is_call": bool(found.call_sid) and not str(found.call_sid).startswith("staff:"),
    }
    status = 409 if is_stale else 422 if filled and filled.problems else 200
    return room.page(request, who, "calendar_one.html", values, section="Calendar", status=status)


def _changed(room: StaffRoom, last: Any) -> dict[str, str]:
    if last is None:
        return {"by": "Somebody", "when": "meanwhile"}
    return {"by": last.actor, "when": views.since(last.at, room.now())}


SECTION = Section(name="Appointment", address="/admin/calendar", place=0, add_routes=add_routes)
