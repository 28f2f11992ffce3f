"""The appointments table as the only calendar."""

from datetime import UTC, datetime

import pytest

from providers.calendar.embedded import ADAPTER, EmbeddedCalendar
from receptionist.errors import ProviderRefused
from tests.providers.calendar.contract import LEE, TEN, CalendarContract, appointment


@pytest.fixture
def calendar() -> EmbeddedCalendar:
    return EmbeddedCalendar()


class TestEmbeddedContract(CalendarContract):
    pass


async def test_nothing_is_ever_told_to_be_gone(calendar: EmbeddedCalendar) -> None:
    await calendar.put(LEE, appointment())

    changes = await calendar.changes(LEE, None, since=TEN)

    assert not changes.full


async def test_there_is_nothing_to_watch(calendar: EmbeddedCalendar) -> None:
    with pytest.raises(ProviderRefused, match="nothing to watch"):
        await calendar.watch(LEE, "c1", "https://a.example", "t", datetime(2026, 3, 9, tzinfo=UTC))


async def test_the_check_names_calendars_that_are_not_connected(calendar: EmbeddedCalendar) -> None:
    assert await calendar.check() == {}
    assert "GOOGLE_APPLICATION_CREDENTIALS" in (await calendar.check([LEE]))[LEE]


def test_it_needs_no_setting() -> None:
    settings = ADAPTER.settings()

    assert ADAPTER.configured(settings)
    assert ADAPTER.build(settings).name == "embedded"
