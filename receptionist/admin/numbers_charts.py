"""What the numbers page shows, as charts: words for what was counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from receptionist.admin import views
from receptionist.admin.charts import Chart, bars, columns
from receptionist.numbers.figures import SHARES, Figures
from receptionist.numbers.prices import PriceTable, costs
from receptionist.ports.numbers import VendorErrors

ANSWERED_LOST = ("Answered", "Lost")
WEEKS_FROM_DAYS = 93

WISHES = {
    "book": "An appointment",
    "move": "Move an appointment",
    "cancel": "Cancel an appointment",
    "look_up": "Ask about an appointment",
    "ask": "Ask a question",
    "message": "Leave a message",
    "person": "Speak to a person",
    "none": "Nothing that was named",
}
STAGES = {
    "total": "All of it",
    "recogniser": "Understanding the words",
    "model_first_token": "Thinking of an answer",
    "first_sentence": "The first sentence",
    "first_audio": "Finding a voice for it",
    "first_frame": "On the line",
}
NONE = {"none": "Not known"}


def day_chart(days: Mapping[date, tuple[int, int]], first: date, last: date) -> Chart:
    """Calls by day, or by week where the days are many. Each day: answered and lost."""
    step = 7 if (last - first).days >= WEEKS_FROM_DAYS else 1
    starts = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    rows: list[tuple[date, int, int]] = []
    for start in starts:
        of_it = [days[d] for n in range(step) if (d := start + timedelta(days=n)) in days]
        rows.append((start, sum(day[0] for day in of_it), sum(day[1] for day in of_it)))
    by = "week" if step == 7 else "day"
    busiest = max(rows, key=lambda row: row[1] + row[2])
    total = sum(answered + lost for _, answered, lost in rows)
    words = f"Calls by {by}: {total} in all"
    if total:
        words += f", most of them, {busiest[1] + busiest[2]}, on {_day(busiest[0])}"
    return Chart(
        "days",
        f"Calls by {by}",
        ("Week from" if step == 7 else "Day", *ANSWERED_LOST),
        [(_day(start), answered, lost) for start, answered, lost in rows],
        columns=columns(
            [f"{start.day} {start:%b}" for start in starts],
            ANSWERED_LOST,
            [row[1:] for row in rows],
            words,
        ),
        numbers=[(start.isoformat(), answered, lost) for start, answered, lost in rows],
    )


def hour_chart(total: Figures) -> Chart:
    """Calls by the hour they began in."""
    values = [(total.answered[str(hour)], total.lost[str(hour)]) for hour in range(24)]
    labels = [f"{hour}:00" for hour in range(24)]
    busiest = max(range(24), key=lambda hour: sum(values[hour]))
    words = "Calls by hour of the day"
    if any(map(sum, values)):
        words += f", most of them, {sum(values[busiest])}, from {busiest}:00 to {busiest + 1}:00"
    return Chart(
        "hours",
        "Calls by hour",
        ("Hour", *ANSWERED_LOST),
        [(label, *value) for label, value in zip(labels, values, strict=True)],
        columns=columns(labels, ANSWERED_LOST, values, words),
    )


def count_charts(total: Figures) -> list[Chart]:
    """What callers wanted, what came of it, and who ended the call."""
    return [
        _counted(
            "wishes",
            "What they wanted",
            "Wish",
            total.wishes,
            WISHES,
            "A call may count more than once: callers want several things.",
        ),
        _counted("outcomes", "How it went", "Outcome", total.outcomes, {**views.OUTCOMES, **NONE}),
        _counted("ends", "How it ended", "Ended", total.ended_by, {**views.ENDED_BY, **NONE}),
    ]


def latency_chart(total: Figures) -> Chart:
    """Where the time between a caller's last word and our first went."""
    names = [*(s for s in STAGES if s in total.stages), *sorted(set(total.stages) - set(STAGES))]
    found = [(name, total.percentiles(name)) for name in names]
    rows = [
        (STAGES.get(name, name.replace("_", " ")), [round(at[share]) for share in SHARES])
        for name, at in found
        if at
    ]
    return Chart(
        "latency",
        "How long callers wait for an answer",
        ("Stage", "Half within, ms", "95 % within, ms", "99 % within, ms"),
        [(words, *at) for words, at in rows],
        bars=bars([at[1] for _, at in rows]),
        note="Milliseconds, to within a tenth. The bar shows what 95 % of all turns stay within.",
    )


def vendor_chart(errors: Sequence[VendorErrors]) -> Chart:
    """Failed requests to outside services."""
    return Chart(
        "vendors",
        "Trouble with outside services",
        ("Service", "What happened", "Times"),
        [(each.provider, each.code.replace("_", " "), each.count) for each in errors],
        bars=bars([each.count for each in errors]),
        note="Callers heard of these only where no other service could take over. "
        "Days are counted in UTC.",
    )


def cost_chart(table: PriceTable, total: Figures) -> Chart:
    """What calls cost, by line of the price table."""
    found = costs(table, total.use)
    lines = [(cost.name, cost.a_call, cost.total) for cost in found]
    lines.append(("Together", sum(c.a_call for c in found), sum(c.total for c in found)))
    return Chart(
        "costs",
        "What calls cost",
        ("For", f"A call, {table.currency}", f"In all, {table.currency}"),
        [(name, f"{a_call:.4f}", f"{in_all:.2f}") for name, a_call, in_all in lines],
        bars=bars([line[1] for line in lines]),
        numbers=[(name, round(a_call, 6), round(in_all, 4)) for name, a_call, in_all in lines],
        note=table.note,
    )


def _counted(
    name: str,
    title: str,
    heading: str,
    counts: Counter[str],
    words: Mapping[str, str],
    note: str = "",
) -> Chart:
    ordered = [(words.get(key, key), count) for key, count in counts.most_common() if count]
    whole = sum(count for _, count in ordered)
    return Chart(
        name,
        title,
        (heading, "Calls", "Share"),
        [(word, count, f"{100 * count / whole:.0f} %") for word, count in ordered],
        bars=bars([count for _, count in ordered]),
        numbers=[(word, count, round(count / whole, 4)) for word, count in ordered],
        note=note,
    )


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
