"""Requests that come again do nothing again: whoever has caught them gains nothing by them."""

import random
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from receptionist.line.line import place_call
from receptionist.line.script import Callee, Say
from receptionist.line.webhooks import Webhooks
from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call
TOKEN = "12345678901234567890123456789012"
Caught = list[httpx.Request]


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> Caught:
    """Every webhook that Twilio sends, as somebody on the way might keep it."""
    kept: Caught = []
    send = Webhooks._send

    async def catching(self: Webhooks, request: httpx.Request, url: str) -> httpx.Response:
        kept.append(request)
        return await send(self, request, url)

    monkeypatch.setattr(Webhooks, "_send", catching)
    return kept


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    for name, value in environment(tmp_path, TWILIO_AUTH_TOKEN=TOKEN).items():
        monkeypatch.setenv(name, value)
    async with open_house() as opened:
        yield opened


# When a call was last heard of is noted at every request, and means nothing else.
SEEN = re.compile(r'"seen_at": "[^"]*"')


def rows(house: House) -> dict[str, Counter[Any]]:
    """Every row of every table."""
    with sqlite3.connect(house.settings.var_directory / "receptionist.db") as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: Counter(
                SEEN.sub("", repr(row)) for row in database.execute(f"SELECT * FROM {name}")
            )
            for (name,) in names
        }


async def send_again(caught: Caught, seed: int) -> list[httpx.Response]:
    """Twice each, in some order; signed as they were."""
    order = caught * 2
    random.Random(seed).shuffle(order)
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        return [
            await client.request(
                each.method, each.url, content=each.content, headers=each.headers.raw
            )
            for each in order
        ]


def changed(before: dict[str, Counter[Any]], after: dict[str, Counter[Any]]) -> dict[str, Any]:
    return {
        name: (before[name] - after[name], after[name] - before[name])
        for name in after
        if before[name] != after[name]
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_whole_call_sent_again_changes_not_a_row(
    house: House, caught: Caught, seed: int
) -> None:
    says = (
        "book me a check-up tomorrow afternoon",
        "the first one",
        "my name is Anna Smith",
        "yes please",
        "can i speak to a person please",
        "my name is Anna Smith",
        "tell them that i will bring the letter",
        "yes that is right",
        "no thank you goodbye",
    )
    options = house.options(callee=Callee(outcome="no-answer"))
    await place_call(options, [Say(text) for text in says])
    paths = Counter(request.url.path for request in caught)
    before = rows(house)
    assert len(before["appointments"]) == 1
    assert paths["/voice/transfer"] == 1

    answers = await send_again(caught, seed)

    assert {answer.status_code for answer in answers} <= {200, 204}
    assert changed(before, rows(house)) == {}


async def test_an_old_ring_sent_again_opens_no_stream_and_rings_nobody(
    house: House, caught: Caught
) -> None:
    await place_call(house.options(), [Say("where can i park")])
    rings = [request for request in caught if request.url.path == "/voice/incoming"]

    answers = await send_again(rings, 1)

    for answer in answers:
        assert "<Stream" not in answer.text
        assert "<Gather" not in answer.text
        assert "<Hangup" in answer.text


async def test_a_request_changed_on_the_way_is_refused(house: House, caught: Caught) -> None:
    await place_call(house.options(), [Say("where can i park")])
    turn = next(request for request in caught if request.url.path == "/voice/turn")
    forged = turn.content.replace(b"park", b"pray")
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(turn.url, content=forged, headers=turn.headers.raw)

    assert answer.status_code == 403
