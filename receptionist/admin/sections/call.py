"""One call: the conversation, its recordings, and erasing it when its caller asks for that."""

from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from receptionist.admin import views
from receptionist.admin.conversation import conversation, trouble_at_the_end
from receptionist.admin.forms import posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.errors import NotFound, ProviderError
from receptionist.inbox.recordings import DELETE_RECORDING
from receptionist.ports.staff import Account

SETTLED_AFTER = timedelta(seconds=5)
"""What was said last has been written by then, in whichever process the call was."""
LONGEST_SID = 64


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/calls/…`."""

    @router.get("/calls/{call_sid}")
    async def call(request: Request, call_sid: str, who: Account = room.staff) -> Response:
        async with room.looking(who, f"call:{call_sid[:LONGEST_SID]}") as uow:
            found = await uow.calls.get(call_sid)
            if found is None:
                raise not_found("call")
            turns = await uow.turns.of_call(call_sid)
            actions = await uow.actions.of_call(call_sid)
            recordings = await uow.recordings.of_call(call_sid)
            zones = views.Zones(await uow.practices.all())
        exchanges, afterwards = conversation(turns, actions)
        return room.page(
            request,
            who,
            "call.html",
            {
                "call": found,
                "exchanges": exchanges,
                "afterwards": afterwards,
                "recordings": recordings,
                "trouble": trouble_at_the_end(found),
                "zone": zones.of(found.practice_id),
            },
            section="Calls",
        )

    @router.get("/calls/{call_sid}/recordings/{recording_sid}")
    async def recording(call_sid: str, recording_sid: str, who: Account = room.staff) -> Response:
        async with room.looking(who, f"recording:{recording_sid[:LONGEST_SID]}") as uow:
            known = await uow.recordings.of_call(call_sid)
        if recording_sid not in [each.sid for each in known]:
            raise not_found("recording")
        try:
            sound = await room.telephony.recording(recording_sid)
        except ProviderError as exc:
            raise HTTPException(502, "The phone company does not give the recording.") from exc
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(sound, media_type="audio/mpeg", headers=headers)

    @router.post("/calls/{call_sid}/erase")
    async def erase(request: Request, call_sid: str, who: Account = room.manager) -> Response:
        form = await posted_form(request)
        if form.get("sure") != "yes":
            raise HTTPException(400, "Please say that you are sure.")
        async with room.database.transaction() as uow:
            found = await uow.calls.get(call_sid)
            if found is None:
                raise NotFound("no such call")
            now = room.now()
            if found.ended_at is None or found.ended_at > now - SETTLED_AFTER:
                raise HTTPException(400, "The call is only just over, or still going on. Wait.")
            gone = await uow.erasure.erase_call(call_sid, now, by=who.username)
            for sid in gone:
                await uow.outbox.put(DELETE_RECORDING, f"{DELETE_RECORDING}:{sid}", {"sid": sid})
            await uow.audit.append(
                actor=who.username, action="call.erased", subject=f"call:{call_sid}"
            )
        return RedirectResponse(f"/admin/calls/{call_sid}", 303)


SECTION = Section(name="Call", address="/admin/calls", place=0, add_routes=add_routes)
