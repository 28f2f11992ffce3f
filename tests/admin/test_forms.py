"""Who may post a form, and what a form says about what was typed."""

import pytest
from pydantic import BaseModel, Field

from db import SqlDatabase
from receptionist.admin.forms import COOKIE, MAX_FORM_BYTES, Form, checked
from tests.admin.clinic import Staff, token

STATUS = "/admin/messages/m1/status"
DONE = {"status": "done", "version": "1"}


async def status(database: SqlDatabase) -> str:
    async with database.reading() as uow:
        found = await uow.messages.get("m1")
    assert found is not None
    return found.status


async def test_a_form_of_another_site_changes_nothing(mia: Staff, database: SqlDatabase) -> None:
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        answer = await mia.post(STATUS, DONE, headers=headers)
        assert answer.status_code == 403
    assert await status(database) == "new"


@pytest.mark.parametrize("given", ["", "guessed", "é"])
async def test_a_form_without_the_pages_token_changes_nothing(
    mia: Staff, database: SqlDatabase, given: str
) -> None:
    answer = await mia.post(STATUS, {**DONE, "token": given})

    assert answer.status_code == 403
    assert await status(database) == "new"


async def test_two_empty_tokens_are_no_token(mia: Staff) -> None:
    answer = await mia.client.post(STATUS, data={**DONE, "token": ""})

    assert answer.status_code == 403


async def test_the_token_cookie_is_only_for_the_admin_pages(mia: Staff) -> None:
    cookie = (await mia.get("/admin")).headers["set-cookie"]

    assert cookie.startswith(COOKIE)
    for attribute in ("HttpOnly", "Path=/admin", "SameSite=strict"):
        assert attribute in cookie


async def test_nothing_is_posted_without_an_account(
    mia: Staff, stranger: Staff, database: SqlDatabase
) -> None:
    given = token((await mia.get("/admin")).text)

    answer = await stranger.client.post(STATUS, data={**DONE, "token": given})

    assert answer.status_code == 401
    assert await status(database) == "new"


async def test_what_is_no_form_of_ours_is_refused(mia: Staff) -> None:
    await mia.get("/admin")
    huge = await mia.client.post(STATUS, content=b"x" * (MAX_FORM_BYTES + 1))
    many = await mia.client.post(STATUS, content="&".join(f"f{n}=1" for n in range(3000)))
    no_status = await mia.post(STATUS, {"status": "lost", "version": "1"})
    no_version = await mia.post(STATUS, {"status": "done"})

    answers = (huge, many, no_status, no_version)
    assert [answer.status_code for answer in answers] == [413, 400, 400, 400]


class Visit(BaseModel):
    """A form of every kind of field."""

    name: str = Field(min_length=1, max_length=5)
    minutes: int = Field(ge=5, le=60)
    days: list[str] = []


def test_a_form_keeps_what_was_typed_and_says_what_is_wrong_with_it() -> None:
    typed = Form({"name": ["Annabel"], "minutes": ["soon"], "days": ["mon", "tue"]})

    read = checked(Visit, typed)

    assert read.value is None
    assert read.filled.value("name") == "Annabel"
    assert read.filled.value("minutes") == "soon"
    assert read.filled.value("days") == ["mon", "tue"]
    assert read.filled.problem("name") == "Please use at most 5 characters."
    assert read.filled.problem("minutes") == "Please give a whole number."
    assert read.filled.problem("days") == ""


def test_a_form_that_holds_is_read() -> None:
    read = checked(Visit, Form({"name": [" Ana "], "minutes": ["30"], "days": ["mon"]}))

    assert read.value == Visit(name="Ana", minutes=30, days=["mon"])
    assert read.filled.problems == {}
