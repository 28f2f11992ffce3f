"""A slow model is asked twice, and the caller hears the first useful answer."""

import asyncio
from typing import Any, cast

import pytest

from receptionist.errors import ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.ports.language_model import Completed, LanguageModel, TextDelta
from receptionist.resilience.hedged import hedged
from receptionist.resilience.usual_wait import UsualWait
from tests.conversation.fakes import ScriptedModel

REQUEST = cast(Any, object())


async def stuck() -> None:
    await asyncio.Event().wait()


def usual(wait_s: float = 0.0) -> UsualWait:
    waits = UsualWait()
    for _ in range(20):
        waits.add(wait_s)
    return waits


async def said(model: LanguageModel) -> str:
    events = [event async for event in model.stream(REQUEST)]
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def wins(metrics: Metrics, won: str) -> float | None:
    labels = {"provider": "scripted", "won": won}
    return metrics.registry.get_sample_value("receptionist_hedged_total", labels)


def test_the_usual_wait_is_the_95th_percentile_of_the_latest() -> None:
    waits = UsualWait()
    for tenth in range(19):
        waits.add(tenth / 10)
    too_early = waits.p95_s
    waits.add(1.9)

    assert too_early is None
    assert waits.p95_s == 1.9


def test_old_waits_are_forgotten() -> None:
    waits = UsualWait(remembered=20)
    for _ in range(20):
        waits.add(9.0)
    for _ in range(20):
        waits.add(0.5)

    assert waits.p95_s == 0.5


async def test_a_slow_request_is_made_again_and_the_first_answer_wins() -> None:
    model, metrics = ScriptedModel([stuck], ["second"]), Metrics()

    answer = await said(hedged(model, metrics, usual()))

    assert answer == "second"
    assert model.closed == 2
    assert wins(metrics, "second") == 1


async def test_the_first_request_may_still_win() -> None:
    metrics, asked_again = Metrics(), asyncio.Event()

    async def ask_again() -> None:
        asked_again.set()
        await stuck()

    model = ScriptedModel([asked_again.wait, "first", " whole"], [ask_again])

    assert await said(hedged(model, metrics, usual())) == "first whole"
    assert wins(metrics, "first") == 1


async def test_a_quick_answer_costs_one_request() -> None:
    model = ScriptedModel(["quick"])

    assert await said(hedged(model, Metrics(), usual(5.0))) == "quick"
    assert len(model.requests) == 1


async def test_while_little_is_known_nothing_is_asked_twice() -> None:
    async def rather_slow() -> None:
        await asyncio.sleep(0.25)

    model = ScriptedModel([rather_slow, "patience"])

    assert await said(hedged(model, Metrics())) == "patience"
    assert len(model.requests) == 1


async def test_an_empty_answer_does_not_win_against_one_with_words() -> None:
    async def a_little() -> None:
        await asyncio.sleep(0.01)

    words = asyncio.Event()

    async def then_words() -> None:
        await words.wait()

    async def empty_first() -> None:
        words.set()

    model = ScriptedModel([then_words, a_little, "words"], [empty_first, Completed("stop")])

    assert await said(hedged(model, Metrics(), usual())) == "words"


async def test_a_failure_is_passed_on_when_nobody_else_runs() -> None:
    failed = ProviderUnavailable("scripted", "HTTP 503")

    with pytest.raises(ProviderUnavailable):
        await said(hedged(ScriptedModel([failed]), Metrics(), usual(5.0)))


async def test_one_failing_of_two_leaves_the_other() -> None:
    failed, second_failed = ProviderUnavailable("scripted", "x"), asyncio.Event()

    async def fails() -> None:
        second_failed.set()
        raise failed

    model = ScriptedModel([second_failed.wait, "first"], [fails])

    assert await said(hedged(model, Metrics(), usual())) == "first"


async def test_a_barge_in_ends_both() -> None:
    model = ScriptedModel([stuck], [stuck])
    task = asyncio.ensure_future(said(hedged(model, Metrics(), usual())))  # noqa: TID251 - ended here
    while len(model.requests) < 2:
        await asyncio.sleep(0.01)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert model.closed == 2
