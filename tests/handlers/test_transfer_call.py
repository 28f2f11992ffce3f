"""A caller is put through when there is somebody to put them through to."""

from datetime import datetime, timedelta

import pytest

from db import SqlDatabase
from receptionist.ports.function_handler import TransferCaller
from tests.handlers.clinic import NEW_YORK, NOW, Clinic, open_clinic

TRANSFER = "transfer_call"


async def test_in_opening_hours_the_line_is_asked_to_transfer(clinic: Clinic) -> None:
    result = await clinic.ask(TRANSFER, reason=" a billing question ")

    assert result.content == {"ok": True}
    assert result.effect == TransferCaller("a billing question")
    assert result.outcome is None


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 3, 1, 12, 30, tzinfo=NEW_YORK),
        datetime(2027, 3, 1, 8, 59, tzinfo=NEW_YORK),
        datetime(2027, 3, 1, 17, 0, tzinfo=NEW_YORK),
        datetime(2027, 3, 5, 10, tzinfo=NEW_YORK),
        datetime(2027, 3, 6, 10, tzinfo=NEW_YORK),
    ],
)
async def test_out_of_hours_a_message_is_advised(clinic: Clinic, now: datetime) -> None:
    result = await clinic.ask(TRANSFER, clinic.facts(now=now), reason="help")

    assert result.content["ok"] is False
    assert "closed" in result.content["error"]
    assert "message" in result.content["error"]
    assert result.effect is None


async def test_the_first_and_last_minute_of_opening_hours_count(clinic: Clinic) -> None:
    first = clinic.facts(now=NOW.replace(hour=9))
    last = clinic.facts(now=NOW.replace(hour=17) - timedelta(minutes=1))

    for facts in (first, last):
        assert (await clinic.ask(TRANSFER, facts, reason="help")).content["ok"] is True


async def test_without_a_number_a_message_is_advised(database: SqlDatabase) -> None:
    clinic = await open_clinic(database, transfer_number=None)

    result = await clinic.ask(TRANSFER, reason="help")

    assert result.content["ok"] is False
    assert "message" in result.content["error"]
    assert result.effect is None


async def test_on_a_channel_without_a_line_a_message_is_advised(clinic: Clinic) -> None:
    result = await clinic.ask(TRANSFER, clinic.facts(can_transfer=False), reason="help")

    assert result.content["ok"] is False
    assert result.effect is None
