"""The line does to a server what Twilio would."""

from collections.abc import Sequence
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from receptionist.line.caller import CallOptions
from receptionist.line.doubts import CLOSE_FORMS, CloseForm, Doubts
from receptionist.line.line import Line, place_call
from receptionist.line.report import CallReport
from receptionist.line.script import Callee, HangUp, Interrupt, Keys, Play, Say, Step, Wait
from receptionist.line.webhooks import Account
from tests.emulators.twilio import serving
from tests.line.server import LOUD, Server, StreamPeer, is_loud

STREAM = (
    '<Connect action="/ended"><Stream url="ws://here/stream">'
    '<Parameter name="k" value="v"/></Stream></Connect>'
)
GATHER = (
    '<Gather input="speech dtmf" action="/heard" actionOnEmptyResult="true">'
    "<Say>How can I help?</Say></Gather>"
)


class LoudVoice:
    """Every text is 200 ms of noise."""

    async def speak(self, text: str) -> bytes:
        return LOUD * 10


async def call(server: Server, script: Sequence[Step] = (), **options: Any) -> CallReport:
    async with serving(server.app) as url:
        placed = CallOptions(
            voice_url=f"{url}/voice",
            fallback_url=f"{url}/fallback",
            status_url=f"{url}/status",
            voice=LoudVoice(),
            quiet_ms=200,
            reply_timeout_s=2,
            **options,
        )
        return await place_call(placed, script)


async def test_gather_posts_speech_result() -> None:
    server = Server(voice=GATHER, heard="<Say>We open at nine.</Say><Hangup/>")

    report = await call(server, [Say("When do you open?")])

    assert server.asked("heard")[0]["SpeechResult"] == "When do you open?"
    assert report.said_by("receptionist") == ["How can I help?", "We open at nine."]
    assert (report.outcome, report.ended_by) == ("completed", "receptionist")


async def test_gather_posts_keys_up_to_the_finishing_one() -> None:
    server = Server(voice=GATHER, heard="<Hangup/>")

    await call(server, [Keys("123#4")])

    assert server.asked("heard")[0]["Digits"] == "123"


async def test_silence_is_posted_when_an_empty_result_is_wanted() -> None:
    server = Server(voice=GATHER, heard="<Hangup/>")

    await call(server, [Wait(9)])

    assert "SpeechResult" not in server.asked("heard")[0]


async def test_the_end_of_the_script_hangs_up_and_reports_it() -> None:
    server = Server(voice=GATHER)

    report = await call(server)

    assert report.ended_by == "caller"
    assert server.asked("status")[0]["CallStatus"] == "completed"
    assert "CallDuration" in server.asked("status")[0]


async def test_requests_are_signed_for_the_public_address() -> None:
    server = Server(voice="<Hangup/>")
    public = "https://clinic.example"

    async with serving(server.app) as url:
        options = CallOptions(
            voice_url=f"{public}/voice", dialled_url=url, account=Account(auth_token="12345")
        )
        await place_call(options)

    (_, form), headers = server.requests[0], server.headers[0]
    signature = headers["x-twilio-signature"]
    assert RequestValidator("12345").validate(f"{public}/voice", form, signature)


@pytest.mark.parametrize(("broken", "code"), [(500, "11200"), ("<Say>", "12100")])
async def test_a_broken_document_leads_to_the_fallback(broken: int | str, code: str) -> None:
    server = Server(voice=broken, fallback="<Say>Sorry.</Say>")

    report = await call(server)

    assert server.asked("fallback")[0]["ErrorCode"] == code
    assert report.said_by("receptionist") == ["Sorry."]


async def test_a_broken_fallback_is_an_application_error() -> None:
    report = await call(Server(voice=500, fallback=500))

    assert report.outcome == "application error"


async def test_a_rejected_call_is_never_answered() -> None:
    server = Server(voice='<Reject reason="busy"/>')

    report = await call(server)

    assert report.outcome == "busy"
    assert server.asked("status")[0]["CallStatus"] == "busy"


@pytest.mark.parametrize(
    ("callee", "status"),
    [
        (Callee("no-answer"), "no-answer"),
        (Callee("busy"), "busy"),
        (Callee("failed"), "failed"),
        (Callee("answered"), "completed"),
        (Callee("answered", rings_s=60), "no-answer"),
    ],
)
async def test_a_dial_posts_what_became_of_it(callee: Callee, status: str) -> None:
    dial = '<Dial action="/dialled" timeout="20"><Number url="/whisper">+1555</Number></Dial>'
    server = Server(voice=dial, whisper="<Say>A caller for you.</Say>", dialled="<Hangup/>")

    report = await call(server, callee=callee)

    assert server.asked("dialled")[0]["DialCallStatus"] == status
    assert report.said_by("callee") == (["A caller for you."] if status == "completed" else [])


async def test_a_recording_is_posted_and_an_empty_one_is_not() -> None:
    record = '<Record action="/done" recordingStatusCallback="/recording"/><Say>Nothing.</Say>'
    spoken, silent = (Server(voice=record, done="<Hangup/>") for _ in range(2))

    await call(spoken, [Say("Please call me back.")])
    report = await call(silent)

    assert spoken.asked("recording")[0]["RecordingStatus"] == "completed"
    assert "RecordingUrl" in spoken.asked("done")[0]
    assert silent.asked("done") == []
    assert report.said_by("receptionist") == ["Nothing."]


async def test_a_stream_begins_as_twilio_begins_it() -> None:
    async def listen(peer: StreamPeer) -> None:
        await peer.next("media")

    server = Server(listen, voice=STREAM, ended="<Hangup/>")
    report = await call(server)

    connected, start, media = server.peers[0].received
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start["start"]["customParameters"] == {"k": "v"}
    assert start["start"]["callSid"] == report.call_sid
    assert (start["sequenceNumber"], media["sequenceNumber"]) == ("1", "2")
    assert (media["media"]["chunk"], media["media"]["timestamp"]) == ("1", "102")
    assert len(server.asked("ended")) == 1
    assert report.ended_by == "receptionist"


async def test_marks_echo_when_their_audio_has_played() -> None:
    echoed_after: list[int] = []

    async def speak(peer: StreamPeer) -> None:
        await peer.speak(200, "first")
        await peer.next("mark")
        echoed_after.append(sum(m["event"] == "media" for m in peer.received))

    report = await call(Server(speak, voice=STREAM, ended="<Hangup/>"))

    assert 9 <= echoed_after[0] <= 13
    assert sum(len(piece.mulaw) for piece in report.heard) == 1600


async def test_clear_echoes_every_pending_mark() -> None:
    echoed: list[str] = []

    async def speak(peer: StreamPeer) -> None:
        for name in ("one", "two", "three"):
            await peer.speak(2000, name)
        await peer.loud_frame()
        await peer.send("clear")
        for _ in range(3):
            echoed.append((await peer.next("mark"))["mark"]["name"])

    server = Server(speak, voice=STREAM, ended="<Hangup/>")
    report = await call(server, [Interrupt("Wait!", after_ms=100)])

    assert echoed == ["one", "two", "three"]
    assert report.clears[0].reaction_ms is not None
    assert sum(len(piece.mulaw) for piece in report.heard) < 16000


async def test_the_caller_waits_for_the_end_of_the_greeting() -> None:
    async def answer(peer: StreamPeer) -> None:
        await peer.speak(300, "greeting")
        await peer.loud_frame()
        while is_loud(await peer.next("media")):
            pass
        await peer.speak(100, "reply")
        await peer.next("stop")

    server = Server(answer, voice=STREAM)
    report = await call(server, [Play(LOUD * 2, "hello")])

    received = server.peers[0].received
    loud = next(i for i, m in enumerate(received) if m["event"] == "media" and is_loud(m))
    mark = next(i for i, m in enumerate(received) if m["event"] == "mark")
    assert mark < loud
    assert len(report.latencies_ms) == 1
    assert report.ended_by == "caller"
    assert server.asked("ended") == []


async def test_keys_reach_the_stream() -> None:
    pressed: list[str] = []

    async def listen(peer: StreamPeer) -> None:
        await peer.speak(100, "greeting")
        for _ in range(2):
            pressed.append((await peer.next("dtmf"))["dtmf"]["digit"])

    await call(Server(listen, voice=STREAM, ended="<Hangup/>"), [Keys("42")])

    assert pressed == ["4", "2"]


@pytest.mark.parametrize("form", CLOSE_FORMS)
async def test_hanging_up_closes_the_stream_in_the_form_asked_for(form: CloseForm) -> None:
    async def listen(peer: StreamPeer) -> None:
        await peer.next("never")

    report = await call(Server(listen, voice=STREAM), [HangUp()], doubts=Doubts(close_form=form))

    assert (report.outcome, report.ended_by) == ("completed", "caller")


async def test_a_refused_stream_falls_through_to_the_next_verb() -> None:
    voice = '<Connect><Stream url="ws://here/nowhere"/></Connect><Say>Plain mode.</Say>'

    report = await call(Server(voice=voice))

    assert report.said_by("receptionist") == ["Plain mode."]
    assert report.errors[0].startswith("31920")


async def test_a_call_ended_by_rest_gets_its_stop() -> None:
    lines: list[Line] = []
    events: list[str] = []

    async def listen(peer: StreamPeer) -> None:
        lines[0].hang_up()
        events.append((await peer.next("stop"))["event"])

    server = Server(listen, voice=STREAM)
    async with serving(server.app) as url:
        lines.append(Line(CallOptions(voice_url=f"{url}/voice", voice=LoudVoice())))
        report = await lines[0].place()

    assert events == ["stop"]
    assert report.ended_by == "operator"
