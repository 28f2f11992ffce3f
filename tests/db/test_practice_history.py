"""Versions of the settings and unanswered questions, on SQLite and PostgreSQL alike."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData

from db import SqlDatabase
from receptionist.domain.practice import Faq
from receptionist.ports.practice_history import Question
from receptionist.practice_file import load_practice
from receptionist.practice_history import keep, unchanged_file
from tests.db.test_database import PRACTICE

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


async def test_two_processes_that_change_at_once_make_two_versions(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        number = await keep(uow, None, PRACTICE, actor="settings", now=NOW)

    async def change(name: str) -> None:
        async with database.transaction() as uow:
            await uow.versions.lock(number)
            before = await uow.practices.get(number)
            assert before is not None
            after = replace(before, faqs=(*before.faqs, Faq(name, name)))
            await keep(uow, before, after, actor=name, now=NOW)

    async with asyncio.TaskGroup() as group:
        for name in ("mia", "omar", "eva"):
            group.create_task(change(name))

    async with database.reading() as uow:
        versions = await uow.versions.list(number, 10)
        practice = await uow.practices.get(number)
        by_mia = await uow.versions.newest(number, "mia")
        since = await uow.versions.since(number, 1, "faqs")
    assert [version.number for version in versions] == [4, 3, 2, 1]
    assert {version.actor for version in versions} == {"settings", "mia", "omar", "eva"}
    assert by_mia is not None
    assert since == versions[0]
    assert practice == load_practice(versions[0].settings, source="newest")
    assert practice is not None
    assert len(practice.faqs) == len(PRACTICE.faqs) + 3


async def test_only_a_changed_file_undoes_what_staff_changed(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        number = await keep(uow, None, PRACTICE, actor="settings", now=NOW)
        known = replace(PRACTICE, id=number)
        await keep(uow, known, replace(known, recording=True), actor="omar", now=NOW)

    async with database.reading() as uow:
        assert await unchanged_file(uow, known, PRACTICE)
        assert not await unchanged_file(uow, known, replace(PRACTICE, greeting="Good day."))


async def test_a_question_is_kept_once_and_settled_once(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        number = await uow.practices.save(PRACTICE)
        question = Question("CA1:t1", number, "CA1", "Do you sell sunscreen?", NOW)
        kept = [await uow.questions.add(question) for _ in range(2)]
        (found,) = await uow.questions.open(number, 10)
        settled = [await uow.questions.settle([found.id], "dismissed") for _ in range(2)]

    assert kept == [True, False]
    assert found == replace(question, id=found.id)
    assert settled == [1, 0]


async def test_what_stays_undone_is_found_among_what_merely_waits(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        for number in range(6):
            await uow.outbox.put("text.reminder", f"later {number}", {}, run_at=NOW.replace(2099))
        for key in ("dead", "tried"):
            await uow.outbox.put("calendar.put", key, {})
        dead = await uow.outbox.claim_key("dead", NOW, NOW)
        assert dead is not None
        await uow.outbox.bury(dead.id, "provider_refused", NOW)
        for _ in range(3):
            tried = await uow.outbox.claim_key("tried", NOW, NOW)
            assert tried is not None
            await uow.outbox.retry(tried.id, NOW, "provider_unavailable")

    async with database.reading() as uow:
        assert [row.key for row in await uow.outbox.stuck(3, 10)] == ["tried", "dead"]
        assert [row.key for row in await uow.outbox.stuck(4, 10)] == ["dead"]


async def test_the_last_change_of_a_row_is_no_look_at_it(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        for actor, action in (("mia", "moved"), ("omar", "cancelled"), ("eva", "viewed")):
            await uow.audit.append(actor=actor, action=action, subject="appointment:a1")

    async with database.reading() as uow:
        last = await uow.audit.last_change("appointment:a1")
        nothing = await uow.audit.last_change("appointment:a2")
    assert last is not None
    assert (last.actor, nothing) == ("omar", None)


async def test_earlier_calls_questions_are_found_in_their_actions(database: SqlDatabase) -> None:
    def calls_of_then(connection: Connection) -> None:
        known = MetaData()
        known.reflect(connection)
        empty = {"timezone": "UTC", "greeting": "", "emergency_number": "911", "languages": []}
        rules = {"hours": {}, "closed": [], "resources": [], "booking": {}, "inbox": {}}
        flags = {"recording": False, "welcome_back": True}
        row = {"id": 1, "name": "Maple", **empty, **rules, **flags}
        connection.execute(known.tables["practices"].insert().values(row))
        one = {"call_sid": "CA1", "practice_id": 1, "channel": "stream", "started_at": NOW}
        connection.execute(known.tables["calls"].insert().values({**one, "state": {}}))
        for key, is_known in (("sunscreen?", False), ("parking?", True)):
            asked = {"call_sid": "CA1", "tool_call_id": key, "name": "answer_faq", "at": NOW}
            said = {"arguments": {"question": key}, "result": {"known": is_known}}
            connection.execute(known.tables["actions"].insert().values({**asked, **said}))

    await database.downgrade("0003")
    async with database._engine.begin() as connection:
        await connection.run_sync(calls_of_then)
    await database.upgrade()

    async with database.reading() as uow:
        (found,) = await uow.questions.open(1, 10)
    assert (found.question, found.call_sid, found.key) == ("sunscreen?", "CA1", "CA1:sunscreen?")


async def test_retention_is_kept(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        number = await uow.practices.save(replace(PRACTICE, retention_days=90))

    async with database.reading() as uow:
        found = await uow.practices.get(number)
    assert found is not None
    assert found.retention_days == 90


async def test_a_practice_with_another_name_is_the_same_row(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        number = await uow.practices.save(PRACTICE)
        renamed = replace(PRACTICE, id=number, name="Elm Street Clinic")
        again = await uow.practices.save(renamed)

    async with database.reading() as uow:
        found = await uow.practices.all()
    assert again == number
    assert found == [renamed]
