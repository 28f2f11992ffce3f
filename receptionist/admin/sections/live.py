"""Live: the calls on the line, their words as they come, and what staff may do about them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response, StreamingResponse

from receptionist.admin import views
from receptionist.admin.conversation import conversation
from receptionist.admin.forms import Filled, checked, posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.live import ALIVE_EVERY_S, LIFETIME_S, LOOKED_EVERY_S, RETRY_MS
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.errors import ProviderError
from receptionist.ports.live_calls import LiveWord, LiveWords, RequestKind, StaffRequest
from receptionist.ports.records import CallRecord, UnitOfWork
from receptionist.ports.staff import Account

LONGEST_CALL = timedelta(hours=3)
"""One that seems to go on for longer was cut off without anybody noticing."""
LONGEST_SID = 64
AUDITED: dict[RequestKind, str] = {
    "whisper": "call.whispered",
    "take_over": "call.taken_over",
    "end": "call.ended",
}


class Hint(BaseModel):
    """What the receptionist should know."""

    hint: str = Field(min_length=1, max_length=500)


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/live…`."""

    @router.get("/live")
    async def live(request: Request, who: Account = room.staff) -> Response:
        async with room.looking(who, "live") as uow:
            since = room.now() - LONGEST_CALL
            calls = [call for call in await uow.calls.open_calls() if call.started_at > since]
            zones = views.Zones(await uow.practices.all())
        calls.sort(key=lambda call: call.started_at)
        return room.page(
            request,
            who,
            "live.html",
            {
                "calls": calls,
                "zones": zones,
                "age": lambda call: views.age(call.started_at, room.now()),
            },
            section="Live",
        )

    @router.get("/live/{call_sid}")
    async def one(request: Request, call_sid: str, who: Account = room.staff) -> Response:
        return await _shown(room, request, who, call_sid)

    @router.get("/live/{call_sid}/words")
    async def words(call_sid: str, who: Account = room.staff) -> Response:
        async with room.database.transaction() as uow:
            call = await _on_the_line(uow, call_sid)
            await _audit(uow, who, "call.listened", call)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            _events(room, call_sid), media_type="text/event-stream", headers=headers
        )

    @router.post("/live/{call_sid}/whisper")
    async def whisper(request: Request, call_sid: str, who: Account = room.staff) -> Response:
        hint = checked(Hint, await posted_form(request))
        if hint.value is None:
            return await _shown(room, request, who, call_sid, filled=hint.filled, status=422)
        return await _ask(room, who, call_sid, "whisper", " ".join(hint.value.hint.split()))

    @router.post("/live/{call_sid}/take-over")
    async def take_over(request: Request, call_sid: str, who: Account = room.staff) -> Response:
        await posted_form(request)
        if who.phone is None:
            raise HTTPException(400, "Your account has no phone number; add one to your profile.")
        return await _ask(room, who, call_sid, "take_over", who.phone)

    @router.post("/live/{call_sid}/end")
    async def end(request: Request, call_sid: str, who: Account = room.staff) -> Response:
        form = await posted_form(request)
        if form.get("sure") != "yes":
            raise HTTPException(400, "Please say that you are sure.")
        return await _ask(room, who, call_sid, "end", "")


async def _shown(
    room: StaffRoom,
    request: Request,
    who: Account,
    call_sid: str,
    *,
    filled: Filled | None = None,
    status: int = 200,
) -> Response:
    async with room.looking(who, f"call:{call_sid[:LONGEST_SID]}") as uow:
        call = await uow.calls.get(call_sid)
        if call is None:
            raise not_found("call")
        turns = await uow.turns.of_call(call_sid)
        actions = await uow.actions.of_call(call_sid)
        waiting = await uow.staff_requests.waiting([call_sid])
        zones = views.Zones(await uow.practices.all())
    exchanges, afterwards = conversation(turns, actions)
    return room.page(
        request,
        who,
        "live_call.html",
        {
            "call": call,
            "exchanges": exchanges,
            "afterwards": afterwards,
            "hints": call.state.get("hints", ()),
            "waiting": waiting,
            "filled": filled or Filled(),
            "zone": zones.of(call.practice_id),
        },
        section="Live",
        status=status,
    )


async def _ask(
    room: StaffRoom, who: Account, call_sid: str, kind: RequestKind, detail: str
) -> Response:
    async with room.database.transaction() as uow:
        call = await _on_the_line(uow, call_sid)
        if kind == "take_over" and call.channel == "phone":
            raise HTTPException(400, "A softphone's call cannot be put through.")
        request = StaffRequest(call_sid, kind, detail, who.username, room.now())
        await uow.staff_requests.add(request)
        await _audit(uow, who, AUDITED[kind], call)
    room.live.wake()
    if kind == "end" and call.channel == "plain":
        # Nobody holds it: the line itself is asked, and what waits is done should it ask again.
        try:
            await room.telephony.hang_up(call_sid)
        except ProviderError as exc:
            raise HTTPException(502, "The phone company does not end the call now.") from exc
    return RedirectResponse(f"/admin/live/{call_sid}", 303)


async def _on_the_line(uow: UnitOfWork, call_sid: str) -> CallRecord:
    call = await uow.calls.get(call_sid)
    if call is None:
        raise not_found("call")
    if call.ended_at is not None:
        raise HTTPException(409, "The call is over.")
    return call


async def _audit(uow: UnitOfWork, who: Account, action: str, call: CallRecord) -> None:
    await uow.audit.append(actor=who.username, action=action, subject=f"call:{call.call_sid}")


async def _events(room: StaffRoom, call_sid: str) -> AsyncIterator[str]:
    """Each word as an event of its speaker; the browser comes back when it ends."""
    loop = asyncio.get_running_loop()
    until, quiet_since = loop.time() + LIFETIME_S, loop.time()
    async with room.live.listen(call_sid) as words:
        yield f"retry: {RETRY_MS}\n\n"
        while loop.time() < until and not room.events.stopping:
            word = await _within(words, LOOKED_EVERY_S)
            if word is not None:
                quiet_since = loop.time()
                yield f"event: {word.speaker}\ndata: {json.dumps(word.text)}\n\n"
            elif loop.time() - quiet_since > ALIVE_EVERY_S:
                quiet_since = loop.time()
                yield ": still here\n\n"


async def _within(words: LiveWords, seconds: float) -> LiveWord | None:
    try:
        async with asyncio.timeout(seconds):
            return await words.get()
    except TimeoutError:
        return None


SECTION = Section(name="Live", address="/admin/live", place=12, daily=True, add_routes=add_routes)
