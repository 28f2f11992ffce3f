"""Arguments as models write them."""

import json

import pytest

from receptionist.conversation.arguments import specification, validated
from receptionist.errors import InvalidArguments
from receptionist.ports.language_model import ToolCall
from tests.conversation.fakes import NOW, Handlers

HANDLERS = Handlers()
GOOD = {"service": "Check-up", "start": "2026-03-10T10:00", "caller_name": "Ann Poe"}


def call(arguments: object, name: str = "schedule_appointment") -> ToolCall:
    return ToolCall("c", name, arguments if isinstance(arguments, str) else json.dumps(arguments))


def test_good_arguments_become_values() -> None:
    handler, arguments = validated(call(GOOD), HANDLERS, NOW)

    assert handler.name == "schedule_appointment"
    assert arguments.model_dump()["service"] == "Check-up"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"service": "Check', "not valid JSON"),
        ("[1]", "one JSON object"),
        ({"service": "Check-up"}, "needs: service, start, caller_name"),
        ({**GOOD, "start": "soon"}, "start"),
        ({**GOOD, "service": 7}, "service"),
        ({**GOOD, "caller_name": None}, "caller_name"),
        ({**GOOD, "start": "2026-03-09T09:59"}, "in the past"),
        ({**GOOD, "start": "2026-03-09T09:59-04:00"}, "in the past"),
        ({**GOOD, "start": "2025-03-10"}, "in the past"),
    ],
)
def test_what_is_wrong_is_told_to_the_model(arguments: object, told: str) -> None:
    with pytest.raises(InvalidArguments, match=told):
        validated(call(arguments), HANDLERS, NOW)


def test_an_unknown_function_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidArguments, match="answer_faq"):
        validated(call({}, "conjure"), HANDLERS, NOW)


def test_no_arguments_at_all_are_an_empty_object() -> None:
    assert validated(call("", "end_call"), HANDLERS, NOW)[0].name == "end_call"


def test_a_search_may_begin_today() -> None:
    validated(call({**GOOD, "date_from": "2026-03-09"}), HANDLERS, NOW)


def test_the_specification_is_a_plain_object_schema() -> None:
    spec = specification(HANDLERS["schedule_appointment"])

    assert spec.parameters["type"] == "object"
    assert "title" not in json.dumps(dict(spec.parameters))
