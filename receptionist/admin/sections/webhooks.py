"""Webhooks: other programs that are told what happens. For managers."""

import secrets
from uuid import uuid4

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from receptionist.admin import views
from receptionist.admin.forms import Filled, checked, posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import UnitOfWork
from receptionist.ports.staff import Account
from receptionist.ports.webhooks import SEND_WEBHOOK, Webhook, WebhookEvent

EVENTS: dict[WebhookEvent, str] = {
    "message.taken": "A message was taken",
    "appointment.changed": "An appointment was booked, moved or cancelled",
    "call.ended": "A call ended",
}
LISTED = 1_000


class NewWebhook(BaseModel):
    """The form."""

    url: str = Field(min_length=1, max_length=2000)
    events: list[WebhookEvent] = Field(default=[])


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/webhooks…`."""

    @router.get("/webhooks")
    async def webhooks(request: Request, who: Account = room.manager) -> Response:
        return await _shown(room, request, who)

    @router.post("/webhooks")
    async def add(request: Request, who: Account = room.manager) -> Response:
        form = checked(NewWebhook, await posted_form(request))
        wanted, filled = form.value, form.filled
        if wanted is not None:
            problems = {"url": room.webhooks.problem_of(wanted.url)}
            problems["events"] = None if wanted.events else "Please choose at least one."
            filled = Filled(filled.values, {n: p for n, p in problems.items() if p})
        if wanted is None or filled.problems:
            return await _shown(room, request, who, filled=filled, status=422)
        made = Webhook(
            id=uuid4().hex,
            url=wanted.url,
            secret=f"whsec_{secrets.token_urlsafe(32)}",
            events=tuple(wanted.events),
            created_by=who.username,
            created_at=room.now(),
        )
        async with room.database.transaction() as uow:
            await uow.webhooks.add(made)
            await _audit(uow, who, "webhook.added", made.id)
        # Shown in the answer to this form and never again.
        return await _shown(room, request, who, made=made)

    @router.post("/webhooks/{webhook_id}/test")
    async def test(request: Request, webhook_id: str, who: Account = room.manager) -> Response:
        await posted_form(request)
        async with room.database.transaction() as uow:
            webhook = await uow.webhooks.get(webhook_id)
            if webhook is None:
                raise not_found("webhook")
            await _audit(uow, who, "webhook.tested", webhook_id)
        await room.webhooks.test(webhook)
        return RedirectResponse("/admin/webhooks", 303)

    @router.post("/webhooks/{webhook_id}/pause")
    async def pause(request: Request, webhook_id: str, who: Account = room.manager) -> Response:
        paused = (await posted_form(request)).get("paused") == "yes"
        async with room.database.transaction() as uow:
            if not await uow.webhooks.pause(webhook_id, paused):
                raise not_found("webhook")
            await _audit(uow, who, "webhook.paused" if paused else "webhook.resumed", webhook_id)
        return RedirectResponse("/admin/webhooks", 303)

    @router.post("/webhooks/{webhook_id}/again")
    async def again(request: Request, webhook_id: str, who: Account = room.manager) -> Response:
        await posted_form(request)
        async with room.database.transaction() as uow:
            for row in await _unsent(uow, webhook_id):
                await uow.outbox.revive(row.id, room.now())
            await _audit(uow, who, "webhook.sent_again", webhook_id)
        return RedirectResponse("/admin/webhooks", 303)

    @router.post("/webhooks/{webhook_id}/remove")
    async def remove(request: Request, webhook_id: str, who: Account = room.manager) -> Response:
        await posted_form(request)
        async with room.database.transaction() as uow:
            if not await uow.webhooks.remove(webhook_id):
                raise not_found("webhook")
            await _audit(uow, who, "webhook.removed", webhook_id)
        return RedirectResponse("/admin/webhooks", 303)


async def _shown(
    room: StaffRoom,
    request: Request,
    who: Account,
    *,
    filled: Filled | None = None,
    made: Webhook | None = None,
    status: int = 200,
) -> Response:
    async with room.database.reading() as uow:
        found = await uow.webhooks.all()
        unsent = await uow.outbox.unfinished(LISTED, kind=SEND_WEBHOOK)
        zones = views.Zones(await uow.practices.all())
    shown = []
    for each in found:
        rows = [row for row in unsent if row.payload["webhook_id"] == each.id]
        shown.append((each, len(rows), sum(row.status == "dead" for row in rows)))
    return room.page(
        request,
        who,
        "webhooks.html",
        {
            "webhooks": shown,
            "events": list(EVENTS.items()),
            "filled": filled or Filled(),
            "made": made,
            "zone": zones.of(None),
        },
        section="Webhooks",
        status=status,
    )


async def _unsent(uow: UnitOfWork, webhook_id: str) -> list[OutboxRow]:
    rows = await uow.outbox.unfinished(LISTED, kind=SEND_WEBHOOK)
    return [row for row in rows if row.payload["webhook_id"] == webhook_id]


async def _audit(uow: UnitOfWork, who: Account, action: str, webhook_id: str) -> None:
    await uow.audit.append(actor=who.username, action=action, subject=f"webhook:{webhook_id}")


SECTION = Section(
    name="Webhooks",
    address="/admin/webhooks",
    place=85,
    add_routes=add_routes,
    managers_only=True,
)
