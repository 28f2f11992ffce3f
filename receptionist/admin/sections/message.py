"""One message: who has it, calling back, notes, and everything that happened to it."""

from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from receptionist.admin import views
from receptionist.admin.forms import Filled, checked, posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.inbox_words import happened, is_late
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.errors import ChangedMeanwhile, NotFound, ProviderError
from receptionist.ports.records import UnitOfWork
from receptionist.ports.staff import Account, MessageStatus

STATUSES = get_args(MessageStatus)


class Note(BaseModel):
    """What somebody wants to remember."""

    note: str = Field(min_length=1, max_length=2000)


@dataclass(frozen=True, slots=True)
class Notice:
    """What came of the last thing done. `kind` is `good`, `bad` or `info`."""

    kind: str
    words: str


RINGING = Notice("info", "Your phone is ringing. Press 1 to be put through to the caller.")
NOT_CALLED = "The call could not be made. Please dial the number yourself."


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/messages/…`."""

    @router.get("/messages/{message_id}")
    async def message(request: Request, message_id: str, who: Account = room.staff) -> Response:
        notice = RINGING if request.query_params.get("calling") else None
        return await _shown(room, request, who, message_id, notice=notice)

    @router.post("/messages/{message_id}/status")
    async def set_status(request: Request, message_id: str, who: Account = room.staff) -> Response:
        form = await posted_form(request)
        wanted = form.get("status", "")
        status: MessageStatus | None = next((s for s in STATUSES if s == wanted), None)
        if status is None:
            raise HTTPException(400, "A message is new, taken or done.")
        seen = form.number("version")
        try:
            async with room.database.transaction() as uow:
                await uow.messages.set_status(message_id, status, by=who.username, seen=seen)
                await _audit(uow, who, "message.status", message_id, status=status)
        except NotFound:
            raise not_found("message") from None
        except ChangedMeanwhile as exc:
            return await _shown(room, request, who, message_id, changed=exc)
        return _back(message_id if form.get("back") == "message" else None)

    @router.post("/messages/{message_id}/give")
    async def give(request: Request, message_id: str, who: Account = room.staff) -> Response:
        form = await posted_form(request)
        seen, to = form.number("version"), form.get("to", "")
        try:
            async with room.database.transaction() as uow:
                if await uow.accounts.get(to) is None:
                    raise HTTPException(400, "Nobody has that account.")
                await uow.messages.give(message_id, to, by=who.username, seen=seen)
                await _audit(uow, who, "message.given", message_id, to=to)
        except NotFound:
            raise not_found("message") from None
        except ChangedMeanwhile as exc:
            return await _shown(room, request, who, message_id, changed=exc)
        return _back(message_id)

    @router.post("/messages/{message_id}/note")
    async def note(request: Request, message_id: str, who: Account = room.staff) -> Response:
        read = checked(Note, await posted_form(request))
        if read.value is None:
            return await _shown(room, request, who, message_id, filled=read.filled)
        async with room.database.transaction() as uow:
            if await uow.messages.get(message_id) is None:
                raise not_found("message")
            text = {"text": read.value.note}
            await uow.messages.record(message_id, "note", by=who.username, detail=text)
            await _audit(uow, who, "message.note", message_id)
        return _back(message_id)

    @router.post("/messages/{message_id}/call-back")
    async def call_back(request: Request, message_id: str, who: Account = room.staff) -> Response:
        await posted_form(request)
        async with room.database.reading() as uow:
            found = await uow.messages.get(message_id)
            practice = await uow.practices.get(found.practice_id) if found else None
        if found is None or practice is None:
            raise not_found("message")
        if found.phone is None or who.phone is None or not practice.numbers:
            raise HTTPException(400, "There is no number to call, or none to call from.")
        async with room.database.transaction() as uow:
            await uow.messages.record(message_id, "call_back", by=who.username)
            await _audit(uow, who, "message.call_back", message_id)
        base = f"{room.public_base}/voice/call-back"
        try:
            await room.telephony.place_call(
                who.phone,
                sender=practice.numbers[0],
                answered_url=f"{base}?message={message_id}",
                ended_url=f"{base}/status?message={message_id}",
            )
        except ProviderError as exc:
            async with room.database.transaction() as uow:
                failed = {"status": "failed", "error": exc.code}
                await uow.messages.record(
                    message_id, "call_back_ended", by="telephony", detail=failed
                )
            return await _shown(room, request, who, message_id, notice=Notice("bad", NOT_CALLED))
        return RedirectResponse(f"/admin/messages/{message_id}?calling=1", 303)


async def _shown(
    room: StaffRoom,
    request: Request,
    who: Account,
    message_id: str,
    *,
    filled: Filled | None = None,
    changed: ChangedMeanwhile | None = None,
    notice: Notice | None = None,
) -> Response:
    async with room.looking(who, f"message:{message_id[:100]}") as uow:
        found = await uow.messages.get(message_id)
        if found is None:
            raise not_found("message")
        history = await uow.messages.history(message_id)
        call_sid = found.call_sid or ""
        recordings = await uow.recordings.of_call(call_sid)
        # A voicemail may be all there is: nothing of ours answered that call.
        has_call = await uow.calls.get(call_sid) is not None
        practices = await uow.practices.all()
        accounts = await uow.accounts.all()
    zones = views.Zones(practices)
    practice = next((each for each in practices if each.id == found.practice_id), None)
    values: dict[str, Any] = {
        "message": found,
        "history": happened(history),
        "recordings": recordings,
        "has_call": has_call,
        "others": [(a.username, a.username) for a in accounts if a.username != found.assignee],
        "zones": zones,
        "age": lambda message: views.age(message.created_at, room.now()),
        "late": lambda message: is_late(message, practice, room.now()),
        "filled": filled or Filled(),
        "calling": notice,
        "changed": changed and {"by": changed.by, "when": views.since(changed.at, room.now())},
    }
    status = 409 if changed else 422 if filled and filled.problems else 200
    return room.page(request, who, "message.html", values, section="Inbox", status=status)


async def _audit(
    uow: UnitOfWork, who: Account, action: str, message_id: str, **detail: str
) -> None:
    await uow.audit.append(
        actor=who.username, action=action, subject=f"message:{message_id}", detail=detail
    )


def _back(message_id: str | None) -> Response:
    return RedirectResponse(f"/admin/messages/{message_id}" if message_id else "/admin", 303)


SECTION = Section(name="Message", address="/admin/messages", place=0, add_routes=add_routes)
