"""`receptionist simulate`: a load on a server, shown as it goes, printed and stored."""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.status import Status

from receptionist.line.caller import CallOptions
from receptionist.line.console import REFUSED
from receptionist.line.load.page import page
from receptionist.line.load.plan import Load
from receptionist.line.load.run import Conductor, Moment, Result
from receptionist.line.load.server import ServerWatch
from receptionist.line.scenarios import ScenarioError, named_scenarios
from receptionist.line.voice import AudioFileError

TIRED = (
    "The callers could not keep time (own_frame_lateness_ms): use more --processes, or a quieter "
    "or another machine. Until then these figures are not the server's."
)


async def simulate_command(
    load: Load,
    scenarios: Iterable[str | Path] = (),
    report: Path | None = None,
    *,
    options: CallOptions,
) -> int:
    """Place the calls; prints and stores what came of them. Returns the exit code."""
    out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    try:
        scripts = named_scenarios(scenarios)
    except (ScenarioError, AudioFileError) as exc:
        out.print(str(exc), markup=False)
        return 2
    watch = ServerWatch((options.dialled_url or options.voice_url).partition("/voice/")[0])
    try:
        with Console(stderr=True).status("starting the callers") as status:
            conductor = Conductor(
                load, scripts, options, watch=watch, on_moment=lambda m: _show(status, load, m)
            )
            result = await conductor.run()
    finally:
        await watch.close()
    _print(out, result)
    if report is not None:
        await asyncio.to_thread(report.write_text, _stored(result, report.suffix))
        out.print(f"report: {report}", markup=False)
    return 0 if set(result.tally.outcomes) == {"completed"} else 1


def _show(status: Status, load: Load, moment: Moment) -> None:
    status.update(
        f"{moment.at_s:.0f} s: {moment.live} calls, {moment.done} of {load.calls} over, "
        f"callers at most {moment.late_ms:.0f} ms late"
    )


def _print(out: Console, result: Result) -> None:
    summary = result.summary()
    for key, value in summary.items():
        out.print(f"{key}: {value}", markup=False)
    if any("HTTP 403" in error for error in result.tally.errors):
        out.print(REFUSED, markup=False)
    if summary["generator_is_tired"]:
        out.print(TIRED, markup=False)


def _stored(result: Result, suffix: str) -> str:
    if suffix in (".html", ".htm"):
        return page(result)
    return json.dumps({"summary": result.summary(), "calls": result.tally.rows}, indent=2)
