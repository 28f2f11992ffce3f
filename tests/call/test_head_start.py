"""The voice is at work before its sentence may be heard, and nothing is heard before."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.call.head_start import HeadStart
from receptionist.errors import ProviderUnavailable
from receptionist.ports.speech_to_text import EagerEndOfTurn, EndOfTurn
from tests.call.fakes import FakeVoice, WritingFakeVoice
from tests.call.stage import CallStage
from tests.conversation.fakes import ScriptedModel

BEGINNING = "I have made a note of that for the doctor, and somebody will "
REST = "call you back today."
WORDS = st.lists(st.text("abc.,'é", min_size=1, max_size=8), min_size=1, max_size=12)


class Pen:
    """A model that stops writing in mid-sentence until it is told to go on."""

    def __init__(self, beginning: str, rest: str, *answers: Sequence[str]) -> None:
        self.goes_on = asyncio.Event()
        first = [*beginning.partition("doctor"), self.goes_on.wait, rest]
        self.model = ScriptedModel(first, *answers)


async def test_the_voice_has_begun_while_the_model_still_writes_and_nothing_is_heard() -> None:
    pen, voice = Pen(BEGINNING, REST), WritingFakeVoice()
    stage = CallStage(pen.model, voice=voice)

    async with stage.running():
        await stage.greeted()
        sent = stage.socket.count("media")
        stage.says("please tell the doctor")
        await stage.until(lambda: voice.pieces)
        early = stage.socket.count("media") - sent
        pen.goes_on.set()
        await stage.heard("call you back today.")

    assert early == 0
    assert " ".join(voice.pieces) == f"{BEGINNING}call you back today."
    assert voice.asked == [stage.journal.turns[0].receptionist], "only the greeting was asked whole"


async def test_a_claim_that_is_held_back_has_been_begun_and_is_never_heard() -> None:
    claim = "You're booked for Tuesday at ten with our doctor Lee, and we "
    pen = Pen(claim, "wait for you.", ["I can book that for you."])
    voice = WritingFakeVoice()
    stage = CallStage(pen.model, voice=voice)

    async with stage.running():
        await stage.greeted()
        stage.says("yes")
        await stage.until(lambda: voice.pieces)
        pen.goes_on.set()
        await stage.heard("I can book that for you.")

    assert "booked for Tuesday" in " ".join(voice.pieces)
    assert not any("Tuesday" in turn.heard for turn in stage.journal.turns.values())
    assert voice.left == 1


async def test_a_socket_that_breaks_costs_nothing_but_the_head_start() -> None:
    pen, voice = Pen(BEGINNING, REST), WritingFakeVoice(breaks=True)
    stage = CallStage(pen.model, voice=voice)

    async with stage.running():
        await stage.greeted()
        stage.says("please tell the doctor")
        await stage.until(lambda: voice.left)
        pen.goes_on.set()
        await stage.heard("call you back today.")

    assert voice.asked[1:] == [BEGINNING + REST], "the same voice, the usual way, all of it"


async def test_in_a_pause_the_first_sentence_is_made_and_made_only_once() -> None:
    voice = FakeVoice()
    stage = CallStage(ScriptedModel(["Behind the building.", " It is free."]), voice=voice)

    async with stage.running():
        await stage.greeted()
        stage.understood(EagerEndOfTurn("where can I park"))
        await stage.until(lambda: len(voice.asked) == 2)
        heard = stage.journal.turns[max(stage.journal.turns)].heard
        stage.understood(EndOfTurn("where can I park"))
        await stage.heard("It is free.")

    assert "Behind" not in heard
    assert voice.asked[1:] == ["Behind the building.", "It is free."]


async def test_what_was_made_in_a_pause_is_thrown_away_when_the_caller_goes_on() -> None:
    voice = FakeVoice()
    stage = CallStage(ScriptedModel(["Behind the building."], ["Closed."]), voice=voice)

    async with stage.running():
        await stage.greeted()
        stage.understood(EagerEndOfTurn("where can I park"))
        await stage.until(lambda: len(voice.asked) == 2)
        stage.understood(EndOfTurn("where can I park on Sunday"))
        await stage.heard("Closed.")

    assert not any("Behind" in turn.heard for turn in stage.journal.turns.values())


def begun(voice: FakeVoice) -> HeadStart:
    return HeadStart(voice, language="en", previous_text="")


async def written(ahead: HeadStart, voice: WritingFakeVoice) -> str:
    """All that the voice was given."""
    await ahead.run()
    return " ".join(voice.pieces or voice.asked)


@given(WORDS, st.data())
def test_however_a_sentence_grows_the_voice_is_given_each_of_its_words_once(
    words: Sequence[str], data: st.DataObject
) -> None:
    sentence = " ".join(words)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sentence)), max_size=6)))

    async def grown() -> str:
        voice = WritingFakeVoice()
        ahead = begun(voice)
        for cut in cuts:
            assert ahead.learn(sentence[:cut], is_whole=False)
        assert ahead.learn(sentence, is_whole=True)
        return await written(ahead, voice)

    assert asyncio.run(grown()) == sentence


@pytest.mark.parametrize(
    ("known", "whole"),
    [
        ("at ten on Tuesday the third of May", "at half past ten on Tuesday"),
        ("I have made a note of all that", "I have"),
    ],
)
def test_a_sentence_that_turns_out_another_one_is_not_the_one_begun(known: str, whole: str) -> None:
    ahead = begun(WritingFakeVoice())
    ahead.learn(known, is_whole=False)

    assert not ahead.learn(whole, is_whole=True)


async def test_of_a_sentence_that_broke_off_in_the_pause_nothing_is_heard_but_the_whole() -> None:
    failing, other = FakeVoice("failing", fail_after=5), FakeVoice("other")
    stage = CallStage(ScriptedModel(["Behind the building."]), voice=failing, then=other)

    async with stage.running():
        await stage.greeted()
        stage.understood(EagerEndOfTurn("where can I park"))
        await stage.until(lambda: "Behind the building." in failing.asked)
        stage.understood(EndOfTurn("where can I park"))
        await stage.heard("Behind the building.")

    assert other.asked[-1] == "Behind the building."


async def test_half_a_sentence_does_not_pass_for_the_whole() -> None:
    voice = WritingFakeVoice(ends_early=True)
    ahead = begun(voice)
    ahead.learn("one two three four five six", is_whole=False)

    await ahead.run()

    with pytest.raises(ProviderUnavailable, match="ended before"):
        [_ async for _ in ahead.audio()]


async def test_a_voice_that_fails_in_the_pause_is_not_asked_again_but_the_next_one_is() -> None:
    failing, other = FakeVoice("failing", fail_after=0), FakeVoice("other")
    stage = CallStage(ScriptedModel(["Behind the building."]), voice=failing, then=other)

    async with stage.running():
        await stage.greeted()
        stage.understood(EagerEndOfTurn("where can I park"), EndOfTurn("where can I park"))
        await stage.heard("Behind the building.")

    assert failing.asked.count("Behind the building.") == 1
    assert other.asked.count("Behind the building.") == 1


async def test_when_nobody_listens_any_more_nothing_more_is_made() -> None:
    voice = FakeVoice()
    voice.gate = asyncio.Semaphore(1)
    ahead = begun(voice)
    ahead.learn("Behind the building.", is_whole=True)
    heard: list[bytes] = []

    async def listen() -> None:
        async for chunk in ahead.audio():
            heard.append(chunk)

    # The group ends with its tasks; the voice would wait at its gate for ever.
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        ahead.start(group)
        listening = group.create_task(listen())
        while not heard:
            await asyncio.sleep(0)
        listening.cancel()

    assert len(heard) == 1
