"""The staff pages on a real port, over a database file of one's own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from db import open_database
from receptionist.admin.routes import create_admin
from receptionist.ports.records import StaffMessage
from tests.admin.clinic import PASSWORD, filled_file, opened, room_of
from tests.phone.browser import serving

PHONE_SIZED, DESKTOP = 375, 1280


@contextmanager
def served_clinic(directory: Path) -> Iterator[str]:
    """The address; the database is `clinic.db` in that directory."""
    database = open_database(f"sqlite:///{filled_file(directory)}")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await database.start()
        yield
        await database.aclose()

    app = FastAPI(lifespan=lifespan)
    app.include_router(create_admin(room_of(database)))
    with serving(app) as address:
        yield address


def open_page(browser: Browser, who: str = "omar", width: int = DESKTOP) -> Page:
    """A browser of one person's own."""
    page = browser.new_page(
        viewport={"width": width, "height": 760},
        http_credentials={"username": who, "password": PASSWORD},
    )
    page.set_default_timeout(10_000)
    return page


def arrives_elsewhere(directory: Path, message: StaffMessage) -> None:
    """Another process takes a message."""

    async def add() -> None:
        async with opened(directory / "clinic.db") as database, database.transaction() as uow:
            await uow.messages.add(message)

    thread = threading.Thread(target=lambda: asyncio.run(add()))
    thread.start()
    thread.join()
