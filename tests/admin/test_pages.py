"""The staff pages: what they show, to whom, and what they leave in the audit."""

import re
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.testclient import TestClient

from receptionist.admin.forms import COOKIE, MAX_FORM_BYTES
from receptionist.admin.routes import create_admin
from receptionist.ports.records import AuditRow
from tests.admin.records import CALL, FORMULA, NOW, PHONE, SCRIPT, Records

PAGES = [
    "/admin",
    "/admin/messages/m2",
    "/admin/calls",
    f"/admin/calls/{CALL}",
    "/admin/appointments",
    "/admin/audit",
]


def require_account(credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> str:
    if credentials.password != "right":
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return credentials.username


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def staff(records: Records) -> TestClient:
    app = FastAPI()
    app.include_router(create_admin(records, require_account))
    client = TestClient(app, follow_redirects=False)
    client.auth = ("mia", "right")
    return client


def token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_shown_without_an_account(staff: TestClient, path: str) -> None:
    staff.auth = None

    assert staff.get(path).status_code == 401


def test_no_status_is_changed_without_an_account(staff: TestClient, records: Records) -> None:
    fields = {"status": "done", "token": token(staff.get("/admin").text)}
    staff.auth = None

    assert staff.post("/admin/messages/m1/status", data=fields).status_code == 401
    assert records.messages.rows[0].status == "new"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_a_caller_said_becomes_markup(staff: TestClient, path: str) -> None:
    page = staff.get(path)

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_a_callers_words_are_shown_as_they_were_said(staff: TestClient) -> None:
    page = staff.get("/admin").text

    assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;") in page
    assert FORMULA in page


def test_urgent_messages_come_first_then_the_longest_waiting(staff: TestClient) -> None:
    page = staff.get("/admin").text

    order = re.findall(r'href="/admin/messages/(m\d)"', page)
    assert order == ["m2", "m3", "m1", "m4"]
    assert "3 waiting, 1 urgent" in page


@pytest.mark.parametrize("path", ["/admin", "/admin/calls", "/admin/appointments"])
def test_lists_mask_phone_numbers(staff: TestClient, path: str) -> None:
    page = staff.get(path).text

    assert PHONE not in page
    assert "••• 0142" in page


def test_one_message_shows_the_number_to_call_back(staff: TestClient) -> None:
    assert f'href="tel:{PHONE}"' in staff.get("/admin/messages/m2").text


def test_a_call_is_a_conversation_with_what_was_heard_and_done(staff: TestClient) -> None:
    page = staff.get(f"/admin/calls/{CALL}").text

    positions = [
        page.index(words)
        for words in (
            "I need a check-up on Tuesday.",
            "Free times",
            "Dr. Lee has half past ten,",
            "or two o&#39;clock. Which would you like?</s>",
            "486 ms",
            "Half past ten. My name is",
            "Check-up, Tue 24 Nov 10:30 with Dr. Lee",
        )
    ]
    assert positions == sorted(positions)
    assert "3:05" in page
    assert "Caller hung up" in page


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/admin", "messages"),
        ("/admin/messages/m2", "message:m2"),
        ("/admin/calls", "calls"),
        (f"/admin/calls/{CALL}", f"call:{CALL}"),
        ("/admin/appointments", "appointments"),
    ],
)
def test_every_look_at_personal_data_is_audited(
    staff: TestClient, records: Records, path: str, subject: str
) -> None:
    staff.get(path)

    assert records.audit.seen == [("mia", "viewed", subject)]


def test_a_message_is_taken_done_and_reopened(staff: TestClient, records: Records) -> None:
    for status in ("taken", "done", "new"):
        fields = {"status": status, "token": token(staff.get("/admin").text)}
        answer = staff.post("/admin/messages/m1/status", data=fields)

        assert answer.status_code == 303
        assert answer.headers["location"] == "/admin"
        assert records.messages.rows[0].status == status
    assert ("mia", "set_status", "message:m1") in records.audit.seen


def test_a_form_of_another_site_changes_nothing(staff: TestClient, records: Records) -> None:
    fields = {"status": "done", "token": token(staff.get("/admin").text)}
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        answer = staff.post("/admin/messages/m1/status", data=fields, headers=headers)
        assert answer.status_code == 403
    assert records.messages.rows[0].status == "new"


@pytest.mark.parametrize("given", ["", "guessed", "é"])
def test_a_form_without_the_pages_token_changes_nothing(
    staff: TestClient, records: Records, given: str
) -> None:
    staff.get("/admin")

    answer = staff.post("/admin/messages/m1/status", data={"status": "done", "token": given})

    assert answer.status_code == 403
    assert records.messages.rows[0].status == "new"


def test_two_empty_tokens_are_no_token(staff: TestClient, records: Records) -> None:
    answer = staff.post("/admin/messages/m1/status", data={"status": "done", "token": ""})

    assert answer.status_code == 403


def test_the_token_cookie_is_only_for_the_admin_pages(staff: TestClient) -> None:
    cookie = staff.get("/admin").headers["set-cookie"]

    assert cookie.startswith(COOKIE)
    for attribute in ("HttpOnly", "Path=/admin", "SameSite=strict"):
        assert attribute in cookie


def test_a_status_that_is_none_is_refused(staff: TestClient) -> None:
    fields = {"status": "lost", "token": token(staff.get("/admin").text)}

    assert staff.post("/admin/messages/m1/status", data=fields).status_code == 400


def test_a_huge_form_is_refused(staff: TestClient) -> None:
    staff.get("/admin")

    answer = staff.post("/admin/messages/m1/status", content=b"x" * (MAX_FORM_BYTES + 1))

    assert answer.status_code == 413


def test_what_is_not_there_is_not_found(staff: TestClient) -> None:
    fields = {"status": "done", "token": token(staff.get("/admin").text)}

    assert staff.get("/admin/messages/none").status_code == 404
    assert staff.get("/admin/calls/none").status_code == 404
    assert staff.post("/admin/messages/none/status", data=fields).status_code == 404


def test_empty_lists_say_what_will_be_there(staff: TestClient, records: Records) -> None:
    for rows in (records.messages, records.calls, records.appointments):
        rows.rows.clear()

    assert "Nobody is waiting" in staff.get("/admin").text
    assert "No calls yet" in staff.get("/admin/calls").text
    assert "No appointments yet" in staff.get("/admin/appointments").text


def test_a_long_list_leads_to_older_rows(staff: TestClient, records: Records) -> None:
    records.calls.rows *= 20

    first = staff.get("/admin/calls").text
    second = staff.get("/admin/calls?after=50").text

    assert 'href="/admin/calls?after=50"' in first
    assert ">Older<" in first
    assert "after=100" not in second


def test_the_audit_page_says_whether_the_chain_holds(staff: TestClient, records: Records) -> None:
    assert "The chain holds" in staff.get("/admin/audit").text

    records.audit.broken = AuditRow(7, NOW, "mia", "viewed", "calls", {}, "0" * 64)

    assert "The chain is broken at row 7" in staff.get("/admin/audit").text
