"""`connect` points a number at this server, and says what still is missing."""

from collections.abc import AsyncIterator

import pytest

from tests.commands.terminal import Terminal
from tests.emulators import twilio
from tests.emulators.twilio import TwilioEmulator

NUMBER = "+15550100"
PUBLIC = "https://reception.example.com"


@pytest.fixture
async def emulator(loaded: Terminal) -> AsyncIterator[TwilioEmulator]:
    async with twilio.twilio_emulator() as emulator:
        loaded.settings |= {
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": twilio.AUTH_TOKEN,
            "TWILIO_BASE_URL": emulator.url,
            "PUBLIC_URL": PUBLIC,
        }
        emulator.own_number(NUMBER, voice_url="https://demo.example", trunk_sid="TK1")
        yield emulator


def only_number(emulator: TwilioEmulator) -> dict:
    (number,) = emulator.numbers.values()
    return number


async def test_voice_fallback_and_status_come_here_and_nothing_wins_over_them(
    loaded: Terminal, emulator: TwilioEmulator
) -> None:
    ran = await loaded.run("connect", NUMBER)

    number = only_number(emulator)
    assert ran.code == 0
    assert number["voice_url"] == f"{PUBLIC}/voice/incoming"
    assert number["voice_fallback_url"] == f"{PUBLIC}/voice/fallback"
    assert number["status_callback"] == f"{PUBLIC}/voice/status"
    assert number["voice_method"] == number["voice_fallback_method"] == "POST"
    assert number["trunk_sid"] == number["voice_application_sid"] == ""
    assert ran.lines == [
        f"calls to {NUMBER} now come to {PUBLIC}",
        "Maple Street Clinic answers it",
    ]
    assert ran.err == ""


async def test_a_path_and_a_port_of_the_public_address_are_kept(
    loaded: Terminal, emulator: TwilioEmulator
) -> None:
    await loaded.run("connect", NUMBER, PUBLIC_URL="https://example.com:8443/clinic/")

    wanted = "https://example.com:8443/clinic/voice/incoming"
    assert only_number(emulator)["voice_url"] == wanted


async def test_a_number_of_another_account_is_refused(
    loaded: Terminal, emulator: TwilioEmulator
) -> None:
    ran = await loaded.run("connect", "+15550999")

    assert ran.code == 1
    assert ran.err == "+15550999 is not a number of this Twilio account\n"
    assert only_number(emulator)["voice_url"] == "https://demo.example"


async def test_a_number_no_practice_answers_is_connected_and_named(
    loaded: Terminal, emulator: TwilioEmulator
) -> None:
    emulator.own_number("+15550200")

    ran = await loaded.run("connect", "+15550200")

    assert ran.code == 0
    assert "no practice answers +15550200 yet" in ran.out


async def test_without_a_public_address_nothing_is_changed(
    loaded: Terminal, emulator: TwilioEmulator
) -> None:
    ran = await loaded.run("connect", NUMBER, PUBLIC_URL="")

    assert ran.code == 1
    assert "PUBLIC_URL: is not set" in ran.err
    assert emulator.requests == []


async def test_an_address_without_https_is_warned_about(
    loaded: Terminal, emulator: TwilioEmulator
) -> None:
    ran = await loaded.run("connect", NUMBER, PUBLIC_URL="http://reception.example.com")

    assert "PUBLIC_URL='http://reception.example.com' is not https" in ran.err


async def test_a_wrong_token_is_one_sentence(loaded: Terminal, emulator: TwilioEmulator) -> None:
    ran = await loaded.run("connect", NUMBER, TWILIO_AUTH_TOKEN="wrong-hush")

    assert ran.code == 1
    check = "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
    assert ran.err == f"twilio: refused the key (HTTP 401); {check}\n"


async def test_a_suspended_account_is_said_to_be_one(
    loaded: Terminal, emulator: TwilioEmulator
) -> None:
    emulator.account_status = "suspended"

    ran = await loaded.run("connect", NUMBER)

    assert ran.code == 1
    assert "the account is suspended" in ran.err
    assert only_number(emulator)["voice_url"] == "https://demo.example"


async def test_without_an_account_it_says_what_to_set(loaded: Terminal) -> None:
    ran = await loaded.run("connect", NUMBER, PUBLIC_URL=PUBLIC)

    assert ran.code == 1
    assert "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" in ran.err
