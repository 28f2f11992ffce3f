"""Wherever a stream call stands: the caller hangs up, or the socket is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.whole_calls.held import HeldCall, answered_call, held_call
from tests.whole_calls.staged import Stage, until_ended, works

pytestmark = pytest.mark.call

State = Callable[[Stage, HeldCall, asyncio.TaskGroup, AsyncExitStack], Awaitable[None]]


async def greeting(
    stage: Stage, call: HeldCall, group: asyncio.TaskGroup, _: AsyncExitStack
) -> None:
    call.holding_marks = True
    await call.connect(group, await call.ring())
    await call.audio.wait()


async def listening(
    stage: Stage, call: HeldCall, group: asyncio.TaskGroup, _: AsyncExitStack
) -> None:
    await answered_call(call, group)


async def caller_speaking(
    stage: Stage, call: HeldCall, group: asyncio.TaskGroup, _: AsyncExitStack
) -> None:
    await answered_call(call, group)
    await call.frames(20)
    call.partly("i would like to")


async def thinking(
    stage: Stage, call: HeldCall, group: asyncio.TaskGroup, after: AsyncExitStack
) -> None:
    await answered_call(call, group)
    stage.model.gate.clear()
    after.callback(stage.model.gate.set)
    stage.model.asked.clear()
    call.says("where can i park")
    await stage.model.asked.wait()


def answering(words: str) -> State:
    """What is said to these words is on its way."""

    async def state(
        stage: Stage, call: HeldCall, group: asyncio.TaskGroup, _: AsyncExitStack
    ) -> None:
        await answered_call(call, group)
        call.holding_marks = True
        call.audio.clear()
        call.says(words)
        await call.audio.wait()

    return state


speaking = answering("where can i park")


async def interrupted(
    stage: Stage, call: HeldCall, group: asyncio.TaskGroup, after: AsyncExitStack
) -> None:
    await speaking(stage, call, group, after)
    while not call.clears:
        await call.frames(5)
        await asyncio.sleep(0.01)


STATES: dict[str, State] = {
    "greeting": greeting,
    "listening": listening,
    "caller speaking": caller_speaking,
    "thinking": thinking,
    "speaking": speaking,
    "interrupted": interrupted,
    "after the goodbye": answering("that's all, goodbye"),
    "transfer announced": answering("can i speak to a person please"),
}
in_every_state = pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())


def tasks_of_calls() -> set[asyncio.Task[Any]]:
    """All tasks but the timers that drop a line which nobody takes."""
    return {task for task in asyncio.all_tasks() if task.get_name() != "warm-line-expiry"}


async def settled(before: set[asyncio.Task[Any]]) -> None:
    """Wait until every task that has begun since is over."""
    while tasks_of_calls() - before - {asyncio.current_task()}:
        await asyncio.sleep(0.02)


@in_every_state
async def test_a_caller_who_hangs_up_ends_the_call_and_leaves_nothing_behind(
    stage: Stage, state: State
) -> None:
    async with asyncio.timeout(30):
        await works(stage)
        before = tasks_of_calls()
        async with (
            AsyncExitStack() as after,
            held_call(stage.house, stage.recogniser) as (call, group),
        ):
            await state(stage, call, group, after)
            await call.stop()
            stored = await until_ended(call)
        await settled(before)
        await works(stage)

    assert stored["ended_by"] == "caller"
    assert stored["outcome"] in ("abandoned", "answered")
    assert stage.errors == []


@in_every_state
async def test_a_lost_socket_is_taken_up_again_when_the_line_asks(
    stage: Stage, state: State
) -> None:
    async with asyncio.timeout(30):
        async with (
            AsyncExitStack() as after,
            held_call(stage.house, stage.recogniser) as (call, group),
        ):
            await state(stage, call, group, after)
            call.lose()
            await call.closed.wait()
            await after.aclose()
            call.holding_marks = False
            document = await call.post("ended", CallStatus="in-progress")
            assert "<Stream" in document, document
            await call.connect(group, document)
            call.says("where can i park")
            await call.until_heard("free parking")
            still_open = (await call.stored())["ended_by"]
            await call.stop()
            stored = await until_ended(call)

    assert still_open is None
    assert stored["ended_by"] == "caller"
    assert stored["outcome"] == "answered"
    assert stage.errors == []


@in_every_state
@pytest.mark.usefixtures("short_patience")
async def test_a_lost_socket_that_nobody_asks_about_is_a_lost_call(
    stage: Stage, state: State
) -> None:
    async with asyncio.timeout(30):
        await works(stage)
        before = tasks_of_calls()
        async with (
            AsyncExitStack() as after,
            held_call(stage.house, stage.recogniser) as (call, group),
        ):
            await state(stage, call, group, after)
            call.lose()
            stored = await until_ended(call)
        await settled(before)
        await works(stage)

    assert stored["ended_by"] == "lost"
    assert stage.errors == []


async def test_a_caller_who_hangs_up_before_the_stream_has_abandoned_the_call(
    stage: Stage,
) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, _):
        document = await call.ring()
        await stage.recogniser.opened.get()  # The one that waited for this call's stream.
        await call.post("status", CallStatus="completed")
        stored = await until_ended(call)

    assert "<Stream" in document
    assert (stored["ended_by"], stored["outcome"]) == ("caller", "abandoned")
    await works(stage)
    assert stage.errors == []
