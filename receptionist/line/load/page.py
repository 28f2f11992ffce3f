"""The figures as one page of HTML with plots, which needs nothing from anywhere."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

from receptionist.line.load.run import Moment, Result
from receptionist.line.load.tally import Spread

WIDTH, HEIGHT, EDGE = 640, 160, 40
STYLE = (
    "body{font:15px/1.5 system-ui;margin:2rem auto;max-width:44rem;padding:0 1rem;"
    "color:CanvasText;background:Canvas;color-scheme:light dark}"
    "table{border-collapse:collapse;width:100%}td{padding:.2rem .6rem .2rem 0;"
    "border-bottom:1px solid #8884;vertical-align:top}figure{margin:2rem 0}"
    "svg{width:100%;height:auto}text{font:11px system-ui;fill:currentColor}"
    "polyline{fill:none;stroke:#0a7;stroke-width:1.5}path{stroke:#8888;fill:none}"
    ".tired{border:2px solid #c30;padding:.5rem 1rem}"
)
TIRED = (
    '<p class="tired">The callers could not keep time (see own_frame_lateness_ms): '
    "these figures say more about this machine than about the server.</p>"
)
Point = tuple[float, float]


def page(result: Result) -> str:
    """A whole document."""
    tally, summary = result.tally, result.summary()
    plots = [
        _plot("Calls at once, over seconds", [(m.at_s, m.live) for m in result.moments]),
        _plot("Server's CPU, share of one core", _cpu(result.moments)),
        _plot("Server's memory, MB", _memory(result.moments)),
        _plot("Callers' worst timer lateness, ms", [(m.at_s, m.late_ms) for m in result.moments]),
        _distribution("Reply latency, ms", tally.replies),
        _distribution("Reaction to a barge-in, ms", tally.clears),
        _distribution("First audio after the stream's start, ms", tally.greeted),
        _distribution("Frames' own lateness, ms", tally.lateness),
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>Load: {summary['calls']} calls</title><style>{STYLE}</style>"
        f"<h1>{summary['calls']} calls</h1>"
        f"{TIRED if summary['generator_is_tired'] else ''}"
        f"<table>{''.join(_row(*item) for item in summary.items())}</table>{''.join(plots)}</html>"
    )


def _row(name: str, value: Any) -> str:
    if isinstance(value, dict):
        value = ", ".join(f"{key} {each}" for key, each in value.items())
    return f"<tr><td>{escape(name.replace('_', ' '))}<td>{escape(str(value))}"


def _cpu(moments: Sequence[Moment]) -> list[Point]:
    seen = [(moment.at_s, moment.usage.cpu_s) for moment in moments if moment.usage]
    pairs = pairwise(seen)
    return [(late, (more - less) / (late - soon)) for (soon, less), (late, more) in pairs]


def _memory(moments: Sequence[Moment]) -> list[Point]:
    return [(m.at_s, m.usage.memory_bytes / 1e6) for m in moments if m.usage]


def _distribution(title: str, spread: Spread) -> str:
    """Milliseconds (across) within which each share (up) was done."""
    points = [(spread.percentile(p), float(p)) for p in range(101)] if len(spread) else []
    return _plot(f"{title}: percent within", points)


def _plot(title: str, points: Sequence[Point]) -> str:
    if len(points) < 2:
        return ""
    left, right = points[0][0], points[-1][0]
    top = max(y for _, y in points) or 1.0
    across = (WIDTH - 2 * EDGE) / ((right - left) or 1.0)
    line = " ".join(
        f"{EDGE + (x - left) * across:.1f},{HEIGHT - EDGE / 2 - y / top * (HEIGHT - EDGE):.1f}"
        for x, y in points
    )
    base = HEIGHT - EDGE // 2
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<path d="M{EDGE} {EDGE // 2}V{base}H{WIDTH - EDGE}"/><polyline points="{line}"/>'
        f'<text x="2" y="{EDGE // 2 + 4}">{top:.4g}</text><text x="2" y="{base}">0</text>'
        f'<text x="{EDGE}" y="{HEIGHT - 4}">{left:.4g}</text>'
        f'<text x="{WIDTH - EDGE}" y="{HEIGHT - 4}" text-anchor="end">{right:.4g}</text>'
        "</svg></figure>"
    )
