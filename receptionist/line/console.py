"""`receptionist call` and `receptionist simulate`: calls from a terminal, printed as they go."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from receptionist.line.caller import CallOptions
from receptionist.line.line import place_call, voice_urls
from receptionist.line.report import CallReport, Line
from receptionist.line.scenarios import ScenarioError, named_scenarios
from receptionist.line.script import Keys, Play, Say, Step
from receptionist.line.voice import AudioFileError, default_voice, read_wav
from receptionist.line.webhooks import Account, is_loopback

LABELS = {"caller": "you", "receptionist": "receptionist", "callee": "person rung", "line": "·"}
REFUSED = (
    "the server refused the call (HTTP 403): it has TWILIO_AUTH_TOKEN set and checks signatures. "
    "Give this command the same TWILIO_AUTH_TOKEN (environment or .env), and the server's "
    "PUBLIC_URL if that is not the address called."
)


def options_for(
    url: str,
    *,
    public_url: str | None = None,
    auth_token: str | None = None,
    account_sid: str | None = None,
    from_number: str = "+15550123",
    to_number: str = "+15550100",
    **more: Any,
) -> CallOptions:
    """Options for the server at `url`; `public_url` is what it signs with, if that differs."""
    voice_url, fallback_url, status_url = voice_urls(public_url or url)
    account = Account(account_sid or Account().account_sid, auth_token or None)
    return CallOptions(
        voice_url=voice_url,
        fallback_url=fallback_url,
        status_url=status_url,
        dialled_url=url if public_url else None,
        account=account,
        from_number=from_number,
        to_number=to_number,
        **more,
    )


async def call_command(
    url: str,
    say: Sequence[str] = (),
    wav: Path | None = None,
    keys: str | None = None,
    auth_token: str | None = None,
    account_sid: str | None = None,
    from_number: str = "+15550123",
    to_number: str = "+15550100",
    *,
    public_url: str | None = None,
    admin: tuple[str, str] | None = None,
) -> int:
    """Call once and print both sides; returns the exit code. `admin` is HTTP Basic for the API."""
    out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    try:
        script = _script(say, wav, keys)
    except AudioFileError as exc:
        out.print(f"--wav: {exc}", markup=False)
        return 2
    voice = default_voice()

    def show(line: Line) -> None:
        out.print(
            f"[dim]{line.at_ms / 1000:6.1f}[/] {LABELS[line.side]}: {escape(line.text)}",
            soft_wrap=True,
        )

    options = options_for(
        url,
        public_url=public_url,
        auth_token=auth_token,
        account_sid=account_sid,
        from_number=from_number,
        to_number=to_number,
        voice=voice,
        on_event=show,
    )
    report = await place_call(options, script)
    await _explain(out, report, url, admin, voice.description)
    return 0 if report.outcome == "completed" else 1


def _script(say: Sequence[str], wav: Path | None, keys: str | None) -> list[Step]:
    script: list[Step] = [Say(text) for text in say]
    if wav is not None:
        script.append(Play(read_wav(wav)))
    if keys:
        script.append(Keys(keys))
    return script


async def _explain(
    out: Console, report: CallReport, url: str, admin: tuple[str, str] | None, voice: str
) -> None:
    if any("HTTP 403" in error for error in report.errors):
        out.print(REFUSED, markup=False)
    elif any("no connection" in error for error in report.errors):
        out.print(
            f"no server answers at {url}; start one with: receptionist serve",
            markup=False,
            soft_wrap=True,
        )
    if not report.streams:
        return
    out.print(f"your voice was {voice}", markup=False)
    turns = await _turns(url, report.call_sid, admin) if admin else None
    if turns is None:
        heard_s = sum(len(piece.mulaw) for piece in report.heard) / 8000
        out.print(
            f"heard {heard_s:.1f} s of the receptionist's audio", markup=False, soft_wrap=True
        )
        out.print(
            "its words are shown with ADMIN_USERNAME and ADMIN_PASSWORD set",
            markup=False,
            soft_wrap=True,
        )
    for turn in turns or ():
        for side, label in (("caller", "you"), ("receptionist", "receptionist")):
            if words := turn.get(side):
                out.print(f"{label}: {words}", markup=False)
    if report.latencies_ms:
        out.print(f"replies began after {report.latencies_ms} ms", markup=False)


async def _turns(url: str, call_sid: str, admin: tuple[str, str]) -> list[dict[str, Any]] | None:
    """What the server stored about the call; None when it cannot be had."""
    base = voice_urls(url)[0].removesuffix("/voice/incoming")
    try:
        async with httpx.AsyncClient(
            auth=admin, timeout=5, trust_env=not is_loopback(url)
        ) as client:
            answer = await client.get(f"{base}/api/v1/calls/{call_sid}")
            answer.raise_for_status()
            turns: list[dict[str, Any]] = answer.json()["turns"]
    except (httpx.HTTPError, ValueError, KeyError):
        return None
    return turns


async def simulate_command(
    calls: int = 10,
    rate: float = 1.0,
    scenarios: Iterable[str | Path] = (),
    report: Path | None = None,
    *,
    options: CallOptions,
) -> int:
    """Place many calls, `rate` a second; prints and stores what came of them."""
    out = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    try:
        scripts = list(named_scenarios(scenarios).items())
    except (ScenarioError, AudioFileError) as exc:
        out.print(str(exc), markup=False)
        return 2
    reports: list[tuple[str, CallReport]] = []

    async def one(number: int) -> None:
        await asyncio.sleep(number / rate if rate > 0 else 0)
        name, script = scripts[number % len(scripts)]
        reports.append((name, await place_call(options, script)))

    async with asyncio.TaskGroup() as tasks:
        for number in range(calls):
            tasks.create_task(one(number))
    summary = summarize([made for _, made in reports])
    for key, value in summary.items():
        out.print(f"{key}: {value}", markup=False)
    if any("HTTP 403" in error for _, made in reports for error in made.errors):
        out.print(REFUSED, markup=False)
    if report is not None:
        rows = [{"scenario": name, **made.to_json()} for name, made in reports]
        text = json.dumps({"summary": summary, "calls": rows}, indent=2)
        await asyncio.to_thread(report.write_text, text)
        out.print(f"report: {report}", markup=False)
    return 0 if all(made.outcome == "completed" for _, made in reports) else 1


def summarize(reports: Sequence[CallReport]) -> dict[str, Any]:
    """Outcomes and percentiles of many calls."""
    latencies = [ms for report in reports for ms in report.latencies_ms]
    lateness = [ms for report in reports for ms in report.frame_lateness_ms]
    reactions = [c.reaction_ms for r in reports for c in r.clears if c.reaction_ms is not None]
    firsts = [r.first_audio_ms for r in reports if r.first_audio_ms is not None]
    underruns = [gap for r in reports for gap in r.gaps if not gap.after_mark]
    return {
        "calls": len(reports),
        "outcomes": dict(Counter(report.outcome for report in reports)),
        "ended_by": dict(Counter(report.ended_by for report in reports)),
        "first_audio_ms": percentiles(firsts),
        "reply_latency_ms": percentiles(latencies),
        "clear_reaction_ms": percentiles(reactions),
        "own_frame_lateness_ms": percentiles(lateness),
        "gaps": len(underruns),
        "longest_gap_ms": max((gap.length_ms for gap in underruns), default=0),
        "errors": dict(Counter(error for report in reports for error in report.errors)),
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the largest, by nearest rank; empty for no values."""
    if not values:
        return {}
    ranked = sorted(values)
    picked = {f"p{p}": ranked[max(0, -(-len(ranked) * p // 100) - 1)] for p in (50, 95, 99)}
    return {name: round(value, 1) for name, value in {**picked, "max": ranked[-1]}.items()}
