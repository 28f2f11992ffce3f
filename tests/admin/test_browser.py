"""The staff pages as staff use them, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.admin.clinic import CALL, message
from tests.admin.served import DESKTOP, PHONE_SIZED, arrives_elsewhere, open_page, served_clinic
from tests.admin.test_pages import PAGES
from tests.phone.browser import CHROMIUM, NO_CHROMIUM, chromium, complaints, scrolls_sideways

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with served_clinic(tmp_path) as served:
        yield served


def tab_to(page: Page, selector: str) -> None:
    """Reach something with the Tab key alone."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached with Tab")


def test_a_message_is_taken_and_done_from_the_inbox(browser: Browser, address: str) -> None:
    page = open_page(browser, "mia")
    found = complaints(page)
    page.goto(f"{address}/admin")

    first = page.locator(".message").first
    first.get_by_role("button", name="Take").click()
    expect(page.locator(".message").first.locator(".tag.taken")).to_have_text("Taken by mia")
    page.locator(".message").first.get_by_role("button", name="Done").click()

    expect(page.locator(".title")).to_contain_text("2 waiting")
    # The first answer is the browser being asked who it is.
    assert [text for text in found if "401" not in text] == []
    page.close()


@pytest.mark.parametrize("width", [PHONE_SIZED, DESKTOP])
def test_the_morning_is_done_with_the_keyboard_alone(
    browser: Browser, address: str, width: int
) -> None:
    page = open_page(browser, "mia", width)
    page.goto(f"{address}/admin")
    tab_to(page, "#open-m2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/messages/m2")
    tab_to(page, "#note")
    page.keyboard.type("Rang, no answer.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".history")).to_contain_text("Rang, no answer.")
    tab_to(page, "#done-m2")

    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    expect(page.locator(".history")).to_contain_text("mia is done with it")
    page.close()


def test_a_call_is_reached_from_a_message(browser: Browser, address: str) -> None:
    page = open_page(browser, "mia")
    page.goto(f"{address}/admin")
    page.get_by_role("link", name="Robert Hale").click()
    page.get_by_role("link", name="The conversation").click()

    expect(page).to_have_url(f"{address}/admin/calls/{CALL}")
    expect(page.locator(".bubble.caller").first).to_contain_text("check-up")
    page.close()


def test_a_new_message_appears_in_a_colleagues_browser_without_reload(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    mia, omar = open_page(browser, "mia"), open_page(browser, "omar")
    for page in (mia, omar):
        with page.expect_response("**/admin/events*"):
            page.goto(f"{address}/admin")
        page.evaluate("window.hereSince = 1")
    mia.locator("#take-m1").focus()

    new = message("n1", "Eva Lind", "My inhaler is empty.", minutes=0, urgent=True)
    arrives_elsewhere(tmp_path, new)

    for page in (omar, mia):
        expect(page.locator("#open-n1")).to_have_text("Eva Lind")
        expect(page.locator("#announcement")).to_have_text("4 waiting, 2 urgent")
        assert page.evaluate("window.hereSince") == 1, "the page was loaded again"
    assert mia.evaluate("document.activeElement.id") == "take-m1", "the keyboard stays"
    mia.locator("#take-n1").click()
    expect(omar.locator(".message", has_text="Eva Lind").locator(".tag.taken")).to_have_text(
        "Taken by mia"
    )
    mia.close()
    omar.close()


def test_what_somebody_is_typing_stays_when_something_new_appears(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    page = open_page(browser, "mia")
    with page.expect_response("**/admin/events*"):
        page.goto(f"{address}/admin/messages/m1")
    page.locator("#note").fill("Half a sente")

    other = open_page(browser, "omar")
    other.goto(f"{address}/admin")
    other.locator("#take-m1").click()

    expect(page.locator("#message .tag.taken")).to_have_text("Taken by omar")
    expect(page.locator("#history")).to_contain_text("omar took it")
    assert page.locator("#note").input_value() == "Half a sente"
    page.close()
    other.close()


def test_a_wrong_form_keeps_what_was_typed_and_says_what_is_wrong(
    browser: Browser, address: str
) -> None:
    page = open_page(browser)
    page.goto(f"{address}/admin/profile")
    page.get_by_label("Your phone").fill("extension 5")
    page.get_by_role("button", name="Save").click()

    field = page.get_by_label("Your phone")
    expect(field).to_have_value("extension 5")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Please give a whole phone number, with its area code. "
        "Rung first when you call somebody back."
    )
    page.close()


def test_a_call_is_erased_by_a_manager(browser: Browser, address: str) -> None:
    page = open_page(browser)
    page.goto(f"{address}/admin/calls/{CALL}")
    page.get_by_text("Erase what was said").click()
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Erase").click()

    expect(page.locator(".verdict.info")).to_contain_text("was erased on")
    expect(page.locator(".bubble")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE_SIZED, DESKTOP])
def test_the_other_pages_are_reached_with_the_keyboard_alone(
    browser: Browser, address: str, width: int, scheme: Any
) -> None:
    page = open_page(browser, width=width)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/admin")
    menu = page.get_by_role("link", name="Audit")
    tab_to(page, "header summary")
    expect(menu).to_be_hidden()

    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert not scrolls_sideways(page)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    assert page.evaluate("document.activeElement.localName") == "summary"
    page.keyboard.press("Enter")
    tab_to(page, "header li a[href$=audit]")
    page.keyboard.press("Enter")

    page.wait_for_url("**/admin/audit")
    expect(page.locator("header summary")).to_have_class("is-here")
    page.close()


def test_the_menu_closes_when_one_turns_elsewhere(browser: Browser, address: str) -> None:
    page = open_page(browser)
    page.goto(f"{address}/admin")
    summary, menu = page.locator("header summary"), page.locator("#rare ul")

    summary.click()
    expect(menu).to_be_visible()
    page.locator("h1").click()
    expect(menu).to_be_hidden()
    summary.click()
    page.locator("#words").focus()
    expect(menu).to_be_hidden()
    page.close()


@pytest.mark.parametrize("width", [PHONE_SIZED, 720, DESKTOP])
def test_no_field_reaches_out_of_its_place(browser: Browser, address: str, width: int) -> None:
    page = open_page(browser, width=width)
    for path in PAGES:
        page.goto(f"{address}{path}")
        wide = page.eval_on_selector_all(
            ".field > :is(input, select, textarea)",
            "all => all.filter(e => e.offsetWidth > e.parentElement.clientWidth).map(e => e.id)",
        )
        assert wide == [], path
    page.close()


@pytest.mark.parametrize("width", [PHONE_SIZED, 720, DESKTOP])
def test_no_width_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = open_page(browser, width=width)
    found = complaints(page)
    for path in PAGES:
        page.goto(f"{address}{path}")
        assert not scrolls_sideways(page), path

    assert [text for text in found if "401" not in text] == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE_SIZED, DESKTOP])
def test_axe_finds_nothing(browser: Browser, address: str, width: int, scheme: str) -> None:
    page = open_page(browser, width=width)
    page.emulate_media(color_scheme=scheme)
    for path in [*PAGES, "/admin/nowhere", "/admin/calls?first=yesterday"]:
        page.goto(f"{address}{path}")
        for summary in page.locator("summary").all():
            summary.click()
        results = Axe().run(page)
        assert results.violations_count == 0, f"{path}\n{results.generate_report()}"
    page.close()
