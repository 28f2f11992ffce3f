"""The router over the real adapter and a loopback server that checks what it is sent."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from providers.llm.openai import ADAPTER, OpenAISettings
from receptionist.conversation.events import EffectRequested
from tests.conversation.fakes import Line, ScriptedModel, spoken
from tests.emulators.openai import FunctionCall, OpenAIEmulator, Reply

BOOKING = {"service": "Check-up", "start": "2026-03-10T10:00", "caller_name": "Ann Poe"}


@contextlib.asynccontextmanager
async def line_to(emulator: OpenAIEmulator, *others: ScriptedModel) -> AsyncIterator[Line]:
    async with emulator:
        model = ADAPTER.build(OpenAISettings(api_key="sk-test", base_url=emulator.base_url))
        try:
            yield Line(model, *others, event_s=1.0)  # type: ignore[arg-type]
        finally:
            await model.close()


async def test_a_booking_from_first_words_to_goodbye() -> None:
    emulator = OpenAIEmulator(
        [
            Reply(["Which day ", "would you like?"]),
            Reply("Let me book that.", [FunctionCall("schedule_appointment", BOOKING)]),
            Reply("You're booked for Tuesday at ten."),
            Reply("Goodbye.", [FunctionCall("end_call")]),
        ]
    )

    async with line_to(emulator) as line:
        first = await line.caller_says("I need a check-up.")
        second = await line.caller_says("Tuesday at ten, Ann Poe.")
        last = await line.caller_says("That's all.")

    assert spoken(first) == ["Which day would you like?"]
    assert spoken(second) == ["Let me book that.", "You're booked for Tuesday at ten."]
    assert isinstance(last[-1], EffectRequested)
    assert emulator.requests[-1]["messages"][0]["content"].startswith("You are the automated")


async def test_broken_arguments_are_put_right_with_the_vendor() -> None:
    broken = FunctionCall("schedule_appointment", '{"service": "Che')
    emulator = OpenAIEmulator(
        [
            Reply(calls=[broken], finish_reason="length"),
            Reply(calls=[FunctionCall("schedule_appointment", BOOKING)]),
            Reply("It's booked."),
        ]
    )

    async with line_to(emulator) as line:
        events = await line.caller_says("Tuesday at ten.")

    assert spoken(events) == ["It's booked."]


@pytest.mark.parametrize(
    "failure",
    [
        Reply(status=429, retry_after="20"),
        Reply(status=401),
        Reply(status=500),
        Reply("We op", ending="cut"),
        Reply("We op", ending="error"),
        Reply("We op", ending="no_done", finish_reason=None),
        Reply("We op", ending="stall"),
    ],
)
async def test_a_failing_vendor_is_replaced_and_the_caller_hears_one_answer(
    failure: Reply,
) -> None:
    async with line_to(
        OpenAIEmulator([failure]), ScriptedModel(["We open at nine."], name="embedded")
    ) as line:
        events = await line.caller_says("When do you open?")

    assert spoken(events) == ["We open at nine."]


async def test_the_history_after_a_barge_in_is_accepted_by_the_vendor() -> None:
    emulator = OpenAIEmulator(
        [
            Reply("One moment.", [FunctionCall("answer_faq", {"question": "parking"})]),
            Reply("Behind the building. It is free. It is open all day."),
            Reply("Of course."),
        ]
    )

    async with line_to(emulator) as line:
        line.conversation.begin_turn("Where can I park?")
        answer = line.router.respond(line.conversation)
        async for event in answer:
            if spoken([event]) == ["Behind the building."]:
                break
        await answer.aclose()
        line.conversation.heard("One moment. Behind")
        events = await line.caller_says("Sorry, can you repeat that?")

    assert spoken(events) == ["Of course."]
    sent = emulator.requests[-1]["messages"]
    assert [message["role"] for message in sent[1:]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert sent[-2]["content"] == "Behind —"
