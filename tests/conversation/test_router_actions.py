"""The router: functions are checked, done once, recorded, and safe from barge-in."""

import asyncio

import pytest

from receptionist.conversation.events import ActionDone
from receptionist.conversation.router import (
    TROUBLE,
)
from receptionist.errors import DatabaseAway, InvalidArguments, SlotTaken
from receptionist.ports.language_model import ToolCall
from tests.conversation.fakes import (
    Line,
    ScriptedModel,
    SlowJournal,
    assert_whole,
    booking,
    faq,
    spoken,
)


async def test_a_function_is_stored_before_the_model_speaks_of_it() -> None:
    line = Line(ScriptedModel([booking()], ["You're booked for Tuesday at ten."]))
    line.conversation.begin_turn("Yes please.")

    events = []
    async for event in line.router.respond(line.conversation):
        if isinstance(event, ActionDone):
            assert ("CA1", "b1") in line.rows.kept
        events.append(event)

    assert spoken(events) == ["You're booked for Tuesday at ten."]
    assert line.rows.outcomes == ["booked"]
    assert_whole(line.conversation)


async def test_what_the_caller_said_is_kept_before_it_is_acted_on() -> None:
    journal = SlowJournal()
    line = Line(ScriptedModel([booking()], ["You're booked."]), journal=journal)
    handler = line.handlers["schedule_appointment"]

    async with asyncio.TaskGroup() as group:
        group.create_task(line.caller_says("Yes please."))
        await journal.asked.wait()
        acted_at_once = handler.started.is_set()
        journal.may_flush.set()

    assert not acted_at_once
    assert handler.calls == ["b1"]


async def test_a_database_that_restarts_is_waited_for_by_the_same_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.conversation.actions.AWAY_PAUSE_S", 0.0)
    line = Line(ScriptedModel([booking()], ["You're booked."]))
    handler = line.handlers["schedule_appointment"]
    handler.failures = [DatabaseAway(), DatabaseAway()]

    events = await line.caller_says("Yes.")

    assert spoken(events) == ["You're booked."]
    assert handler.calls == ["b1", "b1", "b1"]
    assert line.rows.outcomes == ["booked"]


async def test_what_a_database_that_stays_away_may_have_committed_is_called_unconfirmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.conversation.actions.AWAY_S", 0.0)
    line = Line(ScriptedModel([booking()], ["I couldn't confirm that."]))
    line.handlers["schedule_appointment"].failure = DatabaseAway()

    events = await line.caller_says("Yes.")

    (done,) = [event for event in events if isinstance(event, ActionDone)]
    assert done.result == {
        "ok": False,
        "error": "It could not be confirmed. Say so and offer to take a message.",
        "code": "database_away",
    }


async def test_several_functions_run_in_order() -> None:
    line = Line(ScriptedModel([booking(), ToolCall("m1", "take_message", "{}"), faq()], ["Done."]))

    events = await line.caller_says("Book, tell her, and where do I park?")

    names = [event.name for event in events if isinstance(event, ActionDone)]
    assert names == ["schedule_appointment", "take_message", "answer_faq"]


async def test_functions_that_only_read_run_at_once() -> None:
    line = Line(ScriptedModel([faq(), ToolCall("x", "find_appointments", "{}")], ["Right."]))
    line.handlers["answer_faq"].may_finish = line.handlers["find_appointments"].started

    events = await line.caller_says("Where do I park, and when am I booked?")

    assert spoken(events) == ["Right."]


async def test_the_same_call_twice_changes_the_world_once() -> None:
    line = Line(ScriptedModel([booking()], ["Booked it is."], [booking()], ["As I said."]))

    await line.caller_says("Yes.")
    await line.caller_says("Yes!")

    assert line.handlers["schedule_appointment"].calls == ["b1"]


async def test_an_id_used_again_for_something_else_is_another_action() -> None:
    other = booking("b1", "2026-03-11T11:00")
    line = Line(ScriptedModel([booking()], ["Right."], [other], ["Right again."]))

    await line.caller_says("Yes.")
    await line.caller_says("And the day after.")

    assert len(set(line.handlers["schedule_appointment"].calls)) == 2
    assert len(line.rows.kept) == 2


async def test_a_barge_in_does_not_stop_a_booking() -> None:
    line = Line(ScriptedModel([booking()], ["Yes, it's booked."]))
    handler = line.handlers["schedule_appointment"]
    handler.may_finish.clear()
    line.conversation.begin_turn("Yes.")
    answer = line.router.respond(line.conversation)
    waiting = asyncio.ensure_future(anext(answer))  # noqa: TID251
    await handler.started.wait()

    waiting.cancel()
    await asyncio.wait({waiting})
    await answer.aclose()
    assert_whole(line.conversation)
    asyncio.get_running_loop().call_soon(handler.may_finish.set)
    events = await line.caller_says("Is it done?")

    assert spoken(events) == ["Yes, it's booked."]
    assert ("CA1", "b1") in line.rows.kept
    assert any(message.role == "tool" for message in line.models[0].requests[-1].messages)


async def test_closing_waits_for_actions_under_way() -> None:
    line = Line(ScriptedModel([booking()]))
    handler = line.handlers["schedule_appointment"]
    handler.may_finish.clear()
    line.conversation.begin_turn("Yes.")
    answer = line.router.respond(line.conversation)
    waiting = asyncio.ensure_future(anext(answer))  # noqa: TID251
    await handler.started.wait()
    waiting.cancel()
    await asyncio.wait({waiting})

    asyncio.get_running_loop().call_soon(handler.may_finish.set)
    await line.router.close()

    assert line.rows.outcomes == ["booked"]


async def test_wrong_arguments_are_corrected_unheard() -> None:
    broken = ToolCall("b0", "schedule_appointment", '{"service": "Check')
    line = Line(ScriptedModel(["Let me see.", broken], ["Let me see.", booking()], ["All right."]))

    events = await line.caller_says("Yes.")

    assert spoken(events) == ["Let me see.", "All right."]
    tool = next(m for m in line.models[0].requests[1].messages if m.role == "tool")
    assert '"ok":false' in tool.content
    assert ("CA1", "b0") not in line.rows.kept
    assert_whole(line.conversation)


async def test_wrong_arguments_three_times_end_in_an_offer() -> None:
    wrong = [[ToolCall(f"w{n}", "conjure", "{}")] for n in range(3)]

    events = await Line(ScriptedModel(*wrong)).caller_says("Book me in.")

    assert spoken(events) == [TROUBLE]


@pytest.mark.parametrize("failure", [SlotTaken("taken"), InvalidArguments("no"), OSError("disk")])
async def test_a_failing_function_is_told_to_the_model(failure: Exception) -> None:
    line = Line(ScriptedModel([booking()], ["That time has just gone."]))
    line.handlers["schedule_appointment"].failure = failure

    events = await line.caller_says("Yes.")

    assert spoken(events) == ["That time has just gone."]
    assert '"ok":false' in line.conversation.messages[-2].content


async def test_an_action_that_cannot_be_stored_is_not_confirmed() -> None:
    line = Line(ScriptedModel([booking()], ["I couldn't confirm that."]))
    line.rows.broken = True

    events = await line.caller_says("Yes.")

    done = next(event for event in events if isinstance(event, ActionDone))
    assert done.result["ok"] is False


async def test_an_attempt_before_the_caller_has_finished_does_nothing() -> None:
    line = Line(ScriptedModel(["Let me book that.", booking()], ["It's booked."]))
    finished = asyncio.Event()
    line.conversation.begin_turn("Yes.")

    answer = line.router.respond(line.conversation, may_act=finished.wait)
    events = [await anext(answer)]
    assert line.handlers["schedule_appointment"].calls == []
    finished.set()
    events += [event async for event in answer]

    assert line.handlers["schedule_appointment"].calls == ["b1"]
    assert spoken(events) == ["Let me book that.", "It's booked."]
