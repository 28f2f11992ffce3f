"""Event ids made from appointments' ids."""

import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from receptionist.ports.calendar import EVENT_ID_PREFIX, event_id_for


@given(st.text(min_size=1, max_size=100))
def test_every_event_id_is_one_google_takes_and_is_recognisably_ours(appointment_id: str) -> None:
    event_id = event_id_for(appointment_id)

    assert re.fullmatch(r"[a-v0-9]{5,1024}", event_id)
    assert event_id.startswith(EVENT_ID_PREFIX)
    assert event_id == event_id_for(appointment_id)


@given(st.tuples(st.text(min_size=1), st.text(min_size=1)).filter(lambda pair: pair[0] != pair[1]))
def test_two_appointments_never_share_an_event_id(pair: tuple[str, str]) -> None:
    assert event_id_for(pair[0]) != event_id_for(pair[1])


@given(st.uuids())
def test_an_appointments_own_id_can_be_read_in_it(appointment: UUID) -> None:
    assert event_id_for(appointment.hex).endswith(appointment.hex)


def test_each_generation_is_another_id() -> None:
    assert len({event_id_for("a" * 32, generation) for generation in range(20)}) == 20
