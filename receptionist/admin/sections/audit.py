"""The audit log: whether its chain holds, its newest rows, and taking it away."""

import json
from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from receptionist.admin import views
from receptionist.admin.audit_proof import AuditProof
from receptionist.admin.forms import posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.admin.tables import csv_lines, download
from receptionist.ports.paging import ListQuery
from receptionist.ports.records import AuditRow
from receptionist.ports.staff import Account

ROWS = 50
EXPORTED_AT_ONCE = 1_000
COLUMNS = ("id", "at", "actor", "action", "subject", "detail", "hash")


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/audit…`."""
    proof = AuditProof()

    @router.get("/audit")
    async def audit(request: Request, who: Account = room.manager) -> Response:
        async with room.database.reading() as uow:
            found = await uow.audit.list(ListQuery(ROWS, views.cursor(request)))
            looked = await proof.look(uow)
            zone = views.Zones(await uow.practices.all()).of(None)
        values = {"proof": looked, "rows": found.items, "next": found.next, "zone": zone}
        return room.page(request, who, "audit.html", values, section="Audit")

    @router.post("/audit/again")
    async def again(request: Request, _who: Account = room.manager) -> Response:
        await posted_form(request)
        proof.forget()
        return RedirectResponse("/admin/audit", 303)

    @router.get("/audit/{name}")
    async def export(name: str, who: Account = room.manager) -> Response:
        if name not in ("audit.csv", "audit.jsonl"):
            raise not_found("page")
        async with room.database.transaction() as uow:
            await uow.audit.append(actor=who.username, action="exported", subject=name)
        if name == "audit.csv":
            return download(_csv(room), name, "text/csv")
        return download(_json_lines(room), name, "application/jsonl")


async def _csv(room: StaffRoom) -> AsyncIterator[str]:
    yield csv_lines([COLUMNS])
    async for rows in _batches(room):
        yield csv_lines(
            (r.id, r.at.isoformat(), r.actor, r.action, r.subject, json.dumps(r.detail), r.hash)
            for r in rows
        )


async def _json_lines(room: StaffRoom) -> AsyncIterator[str]:
    async for rows in _batches(room):
        shown = ({n: getattr(row, n) for n in COLUMNS} | {"at": row.at.isoformat()} for row in rows)
        yield "".join(json.dumps(each) + "\n" for each in shown)


async def _batches(room: StaffRoom) -> AsyncIterator[Sequence[AuditRow]]:
    last = 0
    while True:
        # A transaction for each: whoever downloads slowly holds none open.
        async with room.database.reading() as uow:
            rows = await uow.audit.rows_after(last, EXPORTED_AT_ONCE)
        if not rows:
            return
        yield rows
        last = rows[-1].id


SECTION = Section(
    name="Audit", address="/admin/audit", place=90, add_routes=add_routes, managers_only=True
)
