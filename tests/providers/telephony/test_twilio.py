"""What the Twilio adapter asks and what it makes of the answers."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from providers.telephony.embedded import EmbeddedTelephony
from providers.telephony.twilio import ADAPTER, TwilioTelephony
from receptionist.errors import NotFound, ProviderLimited, ProviderRefused, ProviderUnavailable
from receptionist.ports.telephony import NumberWebhooks, TelephonyControl
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioEmulator, twilio_emulator

CALL_SID = "CA" + "2" * 32
NUMBER = "+15550100"
WANTED = NumberWebhooks(NUMBER, "https://a.example/v", "https://a.example/f", "https://a.example/s")


@pytest.fixture
async def emulator() -> AsyncIterator[TwilioEmulator]:
    async with twilio_emulator() as emulator:
        yield emulator


@pytest.fixture
async def twilio(emulator: TwilioEmulator) -> AsyncIterator[TwilioTelephony]:
    adapter = TwilioTelephony(ACCOUNT_SID, AUTH_TOKEN, emulator.url, timeout=httpx.Timeout(0.5))
    yield adapter
    await adapter.close()


@pytest.fixture(params=["twilio", "embedded"])
async def control(request: pytest.FixtureRequest, twilio: TwilioTelephony) -> TelephonyControl:
    return twilio if request.param == "twilio" else EmbeddedTelephony()


class TestTelephonyContract:
    async def test_ending_a_call_that_is_over_is_no_error(self, control: TelephonyControl) -> None:
        await control.hang_up(CALL_SID)

    async def test_a_number_of_someone_else_has_no_webhooks(
        self, control: TelephonyControl
    ) -> None:
        assert await control.webhooks("+15550199") is None

    async def test_a_number_of_someone_else_cannot_be_connected(
        self, control: TelephonyControl
    ) -> None:
        with pytest.raises((NotFound, ProviderRefused)):
            await control.connect_number(WANTED)

    async def test_a_working_service_passes_its_check(self, control: TelephonyControl) -> None:
        await control.check()


async def test_hang_up_completes_the_call(
    emulator: TwilioEmulator, twilio: TwilioTelephony
) -> None:
    emulator.add_call(CALL_SID)

    await twilio.hang_up(CALL_SID)

    assert emulator.calls[CALL_SID]["status"] == "completed"


async def test_a_connected_number_points_here(
    emulator: TwilioEmulator, twilio: TwilioTelephony
) -> None:
    emulator.own_number(NUMBER, voice_url="https://demo.twilio.com", voice_application_sid="AP1")

    await twilio.connect_number(WANTED)

    assert await twilio.webhooks(NUMBER) == WANTED
    assert next(iter(emulator.numbers.values()))["voice_application_sid"] == ""


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
    emulator: TwilioEmulator, twilio: TwilioTelephony, fault: str, error: type[Exception]
) -> None:
    emulator.fault = fault

    with pytest.raises(error):
        await twilio.check()


async def test_a_wrong_token_is_refused(emulator: TwilioEmulator) -> None:
    adapter = TwilioTelephony(ACCOUNT_SID, "wrong", emulator.url)

    with pytest.raises(ProviderRefused, match="20003"):
        await adapter.check()

    await adapter.close()


async def test_an_unreachable_server_is_unavailable() -> None:
    adapter = TwilioTelephony(ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:9")

    with pytest.raises(ProviderUnavailable):
        await adapter.webhooks(NUMBER)

    await adapter.close()


async def test_a_suspended_account_fails_its_check(
    emulator: TwilioEmulator, twilio: TwilioTelephony
) -> None:
    emulator.account_status = "suspended"

    with pytest.raises(ProviderRefused, match="suspended"):
        await twilio.check()


async def test_numbers_stay_out_of_logs(
    emulator: TwilioEmulator, twilio: TwilioTelephony, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "root"):
        await twilio.webhooks(NUMBER)

    assert not [r for r in caplog.records if r.name.startswith("twilio")]


def test_twilio_is_configured_by_sid_and_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT_SID)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", AUTH_TOKEN)

    settings = ADAPTER.settings()

    assert ADAPTER.configured(settings)
    assert AUTH_TOKEN not in repr(settings)
