"""Charts as a page draws them: numbers and coordinates; the template makes SVG of them.

Every chart has its rows as well: what a picture shows is in a table next to it and in a file to
take away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, log10

Cell = str | int | float

WIDTH, HEIGHT = 720, 220
LEFT, BOTTOM, TOP = 40, 22, 10
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of a column, and what it says."""

    x: float
    y: float
    width: float
    height: float
    series: int
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label, or a line across, at a place."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over an axis, their parts on top of each other."""

    series: Sequence[str]
    blocks: Sequence[Block]
    labels: Sequence[Mark]
    lines: Sequence[Mark]
    words: str
    """What somebody hears who does not see it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, its table, and the name of its file. `bars` are the rows' lengths, 0 to 100."""

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    columns: Columns | None = None
    bars: Sequence[float] = ()
    note: str = ""
    numbers: Sequence[Sequence[Cell]] = field(default=())
    """The rows without words for what is small or large, for the file; the rows themselves
    when empty."""

    @property
    def file_rows(self) -> Sequence[Sequence[Cell]]:
        """For the file."""
        return [self.header, *(self.numbers or self.rows)]


def columns(
    labels: Sequence[str], series: Sequence[str], values: Sequence[Sequence[int]], words: str
) -> Columns:
    """`values` are one sequence for each label, in the order of the series from the bottom."""
    top = _round_up(max((sum(each) for each in values), default=0))
    plot = HEIGHT - BOTTOM - TOP
    step = (WIDTH - LEFT) / max(len(labels), 1)
    width = max(step * 0.72, 1.0)
    blocks: list[Block] = []
    for number, parts in enumerate(values):
        x, y = LEFT + number * step + (step - width) / 2, float(HEIGHT - BOTTOM)
        for place, value in enumerate(parts):
            height = plot * value / top
            y -= height
            if value:
                said = f"{labels[number]}: {value} {series[place].lower()}"
                blocks.append(Block(_1(x), _1(y), _1(width), _1(height), place, said))
    every = max(1, ceil(len(labels) / MOST_LABELS))
    marks = [
        Mark(_1(LEFT + (number + 0.5) * step), label)
        for number, label in enumerate(labels)
        if number % every == 0
    ]
    lines = [Mark(_1(HEIGHT - BOTTOM - plot * n / 4), f"{top * n / 4:g}") for n in range(5)]
    if top < 4:
        lines = [Mark(_1(HEIGHT - BOTTOM - plot * n / top), str(n)) for n in range(top + 1)]
    return Columns(series, blocks, marks, lines, words)


def bars(values: Sequence[float]) -> list[float]:
    """Lengths in percent of the longest."""
    longest = max(values, default=0)
    return [_1(100 * value / longest) if longest else 0.0 for value in values]


def _round_up(value: int) -> int:
    """To a number that reads well on an axis: 1, 2, 4, 8, 20, 40, 80, …"""
    if value <= 4:
        return max(value, 1)
    size = int(10 ** int(log10(value)))
    return next(size * n for n in (1, 2, 4, 8, 20) if size * n >= value)


def _1(value: float) -> float:
    return round(value, 1)
