"""What fails is logged by its class and left behind; who cancels is obeyed."""

import asyncio

import pytest
from structlog.testing import capture_logs

from receptionist.resilience.tolerance import Rounds, for_ever, tolerated


def fail(rounds: Rounds, *errors: Exception | None) -> list[str]:
    with capture_logs() as log:
        for error in errors:
            with rounds.one():
                if error is not None:
                    raise error
    return [line["error"] for line in log]


def test_what_is_tolerated_is_logged_without_its_words() -> None:
    with capture_logs() as log, tolerated("book_unread", shelf=3):
        raise ValueError("Anna Smith, born 1961")

    assert log == [
        {"event": "book_unread", "error": "ValueError", "shelf": 3, "log_level": "error"}
    ]


def test_rounds_that_go_on_failing_are_logged_once() -> None:
    assert fail(Rounds("unread"), OSError(), OSError(), OSError()) == ["OSError"]


def test_another_failure_and_a_new_one_after_a_good_round_are_logged() -> None:
    failures = (OSError(), ValueError(), None, ValueError())

    assert fail(Rounds("unread"), *failures) == ["OSError", "ValueError", "ValueError"]


async def test_who_cancels_is_obeyed() -> None:
    async def work() -> None:
        while True:
            with Rounds("unread").one(), tolerated("unread"):
                await asyncio.Event().wait()

    task = asyncio.get_running_loop().create_task(work())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_goes_on_for_ever_goes_on_behind_a_failure() -> None:
    done = 0
    thrice = asyncio.Event()

    async def work() -> None:
        nonlocal done
        done += 1
        if done == 3:
            thrice.set()
        raise OSError

    with capture_logs() as log:
        task = asyncio.get_running_loop().create_task(for_ever("unread", work, every_s=0))
        async with asyncio.timeout(10):
            await thrice.wait()
        task.cancel()
        await asyncio.wait([task])

    assert [line["event"] for line in log] == ["unread"]
    assert task.cancelled()
