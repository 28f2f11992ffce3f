"""Every verb is obeyed, and every way a webhook can fail is met, as Twilio would."""

from collections.abc import Sequence
from typing import Any

import pytest
from starlette.responses import RedirectResponse, Response

from receptionist.line.caller import CallOptions
from receptionist.line.doubts import Doubts
from receptionist.line.line import Line, place_call
from receptionist.line.report import CallReport
from receptionist.line.script import Callee, HangUp, Interrupt, Keys, Say, Step, Wait
from tests.emulators.twilio import serving
from tests.line.server import Server

DIAL = '<Dial action="/dialled"><Number url="/whisper">+1555</Number></Dial>'
RECORD = '<Record action="/done" recordingStatusCallback="/recording"/><Say>Nothing.</Say>'
AUDIO = Response(b"\x10" * 8000, media_type="audio/basic")


async def call(server: Server, script: Sequence[Step] = (), **options: Any) -> CallReport:
    async with serving(server.app) as url:
        placed = CallOptions(
            voice_url=f"{url}/voice",
            fallback_url=f"{url}/fallback",
            status_url=f"{url}/status",
            read_timeout_s=1,
            **options,
        )
        return await place_call(placed, script)


async def test_play_fetches_its_audio_and_says_it_again() -> None:
    server = Server(voice='<Play loop="2">/tune</Play>', tune=AUDIO)

    report = await call(server)

    assert report.said_by("receptionist") == ["(audio)", "(audio)"]
    assert len(server.asked("tune")) == 1


@pytest.mark.parametrize("tune", [404, "<Say>not audio</Say>"])
async def test_audio_that_cannot_be_had_leads_to_the_fallback(tune: int | str) -> None:
    server = Server(voice="<Play>/tune</Play>", tune=tune, fallback="<Say>Sorry.</Say>")

    report = await call(server)

    assert report.said_by("receptionist") == ["Sorry."]
    assert server.asked("fallback")[0]["ErrorUrl"].endswith("/tune")


async def test_a_play_inside_a_gather_is_heard() -> None:
    gather = '<Gather input="speech" action="/heard"><Play>/tune</Play></Gather>'
    server = Server(voice=gather, tune=AUDIO, heard="<Hangup/>")

    report = await call(server, [Say("hello")])

    assert report.said_by("receptionist") == ["(audio)"]
    assert server.asked("heard")[0]["SpeechResult"] == "hello"


async def test_a_gather_of_keys_takes_no_more_than_it_asked_for() -> None:
    server = Server(voice='<Gather numDigits="2" action="/heard"/>', heard="<Hangup/>")

    await call(server, [Keys("1234")])

    assert server.asked("heard")[0]["Digits"] == "12"


async def test_a_gather_of_keys_does_not_hear_words() -> None:
    server = Server(voice='<Gather action="/heard"/><Say>Goodbye.</Say>', heard="<Hangup/>")

    report = await call(server, [Say("hello")])

    assert server.asked("heard") == []
    assert report.said_by("receptionist") == ["Goodbye."]


async def test_a_gather_without_an_action_asks_the_same_document_again() -> None:
    server = Server(voice='<Gather input="speech"/>')

    await call(server, [Say("hello")])

    assert [form.get("SpeechResult") for form in server.asked("voice")] == [None, "hello"]


async def test_a_redirect_is_followed_with_its_method() -> None:
    server = Server(voice='<Redirect method="GET">/next</Redirect>', next="<Say>Hello.</Say>")

    report = await call(server)

    assert report.said_by("receptionist") == ["Hello."]
    assert server.queries("next")[0]["CallSid"] == report.call_sid


async def test_an_http_redirect_is_followed_and_becomes_the_current_address() -> None:
    server = Server(
        voice=RedirectResponse("/moved", 303), moved="<Redirect>next</Redirect>", next="<Hangup/>"
    )

    await call(server)

    assert server.queries("moved")[0]["CallStatus"] == "ringing"
    assert len(server.asked("next")) == 1


async def test_a_redirect_in_circles_leads_to_the_fallback() -> None:
    server = Server(voice=RedirectResponse("/voice", 307), fallback="<Say>Sorry.</Say>")

    report = await call(server)

    assert server.asked("fallback")[0]["ErrorCode"] == "11215"
    assert report.said_by("receptionist") == ["Sorry."]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response(b"<Response><Say>", media_type="text/xml"), "12100"),
        (Response(b"<html><body/></html>", media_type="text/html"), "12100"),
        (Response(b'{"error": 1}', media_type="application/json"), "12300"),
        (Response(b"<Response/>"), "11200"),
        (Response(b"", 404, media_type="text/xml"), "11200"),
    ],
    ids=["cut off", "a page", "json", "no type", "not found"],
)
async def test_garbage_in_mid_call_leads_to_the_fallback(answer: Response, code: str) -> None:
    server = Server(voice="<Redirect>/next</Redirect>", next=answer, fallback="<Say>Sorry.</Say>")

    report = await call(server)

    assert server.asked("fallback")[0]["ErrorCode"] == code
    assert server.asked("fallback")[0]["CallStatus"] == "in-progress"
    assert report.said_by("receptionist") == ["Sorry."]


async def test_a_server_that_does_not_answer_in_time_leads_to_the_fallback() -> None:
    server = Server(voice="<Redirect>/slow</Redirect>", fallback="<Say>Sorry.</Say>")

    report = await call(server)

    assert server.asked("fallback")[0]["ErrorCode"] == "11200"
    assert "timed out" in report.errors[0]


async def test_plain_text_is_read_aloud() -> None:
    server = Server(voice=Response(b"We are closed.", media_type="text/plain"))

    assert (await call(server)).said_by("receptionist") == ["We are closed."]


async def test_an_unknown_verb_is_noted_and_passed_over() -> None:
    report = await call(Server(voice="<Dance/><Say>Hello.</Say>"))

    assert report.errors == ["12200: <Dance> is not a verb this line knows"]
    assert report.said_by("receptionist") == ["Hello."]


async def test_a_broken_document_given_by_rest_leads_to_the_fallback() -> None:
    server = Server(voice='<Gather input="speech" action="/heard"/>', fallback="<Say>Sorry.</Say>")
    lines: list[Line] = []
    server.on_request = lambda name: lines[0].redirect(twiml="<Say>") if name == "heard" else None

    async with serving(server.app) as url:
        options = CallOptions(voice_url=f"{url}/voice", fallback_url=f"{url}/fallback")
        lines.append(Line(options, [Say("hello")]))
        report = await lines[0].place()

    assert report.said_by("receptionist") == ["Sorry."]


async def test_a_caller_who_hangs_up_while_it_rings_cancels_the_dial() -> None:
    server = Server(voice=DIAL, dialled="<Say>Nobody hears this.</Say>")

    report = await call(server, [HangUp()])

    (told,) = server.asked("dialled")
    assert (told["DialCallStatus"], told["CallStatus"]) == ("canceled", "completed")
    assert report.said_by("receptionist") == []
    assert report.ended_by == "caller"


@pytest.mark.parametrize("status", ["no-answer", "completed"])
async def test_whoever_hangs_up_on_the_whisper_is_not_bridged(status: Any) -> None:
    server = Server(voice=DIAL, whisper="<Say>A caller.</Say>", dialled="<Hangup/>")
    callee = Callee(hangs_up_on_whisper=True)

    await call(server, callee=callee, doubts=Doubts(unbridged_status=status))

    (told,) = server.asked("dialled")
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, "false")


async def test_a_whisper_that_hangs_up_does_not_bridge() -> None:
    server = Server(voice=DIAL, whisper="<Hangup/>", dialled="<Hangup/>")

    await call(server)

    assert server.asked("dialled")[0]["DialBridged"] == "false"


async def test_a_dial_without_an_action_goes_on_with_the_next_verb() -> None:
    server = Server(voice="<Dial>+1555</Dial><Say>Goodbye.</Say>")

    assert (await call(server)).said_by("receptionist") == ["Goodbye."]


@pytest.mark.parametrize("digits", ["", "hangup"])
async def test_a_caller_who_hangs_up_ends_the_recording(digits: Any) -> None:
    server = Server(voice=RECORD, done="<Say>Nobody hears this.</Say>")
    doubts = Doubts(recording_digits=digits)

    report = await call(server, [Say("Call me."), HangUp()], doubts=doubts)

    assert server.asked("done")[0]["Digits"] == digits
    assert report.said_by("receptionist") == []
    assert report.ended_by == "caller"


@pytest.mark.parametrize(("silent_s", "posted"), [(2.0, 1), (6.0, 0)])
async def test_a_caller_may_take_a_breath_before_the_recording(
    silent_s: float, posted: int
) -> None:
    server = Server(voice=RECORD, done="<Hangup/>")

    await call(server, [Wait(silent_s), Say("Call me.")])

    assert len(server.asked("done")) == posted


async def test_a_key_ends_the_recording() -> None:
    server = Server(voice=RECORD, done="<Hangup/>")

    await call(server, [Say("Call me."), Keys("#")])

    assert server.asked("done")[0]["Digits"] == "#"


async def test_lost_answers_are_asked_for_again_with_the_same_token() -> None:
    server = Server(voice="<Hangup/>")

    await call(server, lost_answers=2)

    tokens = {headers["i-twilio-idempotency-token"] for headers in server.headers[:3]}
    assert len(server.asked("voice")) == 3
    assert len(tokens) == 1


@pytest.mark.parametrize("follows", ["next verb", "action", "hang up"])
async def test_a_stream_that_cannot_be_opened_is_followed_by(follows: Any) -> None:
    voice = '<Connect action="/ended"><Stream url="ws://here/stream"/></Connect><Say>Next.</Say>'
    server = Server(voice=voice, ended="<Say>Ended.</Say>")

    report = await call(server, failing_streams=1, doubts=Doubts(failed_stream=follows))

    said = {"next verb": ["Next."], "action": ["Ended."], "hang up": []}
    assert report.said_by("receptionist") == said[follows]
    assert report.errors == ["31901: connecting took too long"]


async def test_an_interruption_in_plain_mode_is_speech() -> None:
    server = Server(voice='<Gather input="speech" action="/heard"/>', heard="<Hangup/>")

    await call(server, [Interrupt("wait")])

    assert server.asked("heard")[0]["SpeechResult"] == "wait"
