"""The model thinks before the caller has certainly finished: nothing of it is heard or done, and
nothing is lost when the process dies just then.
"""

import asyncio

from receptionist.call.plain import PlainMode
from receptionist.ports.speech_to_text import EagerEndOfTurn, EndOfTurn, TurnResumed
from tests.call.stage import GREETING, CallStage
from tests.conversation.fakes import ScriptedModel, booking


async def test_an_eager_answer_is_spoken_when_the_turn_ends_with_its_words() -> None:
    stage = CallStage(ScriptedModel(["Behind the building."]))

    async with stage.running():
        await stage.greeted()
        sent = stage.socket.count("media")
        stage.understood(EagerEndOfTurn("where can I park"))
        await stage.until(lambda: stage.models[0].closed == 1)
        early = stage.socket.count("media") - sent
        stage.understood(EndOfTurn("where can I park"))
        await stage.heard("Behind the building.")

    assert early == 0
    assert len(stage.models[0].requests) == 1


async def test_an_eager_answer_is_dropped_unheard_when_the_caller_goes_on() -> None:
    stage = CallStage(ScriptedModel(["Behind the building."], ["On Sunday it is closed."]))

    async with stage.running():
        await stage.greeted()
        stage.understood(EagerEndOfTurn("where can I park"))
        await stage.until(lambda: stage.models[0].closed == 1)
        stage.understood(EndOfTurn("where can I park on Sunday"))
        await stage.heard("On Sunday it is closed.")

    said = [turn.receptionist for turn in stage.journal.turns.values()]
    assert said == [GREETING, "On Sunday it is closed."]
    assert stage.asked().endswith("/ where can I park on Sunday")
    assert "Behind" not in stage.asked()


async def test_an_eager_attempt_does_nothing_before_the_turn_is_over() -> None:
    stage = CallStage(ScriptedModel([booking()], ["You are booked."]))
    book = stage.router_line.handlers["schedule_appointment"]

    async with stage.running():
        await stage.greeted()
        stage.understood(EagerEndOfTurn("book it"))
        await stage.until(lambda: stage.models[0].closed == 1)
        for _ in range(50):
            await asyncio.sleep(0)
        early = list(book.calls)
        stage.understood(EndOfTurn("book it"))
        await stage.heard("You are booked.")

    assert early == []
    assert book.calls == ["b1"]


async def left_by(*said: EagerEndOfTurn | TurnResumed) -> dict:
    """The state of a call whose process dies after these."""
    stage = CallStage(ScriptedModel(*(["Behind the building."] for _ in said)))
    async with stage.running():
        await stage.greeted()
        for thought, event in enumerate(said, start=1):
            stage.understood(event)
            if isinstance(event, EagerEndOfTurn):
                await stage.until(lambda thought=thought: stage.models[0].closed == thought)
            else:
                await stage.until(lambda: stage.file.turn == 0)
        stage.file.save_state()
        return dict(stage.journal.states[-1])


def rows(stage: CallStage) -> list[tuple[int, str]]:
    """Number and caller's words of what is kept."""
    return [(number, turn.caller) for number, turn in sorted(stage.journal.turns.items())]


async def test_words_thought_about_are_a_row_when_the_process_dies() -> None:
    left = await left_by(EagerEndOfTurn("where can I park"))

    taking_over = CallStage(ScriptedModel(), state=left)
    taking_over.file.take_up()

    assert rows(taking_over) == [(1, "where can I park")]
    assert taking_over.file.next_turn() == 2


async def test_so_they_are_when_plain_mode_goes_on() -> None:
    left = await left_by(EagerEndOfTurn("where can I park"))

    taking_over = CallStage(ScriptedModel(["It's behind the building."]), state=left)
    await PlainMode(taking_over.router_line.router).go_on(taking_over.file, "(You are back.)")

    assert rows(taking_over) == [(1, "where can I park"), (2, "")]


async def test_words_that_were_dropped_are_no_row_of_their_own() -> None:
    left = await left_by(
        EagerEndOfTurn("where can I park"), EagerEndOfTurn("where can I park on Sunday")
    )

    taking_over = CallStage(ScriptedModel(), state=left)
    taking_over.file.take_up()

    assert rows(taking_over) == [(1, "where can I park on Sunday")]


async def test_while_a_caller_goes_on_the_last_answer_is_what_would_be_said_again() -> None:
    left = await left_by(EagerEndOfTurn("where can I park"), TurnResumed())

    taking_over = CallStage(ScriptedModel(), state=left)
    taking_over.file.take_up()

    assert rows(taking_over) == []
    assert taking_over.file.answered
    assert taking_over.file.broken_off() == [GREETING]
