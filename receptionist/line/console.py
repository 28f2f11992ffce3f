"""`receptionist call`: a call from a terminal, printed as it goes."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from receptionist.line.caller import CallOptions
from receptionist.line.line import place_call, voice_urls
from receptionist.line.report import CallReport, Line
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
    elif report.outcome == "completed":
        out.print(f"kept as {report.call_sid}", markup=False)
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
