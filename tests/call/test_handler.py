"""One call on a stream, decision by decision, with nothing but the line played by the test."""

import asyncio
from collections.abc import Callable

import pytest

from receptionist.ports.language_model import ToolCall
from receptionist.ports.speech_to_text import (
    EagerEndOfTurn,
    EndOfTurn,
    PartialTranscript,
)
from receptionist.voice.turn_config import TurnConfig
from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped
from tests.call.fakes import FakeVoice
from tests.call.stage import GREETING, CallStage
from tests.conversation.fakes import ScriptedModel, booking

LONG = "We are open from nine to five on every day but Sunday."


class Gate:
    """Something a model waits for in the middle of its answer."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self) -> None:
        self.reached.set()
        await self.open.wait()


async def test_the_greeting_leaves_as_soon_as_the_stream_is_there() -> None:
    stage = CallStage(ScriptedModel())

    async with stage.running():
        await stage.greeted()

    assert stage.journal.turns[0].heard == GREETING
    assert stage.journal.ends == ["caller"]


async def test_the_callers_audio_goes_on_as_it_came() -> None:
    stage = CallStage(ScriptedModel())

    async with stage.running():
        stage.socket.frames(400)
        await stage.until(lambda: len(stage.listening.fed) == 3200)
        await stage.until(lambda: len(stage.recognition.audio) == 3200)

    assert stage.recognition.audio == stage.listening.fed


async def test_who_speaks_at_once_when_we_are_connected_again_is_answered() -> None:
    said = {"said": ["How can I help?"], "calls": [], "keep": False}
    state = {"turn": 1, "conversation": {"entries": [said, {"note": "(We were cut off.)"}]}}
    stage = CallStage(ScriptedModel(["Behind the building."]), state=state)

    async with stage.running():
        stage.says("where can I park")
        await stage.heard("Behind the building.")

    assert stage.asked().endswith("(We were cut off.) / where can I park")


async def test_zero_pressed_while_we_think_asks_for_a_person_with_the_words_before() -> None:
    thinking = Gate()
    stage = CallStage(ScriptedModel([thinking, "Behind the building."], ["One moment."]))

    async with stage.running():
        await stage.greeted()
        stage.says("where can I park")
        await thinking.reached.wait()
        stage.socket.give("dtmf", dtmf={"digit": "0"})
        await stage.heard("One moment.")

    assert "where can I park / (The caller pressed 0" in stage.asked()
    assert stage.journal.turns[1].caller == "where can I park"
    assert list(stage.journal.turns) == [0, 1]


async def test_zero_pressed_after_an_eager_end_keeps_the_request_for_a_person() -> None:
    thinking = Gate()
    stage = CallStage(ScriptedModel([thinking], ["One moment."]))

    async with stage.running():
        await stage.greeted()
        stage.understood(PartialTranscript("can I"), EagerEndOfTurn("can I"))
        await thinking.reached.wait()
        stage.socket.give("dtmf", dtmf={"digit": "0"})
        await stage.heard("One moment.")

    assert stage.asked().endswith("can I / (The caller pressed 0 and asks for a person.)")


async def test_an_answer_that_was_not_understood_stays_in_the_dialogue_as_asked_again() -> None:
    stage = CallStage(ScriptedModel(["Fine."], ["Behind the building."]))

    async with stage.running():
        await stage.greeted()
        stage.understood(PartialTranscript("eye kneed", 0.1), EagerEndOfTurn("eye kneed"))
        await stage.until(lambda: stage.models[0].closed == 1)
        stage.understood(EndOfTurn("eye kneed"))
        await stage.heard("say it again?")
        stage.says("where can I park")
        await stage.heard("Behind the building.")

    assert stage.asked().endswith("Could you say it again? / where can I park")


async def test_a_barge_in_cuts_the_context_to_what_was_heard() -> None:
    stage = CallStage(ScriptedModel([LONG], ["Yes."]))

    async with stage.running():
        await stage.greeted()
        stage.socket.frames(20)
        stage.socket.holding_marks = True
        stage.says("when are you open")
        await stage.until(lambda: stage.socket.held)
        stage.socket.frames(220)
        await stage.until(lambda: len(stage.listening.fed) == 240 * 8)
        stage.understood(PartialTranscript("and on Monday", 0.9))
        await stage.until(lambda: stage.socket.count("clear") == 1)
        stage.socket.release_marks()
        stage.says("and on Monday")
        await stage.heard("Yes.")

    heard = stage.journal.turns[1].heard
    assert LONG.startswith(heard)
    assert 2 <= len(heard.split()) <= 6
    assert f"{heard} — / and on Monday" in stage.asked()


async def test_voice_without_words_goes_on_from_where_it_stopped() -> None:
    stage = CallStage(ScriptedModel([LONG]))

    async with stage.running():
        await stage.greeted()
        stage.socket.holding_marks = True
        stage.says("when are you open")
        await stage.until(lambda: stage.socket.held)
        stage.listening.edges = [VoiceStarted(40)]
        stage.socket.frames(200)
        await stage.until(lambda: stage.socket.count("clear") == 1)
        stage.listening.edges = [VoiceStopped(240)]
        stage.socket.release_marks()
        stage.socket.frames(2000)
        await stage.heard(LONG)

    assert stage.socket.count("clear") == 1
    assert len(stage.models[0].requests) == 1


async def test_words_during_an_action_neither_cancel_nor_lose_anything() -> None:
    stage = CallStage(ScriptedModel([booking()], ["You are booked."], ["It is behind us."]))
    book = stage.router_line.handlers["schedule_appointment"]
    book.may_finish.clear()

    async with stage.running():
        await stage.greeted()
        stage.says("book it")
        await book.started.wait()
        stage.says("and where can I park")
        for _ in range(50):
            await asyncio.sleep(0)
        book.may_finish.set()
        await stage.heard("It is behind us.")

    assert [turn.heard for turn in stage.journal.turns.values()][1:] == [
        "You are booked.",
        "It is behind us.",
    ]
    assert stage.journal.turns[2].caller == "and where can I park"


async def test_the_goodbye_is_heard_before_the_line_is_given_up() -> None:
    stage = CallStage(ScriptedModel(["Goodbye, take care.", ToolCall("e1", "end_call", "{}")]))

    async with stage.running():
        await stage.greeted()
        stage.socket.holding_marks = True
        stage.says("goodbye")
        await stage.until(lambda: stage.socket.held)
        open_until_heard = not stage.socket.closes
        stage.socket.release_marks()
        await stage.until(lambda: stage.socket.closes)

    assert open_until_heard
    assert stage.journal.ends == ["receptionist"]
    assert stage.journal.states[-1]["next"] == "hang_up"


async def test_a_goodbye_whose_mark_never_comes_back_ends_the_call_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.call.ending.HEARD_WITHIN_S", 0.05)
    stage = CallStage(ScriptedModel(["Goodbye.", ToolCall("e1", "end_call", "{}")]))

    async with stage.running():
        await stage.greeted()
        stage.socket.holding_marks = True
        stage.says("goodbye")
        await stage.until(lambda: stage.socket.closes)

    assert stage.journal.ends == ["receptionist"]


async def test_a_caller_who_goes_on_after_the_goodbye_is_listened_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.call.ending.HEARD_WITHIN_S", 0.3)
    end_call = ToolCall("e1", "end_call", "{}")
    stage = CallStage(ScriptedModel(["Goodbye.", end_call], ["Behind the building."]))

    async with stage.running():
        await stage.greeted()
        stage.socket.holding_marks = True
        stage.says("goodbye")
        await stage.until(lambda: stage.socket.held)
        stage.says("no wait where can I park")
        stage.socket.release_marks()
        await stage.heard("Behind the building.")
        await asyncio.sleep(0.35)
        still_there = not stage.socket.closes

    assert still_there
    assert stage.journal.ends == ["caller"]


async def test_thinking_too_long_is_never_silence_and_cancels_no_action() -> None:
    patience = TurnConfig(thinking_ms=400, action_ms=400)
    stage = CallStage(ScriptedModel([booking()], ["You are booked."]), config=patience)
    book = stage.router_line.handlers["schedule_appointment"]
    book.may_finish.clear()

    async with stage.running():
        await stage.greeted()
        stage.says("book it")
        await book.started.wait()
        stage.socket.frames(1000)
        await stage.heard("Could you say that again?")
        book.may_finish.set()
        await stage.until(lambda: stage.router_line.rows.kept)

    assert [row.name for row in stage.router_line.rows.kept.values()] == ["schedule_appointment"]


async def test_a_transfer_is_planned_once_its_announcement_has_been_heard() -> None:
    transfer = ToolCall("t1", "transfer_call", '{"reason":"a bill"}')
    stage = CallStage(ScriptedModel(["I will put you through.", transfer]))

    async with stage.running():
        await stage.greeted()
        stage.socket.holding_marks = True
        stage.says("a person please")
        await stage.until(lambda: stage.socket.held)
        before = stage.journal.states[-1]["next"]
        stage.socket.release_marks()
        await stage.until(lambda: stage.socket.closes)

    assert before == "conversation"
    assert stage.journal.states[-1]["next"] == "transfer"
    assert stage.journal.ends == []


async def test_what_comes_after_the_hang_up_does_not_change_how_the_call_ended() -> None:
    stage = CallStage(ScriptedModel())

    async with stage.running():
        await stage.greeted()
        stage.socket.give("stop")
        stage.socket.inbox.put_nowait(None)
        await stage.until(lambda: stage.socket.closes)

    assert stage.journal.ends == ["caller"]
    assert not stage.journal.states[-1]["lost"]


async def test_the_milliseconds_of_a_turn_begin_where_the_voice_stopped_and_add_up() -> None:
    stage = CallStage(ScriptedModel(["Behind the building."]))

    async with stage.running():
        await stage.greeted()
        stage.listening.edges = [VoiceStarted(20)]
        stage.socket.frames(1280)
        await stage.until(lambda: len(stage.listening.fed) == 1280 * 8)
        stage.listening.edges = [VoiceStopped(1000)]
        stage.socket.frames(20)
        await stage.until(lambda: len(stage.listening.fed) == 1300 * 8)
        stage.says("where can I park")
        await stage.heard("Behind the building.")

    timings = dict(stage.journal.turns[1].timings)
    total = timings.pop("total")
    assert 280 <= timings["recogniser"] <= total
    assert sum(timings.values()) == pytest.approx(total, abs=0.5)


async def test_a_voice_that_cannot_speak_hands_the_line_to_plain_mode() -> None:
    stage = CallStage(ScriptedModel(), voice=FakeVoice(fail_after=0))

    async with stage.running():
        await stage.until(lambda: stage.socket.closes)

    assert stage.journal.states[-1]["next"] == "plain"
    assert stage.journal.ends == []


async def test_a_socket_that_is_gone_leaves_the_call_to_be_resumed() -> None:
    stage = CallStage(ScriptedModel([LONG]))

    async with stage.running():
        await stage.greeted()
        stage.socket.broken = True
        stage.says("when are you open")
        await stage.until(lambda: stage.socket.closes)

    assert stage.journal.states[-1]["lost"]
    assert stage.journal.states[-1]["next"] == "conversation"
    assert stage.journal.ends == []


async def test_a_stream_of_another_call_is_not_worked() -> None:
    stage = CallStage(ScriptedModel())
    stage.file.call_sid = "CA2"

    async with stage.running():
        await stage.until(lambda: stage.socket.closes)

    assert stage.socket.sent == []


async def test_strange_messages_are_counted_and_survived() -> None:
    stage = CallStage(ScriptedModel(["Behind the building."]))

    async with stage.running():
        await stage.greeted()
        for strange in (b"\x00", "{", "[]", '{"event":"dance"}', '{"event":"media"}'):
            stage.socket.inbox.put_nowait(strange)
        stage.says("where can I park")
        await stage.heard("Behind the building.")

    assert stage.anomalies == {"binary": 1, "malformed": 3, "unknown_event": 1}


async def test_frames_that_come_while_the_call_is_handed_over_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line goes on sending until it is told; a minute of silence is a deadline on its way."""
    stage = CallStage(ScriptedModel())
    listen = stage.socket.listen
    messages: list[Callable[[str | bytes], None]] = []

    async def listening(on_message: Callable[[str | bytes], None]) -> None:
        messages.append(on_message)
        await listen(on_message)

    handed_over: list[int] = []

    async def flush() -> None:
        before = len(stage.journal.states)
        stage.socket.frames(60_000)
        while not stage.socket.inbox.empty():
            messages[0](stage.socket.inbox.get_nowait() or "")
        handed_over.append(len(stage.journal.states) - before)

    monkeypatch.setattr(stage.socket, "listen", listening)
    async with stage.running():
        await stage.greeted()
        monkeypatch.setattr(stage.journal, "flush", flush)
        stage.handler.steering.end()
        await stage.until(lambda: handed_over)

    assert handed_over == [0]
    assert list(stage.journal.turns) == [0]
