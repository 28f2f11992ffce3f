"""What `doctor` finds, and what it says to do about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.commands.secure import certificate, reachable_from_outside
from tests.commands.terminal import Terminal
from tests.emulators import deepgram, elevenlabs, twilio
from tests.emulators.openai import OpenAIEmulator

NUMBER = "+15550100"
OPENAI_KEY = "sk-hush"
TWILIO = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"


@dataclass(frozen=True, slots=True)
class Account:
    """A terminal whose settings name every vendor, and the vendors."""

    terminal: Terminal
    deepgram: deepgram.DeepgramEmulator
    elevenlabs: elevenlabs.ElevenLabsEmulator
    twilio: twilio.TwilioEmulator


@pytest.fixture
async def account(loaded: Terminal) -> AsyncIterator[Account]:
    file = certificate(loaded.directory)
    async with (
        deepgram.deepgram_emulator() as ear,
        elevenlabs.elevenlabs_emulator() as voice,
        OpenAIEmulator(api_key=OPENAI_KEY) as model,
        twilio.twilio_emulator() as phone,
        reachable_from_outside(file) as public_url,
    ):
        loaded.settings |= {
            "DEEPGRAM_API_KEY": deepgram.KEY,
            "DEEPGRAM_BASE_URL": ear.url,
            "ELEVENLABS_API_KEY": elevenlabs.KEY,
            "ELEVENLABS_BASE_URL": voice.url,
            "OPENAI_API_KEY": OPENAI_KEY,
            "OPENAI_BASE_URL": model.base_url,
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": twilio.AUTH_TOKEN,
            "TWILIO_BASE_URL": phone.url,
            "PUBLIC_URL": public_url,
            "SSL_CERT_FILE": str(file),
        }
        phone.own_number(NUMBER)
        yield Account(loaded, ear, voice, phone)


def findings(lines: list[str]) -> dict[str, tuple[str, str]]:
    """Sign and words of each subject."""
    found = {}
    for line in lines:
        sign, subject = line[:4].strip(), line[6:].partition(": ")
        found[subject[0]] = (sign, subject[2])
    return found


async def test_without_a_key_everything_that_is_needed_is_there(loaded: Terminal) -> None:
    ran = await loaded.run("doctor")

    found = findings(ran.lines)
    assert ran.code == 0
    assert found.pop("telephone")[0] == "note"
    assert {sign for sign, _ in found.values()} == {"ok"}
    assert found["practice"][1] == "Maple Street Clinic"
    assert "plain mode" in found["line"][1]
    assert "DEEPGRAM_API_KEY" in found["line"][1]


async def test_in_an_empty_folder_a_practice_is_missing(terminal: Terminal) -> None:
    ran = await terminal.run("doctor")

    assert ran.code == 1
    assert findings(ran.lines)["practice"] == (
        "FAIL",
        "none is loaded; run receptionist practice load FILE",
    )


async def test_with_every_vendor_well_and_the_number_connected_all_is_ok(account: Account) -> None:
    connected = await account.terminal.run("connect", NUMBER)

    ran = await account.terminal.run("doctor")

    found = findings(ran.lines)
    assert connected.code == 0
    assert ran.code == 0, ran.out
    assert {sign for sign, _ in found.values()} == {"ok"}
    for subject in ("hearing (deepgram)", "thinking (openai)", "speaking (elevenlabs)"):
        assert found[subject] == ("ok", "answered")
    assert found[f"number {NUMBER}"] == ("ok", "its calls come to this server")
    assert "streamed" in found["line"][1]


@pytest.mark.parametrize(
    ("setting", "subject", "check"),
    [
        ("DEEPGRAM_API_KEY", "hearing (deepgram)", "DEEPGRAM_API_KEY"),
        ("OPENAI_API_KEY", "thinking (openai)", "OPENAI_API_KEY"),
        ("ELEVENLABS_API_KEY", "speaking (elevenlabs)", "ELEVENLABS_API_KEY"),
        ("TWILIO_AUTH_TOKEN", "telephone (twilio)", TWILIO),
    ],
)
async def test_a_wrong_key_is_named_with_its_setting_and_never_shown(
    account: Account, setting: str, subject: str, check: str
) -> None:
    ran = await account.terminal.run("doctor", **{setting: "wrong-hush"})

    assert ran.code == 1
    assert findings(ran.lines)[subject] == (
        "FAIL",
        f"refused the key (HTTP 401); check {check}",
    )
    assert "hush" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("setting", "subject"),
    [
        ("DEEPGRAM_BASE_URL", "hearing (deepgram)"),
        ("OPENAI_BASE_URL", "thinking (openai)"),
        ("ELEVENLABS_BASE_URL", "speaking (elevenlabs)"),
        ("TWILIO_BASE_URL", "telephone (twilio)"),
    ],
)
async def test_a_vendor_that_is_away_is_named(account: Account, setting: str, subject: str) -> None:
    ran = await account.terminal.run("doctor", **{setting: "http://127.0.0.1:9"})

    sign, words = findings(ran.lines)[subject]
    assert sign == "FAIL"
    assert words.startswith("cannot be reached")
    assert ran.code == 1


async def test_a_quota_that_is_used_up_is_said_to_be_one(account: Account) -> None:
    account.elevenlabs.fault = "quota"
    account.twilio.fault = "429"

    found = findings((await account.terminal.run("doctor")).lines)

    for subject in ("speaking (elevenlabs)", "telephone (twilio)"):
        sign, words = found[subject]
        assert sign == "FAIL"
        assert "over its rate limit or quota" in words


async def test_a_number_that_points_elsewhere_is_told_how_to_be_connected(
    account: Account,
) -> None:
    ran = await account.terminal.run("doctor")

    assert ran.code == 1
    assert findings(ran.lines)[f"number {NUMBER}"] == (
        "FAIL",
        f"points elsewhere; run receptionist connect {NUMBER}",
    )


async def test_texts_that_go_elsewhere_are_a_note_and_no_failure(account: Account) -> None:
    await account.terminal.run("connect", NUMBER)
    (number,) = account.twilio.numbers.values()
    number["sms_url"] = "https://demo.twilio.com"

    ran = await account.terminal.run("doctor")

    assert ran.code == 0
    (note,) = [line for line in ran.lines if line.startswith("note")]
    assert f"texts to it go elsewhere; run receptionist connect {NUMBER}" in note


async def test_without_a_phone_company_texts_are_said_to_stay_here(loaded: Terminal) -> None:
    found = findings((await loaded.run("doctor")).lines)

    assert found["texting (embedded)"][1].startswith("texts are kept in the database and sent to")


async def test_a_number_of_another_account_is_named(account: Account) -> None:
    account.twilio.numbers.clear()

    found = findings((await account.terminal.run("doctor")).lines)

    assert found[f"number {NUMBER}"] == ("FAIL", "is not a number of this Twilio account")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://reception.example.com", "set PUBLIC_URL to the https address"),
        ("https://127.0.0.1:9", "does not answer (ConnectError); is the server up?"),
    ],
)
async def test_a_public_address_that_cannot_work_is_named(
    account: Account, address: str, words: str
) -> None:
    ran = await account.terminal.run("doctor", PUBLIC_URL=address)

    sign, said = findings(ran.lines)["public address"]
    assert sign == "FAIL"
    assert words in said
    assert ran.code == 1


async def test_a_server_that_is_not_well_is_named(account: Account) -> None:
    file = account.terminal.directory / "certificate.pem"
    async with reachable_from_outside(file, status=502) as address:
        ran = await account.terminal.run("doctor", PUBLIC_URL=address)

    assert findings(ran.lines)["public address"][0] == "FAIL"
    assert "answers 502" in ran.out


async def test_a_database_that_cannot_be_opened_is_one_finding_among_others(
    account: Account,
) -> None:
    away = "postgresql://clinic:hush@127.0.0.1:9/clinic"

    ran = await account.terminal.run("doctor", DATABASE_URL=away)

    found = findings(ran.lines)
    assert found["database"][0] == "FAIL"
    assert "cannot be opened" in found["database"][1]
    assert found["thinking (openai)"][0] == "ok"
    assert "hush" not in ran.out
