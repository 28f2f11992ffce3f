"""Hanging up is asked of the line, which does it once the goodbye has been heard."""

from receptionist.ports.function_handler import EndCall
from tests.handlers.clinic import Clinic


async def test_the_line_is_asked_to_hang_up(clinic: Clinic) -> None:
    result = await clinic.ask("end_call")

    assert result.content == {"ok": True}
    assert result.effect == EndCall()
    assert result.outcome is None


async def test_nothing_is_written_down(clinic: Clinic) -> None:
    await clinic.ask("end_call")

    assert await clinic.audit() == []
    assert await clinic.messages() == []
