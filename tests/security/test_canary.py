"""Whole calls with marked callers: nothing of them in logs, metrics, spans, errors or Redis."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from providers.llm.embedded import EmbeddedLanguageModel
from providers.messaging.embedded import EmbeddedMessaging
from receptionist.call.warm import Vendors
from receptionist.line.line import place_call
from receptionist.line.script import Keys, Say
from receptionist.ports.language_model import ModelEvent, ModelRequest
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.security.canary import (
    BORN,
    FIRST,
    LAST,
    MARKS,
    NUMBER,
    OTHER,
    WORDS,
    Leaks,
    QuotingError,
    watched,
    watched_redis,
)
from tests.servers import redis_url
from tests.tracing.collector import running_collector
from tests.whole_calls.held import answered_call, held_call
from tests.whole_calls.house import House, environment, open_house

pytestmark = [pytest.mark.call, pytest.mark.server]
SPOKEN = ("five five five oh one six eight",)
BOOKING = (
    "book me a check-up tomorrow afternoon",
    "the first one",
    f"my name is {FIRST} {LAST}",
    f"i was born on {BORN}",
    "yes please",
)
MESSAGE = (
    "i would like to leave a message",
    f"my name is {FIRST} {LAST}",
    f"my number is {' '.join(OTHER[2:])}",
    f"tell doctor lee that the {WORDS} made me ill",
    "yes that is right",
)
FOREIGN = {"X-Forwarded-For": "203.0.113.7"}


class BreakingModel(EmbeddedLanguageModel):
    """The embedded engine, which fails as the switch says, quoting its request."""

    def __init__(self) -> None:
        super().__init__()
        self.failing = False

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        if self.failing:
            raise QuotingError
        async for event in super().stream(request):
            yield event


class BreakingMessaging(EmbeddedMessaging):
    """A phone company that says whom it could not reach."""

    external = True

    async def send(
        self,
        to: str,
        body: str,
        *,
        sender: str,
        status_url: str | None = None,
        unless_sent_since: datetime | None = None,
    ) -> str:
        raise QuotingError


@dataclass
class Street:
    """A house, who hears, thinks and speaks in it, and what it showed of its callers."""

    house: House
    leaks: Leaks
    model: BreakingModel
    recogniser: FakeRecogniser
    voice: FakeVoice
    expects: tuple[str, ...] = ("log",)
    """Places that a test must have written to: where nothing comes out, nothing leaks either."""

    async def talk(self, *says: str) -> str:
        """A call in the voice of the phone company; the SID."""
        steps = [Say(words) for words in says]
        options = self.house.options(from_number=NUMBER)
        return (await place_call(options, [*steps, Keys("12125550168#")])).call_sid

    async def look(self) -> None:
        """Read what anybody may read."""
        async with httpx.AsyncClient(trust_env=False) as client:
            for page in ("/metrics", "/ready", "/healthz"):
                self.leaks.pages.append((await client.get(f"{self.house.url}{page}")).text)


Open = Callable[[bool], Any]


@pytest.fixture
async def opened(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Street]:
    """Parametrised with whether calls are streamed."""
    where = await redis_url()
    recogniser, model, voice = FakeRecogniser(), BreakingModel(), FakeVoice()
    voice.bytes_a_character = 8
    vendors = Vendors([recogniser], [model], [voice]) if request.param else None
    with watched(monkeypatch) as leaks, running_collector() as collector:
        leaks.spans = collector
        settings = environment(
            tmp_path,
            VAD_PROVIDER="energy",
            LOG_LEVEL="DEBUG",
            REDIS_URL=where,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            PHONE_PAGE="on",
        )
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        if vendors is not None:
            monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
        monkeypatch.setattr(
            "receptionist.bootstrap.build_messaging", lambda *_: BreakingMessaging()
        )
        async with watched_redis(leaks), open_house() as house:
            street = Street(house, leaks, model, recogniser, voice)
            yield street
            await street.look()
    assert leaks.found() == {}
    assert all(leaks.places()[place] for place in street.expects), "nothing came out there"


streamed = pytest.mark.parametrize("opened", [True], indirect=True, ids=["stream"])
plain = pytest.mark.parametrize("opened", [False], indirect=True, ids=["plain"])


def test_the_canary_sings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is marked is found: otherwise finding nothing would mean nothing."""
    with watched(monkeypatch) as leaks:
        leaks.log.write(f'{{"event": "call", "name": "{FIRST.lower()}"}}\n')
        leaks.redis.append(f"SET rate:{NUMBER} 1")
        leaks.pages.append('calls_total{born="1961-04-17"} 1')
        leaks.errors.append(str(QuotingError()))

    assert set(leaks.found()) == {"log", "redis", "metrics", "exception texts"}


@plain
async def test_plain_mode_shows_nothing_of_a_caller(opened: Street) -> None:
    opened.expects = ("log", "metrics", "spans")
    booked = await opened.talk(*BOOKING)
    left = await opened.talk(*MESSAGE)

    stored = json.dumps([await opened.house.get(f"calls/{sid}") for sid in (booked, left)])
    assert FIRST in stored, "the marks have to be in the records"
    assert WORDS in stored
    appointments = (await opened.house.get("appointments"))["items"]
    assert [row["caller_name"] for row in appointments] == [f"{FIRST} {LAST}"]


@plain
async def test_texts_show_nothing_of_who_sent_them(opened: Street) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for number in range(3):
            text = {"From": NUMBER, "To": "+15550100", "MessageSid": f"SM{number}"}
            text["Body"] = f"This is {FIRST} {LAST}, born 1961-04-17: {WORDS}"
            answer = await client.post(f"{opened.house.url}/messages/incoming", data=text)
            assert answer.status_code == 200
        status = {"MessageSid": "SM1", "MessageStatus": "failed", "To": NUMBER}
        await client.post(f"{opened.house.url}/messages/status", data=status)

    messages = (await opened.house.get("messages"))["items"]
    assert any(WORDS in message["message"] for message in messages)


@plain
async def test_a_stranger_at_the_door_shows_nothing(opened: Street) -> None:
    """Requests that are refused, malformed or too many are no excuse."""
    opened.expects = ("log", "redis")
    ring = {"From": NUMBER, "To": "+15550100", "CallSid": f"CA{FIRST}", "CallerName": LAST}
    async with httpx.AsyncClient(trust_env=False, base_url=opened.house.url) as client:
        for _ in range(12):
            await client.post("/voice/incoming", data=ring, headers=FOREIGN)
        await client.post("/voice/incoming", content=f"From={NUMBER}&{FIRST}=" + "x" * 200_000)
        await client.get(f"/appointments/{FIRST}.ics", headers=FOREIGN)
        await client.patch(f"/api/v1/messages/{FIRST}", json={"status": LAST}, auth=(FIRST, LAST))
        await client.post("/admin/messages/x/note", data={"note": WORDS}, auth=(FIRST, LAST))


@plain
async def test_a_softphone_shows_nothing_of_what_is_typed(opened: Street) -> None:
    address = f"{opened.house.url.replace('http', 'ws')}/phone/stream"
    async with asyncio.timeout(20), websockets.connect(address, proxy=None) as socket:
        for words in (*MESSAGE, "no goodbye"):
            await socket.send(json.dumps({"type": "say", "text": words}))
            while json.loads(await socket.recv()) != {"type": "state", "state": "listening"}:
                pass
        await socket.send(f"{{broken {FIRST}")
        await socket.send(json.dumps({"type": FIRST, "text": LAST}))
        await socket.send(json.dumps({"type": "hangup"}))

    stored = json.dumps((await opened.house.get("messages"))["items"])
    assert LAST in stored


@streamed
async def test_a_stream_shows_nothing_when_everything_breaks(
    opened: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.expects = ("log", "metrics", "spans")
    async with held_call(opened.house, opened.recogniser, NUMBER) as (call, group):
        await answered_call(call, group)
        call.says(f"this is {FIRST} {LAST} born on {BORN} where can i park")
        await call.until_heard("free parking")
        for strange in (
            f'{{"event": "{FIRST}"}}',
            f"{{{LAST}",
            f'{{"event":"media","x":{NUMBER}}}',
        ):
            assert call._socket is not None
            await call._socket.send(strange)
        opened.model.failing = True
        call.says(f"{FIRST} {LAST} again {WORDS}")
        await settled(call)
        opened.model.failing = False
        opened.voice.fail_after, opened.voice.failure = 3, QuotingError
        call.says(f"my name is {FIRST} {LAST} and where can i park")
        await settled(call)
        assert call._recognition is not None
        call._recognition.heard.put_nowait(QuotingError())
        await settled(call)
        monkeypatch.setattr("db.journal.SqlJournal.turn", broken)
        call.says(f"{FIRST} {WORDS}")
        await settled(call)


async def settled(call: Any) -> None:
    """Until what was said has been stored, or has come to grief: no more than a moment."""
    await asyncio.sleep(0.5)


def broken(*_arguments: object) -> None:
    raise QuotingError


@plain
async def test_what_breaks_in_a_webhook_shows_nothing(
    opened: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_arguments: object) -> None:
        raise QuotingError

    for place in (
        "receptionist.call.plain.PlainMode.turn",
        "receptionist.call.desk.FrontDesk.ended",
        "receptionist.call.desk.FrontDesk.rescued",
        "receptionist.booking.text_answers.TextAnswers.received",
        "receptionist.admin.accounts.PasswordAccounts.verify",
    ):
        monkeypatch.setattr(place, fails)
    ring = {"From": NUMBER, "To": "+15550100", "CallSid": "CA" + "7" * 32, "CallerName": FIRST}
    said = {**ring, "SpeechResult": f"{FIRST} {LAST} {WORDS}", "Body": WORDS, "MessageSid": "SM9"}
    async with httpx.AsyncClient(trust_env=False, base_url=opened.house.url) as client:
        await client.post("/voice/incoming", data=ring)
        answers = [
            await client.post(path, data=said)
            for path in ("/voice/turn?turn=1", "/voice/ended", "/messages/incoming")
        ]
        fallback = await client.post("/voice/fallback", data=said)
        signed_in = await client.get("/api/v1/calls", auth=(FIRST, LAST))

    assert fallback.status_code == 200
    shown = "".join(answer.text for answer in (*answers, signed_in))
    assert not MARKS.search(shown)
