"""Whole calls under every choice where Twilio's behaviour is not confirmed, and when parts fail."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call.warm import Vendors
from receptionist.line.doubts import CLOSE_FORMS, DialStatus, Doubts, FailedStream
from receptionist.line.line import place_call
from receptionist.line.report import CallReport
from receptionist.line.script import Callee, HangUp, Keys, Outcome, Say, Step, Wait
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call
GREETING = "Thank you for calling Maple Street Clinic. How can I help?"
FAILED_STREAMS: tuple[FailedStream, ...] = ("next verb", "action")
DIAL_STATUSES: tuple[DialStatus, ...] = get_args(DialStatus)
Talk = tuple[CallReport, str, dict[str, Any]]
STREAM_DOUBTS = {
    "pings": Doubts(ping_interval_s=0.2),
    "compression": Doubts(compression="deflate"),
    "40 ms a message": Doubts(frame_ms=40),
    "100 ms a message": Doubts(frame_ms=100),
    "more parameters at the end": Doubts(
        ended_parameters={"StreamSid": "MZ1", "StreamEvent": "stream-stopped"}
    ),
}


@asynccontextmanager
async def opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, streaming: bool
) -> AsyncIterator[House]:
    for name, value in environment(tmp_path, VAD_PROVIDER="energy").items():
        monkeypatch.setenv(name, value)
    if streaming:
        vendors = Vendors([FakeRecogniser()], [EmbeddedLanguageModel()], [FakeVoice()])
        monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as house:
        yield house


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with opened(tmp_path, monkeypatch, streaming=True) as house:
        yield house


@pytest.fixture
async def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with opened(tmp_path, monkeypatch, streaming=False) as house:
        yield house


async def talk(house: House, *steps: Step, **options: Any) -> Talk:
    report = await place_call(house.options(**options), steps)
    said = " ".join(report.said_by("receptionist"))
    return report, said, await house.get(f"calls/{report.call_sid}")


async def at_once(calls: Mapping[str, Coroutine[Any, Any, Talk]]) -> dict[str, Talk]:
    """Place calls beside each other."""
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(call) for name, call in calls.items()}
    return {name: task.result() for name, task in tasks.items()}


async def test_a_stream_is_held_though_twilio_does_it_otherwise(house: House) -> None:
    calls = {
        name: talk(house, Keys("0"), Wait(20), callee=Callee(), doubts=doubts)
        for name, doubts in STREAM_DOUBTS.items()
    }

    for name, (report, _, stored) in (await at_once(calls)).items():
        assert report.errors == [], name
        assert stored["turns"][0]["heard"].endswith(GREETING), name
        assert any("Maple Street Clinic" in text for text in report.said_by("callee")), name
        assert stored["ended_by"] == "transfer", name


async def test_however_the_socket_is_closed_the_caller_hung_up(house: House) -> None:
    calls = {
        form: talk(house, Wait(0), HangUp(), doubts=Doubts(close_form=form)) for form in CLOSE_FORMS
    }

    for form, (report, _, stored) in (await at_once(calls)).items():
        assert report.errors == [], form
        assert stored["ended_by"] == "caller", form


async def test_a_stream_that_cannot_be_opened_is_tried_again(house: House) -> None:
    calls = {
        follows: talk(house, Wait(0), failing_streams=1, doubts=Doubts(failed_stream=follows))
        for follows in FAILED_STREAMS
    }

    for follows, (report, _, stored) in (await at_once(calls)).items():
        assert report.streams == 1, follows
        assert report.heard, follows
        assert stored["ended_by"] == "caller", follows


async def test_when_no_stream_can_be_opened_the_call_is_held_in_plain_mode(house: House) -> None:
    steps = (Say("where can i park"), Say("no thanks, goodbye"))
    calls = {
        follows: talk(house, *steps, failing_streams=99, doubts=Doubts(failed_stream=follows))
        for follows in FAILED_STREAMS
    }

    for follows, (report, said, stored) in (await at_once(calls)).items():
        assert report.streams == 0, follows
        assert "free parking" in said, follows
        assert stored["ended_by"] == "receptionist", follows


async def test_a_call_that_twilio_drops_with_its_stream_is_closed(house: House) -> None:
    doubts = Doubts(failed_stream="hang up")

    _, _, stored = await talk(house, failing_streams=1, doubts=doubts)

    assert (stored["ended_by"], stored["outcome"]) == ("caller", "abandoned")


async def test_a_person_who_puts_the_phone_down_at_once_is_no_answer(plain: House) -> None:
    callee = Callee(hangs_up_on_whisper=True)
    words = Say("can i speak to a person please")
    calls = {
        status: talk(plain, words, callee=callee, doubts=Doubts(unbridged_status=status))
        for status in DIAL_STATUSES
    }

    for status, (report, said, stored) in (await at_once(calls)).items():
        assert report.said_by("callee"), status
        assert "message" in said, status
        assert stored["ended_by"] == "caller", status


async def test_whoever_is_not_reached_the_caller_can_leave_a_message(house: House) -> None:
    outcomes: tuple[Outcome, ...] = ("no-answer", "busy", "failed", "canceled")
    calls = {
        outcome: talk(house, Keys("0"), Wait(0), callee=Callee(outcome, rings_s=0.1))
        for outcome in outcomes
    }

    for outcome, (report, _, stored) in (await at_once(calls)).items():
        assert report.streams == 2, outcome
        assert "message" in stored["turns"][-1]["heard"], outcome
        assert stored["turns"][0]["heard"].endswith(GREETING), outcome


async def test_a_caller_who_hangs_up_while_it_rings_ends_the_call(plain: House) -> None:
    steps = (Say("can i speak to a person please"), HangUp())

    _, _, stored = await talk(plain, *steps)

    assert stored["ended_by"] == "caller"


async def test_every_answer_lost_once_changes_nothing(plain: House) -> None:
    words = (
        "book me a check-up tomorrow morning",
        "the first one",
        "my name is Anna Smith",
        "yes please",
        "no thank you goodbye",
    )

    _, said, stored = await talk(plain, *(Say(each) for each in words), lost_answers=1)

    assert len((await plain.get("appointments"))["items"]) == 1, said
    assert [turn["caller"] for turn in stored["turns"]] == ["", *words]
    assert stored["outcome"] == "booked"


async def test_every_answer_lost_once_leaves_a_stream_its_call(house: House) -> None:
    report, _, stored = await talk(house, Keys("0"), Wait(20), callee=Callee(), lost_answers=1)

    assert report.streams == 1
    assert stored["ended_by"] == "transfer"


class Failing:
    """The application, whose webhooks below a path fail."""

    def __init__(self, app: ASGIApp, path: str, how: str) -> None:
        self._app = app
        self._path = path
        self._how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._path):
            await self._app(scope, receive, send)
            return
        status, kind = (500, b"text/plain") if self._how == "error" else (200, b"text/xml")
        headers = [(b"content-type", kind)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"<Response><Say>"})


def failing_below(monkeypatch: pytest.MonkeyPatch, path: str, how: str = "error") -> None:
    import tests.whole_calls.house as place

    create = place.create_app

    def failing(*arguments: Any) -> Any:
        app = create(*arguments)
        app.add_middleware(Failing, path=path, how=how)
        return app

    monkeypatch.setattr(place, "create_app", failing)


@pytest.mark.parametrize("how", ["error", "garbage"])
@pytest.mark.parametrize("streaming", [False, True])
async def test_a_call_whose_ring_we_did_not_answer_leaves_a_voicemail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, streaming: bool
) -> None:
    failing_below(monkeypatch, "/voice/incoming", how)
    async with opened(tmp_path, monkeypatch, streaming=streaming) as house:
        report, said, stored = await talk(house, Say("please call me back"), HangUp())
        messages = (await house.get("messages"))["items"]

    assert report.streams == 0
    assert "Please leave your name" in said
    assert [(row["caller_name"], row["phone"]) for row in messages] == [("Voicemail", "+15550123")]
    assert (stored["outcome"], stored["ended_by"]) == ("message", "caller")


@pytest.mark.parametrize(
    ("last", "digits", "ended_by"),
    [((), "", "receptionist"), ((HangUp(),), "", "caller"), ((HangUp(),), "hangup", "caller")],
)
async def test_when_webhooks_go_on_failing_a_voicemail_reaches_the_inbox(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    last: Sequence[Step],
    digits: Any,
    ended_by: str,
) -> None:
    failing_below(monkeypatch, "/voice/turn")
    steps = [Say("hello"), Say("hello again"), Say("please call me back"), *last]
    async with opened(tmp_path, monkeypatch, streaming=False) as house:
        doubts = Doubts(recording_digits=digits)
        _, said, stored = await talk(house, *steps, doubts=doubts)
        messages = (await house.get("messages"))["items"]

    assert said.count(GREETING) == 2
    assert "Please leave your name" in said
    assert [message["caller_name"] for message in messages] == ["Voicemail"]
    assert messages[0]["phone"] == "+15550123"
    assert (stored["outcome"], stored["ended_by"]) == ("message", ended_by)
