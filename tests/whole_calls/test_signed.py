"""Whole calls that are signed, in every form Twilio's signature may have; and those refused."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import websockets

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.call.warm import Vendors
from receptionist.line.doubts import STREAM_SIGNATURES, WEBHOOK_SIGNATURES, Doubts
from receptionist.line.line import place_call
from receptionist.line.report import CallReport
from receptionist.line.script import Callee, Say, Wait
from receptionist.line.signing import Signer
from receptionist.telephony.signature import FORWARDING_HEADERS
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.whole_calls.house import House, environment, open_house

pytestmark = [pytest.mark.call, pytest.mark.usefixtures("stream_server")]

TOKEN = "12345678901234567890123456789012"
PUBLIC = "https://reception.example.com"
CALL = {"CallSid": "CA" + "9" * 32, "From": "+15550123", "To": "+15550100"}
LATE = {"CallToken": "%7B%22parentCallInfoToken%22%7D", "StirVerstat": "TN-Validation-Passed-A"}
FORMS = [
    *(Doubts(stream_signature=form) for form in STREAM_SIGNATURES),
    *(Doubts(webhook_signature=form) for form in WEBHOOK_SIGNATURES),
    Doubts(late_parameters_unsigned=True),
    Doubts(signature_algorithm="HMAC_SHA256"),
]


@asynccontextmanager
async def opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, streaming: bool = True, **settings: str
) -> AsyncIterator[House]:
    for name, value in environment(tmp_path, VAD_PROVIDER="energy", **settings).items():
        monkeypatch.setenv(name, value)
    if streaming:
        vendors = Vendors([FakeRecogniser()], [EmbeddedLanguageModel()], [FakeVoice()])
        monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    async with open_house() as house:
        yield house


@pytest.mark.parametrize(
    "public",
    [
        {},
        {"PUBLIC_URL": PUBLIC},
        {"PUBLIC_URL": f"{PUBLIC}/"},
        {"PUBLIC_URL": f"{PUBLIC}:8443"},
        {"PUBLIC_URL": f"{PUBLIC}/clinic"},
    ],
    ids=["loopback", "https", "slash", "port", "path"],
)
async def test_a_call_is_held_under_every_form_of_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, public: Mapping[str, str]
) -> None:
    async with (
        opened(tmp_path, monkeypatch, TWILIO_AUTH_TOKEN=TOKEN, **public) as house,
        asyncio.timeout(30),
        asyncio.TaskGroup() as group,
    ):
        placing = [group.create_task(held(house, doubts)) for doubts in FORMS]

    for doubts, task in zip(FORMS, placing, strict=True):
        report = task.result()
        assert report.errors == [], doubts
        assert (report.streams, report.outcome) == (1, "completed"), doubts
        assert report.heard, doubts


async def held(house: House, doubts: Doubts) -> CallReport:
    """A call that hears the greeting and hangs up."""
    options = house.options(doubts=doubts, parameters=LATE, quiet_ms=200)
    return await place_call(options, [Wait(0)])


async def test_a_signed_call_in_plain_mode_reaches_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": f"{PUBLIC}:8443/clinic"}
    async with opened(tmp_path, monkeypatch, streaming=False, **settings) as house:
        script = [Say("where can i park"), Say("can i speak to a person please")]
        report = await place_call(house.options(callee=Callee(), parameters=LATE), script)

    assert report.errors == []
    assert "free parking" in " ".join(report.said_by("receptionist"))
    assert any("Maple Street Clinic" in text for text in report.said_by("callee"))


async def audit(house: House) -> list[tuple[str, str]]:
    rows = (await house.get("audit"))["items"]
    return [(row["action"], row["subject"]) for row in rows]


async def test_a_call_signed_with_another_token_is_refused_and_kept_for_staff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TWILIO_AUTH_TOKEN=TOKEN) as house:
        options = house.options()
        wrong = {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}
        async with httpx.AsyncClient(trust_env=False) as client:
            answers = [
                await client.post(options.voice_url, data=CALL, headers=headers)
                for headers in ({}, wrong)
            ]
        rows = await audit(house)
        metrics = await page(house, "/metrics")

    assert [answer.status_code for answer in answers] == [403, 403]
    assert rows.count(("signature.refused", "/voice/incoming")) == 2
    assert "receptionist_signature_failures_total 2.0" in metrics
    assert ("call.arrived", f"call:{CALL['CallSid']}") not in rows


async def page(house: House, path: str) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{house.url}{path}")).text


async def stream_url(house: House) -> str:
    """A fresh stream's address, by a signed webhook."""
    options = house.options()
    headers = Signer(options.account.auth_token, Doubts()).webhook(options.voice_url, CALL)
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            options.addresses.dial(options.voice_url), data=CALL, headers=headers
        )
    assert answer.status_code == 200
    return "ws" + answer.text.split('url="ws')[1].split('"')[0]


async def upgrade(house: House, url: str, headers: Mapping[str, str]) -> int:
    """Open a stream and close it again; the HTTP status of the upgrade."""
    dialled = house.options().addresses.dial(url)
    try:
        async with websockets.connect(dialled, additional_headers=headers, proxy=None):
            return 101
    except websockets.InvalidStatus as refused:
        return refused.response.status_code


async def test_an_upgrade_without_twilios_signature_is_refused_and_leaves_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC}
    async with opened(tmp_path, monkeypatch, **settings) as house:
        url = await stream_url(house)
        genuine = Signer(TOKEN, Doubts()).stream(url)
        forged = Signer("another-token", Doubts()).stream(url)
        of_a_webhook = Signer(TOKEN, Doubts()).webhook(url.replace("wss", "https"), {})
        statuses = [
            await upgrade(house, url, headers)
            for headers in ({}, forged, of_a_webhook, genuine, genuine)
        ]
        rows = await audit(house)

    assert statuses == [403, 403, 403, 101, 403]
    assert rows.count(("signature.refused", "/voice/stream")) == 3
    assert ("stream.refused", "/voice/stream") in rows


async def test_a_token_that_is_late_or_unknown_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptionist.call.stream_tokens.LIFETIME", timedelta(seconds=-1))
    async with opened(tmp_path, monkeypatch) as house:
        late = await stream_url(house)
        unknown = late[: late.rindex("/")] + "/no-such-token"
        statuses = [await upgrade(house, url, {}) for url in (late, unknown)]
        rows = await audit(house)

    assert statuses == [403, 403]
    assert rows.count(("stream.refused", "/voice/stream")) == 2


async def test_without_a_token_a_proxy_on_this_machine_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch) as house:
        direct = await house.post("/voice/incoming", CALL)
        url = "ws" + direct.text.split('url="ws')[1].split('"')[0]
        behind = [{header: "127.0.0.1"} for header in FORWARDING_HEADERS]
        async with httpx.AsyncClient(trust_env=False) as client:
            address = f"{house.url}/voice/incoming"
            posted = [await client.post(address, data=CALL, headers=each) for each in behind]
        statuses = [await upgrade(house, url, headers) for headers in (*behind, {})]

    assert direct.status_code == 200
    assert {answer.status_code for answer in posted} == {403}
    assert statuses == [*(403 for _ in behind), 101]
