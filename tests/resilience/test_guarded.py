"""Adapters within a budget: what comes too late is a failure, and counts as one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast

import pytest

from receptionist.errors import ProviderRefused, ProviderUnavailable
from receptionist.ports.language_model import Completed, TextDelta
from receptionist.ports.speech_to_text import NothingSaid
from receptionist.resilience.guarded import (
    Budget,
    guarded_model,
    guarded_recogniser,
    guarded_voice,
    is_skipped,
    is_well,
)
from tests.call.fakes import FakeRecogniser, FakeVoice, WritingFakeVoice
from tests.conversation.fakes import ScriptedModel
from tests.resilience.fakes import Process, Store

SHORT, LONG = Budget(0.01, 0.01), Budget(5, 5)
REQUEST = cast(Any, object())


async def stuck() -> None:
    await asyncio.Event().wait()


async def all_of(events: Any) -> list[Any]:
    async with aclosing(events):
        return [event async for event in events]


async def test_an_answer_in_time_passes_and_the_adapter_is_well() -> None:
    model = guarded_model(ScriptedModel(["hello"]), Process(Store()).breakers, LONG)

    assert await all_of(model.stream(REQUEST)) == [TextDelta("hello"), Completed("stop")]
    assert is_well(model)


@pytest.mark.parametrize("script", [[stuck], ["hello", stuck]])
async def test_an_answer_that_does_not_begin_or_go_on_in_time_is_a_failure(
    script: list[Any],
) -> None:
    inner = ScriptedModel(script)
    model = guarded_model(inner, Process(Store()).breakers, SHORT)

    with pytest.raises(ProviderUnavailable, match=r"nothing within 0\.01 s"):
        await all_of(model.stream(REQUEST))

    assert not is_well(model)
    assert inner.closed == 1


async def test_a_model_that_fails_again_and_again_is_not_asked_any_more() -> None:
    failed = ProviderUnavailable("scripted", "HTTP 503")
    inner = ScriptedModel([failed], [failed])
    model = guarded_model(inner, Process(Store()).breakers, LONG)
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            await all_of(model.stream(REQUEST))

    assert len(inner.requests) == 2
    assert is_skipped(model)


async def test_an_answer_left_early_is_broken_off_and_no_failure() -> None:
    inner = ScriptedModel(["hello", stuck])
    model = guarded_model(inner, Process(Store()).breakers, LONG)
    events = cast(Any, model.stream(REQUEST))

    await anext(events)
    await events.aclose()

    assert inner.closed == 1
    assert is_well(model)


async def test_a_voice_that_hangs_in_mid_sentence_is_left() -> None:
    inner = FakeVoice()
    inner.gate = asyncio.Semaphore(2)
    voice = guarded_voice(inner, Process(Store()).breakers, SHORT)
    chunks = []

    with pytest.raises(ProviderUnavailable):
        async for chunk in voice.synthesize("hello"):
            chunks.append(chunk)

    assert len(chunks) == 2
    assert not is_well(voice)


class StuckRecogniser(FakeRecogniser):
    """Takes the connection and never answers."""

    @asynccontextmanager
    async def recognise(self, *, language: str, keyterms: Sequence[str] = ()) -> AsyncIterator[Any]:
        await stuck()
        yield None


async def test_a_recogniser_that_does_not_open_in_time_is_a_failure() -> None:
    recogniser = guarded_recogniser(StuckRecogniser(), Process(Store()).breakers, SHORT)

    with pytest.raises(ProviderUnavailable):
        async with recogniser.recognise(language="en"):
            pass

    assert not is_well(recogniser)


class ClingingRecogniser(FakeRecogniser):
    """Never lets a connection go."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[BaseException | None] = []

    @asynccontextmanager
    async def recognise(self, *, language: str, keyterms: Sequence[str] = ()) -> AsyncIterator[Any]:
        try:
            async with super().recognise(language=language) as recognition:
                yield recognition
        except BaseException as exc:
            self.left.append(exc)
            raise
        finally:
            await stuck()


async def test_a_connection_that_does_not_close_is_left_and_the_failure_stays_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.resilience.guarded.CLOSE_S", 0.01)
    inner = ClingingRecogniser()
    recogniser = guarded_recogniser(inner, Process(Store()).breakers, LONG)
    broken = ProviderUnavailable("fake", "closed the stream")

    with pytest.raises(ProviderUnavailable, match="closed the stream"):
        async with recogniser.recognise(language="en"):
            raise broken

    assert inner.left == [broken]
    assert not is_well(recogniser)


async def test_a_recogniser_is_well_from_the_first_sign_of_life() -> None:
    process, inner = Process(Store()), FakeRecogniser(refusals=1)
    recogniser = guarded_recogniser(inner, process.breakers, LONG)
    with pytest.raises(ProviderUnavailable):
        async with recogniser.recognise(language="en"):
            pass
    async with recogniser.recognise(language="en") as recognition:
        (await inner.opened.get()).heard.put_nowait(cast(Any, NothingSaid()))
        await anext(cast(Any, recognition.events()))

        assert is_well(recogniser)


async def test_a_check_that_goes_well_makes_a_sick_adapter_well() -> None:
    recogniser = guarded_recogniser(FakeRecogniser(refusals=1), Process(Store()).breakers, LONG)
    with pytest.raises(ProviderUnavailable):
        async with recogniser.recognise(language="en"):
            pass
    was_well = is_well(recogniser)

    await recogniser.check()

    assert not was_well
    assert is_well(recogniser)


async def test_a_check_that_fails_leaves_it_sick() -> None:
    class Sick(FakeRecogniser):
        async def check(self) -> None:
            raise ProviderRefused("fake", "HTTP 401")

    recogniser = guarded_recogniser(Sick(refusals=1), Process(Store()).breakers, LONG)
    with pytest.raises(ProviderUnavailable):
        async with recogniser.recognise(language="en"):
            pass

    with pytest.raises(ProviderRefused):
        await recogniser.check()

    assert not is_well(recogniser)


def test_what_is_not_guarded_is_always_well() -> None:
    recogniser: object = FakeRecogniser()

    assert is_well(recogniser)
    assert not is_skipped(recogniser)


class LateVoice(WritingFakeVoice):
    """Says nothing at all."""

    async def audio(self) -> AsyncIterator[bytes]:
        await stuck()
        yield b""


async def test_a_sentence_that_is_still_being_written_is_not_late() -> None:
    voice: Any = guarded_voice(WritingFakeVoice(), Process(Store()).breakers, SHORT)

    async with asyncio.TaskGroup() as group, voice.utterance() as utterance:
        saying = group.create_task(all_of(utterance.audio()))
        for word in ("a", "sentence"):
            await asyncio.sleep(3 * SHORT.first_s)
            await utterance.send(word)
        await utterance.end()

    assert len(b"".join(saying.result())) == 80 * len("asentence")
    assert is_well(voice)


async def test_audio_that_does_not_come_once_all_is_written_is_a_failure() -> None:
    voice: Any = guarded_voice(LateVoice(), Process(Store()).breakers, SHORT)

    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.TaskGroup() as group, voice.utterance() as utterance:
            saying = group.create_task(all_of(utterance.audio()))
            await asyncio.sleep(0)
            await utterance.end()
            await saying

    assert caught.group_contains(ProviderUnavailable, match=r"nothing within 0\.01 s")


async def test_a_sentence_that_fails_by_words_does_not_count_against_the_voice() -> None:
    voice: Any = guarded_voice(WritingFakeVoice(breaks=True), Process(Store()).breakers, LONG)

    with pytest.raises(ProviderUnavailable):
        async with voice.utterance() as utterance:
            await utterance.send("hello")
            await all_of(utterance.audio())

    assert is_well(voice), "the voice itself has not failed"


async def test_a_way_for_words_that_is_shut_leaves_the_voice_as_it_was() -> None:
    breakers = Process(Store()).breakers
    voice: Any = guarded_voice(WritingFakeVoice(breaks=True), breakers, LONG)
    took_words = []

    for _ in range(6):
        took_words.append(voice.takes_words)
        if voice.takes_words:
            with pytest.raises(ProviderUnavailable):
                async with voice.utterance() as utterance:
                    await utterance.send("hello")
                    await all_of(utterance.audio())
        await all_of(voice.synthesize("hello"))

    assert took_words[0]
    assert not took_words[-1], "it is left alone for a while"
    assert is_well(voice)


class Unreachable(WritingFakeVoice):
    """Its socket does not open."""

    @asynccontextmanager
    async def utterance(self) -> AsyncIterator[Any]:
        await stuck()
        yield self


async def test_a_socket_that_does_not_open_is_waited_for_no_longer_than_audio() -> None:
    voice: Any = guarded_voice(Unreachable(), Process(Store()).breakers, SHORT)

    with pytest.raises(ProviderUnavailable, match=r"nothing within 0\.01 s"):
        async with voice.utterance():
            pass
