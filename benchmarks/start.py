"""A start, and the calls after it: is the first as quick as the hundredth?

    python -m benchmarks.start --starts 5

A server is started on a practice that it knows, with the vendors in a process of their own behind
their SDKs. It is `/ready` so many seconds after the process was begun. Then callers ring one after
the other; the first and the last of them ask something. Medians over the starts.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.load.outside import add_pace, pace_of, vendors
from benchmarks.servers import PUBLIC_URL, House, Server, setting
from receptionist.line.console import options_for
from receptionist.line.line import place_call
from receptionist.line.report import CallReport
from receptionist.line.script import HangUp, Say, Step, Wait
from tests.emulators.spoken_audio import SpokenVoice

WORDS = "i have a question about my bill"
ASKS: tuple[Step, ...] = (Say(WORDS), Wait(2.0), HangUp())
RINGS: tuple[Step, ...] = (Wait(0.2), HangUp())


@dataclass(frozen=True, slots=True)
class Quickness:
    """Milliseconds of one call."""

    to_first_audio: float
    """From dialling: webhook, stream, greeting."""
    after_start: float
    """From the stream's `start`."""
    to_reply: float | None
    """From the caller's last word, if they said any."""


def quickness(report: CallReport) -> Quickness:
    """Of a call that was answered. Raises `RuntimeError` for one that was not."""
    if report.first_audio_ms is None or report.greeted_ms is None:
        raise RuntimeError(f"not answered: {report.errors}")
    replies = [(answer.answered_s - answer.spoken_s) * 1000 for answer in report.answers]
    return Quickness(report.first_audio_ms, report.greeted_ms, replies[0] if replies else None)


async def call(server: Server, script: tuple[Step, ...]) -> Quickness:
    """One caller."""
    options = options_for(server.url, public_url=PUBLIC_URL, voice=SpokenVoice())
    return quickness(await place_call(options, script))


async def after_a_start(house: House, calls: int) -> tuple[float, list[Quickness]]:
    """Seconds until it was ready, and so many calls."""
    began_s = time.monotonic()
    server = await house.start()
    ready_s = time.monotonic() - began_s
    quick = [await call(server, ASKS if n in (0, calls - 1) else RINGS) for n in range(calls)]
    await server.stop(within_s=30)
    return ready_s, quick


def line(name: str, calls: list[Quickness]) -> str:
    """A row of medians."""
    replies = [each.to_reply for each in calls if each.to_reply is not None]
    reply = f"{median(replies):>12.0f}" if replies else f"{'-':>12}"
    first, started = (
        median(getattr(c, n) for c in calls) for n in ("to_first_audio", "after_start")
    )
    return f"{name:<22} {first:>16.0f} {started:>12.0f} {reply}"


async def main(asked: argparse.Namespace) -> None:
    """Print seconds until ready, and the first calls beside the last."""
    await SpokenVoice().speak(WORDS)  # The first time takes longer, and is not the server's.
    readies: list[float] = []
    starts: list[list[Quickness]] = []
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(vendors(pace=pace_of(asked)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        house = House(folder, {**outside.settings, "CALLS_PER_CALLER": "off", **dict(asked.set)})
        stack.push_async_callback(house.close)
        began_s = time.monotonic()
        await (await house.start()).stop(within_s=30)
        print(
            f"ready with an empty database, and stopped, after {time.monotonic() - began_s:.2f} s"
        )
        for _ in range(asked.starts):
            ready_s, quick = await after_a_start(house, asked.calls)
            readies.append(ready_s)
            starts.append(quick)
    print(f"ready after {median(readies):.2f} s ({min(readies):.2f} to {max(readies):.2f})")
    print("ms, medians              until first audio  after start  until reply")
    print(line("first call", [calls[0] for calls in starts]))
    print(line("second call", [calls[1] for calls in starts]))
    print(line(f"calls 3 to {asked.calls - 1}", [c for calls in starts for c in calls[2:-1]]))
    print(line(f"call {asked.calls}", [calls[-1] for calls in starts]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--calls", type=int, default=100)
    add_pace(parser)
    parser.add_argument("--set", type=setting, action="append", default=[], help="NAME=VALUE")
    asyncio.run(main(parser.parse_args()))
