"""The staff pages: what they show, to whom, and what they leave in the audit."""

import re

import pytest

from db import SqlDatabase
from tests.admin.clinic import CALL, FORMULA, PHONE, SCRIPT, Staff, audited

FOR_ALL = [
    "/admin",
    "/admin?show=done",
    "/admin/messages/m2",
    "/admin/calls",
    f"/admin/calls/{CALL}",
    "/admin/appointments",
    "/admin/calendar",
    "/admin/calendar?view=week",
    "/admin/calendar/book",
    "/admin/calendar/appointments/a1",
    "/admin/profile",
    "/admin/live",
    "/admin/live/CA2",
    "/admin/numbers",
]
FOR_MANAGERS = ["/admin/audit", "/admin/accounts", "/admin/webhooks", "/admin/settings"]
PAGES = FOR_ALL + FOR_MANAGERS


@pytest.mark.parametrize("path", [*PAGES, "/admin/events", "/admin/nowhere"])
async def test_no_page_is_shown_without_an_account(stranger: Staff, path: str) -> None:
    answer = await stranger.get(path)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert "Please sign in" in answer.text
    assert "<nav" not in answer.text


@pytest.mark.parametrize("path", FOR_MANAGERS)
async def test_a_managers_page_is_not_for_staff(mia: Staff, omar: Staff, path: str) -> None:
    refused = await mia.get(path)

    assert refused.status_code == 403
    assert "Not for this account" in refused.text
    assert path not in (await mia.get("/admin")).text
    assert (await omar.get(path)).status_code == 200
    assert path in (await omar.get("/admin")).text


async def test_the_front_desks_pages_come_first_and_the_rest_is_behind_one_word(
    mia: Staff, omar: Staff
) -> None:
    daily = ["Inbox", "Live", "Calendar", "Calls"]
    rare = ["Numbers", "Settings", "Webhooks", "Audit", "Accounts"]

    first, _, menu = navigation((await omar.get("/admin/audit")).text).partition("<details")

    assert links(first) == daily
    assert links(menu) == rare
    assert '<a href="/admin/audit" aria-current="page">' in menu
    only = navigation((await mia.get("/admin")).text)
    assert links(only) == [*daily, "Numbers"]
    assert "<details" not in only, "a menu of one page would only hide it"


def navigation(page: str) -> str:
    return page.partition('<nav aria-label="Pages">')[2].partition("</nav>")[0]


def links(html: str) -> list[str]:
    return re.findall(r"<a [^>]*>([^<]*)</a>", html)


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_a_caller_said_becomes_markup(omar: Staff, path: str) -> None:
    page = await omar.get(path)

    assert page.status_code == 200
    assert SCRIPT not in page.text
    assert page.text.count("<script") == page.text.count('<script src="/admin/static/') >= 2
    assert "style=" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"


async def test_a_callers_words_are_shown_as_they_were_said(mia: Staff) -> None:
    page = (await mia.get("/admin")).text

    assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;") in page
    assert FORMULA in page


@pytest.mark.parametrize("path", ["/admin", "/admin/calls", "/admin/appointments"])
async def test_lists_mask_phone_numbers(mia: Staff, path: str) -> None:
    page = (await mia.get(path)).text

    assert PHONE not in page
    assert "••• 0142" in page


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/admin", "messages"),
        ("/admin/messages/m2", "message:m2"),
        ("/admin/calls", "calls"),
        (f"/admin/calls/{CALL}", f"call:{CALL}"),
        ("/admin/appointments", "appointments"),
        (f"/admin/calls/{CALL}/recordings/RE1", "recording:RE1"),
    ],
)
async def test_every_look_at_personal_data_is_audited(
    mia: Staff, database: SqlDatabase, path: str, subject: str
) -> None:
    await mia.get(path)

    assert await audited(database) == [("mia", "viewed", subject)]


async def test_what_is_not_there_is_not_found(omar: Staff) -> None:
    for path in (
        "/admin/messages/none",
        "/admin/calls/none",
        f"/admin/calls/{CALL}/recordings/none",
        "/admin/audit/audit.exe",
        "/admin/nowhere/at/all",
        "/admin/messages/%00",
        "/admin/calls?outcome=%00",
    ):
        answer = await omar.get(path)
        assert answer.status_code == 404, path
        assert "<h1>Not here</h1>" in answer.text
    posted = await omar.post("/admin/messages/none/status", {"status": "done", "version": 1})
    assert posted.status_code == 404


async def test_a_cursor_that_is_none_is_answered_with_a_page(mia: Staff) -> None:
    for path in ("/admin?after=nonsense", "/admin/calls?after=nonsense"):
        answer = await mia.get(path)
        assert answer.status_code == 400
        assert "That did not work" in answer.text


async def test_empty_lists_say_what_will_be_there(mia: Staff, database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        for message_id in ("m1", "m2", "m3"):
            await uow.messages.set_status(message_id, "done", by="omar")

    assert "Nobody is waiting" in (await mia.get("/admin")).text
    assert "All done" in (await mia.get("/admin")).text
    assert "Nothing here" in (await mia.get("/admin?show=tasks")).text
    assert "No such calls" in (await mia.get("/admin/calls?outcome=refused")).text
