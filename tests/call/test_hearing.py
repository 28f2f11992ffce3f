"""The recogniser of a call: no word is lost when it breaks."""

import asyncio

import pytest

from receptionist.call.hearing import Hearing
from receptionist.errors import ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.ports.speech_to_text import (
    FinalTranscript,
    NothingSaid,
    PartialTranscript,
    TranscriptEvent,
)
from tests.call.fakes import FakeRecogniser


class Listener:
    def __init__(self) -> None:
        self.words: asyncio.Queue[TranscriptEvent] = asyncio.Queue()
        self.lost = asyncio.Event()


def hearing_of(*recognisers: FakeRecogniser) -> tuple[Hearing, Listener]:
    hearing = Hearing(recognisers, language="en", keyterms=(), metrics=Metrics())
    listener = Listener()
    hearing.attach(listener.words.put_nowait, listener.lost.set)
    return hearing, listener


async def test_audio_goes_in_and_words_come_out() -> None:
    recogniser = FakeRecogniser()
    hearing, listener = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        recognition = await recogniser.opened.get()
        hearing.feed(b"one")
        await recognition.got.wait()
        recognition.heard.put_nowait(PartialTranscript("hello"))
        words = await listener.words.get()
        hearing.stop()

    assert recognition.audio == b"one"
    assert words == PartialTranscript("hello")
    assert not listener.lost.is_set()


async def test_words_that_are_known_before_the_call_attaches_wait_for_it() -> None:
    recogniser = FakeRecogniser()
    hearing = Hearing([recogniser], language="en", keyterms=(), metrics=Metrics())
    taken: list[TranscriptEvent] = []

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        recognition = await recogniser.opened.get()
        recognition.heard.put_nowait(PartialTranscript("hello"))
        while recognition.heard.qsize():
            await asyncio.sleep(0)
        hearing.attach(taken.append, lambda: None)
        hearing.stop()

    assert taken == [PartialTranscript("hello")]


async def test_a_broken_connection_is_replaced_and_gets_the_undecided_audio_again() -> None:
    first, second = FakeRecogniser("first"), FakeRecogniser("second")
    hearing, listener = hearing_of(first, second)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        broken = await first.opened.get()
        hearing.feed(b"decided")
        await broken.got.wait()
        broken.heard.put_nowait(FinalTranscript("decided"))
        await listener.words.get()
        broken.got.clear()
        hearing.feed(b"undecided")
        await broken.got.wait()
        broken.heard.put_nowait(ProviderUnavailable("first", "cut"))
        replacement = await second.opened.get()
        await replacement.got.wait()
        hearing.stop()

    assert replacement.audio == b"undecided"


async def test_audio_behind_the_final_words_is_heard_again_as_well() -> None:
    recogniser = FakeRecogniser()
    hearing, listener = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        broken = await recogniser.opened.get()
        for number in range(4):
            hearing.feed(bytes([number]) * 160)
        while len(broken.audio) < 4 * 160:
            await broken.got.wait()
            broken.got.clear()
        broken.heard.put_nowait(FinalTranscript("decided", until_ms=40))
        await listener.words.get()
        broken.heard.put_nowait(ProviderUnavailable("fake", "cut"))
        replacement = await recogniser.opened.get()
        await replacement.got.wait()
        hearing.stop()

    assert replacement.audio == bytes([2]) * 160 + bytes([3]) * 160


async def test_audio_that_was_not_sent_yet_is_not_lost_with_the_connection() -> None:
    first, second = FakeRecogniser("first", refusals=1), FakeRecogniser("second")
    hearing, _ = hearing_of(first, second)
    hearing.feed(b"early")

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        recognition = await second.opened.get()
        await recognition.got.wait()
        hearing.stop()

    assert recognition.audio == b"early"


@pytest.mark.parametrize("end", [None, ProviderUnavailable("fake", "cut"), ValueError("strange")])
async def test_however_a_connection_ends_before_the_call_is_there_another_is_opened(
    end: Exception | None,
) -> None:
    recogniser = FakeRecogniser()
    hearing = Hearing([recogniser], language="en", keyterms=(), metrics=Metrics())
    lost = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        (await recogniser.opened.get()).heard.put_nowait(end)
        await recogniser.opened.get()
        hearing.attach(lambda event: None, lost.set)
        hearing.stop()

    assert not lost.is_set()


async def test_a_recogniser_that_closes_at_once_again_and_again_is_a_lost_one() -> None:
    recogniser = FakeRecogniser()
    hearing, listener = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        running = group.create_task(hearing.run())
        for _ in range(4):
            (await recogniser.opened.get()).heard.put_nowait(None)
        await running

    assert listener.lost.is_set()
    assert recogniser.opened.empty()


async def test_connections_that_understood_something_may_break_any_number_of_times() -> None:
    recogniser = FakeRecogniser()
    hearing, listener = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        for _ in range(6):
            recognition = await recogniser.opened.get()
            recognition.heard.put_nowait(FinalTranscript("hello"))
            recognition.heard.put_nowait(ProviderUnavailable("fake", "cut"))
        await recogniser.opened.get()
        hearing.stop()

    assert listener.words.qsize() == 6
    assert not listener.lost.is_set()


async def test_a_defect_while_words_are_taken_does_not_deafen_the_call() -> None:
    recogniser = FakeRecogniser()
    hearing = Hearing([recogniser], language="en", keyterms=(), metrics=Metrics())
    taken: asyncio.Queue[TranscriptEvent] = asyncio.Queue()

    def take(event: TranscriptEvent) -> None:
        taken.put_nowait(event)
        if taken.qsize() == 1:
            raise LookupError

    hearing.attach(take, lambda: None)
    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        for text in ("first", "second"):
            (await recogniser.opened.get()).heard.put_nowait(FinalTranscript(text))
        while taken.qsize() < 2:
            await asyncio.sleep(0.01)
        hearing.stop()

    assert [event.text for event in (taken.get_nowait(), taken.get_nowait())] == ["first", "second"]


async def test_when_nobody_hears_any_more_the_call_is_told() -> None:
    hearing, listener = hearing_of(FakeRecogniser(refusals=100))

    await hearing.run()

    assert listener.lost.is_set()


async def test_a_call_that_attaches_after_the_loss_is_told_as_well() -> None:
    hearing = Hearing([], language="en", keyterms=(), metrics=Metrics())
    await hearing.run()
    lost = asyncio.Event()

    hearing.attach(lambda event: None, lost.set)

    assert lost.is_set()


async def test_finalize_reaches_the_recogniser() -> None:
    recogniser = FakeRecogniser()
    hearing, _ = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        recognition = await recogniser.opened.get()
        hearing.finalize()
        await recognition.finalized.wait()
        hearing.stop()


async def test_a_recogniser_that_says_nothing_of_what_the_caller_said_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.call.hearing.DEAF_AFTER_S", 0.01)
    recogniser = FakeRecogniser()
    hearing, _ = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        deaf = await recogniser.opened.get()
        hearing.voice_started()
        hearing.feed(b"hello")
        await deaf.got.wait()
        hearing.voice_stopped()
        replacement = await recogniser.opened.get()
        await replacement.got.wait()
        hearing.stop()

    assert replacement.audio == b"hello"


async def test_words_that_never_become_final_are_heard_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.call.hearing.DEAF_AFTER_S", 0.01)
    recogniser = FakeRecogniser()
    hearing, listener = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        stuck = await recogniser.opened.get()
        hearing.voice_started()
        stuck.heard.put_nowait(PartialTranscript("hello"))
        await listener.words.get()
        hearing.voice_stopped()
        await recogniser.opened.get()
        hearing.stop()


@pytest.mark.parametrize("sign", [NothingSaid(), FinalTranscript("hello")])
async def test_a_recogniser_that_gives_a_sign_of_life_is_left_alone(
    sign: TranscriptEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptionist.call.hearing.DEAF_AFTER_S", 0.0)
    recogniser = FakeRecogniser()
    hearing, _ = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        recognition = await recogniser.opened.get()
        hearing.voice_started()
        recognition.heard.put_nowait(sign)
        while recognition.heard.qsize():
            await asyncio.sleep(0)
        hearing.voice_stopped()
        for _ in range(20):
            await asyncio.sleep(0)
        hearing.stop()

    assert recogniser.opened.empty()


async def test_nobody_waits_longer_than_a_caller_does_once_everybody_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.call.hearing.LOST_AFTER_S", 0.0)
    recogniser = FakeRecogniser(refusals=100)
    hearing, listener = hearing_of(recogniser)

    await hearing.run()

    assert listener.lost.is_set()
    assert 100 - recogniser.refusals == 2


class Batching(FakeRecogniser):
    frames_at_once = 4


async def test_a_recogniser_that_batches_is_woken_once_a_batch() -> None:
    recogniser = Batching()
    hearing, _ = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        recognition = await recogniser.opened.get()
        for frame in (b"one", b"two", b"three"):
            hearing.feed(frame)
            for _ in range(5):
                await asyncio.sleep(0)
        before = recognition.audio
        hearing.feed(b"four")
        await recognition.got.wait()
        hearing.stop()

    assert before == b""
    assert recognition.audio == b"onetwothreefour"


async def test_what_waits_for_its_batch_goes_out_before_all_is_decided() -> None:
    recogniser = Batching()
    hearing, _ = hearing_of(recogniser)

    async with asyncio.TaskGroup() as group:
        group.create_task(hearing.run())
        recognition = await recogniser.opened.get()
        hearing.feed(b"one")
        hearing.finalize()
        await recognition.finalized.wait()
        hearing.stop()

    assert recognition.audio == b"one"
