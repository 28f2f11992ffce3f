"""How well and how fast the voice detectors hear.

    python -m benchmarks.ear [--data DIRECTORY] [--detector NAME]... [--clear]

Scores every configured detector of `providers/vad` on labelled recordings (`labels.json`
and the μ-law files it names): by signal-to-noise ratio and by set. `--clear` calls a
whole server instead and measures from the first loud frame to `clear`.
"""

import argparse
import asyncio
import json
import pkgutil
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.ear_figures import Figures, joined, middle, percentile
from receptionist.ports.voice_detector import VoiceActivityDetector, hear

DATA = Path(__file__).parents[2] / "shared" / "data" / "audio"
MEETING_TOLERANCE_MS = 100
BATCHES = (1, 16, 64)
ROUNDS = 200
HEADER = (
    f"{'detector':8} {'set':14} {'F1':>6} {'missed':>7} {'false':>7} "
    f"{'known after ms':>15} {'starts late':>11} {'deaf':>6} {'cut early':>10}"
)


def detectors(names: Sequence[str]) -> Iterator[VoiceActivityDetector]:
    """Those named, or all that are installed."""
    package = import_module("providers.vad")
    found = [module.name for module in pkgutil.iter_modules(package.__path__) if not module.ispkg]
    for name in names or found:
        adapter = import_module(f"providers.vad.{name}").ADAPTER
        settings = adapter.settings()
        if adapter.configured(settings):
            yield adapter.build(settings)
        else:
            print(f"{name}: not installed here")


def heard(
    detector: VoiceActivityDetector, data: Path
) -> tuple[dict[tuple[str, str], Figures], list[tuple[str, float]]]:
    """Of spoken turns by ratio and noise; of each recording without speech the share heard."""
    labels = json.loads((data / "labels.json").read_text())
    turns = _turn_sets(detector, data, labels["turns"])
    return turns, _noise_shares(detector, data, labels["noise_only"])


def report(detector: VoiceActivityDetector, data: Path) -> None:
    """Print one detector's table."""
    labels = json.loads((data / "labels.json").read_text())
    sets, shares = heard(detector, data)
    for ratio in ("clean", "snr20", "snr10", "snr05"):
        print(_line(detector.name, ratio, joined(f for (r, _), f in sets.items() if r == ratio)))
    for noise in sorted({name for _, name in sets}):
        of_noise = [f for (r, n), f in sets.items() if n == noise and r != "clean"]
        print(_line(detector.name, noise[:14], joined(of_noise)))
    print(_line(detector.name, "all turns", joined(sets.values())))
    print(_line(detector.name, "meetings", _meetings(detector, data, labels["ami"])))
    worst = ", ".join(f"{name} {share:.1%}" for name, share in shares if share)
    mean = sum(share for _, share in shares) / len(shares)
    print(f"{detector.name:8} noise heard as speech: {mean:.2%} of all ({worst or 'none'})")


def _turn_sets(
    detector: VoiceActivityDetector, data: Path, timelines: list[dict[str, Any]]
) -> dict[tuple[str, str], Figures]:
    sets: dict[tuple[str, str], Figures] = {}
    for timeline in timelines:
        for ratio, file in timeline["files"].items():
            figures = sets.setdefault((ratio, timeline["noise"]), Figures())
            heard = _heard(detector, data / "turns" / file)
            figures.frames(heard["speech"], timeline["speech_ms"], timeline["duration_ms"])
            for turn in timeline["turns"]:
                figures.turn(turn["start_ms"], turn["end_ms"], heard["speech"], heard["turns"])
    return sets


def _meetings(
    detector: VoiceActivityDetector, data: Path, excerpts: list[dict[str, Any]]
) -> Figures:
    figures = Figures()
    for excerpt in excerpts:
        speech = _heard(detector, data / "ami" / excerpt["file"])["speech"]
        length_ms = excerpt["duration_ms"]
        figures.frames(speech, excerpt["speech_ms"], length_ms, MEETING_TOLERANCE_MS)
    return figures


def _noise_shares(
    detector: VoiceActivityDetector, data: Path, clips: list[dict[str, Any]]
) -> list[tuple[str, float]]:
    shares = []
    for clip in clips:
        speech = _heard(detector, data / "noise_only" / clip["file"])["speech"]
        share = sum(end - start for start, end in speech) / clip["duration_ms"]
        shares.append((clip["file"].removesuffix(".ulaw"), share))
    return sorted(shares, key=lambda named: -named[1])


def _heard(detector: VoiceActivityDetector, file: Path) -> dict[str, list[list[int]]]:
    return hear(file.read_bytes(), detector.listen_offline())


def _line(detector: str, name: str, figures: Figures) -> str:
    known, late = figures.onsets_ms, figures.late_ms
    frames = f"{figures.f1:6.3f} {figures.missed:7.1%} {figures.false_alarm:7.1%}"
    if not figures.turns:
        return f"{detector:8} {name:14} {frames}"
    onset = f"{middle(known):.0f} / p95 {percentile(known, 0.95):.0f}"
    cuts = f"{figures.cut_early}/{figures.turns}"
    return (
        f"{detector:8} {name:14} {frames} {onset:>15} {middle(late):11.0f} "
        f"{figures.deaf:6} {cuts:>10}"
    )


def cost(detector: VoiceActivityDetector, data: Path) -> str:
    """Microseconds of one core per 32 ms window, with the windows of so many calls at once."""
    mulaw = (data / "turns" / "d1_snr20.ulaw").read_bytes()
    figures = ", ".join(f"{calls} calls: {_cost(detector, mulaw, calls):.0f}" for calls in BATCHES)
    return f"{detector.name:8} µs per window, {figures}"


def _cost(detector: VoiceActivityDetector, mulaw: bytes, calls: int) -> float:
    thread = getattr(detector, "thread", None)
    ears = [detector.listen() for _ in range(calls)]
    began = time.process_time()
    for at in range(0, ROUNDS * 256, 256):
        for number, ear in enumerate(ears):
            ear.feed(mulaw[at + 2048 * number :][:256], at // 8)
        if thread is not None:
            thread.settle()
    return (time.process_time() - began) / (ROUNDS * calls) * 1e6


async def _closed(detector: VoiceActivityDetector) -> None:
    await detector.close()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ear")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--detector", action="append", default=[])
    parser.add_argument("--clear", action="store_true")
    parser.add_argument("--calls", type=int, default=20, help="calls placed for --clear")
    options = parser.parse_args()
    if not (options.data / "labels.json").is_file():
        parser.error(f"no labels.json in {options.data}")
    if options.clear:
        from benchmarks.ear_clear import print_clears

        print_clears(options.detector or ["silero"], options.data, options.calls)
        return
    print(HEADER)
    for detector in detectors(options.detector):
        report(detector, options.data)
        print(cost(detector, options.data))
        asyncio.run(_closed(detector))


if __name__ == "__main__":
    main()
