"""What was done, in plain words, whatever a function answered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.action_cards import action_card

NAMES = [
    "answer_faq",
    "check_availability",
    "schedule_appointment",
    "find_appointments",
    "reschedule_appointment",
    "cancel_appointment",
    "take_message",
    "transfer_call",
    "end_call",
    "order_taxi",
]
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
JSON = (
    PLAIN
    | st.lists(PLAIN, max_size=3)
    | st.dictionaries(st.sampled_from(["start", "service"]), PLAIN)
    | st.lists(st.dictionaries(st.sampled_from(["start", "service"]), PLAIN), max_size=3)
)
KEYS = st.sampled_from(
    ["ok", "start", "service", "practitioner", "slots", "appointments", "appointment", "date_from"]
)


@pytest.mark.parametrize(
    ("name", "arguments", "result", "words"),
    [
        (
            "schedule_appointment",
            {"service": "Check-up", "start": "2026-11-24T10:30:00-05:00"},
            {"ok": True, "appointment": {"practitioner": "Dr. Lee"}},
            "Booked: Check-up, Tue 24 Nov 10:30 with Dr. Lee",
        ),
        (
            "schedule_appointment",
            {"service": "Check-up", "start": "2026-11-24T10:30:00-05:00"},
            {"ok": False, "error": "taken"},
            "Not booked: Check-up, Tue 24 Nov 10:30",
        ),
        (
            "reschedule_appointment",
            {"appointment_id": "a1", "start": "2026-11-25T09:05:00-05:00"},
            {"ok": True, "service": "Check-up"},
            "Moved: Check-up, Wed 25 Nov 09:05",
        ),
        ("cancel_appointment", {"appointment_id": "a1"}, {"ok": True}, "Cancelled: "),
        (
            "take_message",
            {"caller_name": "Ana", "recipient": "Dr. Lee", "urgency": "urgent"},
            {"ok": True},
            "Urgent message taken: from Ana for Dr. Lee",
        ),
        (
            "check_availability",
            {"date_from": "2026-11-24"},
            {"ok": True, "slots": []},
            "No free times: Tue 24 Nov",
        ),
        (
            "find_appointments",
            {"caller_name": "Ana"},
            {"ok": True, "appointments": [{"service": "Check-up", "start": "2026-11-24T10:30"}]},
            "Found: Check-up, Tue 24 Nov 10:30",
        ),
        ("order_taxi", {}, {"ok": True}, "Order taxi: "),
    ],
)
def test_an_action_is_told_in_plain_words(
    name: str, arguments: dict[str, Any], result: dict[str, Any], words: str
) -> None:
    card = action_card(name, arguments, result)

    assert f"{card.title}: {card.detail}" == words


@given(
    name=st.sampled_from(NAMES),
    arguments=st.dictionaries(KEYS, JSON),
    result=st.dictionaries(KEYS, JSON),
)
def test_no_result_is_too_strange_for_a_card(
    name: str, arguments: dict[str, Any], result: dict[str, Any]
) -> None:
    card = action_card(name, arguments, result)

    assert card.title
