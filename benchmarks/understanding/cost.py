"""What the embedded engine costs: milliseconds of one core a turn, memory, and loading.

    python -m benchmarks.understanding.cost

A turn is everything from the caller's words to what is said or called for, in the doctor
dialogues, each of which is read anew with every turn, as the engine does. Memory and loading are
those of a process of its own, over what the server has loaded without the engine.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from time import process_time
from typing import Any

from benchmarks.understanding.dialogues import CLINIC, TOOLS, clock_of
from benchmarks.understanding.sources import rows
from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.domain import intents
from receptionist.ports.language_model import ChatMessage, ModelRequest

DATA = Path(intents.__file__).with_name("data")
LOADING = """
import json, resource, sys
from time import perf_counter
import pydantic_settings
import receptionist.ports.language_model
import receptionist.domain.practice

def megabytes():
    with open("/proc/self/statm") as held:
        return int(held.read().split()[1]) * resource.getpagesize() / 1e6

held, began = megabytes(), perf_counter()
from providers.llm.embedded_engine.reading import read
from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.domain.understanding import understand
from datetime import UTC, datetime
understand({"text": "can I book a check-up on friday"}, datetime(2026, 3, 9, tzinfo=UTC))
print(json.dumps([1000 * (perf_counter() - began), megabytes() - held]))
"""


def requests() -> Iterator[tuple[str, ModelRequest]]:
    """Every dialogue up to each of the caller's turns, with the dialogue's id."""
    role: dict[str, Any] = {"caller": "user", "receptionist": "assistant"}
    for row in rows("text/star_doctor_dialogues.jsonl"):
        messages: list[ChatMessage] = []
        for turn in (turn for turn in row["turns"] if turn["role"] in role):
            messages.append(ChatMessage(role[turn["role"]], turn["text"]))
            if turn["role"] == "caller":
                yield (
                    row["id"],
                    ModelRequest(tuple(messages), TOOLS, CLINIC, clock_of(row), "+12125550123"),
                )


async def turns() -> list[float]:
    """Milliseconds each; nothing is remembered from one dialogue to the next."""
    engine, took, dialogue = EmbeddedLanguageModel(), [], ""
    for of, request in requests():
        if of != dialogue:
            intents.hear.cache_clear()
            dialogue = of
        began = process_time()
        async for _ in engine.stream(request):
            pass
        took.append(1000 * (process_time() - began))
    return took


def loaded() -> tuple[float, float]:
    """Milliseconds until the first sentence is understood, and megabytes then held; best of 5."""
    each = [
        json.loads(
            subprocess.run([sys.executable, "-c", LOADING], capture_output=True, check=True).stdout
        )
        for _ in range(5)
    ]
    return min(ms for ms, _ in each), min(held for _, held in each)


def main() -> None:
    """Print the figures."""
    took = asyncio.run(turns())
    cuts = quantiles(took, n=100)
    each = f"median {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms, most {max(took):.2f} ms"
    print(f"{len(took)} turns: {each}")
    ms, held = loaded()
    shipped = sum(file.stat().st_size for file in DATA.iterdir()) / 1e6
    print(f"loaded in {ms:.0f} ms, {held:.1f} MB held; models {shipped:.2f} MB on disk")


if __name__ == "__main__":
    main()
