"""The API: who may ask, what is answered, and what bad input gets."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from receptionist.line.line import place_call
from receptionist.line.script import Say
from tests.whole_calls.house import PASSWORD, House, environment, open_house

pytestmark = pytest.mark.call


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def api(house: House) -> AsyncIterator[httpx.AsyncClient]:
    base = f"{house.url}/api/v1/"
    async with httpx.AsyncClient(base_url=base, auth=("admin", PASSWORD), timeout=20) as client:
        yield client


async def leave_message(house: House) -> None:
    says = ("i want to leave a message", "anna smith", "please send the form", "yes", "goodbye")
    await place_call(house.options(), [Say(text) for text in says])


async def test_nobody_reads_without_an_account(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as client:
        without = await client.get("/api/v1/calls")
        wrong = await client.get("/api/v1/calls", auth=("admin", "guess"))

    assert (without.status_code, wrong.status_code) == (401, 401)
    assert without.headers["www-authenticate"].startswith("Basic")


async def test_guessing_passwords_is_slowed_down(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as client:
        answers = [
            (await client.get("/api/v1/calls", auth=("admin", f"guess{n}"))).status_code
            for n in range(11)
        ]

    assert answers == [401] * 10 + [429]


async def test_a_message_is_taken_in_hand_and_the_look_leaves_a_trace(
    house: House, api: httpx.AsyncClient
) -> None:
    await leave_message(house)
    message = (await api.get("messages")).json()["items"][0]

    changed = await api.patch(f"messages/{message['id']}", json={"status": "taken"})
    audit = (await api.get("audit")).json()["items"]

    assert message["status"] == "new"
    assert message["caller_name"] == "Anna Smith"
    assert message["created_at"].endswith("+00:00")
    assert changed.json()["status"] == "taken"
    assert {"viewed", "message.status", "message.taken"} <= {row["action"] for row in audit}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1000", "from=yesterday", "after=nonsense", "from=2026-01-01T00:00"]
)
async def test_bad_queries_are_answered_with_what_is_wrong(
    api: httpx.AsyncClient, query: str
) -> None:
    answer = await api.get(f"calls?{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"]


async def test_what_is_not_there_is_not_found(api: httpx.AsyncClient) -> None:
    missing = [
        await api.get("calls/CA_nobody"),
        await api.patch("messages/nobody", json={"status": "done"}),
    ]
    wrong = await api.patch("messages/nobody", json={"status": "burnt"})

    assert [answer.status_code for answer in missing] == [404, 404]
    assert wrong.status_code == 422


async def test_statistics_count_calls_by_how_they_went(
    house: House, api: httpx.AsyncClient
) -> None:
    await leave_message(house)

    stats = (await api.get("stats")).json()

    assert stats["calls"] == 1
    assert stats["outcomes"] == {"message": 1}
    assert stats["ended_by"] == {"receptionist": 1}
    assert stats["messages"] == {"open": 1, "urgent": 0}
    assert stats["latency"]
    assert all(0 <= stage["p50"] <= stage["p99"] for stage in stats["latency"].values())


async def test_probes_and_metrics_tell_of_the_house(house: House) -> None:
    await leave_message(house)
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as client:
        healthy, ready = await client.get("/healthz"), await client.get("/ready")
        metrics = (await client.get("/metrics")).text
        house.services.active.draining = True
        draining = await client.get("/ready")

    assert (healthy.status_code, ready.status_code) == (200, 200)
    assert 'receptionist_handlers_total{name="take_message",ok="true"} 1.0' in metrics
    assert 'receptionist_calls_ended_total{ended_by="receptionist"} 1.0' in metrics
    assert "Anna" not in metrics
    tasks = re.search(r"^receptionist_tasks (\S+)$", metrics, re.MULTILINE)
    assert tasks is not None
    assert float(tasks[1]) > 1
    assert draining.status_code == 503
    assert "draining" in draining.json()["reasons"][0]
