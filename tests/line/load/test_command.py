"""`simulate` from one end to the other: processes of callers against a server."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from receptionist.line.console import options_for
from receptionist.line.load.command import simulate_command
from receptionist.line.load.plan import Load
from tests.emulators.twilio import serving

GATHER = '<Gather input="speech" action="/voice/incoming"><Say>How can I help?</Say></Gather>'
METRICS = "process_cpu_seconds_total 1.5\nprocess_resident_memory_bytes 1e+08\n"


def server() -> Starlette:
    async def answer(_request: object) -> Response:
        return Response(f"<Response>{GATHER}</Response>", media_type="text/xml")

    async def metrics(_request: object) -> Response:
        return PlainTextResponse(METRICS)

    voice = Route("/voice/{name}", answer, methods=["POST"])
    return Starlette(routes=[voice, Route("/metrics", metrics)])


async def test_two_processes_share_the_calls_and_their_figures_are_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, report = tmp_path / "hours.yaml", tmp_path / "report.json"
    scenario.write_text("- say: When do you open?\n- hang_up\n")

    async with serving(server()) as url:
        load = Load(calls=3, rate=100, processes=2)
        code = await simulate_command(load, [scenario], report, options=options_for(url))

    stored = json.loads(report.read_text())
    assert code == 0
    assert stored["summary"]["outcomes"] == {"completed": 3}
    assert len(stored["calls"]) == 3
    assert "outcomes: {'completed': 3}" in capsys.readouterr().out


async def test_a_report_that_is_named_html_is_a_page(tmp_path: Path) -> None:
    report = tmp_path / "report.html"

    async with serving(server()) as url:
        load = Load(calls=1, rate=100)
        await simulate_command(load, ["hang-up"], report, options=options_for(url))

    assert report.read_text().startswith("<!doctype html>")
