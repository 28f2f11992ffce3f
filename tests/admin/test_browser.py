"""The staff pages as staff use them, in a real browser."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from receptionist.admin.routes import create_admin
from tests.admin.records import CALL, Records
from tests.admin.test_pages import PAGES, require_account
from tests.phone.browser import (
    CHROMIUM,
    NO_CHROMIUM,
    chromium,
    complaints,
    scrolls_sideways,
    serving,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def address(records: Records) -> Iterator[str]:
    app = FastAPI()
    app.include_router(create_admin(records, require_account))
    with serving(app) as served:
        yield served


def open_page(browser: Browser, width: int = 1280) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": 760},
        http_credentials={"username": "mia", "password": "right"},
    )
    page.set_default_timeout(10_000)
    return page


def test_a_message_is_taken_and_done_from_the_inbox(
    browser: Browser, address: str, records: Records
) -> None:
    page = open_page(browser)
    found = complaints(page)
    page.goto(f"{address}/admin")

    first = page.locator(".message").first
    first.get_by_role("button", name="Take").click()
    expect(page.locator(".message").first.locator(".tag.taken")).to_be_visible()
    page.locator(".message").first.get_by_role("button", name="Done").click()

    expect(page.locator(".title")).to_contain_text("2 waiting")
    assert records.messages.rows[1].status == "done"
    # The first answer is the browser being asked who it is.
    assert [text for text in found if "401" not in text] == []
    page.close()


def test_the_inbox_works_from_the_keyboard(
    browser: Browser, address: str, records: Records
) -> None:
    page = open_page(browser)
    page.goto(f"{address}/admin/messages/m2")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "done":
            break

    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    assert records.messages.rows[1].status == "done"
    page.close()


def test_a_call_is_reached_from_a_message(browser: Browser, address: str) -> None:
    page = open_page(browser)
    page.goto(f"{address}/admin")
    page.get_by_role("link", name="Robert Hale").click()
    page.get_by_role("link", name="The conversation").click()

    expect(page).to_have_url(f"{address}/admin/calls/{CALL}")
    expect(page.locator(".bubble.caller").first).to_contain_text("check-up")
    page.close()


@pytest.mark.parametrize("width", [360, 720, 1280])
def test_no_width_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = open_page(browser, width)
    found = complaints(page)
    for path in PAGES:
        page.goto(f"{address}{path}")
        assert not scrolls_sideways(page), path

    assert [text for text in found if "401" not in text] == []
    page.close()
