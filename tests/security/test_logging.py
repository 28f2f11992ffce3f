"""What may be in the log, at the chattiest level, whoever writes it."""

import asyncio
import logging

import pytest
import structlog
import uvicorn

from tests.security.canary import FIRST, Leaks, QuotingError, watched


@pytest.fixture
def leaks(monkeypatch: pytest.MonkeyPatch):
    with watched(monkeypatch) as found:
        yield found


@pytest.mark.parametrize(
    "library",
    "aiosqlite sqlalchemy.engine.Engine asyncpg websockets.client httpcore.http11 openai._base"
    " deepgram twilio googleapiclient uvicorn.error a_library_of_tomorrow".split(),
)
def test_a_library_that_logs_what_it_handles_is_not_heard(leaks: Leaks, library: str) -> None:
    logging.getLogger(library).debug("executing INSERT with %r", {"name": FIRST})

    assert leaks.log.getvalue() == ""


@pytest.mark.parametrize("library", ["sqlalchemy.pool", "asyncio", "receptionist.call", "root"])
def test_an_exception_is_its_type_and_its_place_and_never_its_text(
    leaks: Leaks, library: str
) -> None:
    try:
        raise QuotingError
    except QuotingError:
        logging.getLogger(library).exception("it failed")
        structlog.get_logger("receptionist").exception("failed")

    assert leaks.found() == {}
    assert leaks.log.getvalue().count('"error": "QuotingError"') == 2
    assert "test_an_exception" in leaks.log.getvalue()


async def test_a_task_that_failed_unheard_is_named_without_what_it_said(leaks: Leaks) -> None:
    loop = asyncio.get_running_loop()
    task = loop.create_task(failing(FIRST))
    await asyncio.wait([task])
    context = {"message": "Task exception was never retrieved", "future": task}
    loop.default_exception_handler({**context, "exception": task.exception()})
    loop.default_exception_handler({"message": f"Exception in callback say({FIRST!r})"})

    assert leaks.found() == {}
    assert "Task exception was never retrieved" in leaks.log.getvalue()


async def failing(_words: str) -> None:
    raise QuotingError


def test_our_own_lines_are_heard_at_every_level(leaks: Leaks) -> None:
    logging.getLogger("receptionist.call").debug("a line")

    assert "a line" in leaks.log.getvalue()


def test_the_token_of_a_stream_is_not_in_the_servers_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uvicorn.Config("", log_level="error")  # prints by itself, past every handler of ours
    with watched(monkeypatch) as leaks:
        line = '%s - "WebSocket %s" [accepted]'
        logging.getLogger("uvicorn.error").info(line, "1.2.3.4:5", "/voice/stream/s3cr3t-t0ken")

    assert "[accepted]" in leaks.log.getvalue()
    assert "s3cr3t" not in leaks.log.getvalue()
