"""Settings: what the practice tells callers and how it books, changed by its manager.

A change is typed, shown in words, and then saved as a version that can be gone back to. Calls
read the practice from the database as they begin, so the next one has it, in any process.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from receptionist.admin import views
from receptionist.admin.forms import Filled, Form, posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.practice_asked import Asked, practice_asked
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.admin.settings_draft import (
    Draft,
    Place,
    changed,
    choices_of,
    form_of,
    without,
)
from receptionist.admin.settings_parts import PARTS, Part
from receptionist.admin.settings_warnings import (
    NAMED_SO,
    is_named_so,
    unless_named_so,
    unless_promised,
    warnings,
)
from receptionist.domain.practice import WEEKDAYS, Practice
from receptionist.domain.practice_words import changes, in_words
from receptionist.domain.question_groups import impersonal
from receptionist.errors import ChangedMeanwhile
from receptionist.ports.practice_history import PracticeVersion, Question
from receptionist.ports.records import UnitOfWork
from receptionist.ports.staff import Account
from receptionist.practice_file import load_practice
from receptionist.practice_history import keep

ROWS = 30
OF_OURS = ("token", "seen", "step")
"""Fields of the form that are no settings."""


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/settings…`."""

    @router.get("/settings")
    async def settings(request: Request, who: Account = room.manager) -> Response:
        async with room.database.reading() as uow:
            here = await practice_asked(uow, request)
            practices = await uow.practices.all()
        values = {
            **_around(room, here),
            "practices": practices,
            "parts": [_card(here.practice, part) for part in PARTS.values()],
            "saved": "saved" in request.query_params,
            "can_try": room.phone_page(request),
        }
        return room.page(request, who, "settings.html", values, section="Settings")

    # Before the parts: "history" is no part.
    @router.get("/settings/history")
    async def history(request: Request, who: Account = room.manager) -> Response:
        text = request.query_params.get("before", "")
        before = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        async with room.database.reading() as uow:
            here = await practice_asked(uow, request)
            found = await uow.versions.list(here.practice.id, ROWS, before)
        values = {**_around(room, here), "versions": found, "next": _next(found)}
        return room.page(request, who, "settings_history.html", values, section="Settings")

    @router.post("/settings/history/{number}")
    async def revert(request: Request, number: int, who: Account = room.manager) -> Response:
        form = await posted_form(request)
        async with room.database.transaction() as uow:
            here = await practice_asked(uow, request, lock=True)
            version = await uow.versions.get(here.practice.id, min(number, 10**9))
            if version is None:
                raise not_found("version")
            wanted = _as_it_was(here.practice, version)
            if await is_named_so(uow, wanted):
                raise HTTPException(400, NAMED_SO)
            meanwhile = await uow.versions.since(here.practice.id, form.number("seen"))
            if meanwhile is None and form.get("step") == "save":
                await keep(uow, here.practice, wanted, actor=who.username, now=room.now())
                return _saved(here)
        return await _preview(
            room,
            request,
            who,
            here,
            wanted,
            f"/admin/settings/history/{version.number}",
            title=f"Back to version {version.number}",
            changed_meanwhile=_meanwhile(room, meanwhile),
        )

    @router.get("/settings/{part}")
    async def form_page(request: Request, part: str, who: Account = room.manager) -> Response:
        place = Place(_part(part))
        return await _opened(room, request, who, place)

    @router.get("/settings/{part}/{item}")
    async def item_page(
        request: Request, part: str, item: int, who: Account = room.manager
    ) -> Response:
        return await _opened(room, request, who, Place(_part(part), item))

    @router.post("/settings/{part}")
    async def change(request: Request, part: str, who: Account = room.manager) -> Response:
        return await _posted(room, request, who, Place(_part(part)))

    @router.post("/settings/{part}/{item}")
    async def change_item(
        request: Request, part: str, item: int, who: Account = room.manager
    ) -> Response:
        return await _posted(room, request, who, Place(_part(part), item))


async def _opened(room: StaffRoom, request: Request, who: Account, place: Place) -> Response:
    async with room.database.reading() as uow:
        here = await practice_asked(uow, request)
        begun = await _begun(uow, request) if place.part.name == "faqs" else None
    _check_item(here.practice, place)
    filled = form_of(here.practice, place)
    if begun is not None:
        filled = Filled({**filled.values, "question": impersonal(begun.question)})
    return _form(room, request, who, here, place, filled)


async def _begun(uow: UnitOfWork, request: Request) -> Question | None:
    """The question of a caller that is to be answered. Its words are kept out of addresses."""
    text = request.query_params.get("from", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return await uow.questions.get(int(text)) if is_number else None


async def _posted(room: StaffRoom, request: Request, who: Account, place: Place) -> Response:
    form = await posted_form(request)
    step = form.get("step", "preview")
    async with room.database.transaction() as uow:
        here = await practice_asked(uow, request, lock=True)
        meanwhile = await uow.versions.since(here.practice.id, form.number("seen"), place.part.name)
        if meanwhile is None:
            _check_item(here.practice, place)
            draft = _drafted(here.practice, place, form)
            draft = await unless_promised(uow, here.practice, draft, place, room.now())
            draft = await unless_named_so(uow, draft)
            if step == "save" and draft.practice is not None:
                await keep(uow, here.practice, draft.practice, actor=who.username, now=room.now())
                return _saved(here)
    if meanwhile is not None:
        kept = Place(place.part) if _is_gone(here.practice, place) else place
        filled = changed(here.practice, kept, form).filled
        stale = _meanwhile(room, meanwhile)
        return _form(room, request, who, here, kept, filled, changed_meanwhile=stale)
    if draft.practice is None or step == "edit":
        return _form(room, request, who, here, place, draft.filled)
    return await _preview(
        room, request, who, here, draft.practice, _address(place), title=_title(place), form=form
    )


def _drafted(practice: Practice, place: Place, form: Form) -> Draft:
    if form.get("remove") and place.item is not None:
        return without(practice, place)
    return changed(practice, place, form)


async def _preview(
    room: StaffRoom,
    request: Request,
    who: Account,
    here: Asked,
    wanted: Practice,
    address: str,
    *,
    title: str,
    form: Form | None = None,
    changed_meanwhile: dict[str, str] | None = None,
) -> Response:
    found = changes(here.practice, wanted)
    values = {
        **_around(room, here),
        "title": title,
        "address": address,
        "changes": found,
        "warnings": await warnings(room, here.practice, wanted) if found else [],
        "carried": [
            (n, v) for n in form or () if n not in OF_OURS for v in (form or Form()).all(n)
        ],
        "is_form": form is not None and not form.get("remove"),
        "changed": changed_meanwhile,
    }
    status = 409 if changed_meanwhile else 200
    return room.page(
        request, who, "settings_preview.html", values, section="Settings", status=status
    )


def _form(
    room: StaffRoom,
    request: Request,
    who: Account,
    here: Asked,
    place: Place,
    filled: Filled,
    *,
    changed_meanwhile: dict[str, str] | None = None,
) -> Response:
    values = {
        **_around(room, here),
        "part": place.part,
        "item": place.item,
        "title": _title(place),
        "address": _address(place),
        "choices": choices_of(here.practice, place.part),
        "filled": filled,
        "changed": changed_meanwhile,
        "weekdays": WEEKDAYS,
    }
    status = 409 if changed_meanwhile else 422 if filled.problems else 200
    return room.page(request, who, "settings_form.html", values, section="Settings", status=status)


def _around(room: StaffRoom, here: Asked) -> dict[str, Any]:
    return {
        "practice": here.practice,
        "at": here.at,
        "seen": here.seen,
        "newest": here.newest,
        "since": lambda moment: views.since(moment, room.now()),
        "zone": here.practice.zone,
    }


def _card(practice: Practice, part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "title": part.title,
        "thing": part.thing,
        "words": in_words(practice, part.name),
    }


def _part(name: str) -> Part:
    part = PARTS.get(name)
    if part is None:
        raise not_found("part of the settings")
    return part


def _is_gone(practice: Practice, place: Place) -> bool:
    return place.item is not None and place.item >= len(in_words(practice, place.part.name))


def _check_item(practice: Practice, place: Place) -> None:
    if place.item is not None and (not place.part.is_list or _is_gone(practice, place)):
        raise not_found(place.part.thing or "setting")


def _title(place: Place) -> str:
    if not place.part.is_list:
        return place.part.title
    return f"{'Add' if place.item is None else 'Change'} a {place.part.thing}"


def _address(place: Place) -> str:
    item = "" if place.item is None else f"/{place.item}"
    return f"/admin/settings/{place.part.name}{item}"


def _as_it_was(practice: Practice, version: PracticeVersion) -> Practice:
    was = load_practice(version.settings, source=f"version {version.number}")
    return replace(was, id=practice.id)


def _meanwhile(room: StaffRoom, version: PracticeVersion | None) -> dict[str, str] | None:
    if version is None:
        return None
    exc = ChangedMeanwhile(version.actor, version.at)
    return {"by": exc.by, "when": views.since(exc.at, room.now()), "words": " ".join(version.words)}


def _next(versions: Sequence[PracticeVersion]) -> int | None:
    last = versions[-1].number if versions else 1
    return last if last > 1 and len(versions) == ROWS else None


def _saved(here: Asked) -> Response:
    more = "&saved=1" if here.at else "?saved=1"
    return RedirectResponse(f"/admin/settings{here.at}{more}", 303)


SECTION = Section(
    name="Settings",
    address="/admin/settings",
    place=80,
    add_routes=add_routes,
    managers_only=True,
)
