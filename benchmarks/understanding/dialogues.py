"""Doctor dialogues between people: what the engine takes from them, and that it books on a yes.

python -m benchmarks.understanding.dialogues [--misses N]

"followed": the engine hears both sides up to the first booking, as when it goes on with what
another model began; counted is whom, on what day and at what hour it would look for, of those
that were said in words. "held": it answers the callers' lines itself, with an office that is
always open; counted are its bookings, and those that no yes came before.
"""

import argparse
import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from benchmarks.understanding.sources import Row, is_for_tuning, rows
from benchmarks.understanding.tally import Tallies, at, report, worst
from providers.llm.embedded import replay
from providers.llm.embedded_engine.state import Dialogue
from receptionist.conversation.arguments import specification
from receptionist.domain.practice import WEEKDAYS, Practitioner, Service, TimeRange
from receptionist.ports.language_model import ChatMessage, ModelRequest
from tests.providers.llm.embedded_office import HANDLERS, PRACTICE, Office, Talk

MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=PRACTICE.zone)
CLINIC = replace(
    PRACTICE,
    hours=dict.fromkeys(WEEKDAYS, (TimeRange(time(0), time(23, 59)),)),
    practitioners=tuple(Practitioner(f"Dr. {name}") for name in ("Alexis", "Johnson", "Morgan")),
    services=(Service("Appointment", 60),),
    faqs=(),
)
TOOLS = tuple(specification(handler) for handler in HANDLERS.values())
HOURS = "one two three four five six seven eight nine ten eleven twelve|noon".split()
RIGHT_NOW = re.compile(r"right now it is (\d+) ?([ap]m) on (\w+)", re.IGNORECASE)
YES = re.compile(
    r"\b(?:y(?:es|eah|ep|up|a)|sure|ok(?:ay)?|please|perfect|great|good|fine|book|schedule|correct|"
    r"right|thanks?|works?|wonderful|awesome|do|cool|absolutely|definitely)\b",
    re.IGNORECASE,
)


def dialogues() -> Iterator[tuple[Row, list[Row], dict[str, str]]]:
    """Those that end in a booking: the turns before the first one, and what was booked."""
    for row in rows("text/star_doctor_dialogues.jsonl"):
        turns: list[Row] = []
        for turn in row["turns"]:
            arguments = turn.get("args", {})
            is_ours = turn["role"] == "tool_call" and turn["name"] == "doctor_schedule"
            if is_ours and arguments.get("RequestType") == "Book":
                yield row, turns, arguments
                break
            if turn["role"] in ("caller", "receptionist"):
                turns.append(turn)


def clock_of(row: Row) -> datetime:
    """When the dialogue takes place: as the caller was told; else a Monday morning."""
    told = " ".join(turn.get("text", "") for turn in row["turns"] if "instruction" in turn["role"])
    found = RIGHT_NOW.search(told)
    if found is None or found[3].casefold() not in WEEKDAYS:
        return MONDAY
    hour = int(found[1]) % 12 + (12 if found[2].casefold() == "pm" else 0)
    return MONDAY.replace(hour=hour) + timedelta(days=WEEKDAYS.index(found[3].casefold()))


def followed() -> Tallies:
    """Doctor, day and hour of the first booking, where somebody said them."""
    tallies: Tallies = {}
    for row, turns, booked in dialogues():
        now = clock_of(row)
        state = _heard(turns, now)
        found = {
            "doctor": state.wish.person or "",
            "day": f"{state.wish.first:%A}" if state.wish.first else "",
            "hour": f"{state.wish.at.hour}" if state.wish.at else "",
        }
        said = " ".join(turn["text"] for turn in turns)
        for kind, gold in _gold(booked).items():
            if gold and _was_said(kind, gold, said, now):
                miss = f"{row['id']} {kind}: {found[kind]!r}, expected {gold!r}: {said[-500:]}"
                tally = at(tallies, "followed", kind, tuning=is_for_tuning(row["id"]))
                tally.count(right=found[kind] == gold, given=bool(found[kind]), miss=miss)
    return tallies


def _heard(turns: list[Row], now: datetime) -> Dialogue:
    role: dict[str, Any] = {"caller": "user", "receptionist": "assistant"}
    messages = tuple(ChatMessage(role[turn["role"]], turn["text"]) for turn in turns)
    return replay(ModelRequest(messages, TOOLS, CLINIC, now, "+12125550123"))


def _gold(booked: dict[str, str]) -> dict[str, str]:
    """The one value of each, in plain words; empty where several would do."""
    bare = {key: re.sub(r'api\.\w+\(\[?"?|"?\]?\)', "", value) for key, value in booked.items()}
    hour = re.fullmatch(r"(\d+) ([ap]m)", bare.get("StartTimeHour", ""))
    late = hour is not None and hour[2] == "pm"
    return {
        "doctor": bare.get("Name", "") if '"' not in bare.get("Name", "") else "",
        "day": bare.get("Day", "") if '"' not in bare.get("Day", "") else "",
        "hour": str(int(hour[1]) % 12 + 12 * late) if hour else "",
    }


def _was_said(kind: str, gold: str, said: str, now: datetime) -> bool:
    lowered = said.casefold()
    if kind == "doctor":
        return gold.split()[-1].casefold() in lowered
    if kind == "day":
        days = (gold.casefold(), gold[:3].casefold())
        near = {"today": now, "tomorrow": now + timedelta(days=1)}
        names = [word for word, day in near.items() if f"{day:%A}" == gold]
        return any(re.search(rf"\b{word}\b", lowered) for word in (*days, *names))
    number = int(gold) % 12 or 12
    words = rf"(?<!\d)(?:{number}|{HOURS[number - 1]})(?!\d| days)"
    return bool(re.search(words, lowered))


async def held() -> Tallies:
    """Conversations with the callers' lines: how many are booked, and that a yes came before."""
    tallies: Tallies = {}
    for row in rows("text/star_doctor_dialogues.jsonl"):
        if "doctor_schedule" not in row["tasks"]:
            continue
        talk = Talk(Office(practice=CLINIC, now=clock_of(row)))
        lines = [turn["text"] for turn in row["turns"] if turn["role"] == "caller"]
        booked, on_a_yes, over = 0, True, False
        for line in lines:
            if over:
                break
            before = len(talk.calls)
            await talk.says(line)
            names = talk.done[before:]
            booked += names.count("schedule_appointment")
            if "schedule_appointment" in names and not YES.search(line):
                on_a_yes = False
            over = "transfer_call" in names or "end_call" in names
        tuning = is_for_tuning(row["id"])
        at(tallies, "held", "looked for a time", tuning=tuning).count(
            right="check_availability" in talk.done, miss=f"{row['id']}: {lines} {talk.said}"
        )
        at(tallies, "held", "booked on a yes only", tuning=tuning).count(
            right=on_a_yes, miss=f"{row['id']}: {lines}"
        )
        at(tallies, "held", "booked", tuning=tuning).count(right=booked > 0)
    return tallies


def main() -> None:
    """Print the figures, and the misses of the half that is for tuning."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", type=int, default=0, metavar="N")
    wanted = arguments.parse_args()
    tallies = followed() | asyncio.run(held())
    print("\n".join([*report(tallies), *(worst(tallies, wanted.misses) if wanted.misses else ())]))


if __name__ == "__main__":
    main()
