"""What a manager changes is there at the next call and the next start, in every process."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db import SqlDatabase
from receptionist.bootstrap.phrases import ReadyPhrases
from receptionist.bootstrap.practices import save_practice
from receptionist.call.speech_cache import SpeechCache
from receptionist.domain.practice import Practice
from receptionist.practice_history import keep
from tests.call.fakes import FakeVoice
from tests.db.test_database import PRACTICE

NEW = replace(PRACTICE, greeting="Good morning.")


@pytest.fixture
async def database(database: SqlDatabase) -> SqlDatabase:
    await save_practice(database, PRACTICE)
    return database


async def changed_by_hand(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        (known,) = await uow.practices.all()
        after = replace(known, greeting=NEW.greeting)
        await keep(uow, known, after, actor="omar", now=datetime.now(UTC))


async def practice(database: SqlDatabase) -> Practice:
    async with database.reading() as uow:
        (found,) = await uow.practices.all()
    return found


async def test_a_restart_with_the_same_file_keeps_what_was_changed_by_hand(
    database: SqlDatabase,
) -> None:
    await changed_by_hand(database)

    await save_practice(database, PRACTICE, unless_known=True)

    assert await practice(database) == NEW


async def test_a_new_file_and_the_command_do_load(database: SqlDatabase) -> None:
    await changed_by_hand(database)

    newer = replace(PRACTICE, greeting="Good evening.")
    await save_practice(database, newer, unless_known=True)
    after_start = await practice(database)
    await save_practice(database, PRACTICE)

    assert after_start == newer
    assert await practice(database) == PRACTICE


async def test_a_greeting_that_another_process_saved_is_ready_before_the_next_call(
    database: SqlDatabase, tmp_path: Path
) -> None:
    voice, cache = FakeVoice(), SpeechCache(tmp_path / "speech")
    phrases = ReadyPhrases(database, cache, voice)
    await phrases.look()
    before = len(voice.asked)

    await phrases.look()
    unchanged = len(voice.asked)
    await changed_by_hand(database)
    await phrases.look()

    assert unchanged == before
    assert cache.get(voice, "Good morning.") is not None
    assert all("Good morning." in text for text in voice.asked[before:])
