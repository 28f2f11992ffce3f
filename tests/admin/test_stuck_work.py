"""Work of the outbox that fails, and staff who have it tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db import SqlDatabase
from receptionist.domain.practice import Practice
from tests.admin.clinic import Staff, audited
from tests.admin.test_calendar import CLINIC, book, page_of


@pytest.fixture
async def practice(database: SqlDatabase) -> Practice:
    async with database.transaction() as uow:
        return replace(CLINIC, id=await uow.practices.save(CLINIC))


@pytest.fixture
async def dead(database: SqlDatabase, mia: Staff, practice: Practice) -> int:
    path = (await book(mia)).headers["location"].partition("?")[0]
    payload = {"appointment_id": path.rpartition("/")[2]}
    now = datetime.now(UTC)
    async with database.transaction() as uow:
        await uow.outbox.put("calendar.put", "k1", payload)
        row = await uow.outbox.claim_key("k1", now, now)
        assert row is not None
        await uow.outbox.bury(row.id, "provider_refused", now)
        await uow.outbox.put("text.reminder", "k2", payload, run_at=now + timedelta(days=1))
    return row.id


async def test_it_is_shown_in_words_with_the_reason(mia: Staff, dead: int) -> None:
    page = (await mia.get(page_of())).text

    assert "An appointment is not in the calendar</a>: it was refused, tried once." in page
    assert "It is not tried any more." in page
    assert "text to a caller" not in page, "what merely waits is not stuck"


async def test_trying_again_revives_it(mia: Staff, database: SqlDatabase, dead: int) -> None:
    answer = await mia.post("/admin/calendar/again", {"row": [dead, "x"]})

    assert answer.status_code == 303
    async with database.reading() as uow:
        row = await uow.outbox.get("k1")
    assert row is not None
    assert (row.status, row.attempts) == ("waiting", 0)
    assert ("mia", "outbox.again", "1 rows") in await audited(database)
    assert "Everything is done." in (await mia.get(answer.headers["location"])).text


async def test_what_failed_several_times_is_shown_before_it_is_given_up(
    mia: Staff, database: SqlDatabase, practice: Practice
) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as uow:
        await uow.outbox.put("calendar.sync", "k3", {"calendar_id": "lee@example.com"})
        for _ in range(3):
            row = await uow.outbox.claim_key("k3", now, now)
            assert row is not None
            await uow.outbox.retry(row.id, now + timedelta(hours=1), "provider_unavailable")

    page = (await mia.get(page_of())).text

    assert "A calendar cannot be read: Dr. Lee: no answer, tried 3 times." in page
