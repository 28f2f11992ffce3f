"""What every function a model may call has in common."""

import pkgutil
from importlib import import_module

import pytest

import handlers
from receptionist.ports.function_handler import FunctionHandler

ARGUMENTS = {
    "answer_faq": ["question"],
    "check_availability": [
        "service",
        "date_from",
        "date_to?",
        "practitioner?",
        "part_of_day?",
    ],
    "schedule_appointment": [
        "service",
        "start",
        "caller_name",
        "phone?",
        "date_of_birth?",
        "practitioner?",
        "notes?",
    ],
    "find_appointments": ["caller_name", "date_of_birth?", "phone?"],
    "reschedule_appointment": ["appointment_id", "start"],
    "cancel_appointment": ["appointment_id"],
    "join_waiting_list": [
        "service",
        "caller_name",
        "phone?",
        "date_from?",
        "date_to?",
        "practitioner?",
    ],
    "take_message": ["caller_name", "phone?", "message", "urgency", "recipient?"],
    "transfer_call": ["reason"],
    "end_call": [],
}
CHANGING = {
    "schedule_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "join_waiting_list",
    "take_message",
}


def every_handler() -> list[FunctionHandler]:
    names = [m.name for m in pkgutil.iter_modules(handlers.__path__) if m.name[0] != "_"]
    return [import_module(f"handlers.{name}").HANDLER for name in names]


def test_the_functions_are_those_of_the_interface() -> None:
    assert {handler.name for handler in every_handler()} == set(ARGUMENTS)


@pytest.mark.parametrize("handler", every_handler(), ids=lambda handler: handler.name)
def test_arguments_are_those_of_the_interface(handler: FunctionHandler) -> None:
    fields = handler.Arguments.model_fields
    named = {name if field.is_required() else f"{name}?" for name, field in fields.items()}

    assert set(ARGUMENTS[handler.name]) <= named
    assert {name for name in named if not name.endswith("?")} <= set(ARGUMENTS[handler.name])


@pytest.mark.parametrize("handler", every_handler(), ids=lambda handler: handler.name)
def test_a_function_says_what_it_does_and_whether_it_changes_the_world(
    handler: FunctionHandler,
) -> None:
    assert len(handler.description) > 40
    assert handler.changes_world is (handler.name in CHANGING)
    assert not handler.changes_world or handler.filler
