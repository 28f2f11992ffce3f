"""Calendar and settings as staff use them, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from receptionist.domain.practice import Faq
from tests.admin.desk import DAY_PAGE, ServedClinic, booking_clinic, press_until, violations
from tests.admin.served import open_page
from tests.phone.browser import CHROMIUM, NO_CHROMIUM, chromium, complaints, scrolls_sideways

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
]
PAGES = [
    DAY_PAGE,
    f"{DAY_PAGE}&view=week",
    "/admin/calendar/book",
    "/admin/calendar/appointments/one",
    "/admin/settings",
    "/admin/settings/hours",
    "/admin/settings/people/0",
    "/admin/settings/services/1",
    "/admin/settings/history",
    "/admin/questions",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[ServedClinic]:
    with booking_clinic(tmp_path) as served:
        yield served


def test_a_free_time_is_booked_moved_and_cancelled(browser: Browser, clinic: ServedClinic) -> None:
    page = open_page(browser, "mia")
    found = complaints(page)
    page.goto(clinic.address + DAY_PAGE)

    page.locator(".entry.free a").first.click()
    page.get_by_label("Name").fill("Ana Souza")
    page.get_by_label("Phone").fill("212 555 0177")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("status").first).to_contain_text("Booked.")
    page.get_by_label("Time").fill("11:30")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_role("status").first).to_contain_text("Moved.")
    assert {row.caller_name for row in clinic.booked()} == {"Joan Park", "Ana Souza"}
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_role("status").first).to_contain_text("Cancelled.")

    assert [row.caller_name for row in clinic.booked()] == ["Joan Park"]
    # The first answer is the browser being asked who it is.
    assert [text for text in found if "401" not in text] == []
    page.close()


def test_a_taken_time_is_named_and_another_chosen_with_keys_alone(
    browser: Browser, clinic: ServedClinic
) -> None:
    page = open_page(browser, "mia", width=360)
    page.goto(f"{clinic.address}/admin/calendar/book?day={DAY_PAGE[-10:]}&time=10:15")

    press_until(page, "e.name === 'person'")
    page.keyboard.type("Dr. Lee")
    press_until(page, "e.name === 'caller_name'")
    page.keyboard.type("Ana Souza")
    press_until(page, "e.name === 'phone'")
    page.keyboard.type("2125550177")
    page.keyboard.press("Enter")
    expect(page.locator("#time-problem")).to_contain_text("Dr. Lee has Check-up with Joan Park")
    assert violations(page) == []
    press_until(page, "e.name === 'instead'")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("Booked.")
    assert {row.caller_name for row in clinic.booked()} == {"Joan Park", "Ana Souza"}
    page.close()


def test_another_browser_sees_a_booking_without_reloading(
    browser: Browser, clinic: ServedClinic
) -> None:
    watching, booking = open_page(browser, "omar"), open_page(browser, "mia")
    with watching.expect_response(lambda answer: "/admin/events" in answer.url):
        watching.goto(clinic.address + DAY_PAGE)
    booking.goto(clinic.address + DAY_PAGE)

    booking.locator(".entry.free a").first.click()
    booking.get_by_label("Name").fill("Ana Souza")
    booking.get_by_label("Phone").fill("212 555 0177")
    booking.get_by_role("button", name="Book").click()

    expect(watching.locator(".entry.booked").first).to_contain_text("Ana Souza")
    watching.close()
    booking.close()


def test_stuck_work_is_tried_again(browser: Browser, clinic: ServedClinic) -> None:
    page = open_page(browser, "mia")
    page.goto(clinic.address + DAY_PAGE)
    expect(page.locator(".stuck")).to_contain_text("An appointment is not in the calendar")

    page.get_by_role("button", name="Try again now").click()

    expect(page.get_by_role("status").first).to_have_text("Everything is done.")
    page.close()


def test_hours_are_changed_with_keys_alone_and_gone_back_to(
    browser: Browser, clinic: ServedClinic
) -> None:
    page = open_page(browser, "omar", width=360)
    before = clinic.practice()
    page.goto(f"{clinic.address}/admin/settings")

    press_until(page, "e.id === 'edit-hours'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hours")
    press_until(page, "e.name === 'hours.monday'")
    page.keyboard.press("Control+A")
    page.keyboard.type("17-8")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_have_text("17:00-08:00 closes before it opens")
    assert violations(page) == []
    press_until(page, "e.name === 'hours.monday'")
    page.keyboard.press("Control+A")
    page.keyboard.type("8:30 to 12 and 13-17")
    page.keyboard.press("Enter")
    expect(page.locator(".said li")).to_contain_text("Open Monday 8:30 to 12:00 and 13:00 to 17:00")
    assert clinic.practice() == before
    press_until(page, "e.value === 'save'")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The next call has it.")
    assert len(clinic.practice().hours["monday"]) == 2

    page.get_by_role("link", name="Versions").click()
    page.get_by_role("button", name="Go back to this version 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    assert clinic.practice() == before
    page.close()


def test_a_question_becomes_an_answer(browser: Browser, clinic: ServedClinic) -> None:
    page = open_page(browser, "omar")
    page.goto(f"{clinic.address}/admin/questions")

    page.get_by_role("link", name="Answer it").click()
    page.get_by_label("Answer").fill("Yes, on the first floor.")
    page.get_by_role("button", name="Look at the change").click()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status").first).to_contain_text("The next call has it.")
    (faq,) = clinic.practice().faqs
    assert faq == Faq("Do you have a changing table for a baby?", "Yes, on the first floor.")
    page.get_by_role("link", name="Unanswered questions").click()
    expect(page.locator("main")).to_contain_text("Nothing is unanswered.")
    page.close()


@pytest.mark.parametrize("width", [360, 720, 1280])
def test_every_page_fits_and_is_accessible(
    browser: Browser, clinic: ServedClinic, width: int
) -> None:
    page = open_page(browser, "omar", width)
    found = complaints(page)
    for path in PAGES:
        page.goto(clinic.address + path)
        assert not scrolls_sideways(page), path
        assert violations(page) == [], path

    assert [text for text in found if "401" not in text] == []
    page.close()
