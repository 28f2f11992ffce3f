"""What the linear models are trained on: public sentences whose licences allow it, and our own.

Rows of the schema-guided dialogues (CC BY-SA) are never among them; see docs/attribution.md.
"""

import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.understanding.fitting import Example
from receptionist.domain import medical_advice
from receptionist.domain.intents import INFORM, hints

PHRASES = Path(__file__).with_name("clinic_phrases.txt")
ADVICE_PHRASES = PHRASES.with_name("clinic_advice.txt")
PER_PHRASE = 30
OWN_WEIGHT = 1.0
OUT_OF_SCOPE_WEIGHT = 0.5
SEVERAL_WEIGHT = 2.0
"""Of the rows that may have several intents, of which there are few."""
INFORM_WEIGHT = 0.5
OTHER_TALK_WEIGHT = 0.2
"""Of talk that is not about health, of which there is much more."""
ADVICE_WEIGHT = 6.0
ADVICE_SHRINK = 5e-6
"""More than for intents: letters are long and few."""


def rows_of(data: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one file of the evaluation data."""
    text = (data / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def own_phrases() -> Iterator[Example]:
    """Our sentences, with their intents."""
    for labels, text in _phrases(PHRASES):
        yield _example(text, labels, OWN_WEIGHT)


def advice_rows(data: Path) -> Iterator[tuple[str, Example]]:
    """Questions for a clinician, and talk that is not; with ids, so that some can be held out."""
    for labels, text in _phrases(ADVICE_PHRASES):
        yield "", Example(text, labels, medical_advice.hints(text))
    for row in rows_of(data, "safety/safety.jsonl"):
        if row["src"] in ("mts", "medquad", "rqe_chq"):
            label = "advice" if row["label"] == "medical_advice" else "none"
            text = row["text"]
            weight = ADVICE_WEIGHT if label == "advice" else 1.0
            yield row["id"], Example(text, (label,), medical_advice.hints(text), weight)
    talk = [(identifier, example.text) for identifier, example in public_rows(data)]
    for identifier, text in (*talk, *_booking_talk(data)):
        yield identifier, Example(text, ("none",), medical_advice.hints(text), OTHER_TALK_WEIGHT)


def _booking_talk(data: Path) -> Iterator[tuple[str, str]]:
    """What callers say to make an appointment: symptoms, but no question about them."""
    for row in rows_of(data, "text/star_doctor_dialogues.jsonl"):
        if row["tasks"] == ["doctor_schedule"]:
            for number, turn in enumerate(row["turns"]):
                if turn["role"] == "caller":
                    yield f"{row['id']}-{number}", turn["text"]


def _phrases(path: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """Labels and sentences; of each pattern a fixed sample."""
    draw = random.Random(1)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            labels, _, pattern = line.partition(": ")
            written = sorted(_written(pattern))
            draw.shuffle(written)
            for text in written[:PER_PHRASE]:
                yield tuple(labels.split("+")), text


def public_rows(data: Path) -> Iterator[tuple[str, Example]]:
    """Rows with their ids, so that some can be held out."""
    for row in rows_of(data, "text/clinc_intents.jsonl"):
        label = row["product_intent"]
        known = {"inform_name": INFORM}.get(label, label)
        weight = {INFORM: INFORM_WEIGHT, "out_of_scope": OUT_OF_SCOPE_WEIGHT}.get(known, 1.0)
        yield row["id"], _example(row["text"], (known,), weight)
    for row in rows_of(data, "text/liu_calendar_general.jsonl"):
        label = row["product_intent"]
        if label is None:
            yield row["id"], _example(row["text"], ("out_of_scope",), OUT_OF_SCOPE_WEIGHT / 2)
        elif label != "confirm_request":
            yield row["id"], _example(row["text"], (label,), 1.0)
    for row in rows_of(data, "text/nlupp.jsonl"):
        labels = tuple(row["product_intents"])
        weight = SEVERAL_WEIGHT if labels else INFORM_WEIGHT
        yield row["id"], _example(row["text"], labels or (INFORM,), weight)


def _example(text: str, labels: tuple[str, ...], weight: float) -> Example:
    return Example(text, labels, hints(text), weight)


def _written(pattern: str) -> set[str]:
    parts = [
        part[1:-1].split("|") if part.startswith("[") else [part]
        for part in re.findall(r"\[[^\]]*\]|[^\[]+", pattern)
    ]
    return {" ".join("".join(choice).split()) for choice in itertools.product(*parts)}
