"""Live, numbers and webhooks as staff use them, in a real browser."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from db import open_database
from providers.live.embedded import EmbeddedLive
from receptionist.admin.routes import create_admin
from receptionist.ports.live_calls import LiveWord, Speaker
from receptionist.ports.records import TurnRecord
from tests.admin.clinic import NOW, SCRIPT, filled_file, opened, room_of
from tests.admin.served import DESKTOP, PHONE_SIZED, open_page
from tests.admin.test_browser import tab_to
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


@dataclass
class Clinic:
    """The pages on a port, with a call that goes on."""

    directory: Path
    address: str = ""
    loop: asyncio.AbstractEventLoop | None = None
    live: EmbeddedLive | None = None

    def says(self, speaker: Speaker, text: str) -> None:
        assert self.loop is not None
        assert self.live is not None
        self.loop.call_soon_threadsafe(self.live.say, "CA2", LiveWord(speaker, text))

    def elsewhere(self, change: Any) -> None:
        """Another process changes something."""

        async def run() -> None:
            async with (
                opened(self.directory / "clinic.db") as database,
                database.transaction() as uow,
            ):
                await change(uow)

        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    database = open_database(f"sqlite:///{filled_file(tmp_path)}")
    clinic = Clinic(tmp_path, live=EmbeddedLive())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        clinic.loop = asyncio.get_running_loop()
        await database.start()
        yield
        await database.aclose()

    app = FastAPI(lifespan=lifespan)
    app.include_router(create_admin(room_of(database, live=clinic.live)))
    with serving(app) as address:
        clinic.address = address
        yield clinic


def listening(browser: Browser, clinic: Clinic, width: int = DESKTOP) -> Page:
    page = open_page(browser, "omar", width)
    with page.expect_response(lambda answer: answer.url.endswith("/words")):
        page.goto(f"{clinic.address}/admin/live/CA2")
    return page


def test_words_appear_as_they_are_said_and_stay_as_what_was_said(
    browser: Browser, clinic: Clinic
) -> None:
    page = listening(browser, clinic)
    found = complaints(page)

    clinic.says("caller", "I would like")
    clinic.says("caller", f"I would like Tuesday {SCRIPT}")
    expect(page.locator("#now-caller")).to_have_text(f"I would like Tuesday {SCRIPT}")
    clinic.says("receptionist", "Of course.")
    clinic.says("receptionist", "At what time?")
    expect(page.locator("#now-receptionist")).to_have_text("Of course. At what time?")
    words = "Of course. At what time?"
    turn = TurnRecord("CA2", 1, NOW, "I would like Tuesday", words, words)
    clinic.elsewhere(lambda uow: uow.turns.save([turn]))

    expect(page.locator("#conversation .bubble.receptionist")).to_contain_text(words)
    expect(page.locator("#now-receptionist")).to_be_hidden()
    assert found == []
    page.close()


def test_a_call_that_ends_can_no_longer_be_steered(browser: Browser, clinic: Clinic) -> None:
    page = listening(browser, clinic)

    clinic.elsewhere(lambda uow: uow.calls.end("CA2", "caller", NOW))

    expect(page.locator("#state")).to_contain_text("The call is over")
    expect(page.locator(".steer")).to_be_hidden()
    page.close()


@pytest.mark.parametrize("width", [PHONE_SIZED, DESKTOP])
def test_a_hint_is_whispered_with_the_keyboard_alone(
    browser: Browser, clinic: Clinic, width: int
) -> None:
    page = open_page(browser, "mia", width)
    page.goto(f"{clinic.address}/admin/live")
    tab_to(page, "#call-CA2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/live/CA2")
    tab_to(page, "#hint")
    page.keyboard.type("She may have Friday at nine.")
    tab_to(page, "form[action$=whisper] button")
    with page.expect_response(lambda answer: "/admin/events" in answer.url):
        page.keyboard.press("Enter")

    expect(page.locator("#conversation")).to_contain_text("Waiting for the call to take up")
    clinic.elsewhere(lambda uow: uow.calls.set_states({"CA2": {"hints": ["She may have Friday."]}}))
    clinic.elsewhere(lambda uow: uow.staff_requests.take(["CA2"]))
    expect(page.locator(".hint-given")).to_contain_text("She may have Friday.")
    page.close()


def test_what_is_being_typed_stays_while_words_come(browser: Browser, clinic: Clinic) -> None:
    page = listening(browser, clinic)
    page.locator("#hint").fill("She may have")
    turn = TurnRecord("CA2", 1, NOW, "Hello?", "Hello.", "Hello.")

    clinic.elsewhere(lambda uow: uow.turns.save([turn]))

    expect(page.locator("#conversation")).to_contain_text("Hello?")
    assert page.locator("#hint").input_value() == "She may have"
    page.close()


@pytest.mark.parametrize("width", [PHONE_SIZED, DESKTOP])
def test_the_numbers_are_read_with_the_keyboard_alone(
    browser: Browser, clinic: Clinic, width: int
) -> None:
    page = open_page(browser, "mia", width)
    page.goto(f"{clinic.address}/admin/numbers")
    tab_to(page, "#days summary")
    page.keyboard.press("Enter")

    expect(page.locator("#days table")).to_be_visible()
    expect(page.locator("#days svg.columns")).to_have_attribute("role", "img")
    tab_to(page, "#hours a")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("hours-")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE_SIZED, DESKTOP])
def test_axe_finds_nothing_with_a_form_that_is_wrong(
    browser: Browser, clinic: Clinic, width: int, scheme: Any
) -> None:
    page = open_page(browser, "omar", width)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{clinic.address}/admin/webhooks")
    page.locator("#url").fill("https://10.0.0.1/hook")
    page.locator("form[action$=webhooks] button").click()
    expect(page.locator(".problem").first).to_be_visible()
    wrong = Axe().run(page)
    page.locator("#url").fill("https://example.com/hook")
    page.get_by_label("A call ended").check()
    page.locator("form[action$=webhooks] button").last.click()
    expect(page.locator(".secret")).to_contain_text("whsec_")
    right = Axe().run(page)
    numbers = open_page(browser, "omar", width)
    numbers.emulate_media(color_scheme=scheme)
    numbers.goto(f"{clinic.address}/admin/numbers")
    for details in numbers.locator("details").all():
        details.locator("summary").click()
    shown = Axe().run(numbers)

    for result in (wrong, right, shown):
        assert result.violations_count == 0, result.generate_report()
    assert not scrolls_sideways(page)
    assert not scrolls_sideways(numbers)
    numbers.close()
    page.close()
