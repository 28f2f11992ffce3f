"""The router: what the caller hears, and in which order."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time

import pytest

from receptionist.conversation.context import Conversation
from receptionist.conversation.events import (
    ActionDone,
    ActionStarted,
    EffectRequested,
    Sentence,
    TurnTimings,
)
from receptionist.conversation.router import (
    GOODBYE,
    PUTTING_THROUGH,
    REPEAT_PLEASE,
    TROUBLE,
)
from receptionist.domain.practice import TimeRange
from receptionist.errors import SlotTaken
from receptionist.ports.function_handler import EndCall, Office, TransferCaller
from receptionist.ports.language_model import ToolCall
from tests.conversation.fakes import (
    FACTS,
    FAILED,
    Line,
    ScriptedModel,
    assert_whole,
    booking,
    faq,
    spoken,
)


async def test_sentences_are_handed_out_one_by_one_as_they_come() -> None:
    line = Line(ScriptedModel(["We open at ni", "ne. We close", " at five."]))

    events = await line.caller_says("When are you open?")

    assert spoken(events) == ["We open at nine.", "We close at five."]
    assert line.conversation.messages[-1].content == "We open at nine. We close at five."


async def test_the_first_sentence_does_not_wait_for_the_rest() -> None:
    never = asyncio.Event()
    line = Line(ScriptedModel(["The first one is ready now. The se", never.wait]))
    line.conversation.begin_turn("Count.")

    answer = line.router.respond(line.conversation)

    assert await anext(answer) == Sentence("The first one is ready now.")
    await answer.aclose()


async def test_timings_follow_the_first_sentence() -> None:
    events = await Line(ScriptedModel(["Hello there."])).caller_says("Hi.")

    timings = events[1]
    assert isinstance(timings, TurnTimings)
    assert 0 <= timings.first_token_ms <= timings.first_sentence_ms


async def test_what_was_never_handed_out_is_not_in_the_dialogue() -> None:
    line = Line(
        ScriptedModel(["The first one is here. The second one is here. The third one is here."])
    )
    line.conversation.begin_turn("Count.")
    answer = line.router.respond(line.conversation)

    await anext(answer)
    await answer.aclose()

    assert line.conversation.messages[-1].content == "The first one is here."


async def test_an_interrupted_answer_closes_the_models_stream() -> None:
    model = ScriptedModel(["The first one is here. The se", asyncio.Event().wait])
    line = Line(model)
    line.conversation.begin_turn("Count.")
    answer = line.router.respond(line.conversation)
    await anext(answer)

    await answer.aclose()

    assert model.closed == 1


async def test_a_slow_function_is_covered_by_its_own_phrase_once() -> None:
    line = Line(ScriptedModel([faq()], ["Behind the building."]), filler_after_s=0.01)
    handler = line.handlers["answer_faq"]
    handler.may_finish.clear()
    line.conversation.begin_turn("Where can I park?")

    events = []
    async for event in line.router.respond(line.conversation):
        events.append(event)
        handler.may_finish.set()

    assert spoken(events, filler=True) == ["Let me check."]
    assert spoken(events) == ["Behind the building."]
    assert "check" not in line.conversation.messages[-1].content


async def test_no_filler_when_something_was_said() -> None:
    line = Line(ScriptedModel(["I'll look.", faq()], ["Behind the building."]), filler_after_s=0.0)

    events = await line.caller_says("Where can I park?")

    assert spoken(events, filler=True) == []


async def test_a_slow_model_is_covered_too() -> None:
    ready = asyncio.Event()
    line = Line(ScriptedModel([ready.wait, "Hello."]), slow_model_s=0.01)
    line.conversation.begin_turn("Hi.")

    events = []
    async for event in line.router.respond(line.conversation):
        events.append(event)
        ready.set()

    assert events[0] == Sentence("One moment, please.", filler=True)
    assert spoken(events) == ["Hello."]


async def test_a_failing_model_is_replaced_within_the_turn() -> None:
    line = Line(ScriptedModel(["Half a sen", FAILED]), ScriptedModel(["We open at nine."]))

    events = await line.caller_says("When do you open?")

    assert spoken(events) == ["We open at nine."]


async def test_a_silent_model_is_replaced_within_the_turn() -> None:
    line = Line(
        ScriptedModel([asyncio.Event().wait]), ScriptedModel(["We open at nine."]), event_s=0.01
    )

    events = await line.caller_says("When do you open?")

    assert spoken(events) == ["We open at nine."]


async def test_the_next_model_goes_on_after_what_was_said() -> None:
    second = ScriptedModel(["We open at nine. And we close at five."])
    line = Line(ScriptedModel(["We open at nine. And w", FAILED]), second)

    events = await line.caller_says("When are you open?")

    assert spoken(events) == ["We open at nine.", "And we close at five."]
    assert second.requests[0].messages[-2].content == "We open at nine."
    assert "without repeating" in second.requests[0].messages[-1].content


async def test_calls_of_a_failed_answer_are_not_made() -> None:
    line = Line(ScriptedModel([booking("lost"), FAILED]), ScriptedModel(["Which day?"]))

    await line.caller_says("Book me in.")

    assert line.handlers["schedule_appointment"].calls == []


async def test_a_defect_of_an_adapter_is_a_failure_like_any_other() -> None:
    line = Line(ScriptedModel([KeyError("choices")]), ScriptedModel(["Hello."]))

    assert spoken(await line.caller_says("Hi.")) == ["Hello."]


async def test_when_every_model_fails_the_caller_hears_an_offer() -> None:
    line = Line(ScriptedModel([FAILED]), ScriptedModel([FAILED]))

    assert spoken(await line.caller_says("Hi.")) == [TROUBLE]
    assert_whole(line.conversation)
    assert line.failed == [(model.name, FAILED.code) for model in line.models]


async def test_an_empty_answer_is_asked_for_again() -> None:
    assert spoken(await Line(ScriptedModel([], ["Hello."])).caller_says("Hi.")) == ["Hello."]


async def test_a_second_empty_answer_asks_the_caller() -> None:
    assert spoken(await Line(ScriptedModel([], [])).caller_says("Hi.")) == [REPEAT_PLEASE]


async def test_a_model_that_only_calls_functions_is_stopped() -> None:
    line = Line(ScriptedModel(*[[faq(f"f{n}")] for n in range(6)]))

    assert spoken(await line.caller_says("Hi.")) == [TROUBLE]


@pytest.mark.parametrize(
    ("call", "default", "effect"),
    [
        (ToolCall("t", "transfer_call", '{"reason":"asked"}'), PUTTING_THROUGH, TransferCaller),
        (ToolCall("e", "end_call", "{}"), GOODBYE, EndCall),
    ],
)
async def test_an_effect_comes_after_a_sentence(
    call: ToolCall, default: str, effect: type[object]
) -> None:
    silent = await Line(ScriptedModel([call])).caller_says("Please.")
    speaking = await Line(ScriptedModel(["Right away.", call])).caller_says("Please.")

    assert spoken(silent) == [default]
    assert spoken(speaking) == ["Right away."]
    for events in (silent, speaking):
        assert isinstance(events[-1], EffectRequested)
        assert isinstance(events[-1].effect, effect)


async def test_a_call_is_not_ended_over_a_booking_that_failed() -> None:
    end = ToolCall("e", "end_call", "{}")
    line = Line(ScriptedModel(["Goodbye.", booking(), end], ["Sorry, that time has gone."]))
    line.handlers["schedule_appointment"].failure = SlotTaken("taken")

    events = await line.caller_says("Yes, bye.")

    assert not any(isinstance(event, EffectRequested) for event in events)
    assert spoken(events)[-1] == "Sorry, that time has gone."


async def test_a_claim_without_an_action_is_held_back_and_corrected() -> None:
    line = Line(
        ScriptedModel(
            ["You're booked for Tuesday at ten. See you then!"],
            [booking()],
            ["You're booked for Tuesday at ten."],
        )
    )

    events = await line.caller_says("Yes.")

    kinds = [type(e) for e in events if not isinstance(e, TurnTimings)]
    assert kinds == [ActionStarted, ActionDone, Sentence]
    assert "schedule_appointment" in line.models[0].requests[1].messages[-1].content


async def test_a_claim_made_twice_becomes_an_honest_sentence() -> None:
    claim = ["I've cancelled your appointment."]

    events = await Line(ScriptedModel(claim, claim)).caller_says("Cancel it.")

    assert spoken(events)[0] == "I haven't been able to cancel that yet."


async def test_a_claim_before_its_own_function_waits_for_it() -> None:
    line = Line(ScriptedModel(["I've booked that.", booking()], ["You're all set."]))

    events = await line.caller_says("Yes.")

    assert spoken(events) == ["You're all set."]


async def test_a_call_is_not_ended_on_a_false_claim() -> None:
    end = ToolCall("e", "end_call", "{}")
    line = Line(ScriptedModel(["You're booked, goodbye.", end], [booking()], ["It's booked now."]))

    events = await line.caller_says("Yes, bye.")

    assert not any(isinstance(event, EffectRequested) for event in events)
    assert spoken(events) == ["It's booked now."]


async def test_an_emergency_is_answered_before_any_model_is_asked() -> None:
    line = Line(ScriptedModel())

    events = await line.caller_says("I have crushing chest pain and I can't breathe.")

    assert re.search(r"911|nine one one", " ".join(spoken(events)))
    assert line.models[0].requests == []
    assert line.rows.outcomes == ["emergency"]


@pytest.mark.parametrize(
    ("hours", "offer"),
    [
        ({"monday": (TimeRange(time(9), time(17)),)}, "put you through to someone"),
        ({}, "leave an urgent message"),
    ],
)
async def test_in_an_emergency_a_person_is_offered_only_while_somebody_is_there(
    hours: Mapping[str, tuple[TimeRange, ...]], offer: str
) -> None:
    line = Line(ScriptedModel())
    practice = replace(FACTS.practice, hours=hours, transfer_number="+15550111")
    line.conversation.facts = replace(FACTS, practice=practice, can_transfer=True)

    events = await line.caller_says("I have crushing chest pain and I can't breathe.")

    assert "911" in spoken(events)[0]
    assert offer in spoken(events)[-1]


async def test_an_emergency_is_answered_when_the_database_is_down() -> None:
    line = Line(ScriptedModel())
    line.rows.broken = True

    events = await line.caller_says("I have crushing chest pain and I can't breathe.")

    assert TROUBLE not in spoken(events)


async def test_another_process_knows_what_was_done() -> None:
    before = Line(ScriptedModel([booking()], ["Right."]))
    before.conversation.greet("Hello.")
    stale = before.conversation.snapshot()
    await before.caller_says("Yes.")
    after = Line(ScriptedModel(["You're booked for Tuesday."]))
    after.rows = before.rows
    after.router = type(after.router)(
        after.models, after.handlers, Office(before.rows, None), lambda: FACTS.now
    )
    after.conversation = Conversation.restore(stale, FACTS)

    events = await after.caller_says("Hello? Was I booked?")

    assert spoken(events) == ["You're booked for Tuesday."]
    assert_whole(after.conversation)


async def test_a_long_wait_is_covered_again_and_again_in_other_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.conversation.turn.LONG_WAIT_S", 0.0)
    line = Line(ScriptedModel([faq()], ["Behind the building."]), filler_after_s=0.0)
    handler = line.handlers["answer_faq"]
    handler.may_finish.clear()
    line.conversation.begin_turn("Where can I park?")
    fillers: list[str] = []

    async for event in line.router.respond(line.conversation):
        if isinstance(event, Sentence) and event.filler:
            fillers.append(event.text)
        if len(fillers) == 4:
            handler.may_finish.set()

    assert len(set(fillers[:4])) == 4


async def test_a_model_that_failed_is_not_waited_for_again_in_the_same_turn() -> None:
    failing, net = ScriptedModel([FAILED], ["Next time."]), ScriptedModel([faq()], ["Behind."])
    line = Line(failing, net)

    events = await line.caller_says("Where can I park?")
    later = await line.caller_says("Thank you.")

    assert spoken(events) == ["Behind."]
    assert spoken(later) == ["Next time."]
    assert len(failing.requests) == 2
