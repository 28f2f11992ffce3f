"""Everything the embedded engine and the ear are to reach, in one table.

    python -m benchmarks.understanding

Half of each set was looked at to tune; the other half was only counted. What comes near is shown
by kind, beside simple baselines and with the worst misses, by the modules beside this one
(`python -m benchmarks.understanding.intents --misses 20`).
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from benchmarks import ear
from benchmarks.ear_figures import joined, middle
from benchmarks.understanding import (
    cost,
    dates,
    dialogues,
    identity,
    intents,
    retrieval,
    safety,
)
from benchmarks.understanding.tally import Tallies, Tally

HALVES = ("tuning", "unseen")
HEADING = f"{'':44} {'wanted':>8} {'tuning':>8} {'unseen':>8} {'both':>8}"
TURNS = 60
"""The ear's bound on turns cut early is of so many."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A share to reach, of the kinds of a set that begin so."""

    what: str
    wanted: float
    of: str
    kind: str = ""
    is_f1: bool = False

    def line(self, tallies: Tallies) -> str:
        """In either half and in both together."""
        return _line(self.what, self.wanted, *(self._share(tallies, h) for h in _columns()))

    def _share(self, tallies: Tallies, halves: Sequence[str]) -> float:
        tally = _sum(tallies, self.of, self.kind, halves)
        return tally.f1 if self.is_f1 else tally.accuracy


AIMS = (
    Aim("intents, any acceptable", 0.88, "ours, by source"),
    Aim("booking", 0.90, "ours, by intent", "book"),
    Aim("moving", 0.85, "ours, by intent", "reschedule"),
    Aim("cancelling", 0.92, "ours, by intent", "cancel"),
    Aim("a person", 0.92, "ours, by intent", "human"),
    Aim("out of scope, noticed", 0.85, "ours, by intent", "out_of_scope"),
    Aim("dates and times, phrase", 0.90, "value, phrase"),
    Aim("dates and times, in the sentence", 0.85, "value, sentence"),
    Aim("dates of birth, from phone recognition", 0.85, "answer, dob"),
    Aim("live booking turns, time spans, F1", 0.85, "words, restaurant8k", "time", is_f1=True),
    Aim("live booking turns, date spans, F1", 0.80, "words, restaurant8k", "date", is_f1=True),
    Aim("dialogues, doctor", 0.85, "followed", "doctor"),
    Aim("dialogues, day", 0.80, "followed", "day"),
    Aim("dialogues, hour", 0.80, "followed", "hour"),
    Aim("dialogues, booked on a yes only", 1.00, "held", "booked on"),
    Aim("retrieval, recall at 3, va", 0.70, "ours, own pool", "va"),
    Aim("retrieval, recall at 3, cdc", 0.80, "ours, own pool", "cdc"),
    Aim("retrieval, recall at 3, rqe", 0.80, "ours, own pool", "rqe"),
    Aim("crisis", 1.00, "ours", "crisis"),
    Aim("emergency", 0.90, "ours", "emergency"),
    Aim("medical advice", 0.85, "ours", "medical_advice"),
)


def _columns() -> Iterable[Sequence[str]]:
    return (*((half,) for half in HALVES), HALVES)


def _sum(tallies: Tallies, of: str, kind: str, halves: Sequence[str]) -> Tally:
    whole = Tally()
    for (name, each, half), tally in tallies.items():
        if name == of and each.startswith(kind) and half in halves:
            whole.count(right=tally.right, wanted=tally.wanted, given=tally.given)
    return whole


def _line(what: str, wanted: float, *reached: float) -> str:
    figures = " ".join(f"{share:8.3f}" for share in reached)
    missed = "" if reached[-1] >= wanted else "  missed"
    return f"{what:44} {wanted:8.2f} {figures}{missed}"


def answerable(tallies: Tallies) -> str:
    """The mean of the shares of both kinds that were told apart."""
    of = "answerable: ours, own"
    shares = [
        sum(_sum(tallies, of, kind, halves).accuracy for kind in ("answerable", "not")) / 2
        for halves in _columns()
    ]
    return _line("answerable or not, balanced", 0.80, *shares)


def hearing() -> Iterable[str]:
    """The voice detector's figures on labelled recordings."""
    for detector in ear.detectors(["silero"]):
        sets, shares = ear.heard(detector, ear.DATA)
        for ratio, wanted in (("clean", 0.95), ("snr20", 0.93), ("snr10", 0.90), ("snr05", 0.82)):
            figures = joined(f for (r, _), f in sets.items() if r == ratio)
            yield f"{f'detector, frame F1, {ratio}':44} {wanted:8.2f} {'':17} {figures.f1:8.3f}"
        turns = joined(sets.values())
        noise = sum(share for _, share in shares) / len(shares)
        cut = turns.cut_early * TURNS / turns.turns
        yield f"{'noise called speech, at most':44} {0.02:8.2f} {'':17} {noise:8.3f}"
        yield f"{f'turns cut early of {TURNS}, at most':44} {3:8} {'':17} {cut:8.1f}"
        onset_ms = middle(turns.onsets_ms)
        yield f"{'onset known after ms, median, at most':44} {120:8} {'':17} {onset_ms:8.0f}"


def costs() -> Iterable[str]:
    """What a turn, the memory and the loading of the engine cost."""
    median = quantiles(asyncio.run(cost.turns()), n=2)[0]
    loads_ms, held_mb = cost.loaded()
    for what, wanted, figure in (
        ("a turn, ms, median, at most", 5, median),
        ("loaded in ms, at most", 300, loads_ms),
        ("held, MB, at most", 50, held_mb),
    ):
        yield f"{what:44} {wanted:8} {'':17} {figure:8.1f}"


def main() -> None:
    """Print the table; it takes a few minutes."""
    tallies: Tallies = intents.judged(intents.crossed())[0]
    tallies |= dates.values() | dates.spans() | identity.answers()
    tallies |= dialogues.followed() | asyncio.run(dialogues.held())
    tallies |= retrieval.found() | safety.judged(safety.crossed())
    print(HEADING)
    for line in (*(aim.line(tallies) for aim in AIMS), answerable(tallies)):
        print(line)
    print("\n".join([*hearing(), *costs(), "alarms in talk that is not about health:"]))
    print("\n".join(safety.false_alarms()))


if __name__ == "__main__":
    main()
