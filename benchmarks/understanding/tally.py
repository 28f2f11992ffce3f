"""Right and wrong, counted by set and kind, with the worst misses to look at."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """One kind of question in one set. Precision and recall where several answers are possible."""

    wanted: int = 0
    given: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)

    def count(self, *, right: int, wanted: int = 1, given: int = 1, miss: str = "") -> None:
        """Add one row; `miss` describes it if it is wrong."""
        self.wanted += wanted
        self.given += given
        self.right += right
        if miss and (right < wanted or right < given):
            self.misses.append(miss)

    @property
    def accuracy(self) -> float:
        """The share of wanted answers that were right."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.wanted + self.given) if self.wanted + self.given else 0.0


Tallies = dict[tuple[str, str, str], Tally]
"""By set, kind and half ("tuning", "unseen")."""


def at(tallies: Tallies, name: str, kind: str, *, tuning: bool) -> Tally:
    """The tally to count in."""
    return tallies.setdefault((name, kind, "tuning" if tuning else "unseen"), Tally())


def total(tallies: Tallies, name: str, half: str) -> Tally:
    """All kinds of a set together."""
    whole = Tally()
    for (each, _, which), tally in tallies.items():
        if each == name and which == half:
            whole.count(right=tally.right, wanted=tally.wanted, given=tally.given)
    return whole


def report(tallies: Tallies) -> Iterable[str]:
    """One line a set and kind: how many, accuracy, F1, in both halves."""
    names = sorted({(name, kind) for name, kind, _ in tallies})
    sets = sorted({name for name, _ in names})
    heads = [f"{half + ': n':>10} {'recall':>7} {'F1':>6}" for half in ("tuning", "unseen")]
    yield f"{'set':28} {'kind':16} {' '.join(heads)}"
    for name in sets:
        for kind in [kind for each, kind in names if each == name]:
            halves = [tallies.get((name, kind, half), Tally()) for half in ("tuning", "unseen")]
            yield _line(name, kind, halves)
        yield _line(name, "ALL", [total(tallies, name, half) for half in ("tuning", "unseen")])


def _line(name: str, kind: str, halves: list[Tally]) -> str:
    tuning, unseen = halves
    return (
        f"{name:28} {kind:16} {tuning.wanted:10} {tuning.accuracy:7.3f} {tuning.f1:6.3f}"
        f" {unseen.wanted:10} {unseen.accuracy:7.3f} {unseen.f1:6.3f}"
    )


def worst(tallies: Tallies, count: int) -> Iterable[str]:
    """Misses of the tuning half; the other half's are not for looking at."""
    for (name, kind, half), tally in sorted(tallies.items()):
        if half == "tuning" and tally.misses:
            yield f"\n{name} / {kind}"
            yield from (f"  {miss}" for miss in tally.misses[:count])
