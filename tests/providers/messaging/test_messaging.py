"""What every way to send a text holds to, and what Twilio's adapter makes of Twilio."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from providers.messaging.embedded import EmbeddedMessaging
from providers.messaging.twilio import ADAPTER, TwilioMessaging
from receptionist.bootstrap.adapters import build_adapters
from receptionist.errors import (
    NumberRefused,
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from receptionist.ports.messaging import Messaging
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN
from tests.emulators.twilio_messages import TwilioMessagesEmulator, messages_emulator
from tests.texts.post import Post

PRACTICE, PHONE = "+12125550100", "+12125550123"
SERVICE = "MG" + "3" * 32


@pytest.fixture
async def emulator() -> AsyncIterator[TwilioMessagesEmulator]:
    async with messages_emulator() as emulator:
        yield emulator


@pytest.fixture
async def twilio(emulator: TwilioMessagesEmulator) -> AsyncIterator[TwilioMessaging]:
    adapter = TwilioMessaging(ACCOUNT_SID, AUTH_TOKEN, emulator.url, timeout=httpx.Timeout(0.5))
    yield adapter
    await adapter.close()


@pytest.fixture(params=["twilio", "embedded", "fake"])
async def messaging(request: pytest.FixtureRequest, twilio: TwilioMessaging) -> Messaging:
    if request.param == "fake":
        return Post()
    return twilio if request.param == "twilio" else EmbeddedMessaging()


class TestMessagingContract:
    async def test_each_text_has_an_id_of_its_own(self, messaging: Messaging) -> None:
        first = await messaging.send(PHONE, "Hello.", sender=PRACTICE)
        second = await messaging.send(PHONE, "Hello again.", sender=PRACTICE)

        assert first and second and first != second

    async def test_an_attempt_after_nothing_was_sent_sends(self, messaging: Messaging) -> None:
        since = datetime.now(UTC) - timedelta(days=1)

        assert await messaging.send(PHONE, "Hello.", sender=PRACTICE, unless_sent_since=since)

    async def test_a_working_service_passes_its_check(self, messaging: Messaging) -> None:
        await messaging.check()


async def test_a_text_goes_from_the_practice_with_its_status_wished(
    emulator: TwilioMessagesEmulator, twilio: TwilioMessaging
) -> None:
    sid = await twilio.send(PHONE, "Hello.", sender=PRACTICE, status_url="https://a.example/s")

    (sent,) = emulator.messages
    assert (sent["sid"], sent["from"], sent["to"], sent["body"]) == (sid, PRACTICE, PHONE, "Hello.")
    assert sent["status_callback"] == "https://a.example/s"


async def test_a_messaging_service_chooses_the_sender(emulator: TwilioMessagesEmulator) -> None:
    adapter = TwilioMessaging(ACCOUNT_SID, AUTH_TOKEN, emulator.url, messaging_service_sid=SERVICE)

    await adapter.send(PHONE, "Hello.", sender=PRACTICE)
    await adapter.close()

    (sent,) = emulator.messages
    assert (sent["messaging_service_sid"], sent["from"]) == (SERVICE, None)


@pytest.mark.parametrize("fault", ["opted out", "landline", "no number"])
async def test_a_number_that_cannot_be_texted_is_refused_for_good(
    emulator: TwilioMessagesEmulator, twilio: TwilioMessaging, fault: str
) -> None:
    emulator.opted_out = {PHONE} if fault == "opted out" else set()
    emulator.landlines = {PHONE} if fault == "landline" else set()

    with pytest.raises(NumberRefused) as caught:
        await twilio.send("12" if fault == "no number" else PHONE, "Hello.", sender=PRACTICE)

    assert not caught.value.retryable
    assert PHONE not in str(caught.value)


async def test_a_mistake_of_ours_is_not_blamed_on_the_number(twilio: TwilioMessaging) -> None:
    with pytest.raises(ProviderRefused, match="21603") as caught:
        await twilio.send(PHONE, "Hello.", sender="")

    assert not isinstance(caught.value, NumberRefused)


async def test_a_text_whose_answer_was_lost_is_not_sent_again(
    emulator: TwilioMessagesEmulator, twilio: TwilioMessaging
) -> None:
    emulator.lost_answers = 1
    since = datetime.now(UTC) - timedelta(hours=1)

    with pytest.raises(ProviderUnavailable):
        await twilio.send(PHONE, "Hello.", sender=PRACTICE)
    sid = await twilio.send(PHONE, "Hello.", sender=PRACTICE, unless_sent_since=since)

    assert emulator.phones[PHONE] == ["Hello."]
    assert sid == emulator.messages[0]["sid"]


async def test_an_older_text_of_the_same_words_does_not_count(
    emulator: TwilioMessagesEmulator, twilio: TwilioMessaging
) -> None:
    await twilio.send(PHONE, "Hello.", sender=PRACTICE)
    emulator.messages[0]["date_created"] = "Mon, 01 Mar 2021 10:00:00 +0000"

    since = datetime.now(UTC) - timedelta(hours=1)
    await twilio.send(PHONE, "Hello.", sender=PRACTICE, unless_sent_since=since)

    assert len(emulator.messages) == 2


async def test_a_text_that_failed_is_sent_again(
    emulator: TwilioMessagesEmulator, twilio: TwilioMessaging
) -> None:
    await twilio.send(PHONE, "Hello.", sender=PRACTICE)
    emulator.messages[0]["status"] = "failed"

    since = datetime.now(UTC) - timedelta(hours=1)
    await twilio.send(PHONE, "Hello.", sender=PRACTICE, unless_sent_since=since)

    assert len(emulator.messages) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429", ProviderLimited),
        ("500", ProviderUnavailable),
        ("503", ProviderUnavailable),
        ("hang", ProviderUnavailable),
        ("garbage", ProviderUnavailable),
    ],
)
async def test_faults_leave_as_our_errors(
    emulator: TwilioMessagesEmulator,
    twilio: TwilioMessaging,
    fault: str,
    error: type[ProviderError],
) -> None:
    emulator.fault = fault

    with pytest.raises(error) as caught:
        await twilio.send(PHONE, "Hello.", sender=PRACTICE)

    assert caught.value.retryable


async def test_a_suspended_account_fails_its_check(
    emulator: TwilioMessagesEmulator, twilio: TwilioMessaging
) -> None:
    emulator.account_status = "suspended"

    with pytest.raises(ProviderRefused, match="suspended"):
        await twilio.check()


def test_a_provider_that_is_none_is_named_with_those_there_are() -> None:
    problems: list[str] = []

    build_adapters("messaging", ["pigeon"], problems)

    assert problems == [
        "MESSAGING_PROVIDER='pigeon': is not an adapter; choose from: embedded, twilio"
    ]


def test_twilio_is_configured_by_sid_and_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_ACCOUNT_SID", raising=False)
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    without = ADAPTER.settings()
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT_SID)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
    monkeypatch.setenv("TWILIO_MESSAGING_SERVICE_SID", SERVICE)
    given = ADAPTER.settings()

    assert not ADAPTER.configured(without)
    assert ADAPTER.configured(given)
    assert given.messaging_service_sid == SERVICE
