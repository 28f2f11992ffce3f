"""The recogniser of a call: no word is lost when it breaks."""

import asyncio

from receptionist.call.hearing import Hearing
from receptionist.errors import ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.ports.speech_to_text import FinalTranscript, PartialTranscript, TranscriptEvent
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
