"""Who may sign in: a manager's page, and everybody's own."""

import re
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, field_validator
from starlette.responses import RedirectResponse, Response

from receptionist.admin.forms import Filled, checked, posted_form
from receptionist.admin.frame import not_found
from receptionist.admin.room import StaffRoom
from receptionist.admin.section import Section
from receptionist.domain.contacts import to_e164
from receptionist.ports.records import UnitOfWork
from receptionist.ports.staff import Account

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
LAST_MANAGER = "Somebody has to be a manager: make another one first."
ROLES = [("staff", "Staff"), ("manager", "Manager")]


class NewAccount(BaseModel):
    """Somebody who is to be able to sign in."""

    username: str = Field(min_length=1, max_length=64)
    role: Literal["staff", "manager"]

    @field_validator("username")
    @classmethod
    def _username(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise ValueError("Please use letters, digits, dots and dashes only.")
        return value


class Role(BaseModel):
    """What somebody may do."""

    role: Literal["staff", "manager"]


class Profile(BaseModel):
    """What everybody may change of their own account."""

    phone: str = Field("", max_length=40)


def add_routes(router: APIRouter, room: StaffRoom) -> None:
    """`/admin/accounts…` and `/admin/profile`."""

    @router.get("/accounts")
    async def accounts(request: Request, who: Account = room.manager) -> Response:
        return await _shown(room, request, who)

    @router.post("/accounts")
    async def add(request: Request, who: Account = room.manager) -> Response:
        read = checked(NewAccount, await posted_form(request))
        if read.value is None:
            return await _shown(room, request, who, filled=read.filled)
        wanted = read.value
        password = await room.accounts.add(wanted.username, wanted.role, by=who.username)
        if password is None:
            taken = Filled(read.filled.values, {"username": "Somebody has that name already."})
            return await _shown(room, request, who, filled=taken)
        return await _shown(room, request, who, made=(wanted.username, password))

    @router.post("/accounts/{username}/password")
    async def password(request: Request, username: str, who: Account = room.manager) -> Response:
        await posted_form(request)
        await _known(room, username)
        made = await room.accounts.set_password(username, by=who.username)
        return await _shown(room, request, who, made=(username, made))

    @router.post("/accounts/{username}/role")
    async def role(request: Request, username: str, who: Account = room.manager) -> Response:
        read = checked(Role, await posted_form(request))
        if read.value is None:
            return await _shown(room, request, who, problem="Somebody is staff or a manager.")
        known = await _known(room, username)
        changed = Account(username, read.value.role, known.phone)
        async with room.database.transaction() as uow:
            done = await uow.accounts.change(changed)
            if done:
                await _audit(uow, who, "account.role", username, role=changed.role)
        return await _done(room, request, who, done)

    @router.post("/accounts/{username}/remove")
    async def remove(request: Request, username: str, who: Account = room.manager) -> Response:
        await posted_form(request)
        await _known(room, username)
        async with room.database.transaction() as uow:
            done = await uow.accounts.remove(username)
            if done:
                await _audit(uow, who, "account.removed", username)
        return await _done(room, request, who, done)

    @router.get("/profile")
    async def profile(request: Request, who: Account = room.staff) -> Response:
        return _own(room, request, who, Filled({"phone": who.phone or ""}))

    @router.post("/profile")
    async def change_profile(request: Request, who: Account = room.staff) -> Response:
        read = checked(Profile, await posted_form(request))
        phone = None
        if read.value is not None and read.value.phone:
            async with room.database.reading() as uow:
                practices = await uow.practices.all()
            phone = to_e164(read.value.phone, practices[0]) if practices else None
            if phone is None:
                wrong = {"phone": "Please give a whole phone number, with its area code."}
                return _own(room, request, who, Filled(read.filled.values, wrong))
        if read.value is None:
            return _own(room, request, who, read.filled)
        async with room.database.transaction() as uow:
            await uow.accounts.change(Account(who.username, who.role, phone))
            await _audit(uow, who, "account.phone", who.username)
        return RedirectResponse("/admin/profile?kept=1", 303)


async def _known(room: StaffRoom, username: str) -> Account:
    async with room.database.reading() as uow:
        found = await uow.accounts.get(username)
    if found is None:
        raise not_found("account")
    return found


async def _shown(
    room: StaffRoom,
    request: Request,
    who: Account,
    *,
    filled: Filled | None = None,
    made: tuple[str, str] | None = None,
    problem: str = "",
) -> Response:
    async with room.database.reading() as uow:
        known = await uow.accounts.all()
    filled = filled or Filled({"role": "staff"})
    values = {
        "accounts": known,
        "filled": filled,
        "made": made,
        "problem": problem,
        "roles": ROLES,
    }
    status = 422 if filled.problems or problem else 200
    return room.page(request, who, "accounts.html", values, section="Accounts", status=status)


async def _done(room: StaffRoom, request: Request, who: Account, done: bool) -> Response:
    if not done:
        return await _shown(room, request, who, problem=LAST_MANAGER)
    return RedirectResponse("/admin/accounts", 303)


def _own(room: StaffRoom, request: Request, who: Account, filled: Filled) -> Response:
    values = {"filled": filled, "kept": "kept" in request.query_params}
    status = 422 if filled.problems else 200
    return room.page(request, who, "profile.html", values, section="Profile", status=status)


async def _audit(uow: UnitOfWork, who: Account, action: str, subject: str, **detail: str) -> None:
    await uow.audit.append(actor=who.username, action=action, subject=subject, detail=detail)


SECTION = Section(
    name="Accounts",
    address="/admin/accounts",
    place=95,
    add_routes=add_routes,
    managers_only=True,
)
