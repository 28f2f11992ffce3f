"""A server that strangers reach through a proxy: how often, how much, and at whose expense."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.request_validator import RequestValidator

from tests.whole_calls.house import House, environment, open_house

pytestmark = pytest.mark.call
TOKEN = "12345678901234567890123456789012"
PUBLIC = "https://reception.example.com"
CALLER, OTHER = "+12125550142", "+12125550143"


class Phone:
    """Twilio, from outside: signed, and through the proxy."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._count = 0
        self.http = httpx.AsyncClient(
            trust_env=False, base_url=house.url, headers={"X-Forwarded-For": "203.0.113.7"}
        )

    async def ask(self, path: str, **form: str) -> httpx.Response:
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{path}", form)
        return await self.http.post(path, data=form, headers={"X-Twilio-Signature": signature})

    async def ring(self, caller: str = CALLER, sid: str = "", to: str = "+15550100") -> str:
        self._count += 1
        sid = sid or f"CA{self._count:032x}"
        answer = await self.ask("/voice/incoming", CallSid=sid, From=caller, To=to)
        assert answer.status_code == 200
        return answer.text

    async def say(self, sid: str, turn: int, words: str) -> str:
        path = f"/voice/turn?turn={turn}"
        form = {"CallSid": sid, "From": CALLER, "To": "+15550100", "SpeechResult": words}
        return (await self.ask(path, **form)).text

    async def text(self, body: str, sender: str = CALLER) -> str:
        self._count += 1
        form = {"MessageSid": f"SM{self._count}", "From": sender, "To": "+15550100", "Body": body}
        return (await self.ask("/messages/incoming", **form)).text

    async def audit(self) -> list[str]:
        return [row["action"] for row in (await self.house.get("audit?limit=200"))["items"]]

    async def limited(self, what: str) -> float:
        registry = self.house.services.metrics.registry
        return registry.get_sample_value("receptionist_limited_total", {"what": what}) or 0.0


@asynccontextmanager
async def opened(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Mapping[str, str],
    *,
    outgoing: str = "",
) -> AsyncIterator[Phone]:
    base = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC}
    for name, value in environment(tmp_path, **base, **settings).items():
        monkeypatch.setenv(name, value)
    with (tmp_path / "practice.yaml").open("a") as practice:
        practice.write(outgoing)
    async with open_house() as house:
        phone = Phone(house)
        async with phone.http:
            yield phone


async def test_a_caller_who_calls_over_and_over_is_told_so_and_others_are_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, {"CALLS_PER_CALLER": "3/1h"}) as phone:
        answers = [await phone.ring() for _ in range(6)]
        other = await phone.ring(OTHER)
        withheld = [await phone.ring("anonymous") for _ in range(6)]
        calls = (await phone.house.get("calls?limit=100"))["items"]
        actions, limited = await phone.audit(), await phone.limited("caller")

    assert ["How can I help?" in text for text in answers] == [True] * 3 + [False] * 3
    for text in answers[3:]:
        assert "dial 9 1 1" in text
        assert "<Hangup" in text
    assert "How can I help?" in other
    assert all("How can I help?" in text for text in withheld)
    assert len(calls) == 3 + 1 + 6
    assert actions.count("call.refused.too_many") == 3
    assert limited == 3


async def test_a_webhook_that_comes_again_is_not_another_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, {"CALLS_PER_CALLER": "1/1h"}) as phone:
        answers = [await phone.ring(sid="CA" + "5" * 32) for _ in range(4)]

    assert all("How can I help?" in text for text in answers)


async def test_one_number_of_ours_takes_so_many_calls_and_the_other_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, {"CALLS_PER_NUMBER": "2/1h"}) as phone:
        answers = [await phone.ring(f"+1212555{number:04}") for number in range(4)]

    assert ["How can I help?" in text for text in answers] == [True, True, False, False]


async def test_a_flood_of_unsigned_requests_leaves_few_rows_and_is_counted_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, {}) as phone:
        form = {"CallSid": "CA1", "From": CALLER, "To": "+15550100"}
        answers = [await phone.http.post("/voice/incoming", data=form) for _ in range(50)]
        rows = (await phone.audit()).count("signature.refused")
        counted = (await phone.http.get("/metrics")).text

    assert {answer.status_code for answer in answers} == {403}
    assert 10 <= rows <= 12
    assert "receptionist_signature_failures_total 50.0" in counted


async def test_an_address_that_asks_too_often_waits_and_calls_still_come_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"REQUESTS_PER_ADDRESS": "5/1h", "TRUSTED_PROXIES": "127.0.0.1"}
    async with opened(tmp_path, monkeypatch, settings) as phone:
        statuses = [(await phone.http.get("/healthz")).status_code for _ in range(7)]
        elsewhere = {"X-Forwarded-For": "198.51.100.9"}
        other = await phone.http.get("/healthz", headers=elsewhere)
        ring = await phone.ring()

    assert statuses == [200] * 5 + [429] * 2
    assert other.status_code == 200
    assert "How can I help?" in ring


async def test_two_machines_that_answer_each_other_by_text_fall_silent_and_staff_have_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, {"TEXTS_PER_SENDER": "3/1h"}) as phone:
        answers = [await phone.text("HELP") for _ in range(5)]
        other = await phone.text("HELP", OTHER)
        await phone.text("please call me about the letter")
        messages = (await phone.house.get("messages"))["items"]

    assert ["<Message" in text for text in answers] == [True] * 3 + [False] * 2
    assert "<Message" in other
    assert [message["message"] for message in messages] == ["please call me about the letter"]


async def test_when_the_days_calls_are_used_up_a_caller_is_offered_a_message_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = "outgoing: {calls_per_day: 1}\n"
    async with opened(tmp_path, monkeypatch, {}, outgoing=outgoing) as phone:
        said = []
        for number in range(2):
            sid = f"CA{number:031x}f"
            await phone.ring(sid=sid)
            said.append(await phone.say(sid, 1, "can i speak to a person please"))
        again = await phone.say("CA" + "0" * 31 + "f", 1, "can i speak to a person please")
        tasks = [m["message"] for m in (await phone.house.get("messages"))["items"]]

    assert "<Dial" in said[0]
    assert "<Dial" in again, "the same turn asked about again is the same call"
    assert "<Dial" not in said[1]
    assert "message" in said[1]
    assert len([task for task in tasks if "1 calls" in task]) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/voice/incoming", {"CallSid": "CA1", **{f"x{number}": "1" for number in range(2000)}}),
        ("/voice/incoming", {"CallSid": "CA1", "Junk": "x" * 70_000}),
        ("/messages/incoming", {"MessageSid": "SM1", "Body": "x" * 200_000}),
    ],
)
async def test_a_signed_request_of_absurd_size_is_refused_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]
) -> None:
    async with opened(tmp_path, monkeypatch, {}) as phone:
        answer = await phone.ask(path, **body)

    assert answer.status_code in (403, 413)


async def test_a_program_cannot_fill_the_memory_through_the_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, {}) as phone:
        large = await phone.http.patch("/api/v1/messages/x", content=b"x" * 300_000)
        deep = await phone.http.patch(
            "/api/v1/messages/x",
            content=b'{"status":' + b"[" * 60_000,
            headers={"Content-Type": "application/json"},
            auth=("admin", "correct horse battery staple"),
        )

    assert large.status_code == 413
    assert deep.status_code in (400, 422)
