"""Which way a call is held, by what is known of ears and voices."""

import asyncio

import pytest

from receptionist.call.active import ActiveCalls
from receptionist.call.background import Background
from receptionist.call.warm import Vendors
from receptionist.call.ways import MOST_RETURNS, Ways
from receptionist.errors import ProviderRefused, ProviderUnavailable
from receptionist.observability import Metrics
from receptionist.ports.speech_to_text import SpeechToText
from receptionist.resilience.guarded import Budget, guarded_recogniser
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.resilience.fakes import Process, Store

BUDGET = Budget(1, 1)


class CheckedRecogniser(FakeRecogniser):
    """Counts its checks, which go as `fault` says."""

    def __init__(self, refusals: int) -> None:
        super().__init__(refusals=refusals)
        self.checks = 0
        self.fault: Exception | None = None

    async def check(self) -> None:
        self.checks += 1
        if self.fault is not None:
            raise self.fault


class Around:
    """A recogniser behind a breaker, a voice, and the calls of a process."""

    def __init__(self, background: Background, *, most_streams: int | None = None) -> None:
        self.inner = CheckedRecogniser(refusals=100)
        self.ear: SpeechToText = guarded_recogniser(self.inner, Process(Store()).breakers, BUDGET)
        self.active = ActiveCalls(Metrics())
        vendors = Vendors([self.ear], [], [FakeVoice()])
        self.ways = Ways(vendors, self.active, background, most_streams=most_streams)

    async def fail(self, times: int) -> None:
        """The ear refuses calls."""
        for _ in range(times):
            with pytest.raises(ProviderUnavailable):
                async with self.ear.recognise(language="en"):
                    pass


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_calls_are_put_on_streams_while_an_ear_and_a_voice_are_asked() -> None:
    async with Background() as background:
        around = Around(background)
        before = around.ways.stream_is_open
        await around.fail(2)

        assert before
        assert not around.ways.stream_is_open


async def test_without_any_vendor_nothing_is_streamed() -> None:
    async with Background() as background:
        ways = Ways(Vendors([], [], []), ActiveCalls(Metrics()), background)

        assert not ways.stream_is_open
        assert not ways.may_return(0)


async def test_past_the_number_of_streams_calls_are_taken_in_plain_mode() -> None:
    async with Background() as background:
        around = Around(background, most_streams=1)
        with around.active.holding("phone"):
            beside_a_softphone = around.ways.stream_is_open
        with around.active.holding("stream"):
            full = around.ways.stream_is_open, around.ways.may_return(0)

        assert beside_a_softphone
        assert full == (False, False)
        assert around.ways.stream_is_open


async def test_calls_that_ring_at_once_count_before_their_streams_are_there() -> None:
    async with Background() as background:
        ringing: list[str] = []
        ways = Ways(
            Vendors([FakeRecogniser()], [], [FakeVoice()]),
            ActiveCalls(Metrics()),
            background,
            most_streams=2,
            expected=lambda: len(ringing),
        )
        open_for = []
        for call in ("CA1", "CA2", "CA3"):
            open_for.append(ways.stream_is_open)
            ringing.append(call)

    assert open_for == [True, True, False]


async def test_after_a_failure_a_call_goes_back_only_once_somebody_has_looked() -> None:
    async with Background() as background:
        around = Around(background)
        await around.fail(1)

        at_once = around.ways.may_return(0)
        await settled()

        assert not at_once
        assert around.inner.checks == 1
        assert around.ways.may_return(0)


async def test_while_it_stays_sick_a_call_stays_in_plain_mode_and_one_look_is_under_way() -> None:
    async with Background() as background:
        around = Around(background)
        around.inner.fault = ProviderRefused("fake", "HTTP 401")
        await around.fail(1)

        for _ in range(3):
            assert not around.ways.may_return(0)
        await settled()
        looks, back = around.inner.checks, around.ways.may_return(0)
        await settled()

        assert looks == 1
        assert not back


async def test_a_call_is_not_moved_to_and_fro_for_ever() -> None:
    async with Background() as background:
        around = Around(background)

        assert around.ways.may_return(MOST_RETURNS - 1)
        assert not around.ways.may_return(MOST_RETURNS)
