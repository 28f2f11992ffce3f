"""Pictures of the pages, at the width of a phone and of a desk.

    scripts/screenshots [FOLDER]

A whole server on a loopback port and a database of its own, filled with a practice that does not
exist. A picture is cut off after so many pixels: it shows what a page is like, not all of it.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from receptionist.ports.live_calls import LiveWord
from scripts.invented_practice import LIVE, MANAGER, PASSWORD, TALK, Invented, fill
from scripts.small_png import smaller
from tests.phone.browser import ARGUMENTS, CHROMIUM, NO_CHROMIUM
from tests.whole_calls.house import House, environment, open_house

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "screenshots"
SAID_WITHIN_MS = 60_000
WIDTHS = (375, 1280)
TALLEST = {375: 1100, 1280: 1000}


def pages(invented: Invented) -> dict[str, str]:
    """Those that are only looked at, by the picture's name."""
    day = f"day={invented.tuesday}"
    return {
        "inbox": "/admin",
        "message": f"/admin/messages/{invented.urgent}",
        "calls": "/admin/calls",
        "call": f"/admin/calls/{TALK}",
        "calendar-day": f"/admin/calendar?{day}",
        "calendar-week": f"/admin/calendar?view=week&{day}&person=Dr.+Lee",
        "settings": "/admin/settings",
        "numbers": "/admin/numbers",
        "audit": "/admin/audit",
    }


async def take(page: Page, name: str, folder: Path) -> None:
    """The page as it is now."""
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    tall = int(await page.evaluate("document.documentElement.scrollHeight"))
    clip = {"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST[width])}
    path = folder / f"{name}-{width}.png"
    path.write_bytes(smaller(await page.screenshot(full_page=True, clip=clip)))
    print(f"{path.stat().st_size / 1000:6.0f} kB  {path}")


async def take_menu(page: Page, folder: Path) -> None:
    """The pages that are not of every day, over the page that is shown."""
    await page.get_by_text("More").click()
    await take(page, "menu", folder)


async def take_live(page: Page, house: House, folder: Path) -> None:
    """A call on the line, in the middle of a sentence."""
    async with page.expect_response(lambda answer: answer.url.endswith("/words")):
        await page.goto(f"{house.url}/admin/live/{LIVE}")
    words = "Half past two would be"
    house.services.staff_room.live.say(LIVE, LiveWord("caller", words))
    await expect(page.locator("#now-caller")).to_have_text(words)
    await take(page, "live", folder)


async def take_phone(page: Page, house: House, folder: Path) -> None:
    """The softphone after a few words."""
    await page.goto(f"{house.url}/phone")
    await page.click("#call")
    log = page.locator("#log")
    said = (
        ("Where can I park?", "free parking"),
        ("Book me a check-up on Tuesday morning", "Which"),
        ("The first one", "name"),
    )
    for words, answer in said:
        await page.fill("#words", words)
        await page.click("#send")
        await expect(log).to_contain_text(answer)
        # Until it has been said to the end: what is cut short is struck out.
        await expect(page.locator("body")).to_have_attribute(
            "data-state", "listening", timeout=SAID_WITHIN_MS
        )
    await take(page, "phone", folder)


@asynccontextmanager
async def opened(browser: Browser, width: int) -> AsyncIterator[Page]:
    """A page of the manager's."""
    page = await browser.new_page(
        viewport={"width": width, "height": 800},
        http_credentials={"username": MANAGER, "password": PASSWORD},
    )
    page.set_default_timeout(SAID_WITHIN_MS)
    yield page
    await page.close()


async def main() -> None:
    """Every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder = parser.parse_args().folder
    if CHROMIUM is None:
        raise SystemExit(NO_CHROMIUM)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        practice = str(ROOT / "examples" / "maple-street.yaml")
        os.environ |= environment(Path(directory), PHONE_PAGE="on") | {"PRACTICE_FILE": practice}
        async with open_house() as house, async_playwright() as playwright:
            invented = await fill(house.services.database, datetime.now(UTC))
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=list(ARGUMENTS)
            )
            for width in WIDTHS:
                async with opened(browser, width) as page:
                    for name, path in pages(invented).items():
                        answer = await page.goto(f"{house.url}{path}")
                        assert answer is not None
                        assert answer.ok, (path, answer.status)
                        await take(page, name, folder)
                    await take_menu(page, folder)
                    await take_live(page, house, folder)
                    await take_phone(page, house, folder)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
