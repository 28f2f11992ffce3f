"""Existing appointments: found, moved and cancelled by the one they belong to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from receptionist.commands.administration import upgrade
from receptionist.line.line import place_call
from receptionist.line.script import Say
from tests.servers import BOTH, postgresql
from tests.whole_calls.house import NEVER_OPEN, House, environment, open_house

pytestmark = pytest.mark.call
BOOKING = (
    "book me a check-up tomorrow morning",
    "the first one",
    "my name is Anna Smith",
    "yes please",
    "no thank you goodbye",
)


@pytest.fixture(params=BOTH)
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    if request.param == "sqlite":
        async with open_house() as opened:
            yield opened
        return
    async with postgresql() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        await upgrade(quiet=True)
        async with open_house() as opened:
            yield opened


async def talk(house: House, *says: str, **options: object) -> tuple[str, dict]:
    report = await place_call(house.options(**options), [Say(text) for text in says])
    stored = await house.get(f"calls/{report.call_sid}")
    return " ".join(report.said_by("receptionist")), stored


async def appointments(house: House) -> list[dict]:
    return (await house.get("appointments"))["items"]


async def test_an_appointment_is_moved_by_whoever_it_belongs_to(house: House) -> None:
    await talk(house, *BOOKING)
    before = (await appointments(house))[0]

    said, stored = await talk(
        house,
        "i need to move my appointment",
        "anna smith",
        "tomorrow afternoon",
        "the first one",
        "yes please",
        "no thanks bye",
    )

    after = (await appointments(house))[0]
    assert after["id"] == before["id"], said
    assert after["start"] != before["start"]
    assert after["status"] == "booked"
    assert stored["outcome"] == "moved"


async def test_an_appointment_is_cancelled_after_a_yes(house: House) -> None:
    await talk(house, *BOOKING)

    said, stored = await talk(
        house, "please cancel my appointment", "anna smith", "yes", "no thanks bye"
    )

    assert (await appointments(house))[0]["status"] == "cancelled", said
    assert stored["outcome"] == "cancelled"


async def test_without_a_yes_it_stays(house: House) -> None:
    await talk(house, *BOOKING)

    await talk(house, "please cancel my appointment", "anna smith", "no", "goodbye")

    assert (await appointments(house))[0]["status"] == "booked"


async def test_somebody_elses_appointment_is_not_read_out(house: House) -> None:
    await talk(house, *BOOKING)

    said, _ = await talk(
        house,
        "please cancel my appointment",
        "anna smith",
        "the first of may nineteen ninety",
        from_number="+15550199",
    )

    assert "Check-up" not in said
    assert (await appointments(house))[0]["status"] == "booked"


async def test_a_time_that_is_taken_is_not_offered_to_the_next_caller(house: House) -> None:
    for _ in range(3):
        await talk(house, *BOOKING)

    taken = [(a["practitioner"], a["start"]) for a in await appointments(house)]
    assert len(taken) == 3
    assert len(set(taken)) == 3


async def test_out_of_hours_a_person_is_not_rung_and_a_message_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path, hours=NEVER_OPEN).items():
        monkeypatch.setenv(name, value)
    async with open_house() as house:
        report = await place_call(house.options(), [Say("can i talk to a person")])

    assert report.said_by("callee") == []
    assert "message" in " ".join(report.said_by("receptionist"))
