"""`call` and `simulate` against a running server."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.commands.terminal import Terminal
from tests.whole_calls.house import PASSWORD, House, environment, open_house

pytestmark = pytest.mark.call
TOKEN = "hush-" + "7" * 27
PUBLIC = "https://reception.example.com"


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    server = tmp_path / "server"
    server.mkdir()
    for name, value in environment(server, **getattr(request, "param", {})).items():
        monkeypatch.setenv(name, value)
    async with open_house() as opened:
        yield opened


async def test_both_sides_of_a_call_are_printed(house: House, terminal: Terminal) -> None:
    ran = await terminal.run(
        *("call", "--url", house.url, "--say", "where can i park", "--say", "no thanks, goodbye")
    )

    said = ran.out
    assert ran.code == 0
    assert said.index("receptionist: Thank you for calling") < said.index("you: where can i park")
    assert said.index("free parking") < said.index("you: no thanks, goodbye")
    assert "completed, ended by receptionist" in said


async def test_keys_reach_a_person(house: House, terminal: Terminal) -> None:
    ran = await terminal.run("call", "--url", house.url, "--keys", "0")

    assert "you: [keys 0]" in ran.out
    assert "person rung: A caller for Maple Street Clinic" in ran.out


async def test_without_a_url_the_server_of_the_settings_is_called(
    house: House, terminal: Terminal
) -> None:
    port = str(urlsplit(house.url).port)

    ran = await terminal.run("call", "--say", "where can i park", PORT=port)

    assert ran.code == 0
    assert "free parking" in ran.out


async def test_an_address_needs_no_scheme(house: House, terminal: Terminal) -> None:
    ran = await terminal.run("call", "--url", house.url.removeprefix("http://"), "--say", "hello")

    assert ran.code == 0, ran.out


async def test_who_calls_whom_can_be_said(house: House, terminal: Terminal) -> None:
    numbers = ("--from", "+15550177", "--to", "+15550100")

    await terminal.run("call", "--url", house.url, *numbers, "--say", "hello")
    unknown = await terminal.run("call", "--url", house.url, "--to", "+15559999")

    calls = (await house.get("calls"))["items"]
    assert "+15550177" in [call["from"] for call in calls]
    assert "not connected to a practice" in unknown.out


async def test_a_recording_that_is_none_is_named(house: House, terminal: Terminal) -> None:
    terminal.write("noise.wav", "not audio")

    ran = await terminal.run("call", "--url", house.url, "--wav", "noise.wav")

    assert ran.code == 2
    assert "not a WAV file" in ran.out


async def test_where_no_server_is_it_says_how_to_start_one(terminal: Terminal) -> None:
    ran = await terminal.run("call", "--url", "http://127.0.0.1:9", "--say", "hello")

    assert ran.code == 1
    assert "receptionist serve" in ran.out


@pytest.mark.parametrize(
    "house", [{"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC}], indirect=True
)
async def test_a_server_that_checks_signatures_wants_the_same_token(
    house: House, terminal: Terminal
) -> None:
    port = str(urlsplit(house.url).port)
    command = ("call", "--say", "where can i park")
    same = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC, "PORT": port}

    without = await terminal.run(*command, PORT=port)
    signed = await terminal.run(*command, **same)

    assert without.code == 1
    assert "Give this command the same TWILIO_AUTH_TOKEN" in without.out
    assert signed.code == 0
    assert "free parking" in signed.out
    assert "hush" not in without.out + signed.out


async def test_a_simulation_prints_and_stores_its_figures(house: House, terminal: Terminal) -> None:
    scenario = terminal.write("park.yaml", "- say: where can i park\n- say: thanks, goodbye\n")

    ran = await terminal.run(
        *("simulate", "--url", house.url, "--calls", "4", "--rate", "50"),
        *("--scenario", scenario, "--report", "report.json"),
    )

    stored = json.loads((terminal.directory / "report.json").read_text())
    assert ran.code == 0, ran.out
    assert "outcomes: {'completed': 4}" in ran.lines
    assert stored["summary"]["errors"] == {}
    assert {call["scenario"] for call in stored["calls"]} == {"park.yaml"}
    assert len((await house.get("calls"))["items"]) == 4


async def test_built_in_scenarios_need_no_file(house: House, terminal: Terminal) -> None:
    ran = await terminal.run(
        *("simulate", "--url", house.url, "--calls", "2", "--rate", "50"),
        *("--scenario", "booking", "--scenario", "message"),
    )

    assert ran.code == 0, ran.out
    assert len((await house.get("messages"))["items"]) == 1


async def test_a_scenario_that_cannot_be_read_is_named(terminal: Terminal) -> None:
    terminal.write("odd.yaml", "- shout: hello\n")

    for name in ("odd.yaml", "missing.yaml"):
        ran = await terminal.run("simulate", "--scenario", name)
        assert ran.code == 2
        assert name in ran.out


async def test_a_stored_call_is_the_one_that_was_placed(house: House, terminal: Terminal) -> None:
    ran = await terminal.run(
        *("call", "--url", house.url, "--say", "where can i park"), ADMIN_PASSWORD=PASSWORD
    )

    (call,) = (await house.get("calls"))["items"]
    assert f"kept as {call['call_sid']}" in ran.out
    stored = await house.get(f"calls/{call['call_sid']}")
    assert [turn["caller"] for turn in stored["turns"]] == ["", "where can i park"]
