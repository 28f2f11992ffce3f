"""What the terminal caller prints and stores."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from receptionist.line.console import call_command
from receptionist.line.line import voice_urls
from receptionist.line.scenarios import ScenarioError, load_scenario
from receptionist.line.script import HangUp, Say
from receptionist.line.voice import AudioFileError, read_wav
from tests.emulators.twilio import serving

GATHER = '<Gather input="speech" action="/voice/incoming"><Say>How can I help?</Say></Gather>'


def server(body: str = GATHER, status: int = 200) -> Starlette:
    async def answer(_request: object) -> Response:
        return Response(f"<Response>{body}</Response>", status, media_type="text/xml")

    return Starlette(routes=[Route("/voice/{name}", answer, methods=["POST"])])


async def test_a_call_prints_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(server()) as url:
        code = await call_command(url, ["Hello [there]"])

    printed = capsys.readouterr().out
    assert code == 0
    assert "you: Hello [there]" in printed
    assert "receptionist: How can I help?" in printed


async def test_a_refusal_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(server(status=403)) as url:
        code = await call_command(url)

    assert code == 1
    assert "TWILIO_AUTH_TOKEN" in capsys.readouterr().out


async def test_no_server_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert await call_command("http://127.0.0.1:9") == 1
    assert "receptionist serve" in capsys.readouterr().out


async def test_a_bad_wav_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "noise.wav"
    broken.write_bytes(b"not audio at all")

    assert await call_command("http://127.0.0.1:9", wav=broken) == 2
    assert "not a WAV file" in capsys.readouterr().out
    with pytest.raises(AudioFileError, match="there is no file"):
        read_wav(tmp_path / "missing.wav")


def test_a_scenario_is_a_list_of_steps(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"steps": [{"say": "Hi"}, "hang_up"]}')

    assert load_scenario(file) == (Say("Hi"), HangUp())


def test_a_wrong_step_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("- shout: Hi\n")

    with pytest.raises(ScenarioError, match="step 1"):
        load_scenario(file)


def test_base_and_webhook_address_mean_the_same_server() -> None:
    assert voice_urls("http://h:1/") == voice_urls("http://h:1/voice/incoming")
