"""What the Twilio adapter asks and what it makes of the answers."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from providers.telephony.embedded import EmbeddedTelephony
from providers.telephony.twilio import ADAPTER, LARGEST_RECORDING, TwilioTelephony
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


async def test_texts_to_a_connected_number_come_here_too(
    emulator: TwilioEmulator, twilio: TwilioTelephony
) -> None:
    emulator.own_number(NUMBER, sms_url="https://demo.twilio.com", sms_application_sid="AP1")

    await twilio.connect_number(replace(WANTED, texts_url="https://a.example/t"))

    found = await twilio.webhooks(NUMBER)
    assert found is not None and found.texts_url == "https://a.example/t"
    (number,) = emulator.numbers.values()
    assert (number["sms_method"], number["sms_application_sid"]) == ("POST", "")


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


class TestCallingBack:
    async def test_a_call_is_made_whose_words_are_ours(
        self, emulator: TwilioEmulator, twilio: TwilioTelephony
    ) -> None:
        sid = await twilio.place_call(
            "+15550177",
            sender=NUMBER,
            answered_url="https://a.example/answered?message=m1",
            ended_url="https://a.example/ended",
        )

        method, path, form = emulator.requests[-1]
        assert (method, path.rpartition("/")[2]) == ("POST", "Calls.json")
        assert (form["To"], form["From"]) == ("+15550177", NUMBER)
        assert form["Url"] == "https://a.example/answered?message=m1"
        assert form["StatusCallback"] == "https://a.example/ended"
        assert emulator.calls[sid]["status"] == "queued"

    async def test_without_a_phone_company_nobody_is_rung(self) -> None:
        with pytest.raises(ProviderRefused):
            await EmbeddedTelephony().place_call(
                "+15550177", sender=NUMBER, answered_url="https://a", ended_url="https://b"
            )


class TestRecordings:
    async def test_a_recording_is_fetched_with_the_accounts_key(
        self, emulator: TwilioEmulator, twilio: TwilioTelephony
    ) -> None:
        emulator.recordings["RE1"] = b"ID3 sound"

        assert await twilio.recording("RE1") == b"ID3 sound"
        with pytest.raises(ProviderRefused):
            await twilio.recording("RE2")

    async def test_a_recording_comes_in_the_form_that_is_asked_for(
        self, emulator: TwilioEmulator, twilio: TwilioTelephony
    ) -> None:
        emulator.recordings["RE1"] = b"RIFF"

        assert await twilio.recording("RE1", "wav") == b"RIFF"
        assert emulator.requests[-1][1].endswith("/Recordings/RE1.wav")

    async def test_a_recording_without_end_is_not_read_to_its_end(
        self, emulator: TwilioEmulator, twilio: TwilioTelephony
    ) -> None:
        emulator.recordings["RE1"] = bytes(LARGEST_RECORDING + 1)

        with pytest.raises(ProviderRefused, match="larger"):
            await twilio.recording("RE1")

    async def test_a_recording_is_deleted_and_again_is_no_error(
        self, emulator: TwilioEmulator, twilio: TwilioTelephony
    ) -> None:
        emulator.recordings["RE1"] = b"ID3 sound"

        await twilio.delete_recording("RE1")
        await twilio.delete_recording("RE1")

        assert emulator.recordings == {}

    @pytest.mark.parametrize("fault", ["500", "hang"])
    async def test_faults_leave_as_our_errors(
        self, emulator: TwilioEmulator, twilio: TwilioTelephony, fault: str
    ) -> None:
        emulator.fault = fault

        with pytest.raises(ProviderUnavailable):
            await twilio.recording("RE1")
        with pytest.raises(ProviderUnavailable):
            await twilio.delete_recording("RE1")
