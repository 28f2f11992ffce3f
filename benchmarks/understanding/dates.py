"""Dates and times: the value from the phrase, found in the sentence, and the caller's words.

python -m benchmarks.understanding.dates [--misses N]
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from statistics import quantiles
from time import process_time
from typing import Any

from benchmarks.understanding.baselines import first_value
from benchmarks.understanding.sources import CLOCK, Row, is_for_tuning, rows
from benchmarks.understanding.tally import Tallies, at, report, worst
from receptionist.domain.understanding import understand

KEYS = {"date": "dates", "time": "times", "datetime": "datetimes"}
ZONES = {"nlupp": "Europe/London", "r8k": "Europe/London"}
SGD_SLOTS = {"appointment_date": "date", "appointment_time": "time"}


def values() -> Tallies:
    """The first reading of each phrase, and any reading in the whole sentence."""
    tallies: Tallies = {}
    for row in rows("datetime/datetime.jsonl"):
        if row["core"]:
            _count_value(tallies, row)
    return tallies


def _count_value(tallies: Tallies, row: Row) -> None:
    tuning, key = is_for_tuning(row["id"]), KEYS[row["kind"]]
    kind = f"{row['src']} {row['kind']}"
    said = {"now": row["ref"], "timezone": ZONES.get(row["src"], "America/New_York")}
    for name, text, most in (("phrase", row["phrase"], 1), ("sentence", row["text"], None)):
        found = understand({**said, "text": text}, CLOCK).get(key, [])
        right = any(value in row["gold"] for value in found[:most])
        miss = f"{text!r} {row['phrase']!r} at {row['ref']}: {found[:3]}, expected {row['gold']}"
        at(tallies, f"value, {name}", kind, tuning=tuning).count(right=right, miss=miss)
        plain = first_value(row["kind"], text, datetime.fromisoformat(row["ref"]))
        at(tallies, f"baseline, {name}", kind, tuning=tuning).count(right=plain in row["gold"])


def spans() -> Tallies:
    """The caller's own words for time, date, people and names, compared as words."""
    tallies: Tallies = {}
    for row in rows("text/restaurant8k.jsonl"):
        said = {"text": row["text"], "timezone": ZONES["r8k"]}
        said["expecting"] = row["requested"][0] if row["requested"] else ""
        gold = [(slot["slot"], slot["text"]) for slot in row["slots"]]
        kinds = ("time", "date", "people", "first_name", "last_name")
        _count_spans(tallies, "restaurant8k", row["id"], said, gold, kinds)
    for row in rows("text/sgd_utterances.jsonl"):
        slots = [s for s in row.get("slots", []) if s["slot"] in SGD_SLOTS]
        gold = [(SGD_SLOTS[slot["slot"]], slot["text"]) for slot in slots]
        said = {"text": row["text"], "now": "2019-03-01T09:00:00", "previous": row["prev_system"]}
        _count_spans(tallies, "sgd", row["id"].rsplit("-", 1)[0], said, gold, ("time", "date"))
    return tallies


def _count_spans(
    tallies: Tallies,
    name: str,
    key: str,
    said: Row,
    gold: Iterable[tuple[str, str]],
    kinds: Iterable[str],
) -> None:
    slots = understand(said, CLOCK).get("slots", {})
    for kind in kinds:
        wanted = Counter(_bare(text) for slot, text in gold if slot == kind)
        given = Counter(_bare(text) for text in words_of(slots.get(kind)))
        miss = f"{said['text']!r}: {list(given)}, expected {list(wanted)}"
        counts = {"wanted": wanted.total(), "given": given.total(), "miss": miss}
        tuning = is_for_tuning(key)
        at(tallies, f"words, {name}", kind, tuning=tuning).count(
            right=(wanted & given).total(), **counts
        )
        at(tallies, f"overlap, {name}", kind, tuning=tuning).count(
            right=_overlapping(wanted, given), **counts
        )


def words_of(value: Any) -> list[str]:
    """The texts of a slot: words, {"text", "value"}, or a list of them."""
    if not value:
        return []
    each = value if isinstance(value, list) else [value]
    return [one["text"] if isinstance(one, dict) else one for one in each]


def _bare(text: str) -> str:
    """Without case, punctuation, leading articles, and the half of the day, which the labels
    of one source sometimes have and sometimes not."""
    plain = re.sub(r"[^\w:/]+", " ", text.casefold().replace(".m", "m")).strip()
    plain = re.sub(r"^(?:the|at|on|a) ", "", plain)
    return re.sub(r" ?[ap]m$", "", plain)


def _overlapping(wanted: Counter[str], given: Counter[str]) -> int:
    rest = list(given.elements())
    right = 0
    for text in wanted.elements():
        match = next((each for each in rest if set(each.split()) & set(text.split())), None)
        if match is not None:
            rest.remove(match)
            right += 1
    return right


def reading_times() -> str:
    """What a sentence costs of one core: dates, slots, intent and safety."""
    said = [row["text"] for row in rows("text/restaurant8k.jsonl")]
    took = []
    for text in said:
        began = process_time()
        understand({"text": text, "timezone": ZONES["r8k"]}, CLOCK)
        took.append(1000 * (process_time() - began))
    cuts = quantiles(took, n=100)
    return f"one sentence of {len(said)}: median {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms"


def main() -> None:
    """Print the figures, and the misses of the half that is for tuning."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", type=int, default=0, metavar="N")
    wanted = arguments.parse_args()
    tallies = values() | spans()
    print(
        "\n".join(
            [
                *report(tallies),
                reading_times(),
                *(worst(tallies, wanted.misses) if wanted.misses else ()),
            ]
        )
    )


if __name__ == "__main__":
    main()
