"""The staff pages served to a real browser, with a practice that books."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from db import SqlDatabase
from receptionist.domain.practice import Practice
from receptionist.ports.follow_up import CalendarBlock
from receptionist.ports.practice_history import Question
from receptionist.ports.records import Appointment
from tests.admin.clinic import NOW, opened
from tests.admin.served import served_clinic
from tests.admin.test_calendar import CLINIC, MONDAY

T = TypeVar("T")
TEN = datetime.combine(MONDAY, time(10), CLINIC.zone)
DAY_PAGE = f"/admin/calendar?day={MONDAY}"


class ServedClinic:
    """Its address, and its database from another thread."""

    def __init__(self, address: str, directory: Path) -> None:
        self.address = address
        self._file = directory / "clinic.db"

    def ask(self, work: Callable[[SqlDatabase], Coroutine[Any, Any, T]]) -> T:
        """Do something with the database."""
        answer: list[T] = []

        async def run() -> None:
            async with opened(self._file) as database:
                answer.append(await work(database))

        # A test may have a loop of its own running.
        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        thread.join()
        return answer[0]

    def practice(self) -> Practice:
        """As it is now."""

        async def read(database: SqlDatabase) -> Practice:
            async with database.reading() as uow:
                return (await uow.practices.all())[0]

        return self.ask(read)

    def booked(self) -> list[Appointment]:
        """Appointments of the Monday."""

        async def read(database: SqlDatabase) -> list[Appointment]:
            async with database.reading() as uow:
                rows = await uow.appointments.busy(1, TEN - timedelta(1), TEN + timedelta(1), NOW)
            return [row for row in rows if row.status == "booked"]

        return self.ask(read)


@contextmanager
def booking_clinic(directory: Path) -> Iterator[ServedClinic]:
    """A clinic with a morning behind it and a Monday ahead."""
    with served_clinic(directory) as address:
        clinic = ServedClinic(address, directory)
        clinic.ask(_fill)
        yield clinic


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page, by rule and element."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['html'][:150]}" for v in found for n in v["nodes"]]


def press_until(page: Page, reached: str, key: str = "Tab", most: int = 120) -> None:
    """Press a key until a JavaScript condition about the focused element `e` holds."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate(f"(e => Boolean({reached}))(document.activeElement)"):
            return
    raise AssertionError(f"no {key} leads to {reached}")


async def _fill(database: SqlDatabase) -> None:
    hour = timedelta(hours=1)
    async with database.transaction() as uow:
        await uow.practices.save(CLINIC)
        await uow.appointments.add(_row("one", TEN, "Joan Park"))
        held = _row("two", TEN - hour, "", person="Dr. Kim")
        await uow.appointments.add(
            replace(held, status="held", held_until=NOW + timedelta(minutes=50))
        )
        block = CalendarBlock("lee@example.com", "e1", TEN + hour, TEN + 1.5 * hour)
        await uow.calendar_feeds.put_block(block)
        await uow.outbox.put("calendar.put", "k1", {"appointment_id": "one"})
        stuck = await uow.outbox.claim_key("k1", NOW, NOW)
        assert stuck is not None
        await uow.outbox.bury(stuck.id, "provider_unavailable", NOW)
        for number in range(3):
            asked = f"Do you have a changing table for {'a baby' if number else 'babies'}?"
            await uow.questions.add(Question(f"CA1:{number}", 1, f"CA{number}", asked, NOW))


def _row(row_id: str, start: datetime, name: str, person: str = "Dr. Lee") -> Appointment:
    return Appointment(
        id=row_id,
        practice_id=1,
        call_sid="CA1",
        service="Check-up",
        practitioner=person,
        start=start,
        end=start + timedelta(minutes=30),
        blocks_until=start + timedelta(minutes=45),
        caller_name=name,
        phone="+12125550123",
        date_of_birth=None,
        status="booked",
    )
