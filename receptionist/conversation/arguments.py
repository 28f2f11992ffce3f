"""Arguments of a function call, as the model wrote them, made into values or refused.

A refusal is a sentence for the model that names what was wrong and what would
be right, so that it can try again without the caller noticing.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import FunctionHandler
from receptionist.ports.language_model import ToolCall, ToolSpec

FUTURE_FIELDS = ("start", "date_from", "date_to")
"""Arguments that only make sense from now on."""


def specification(handler: FunctionHandler) -> ToolSpec:
    """What the model is told about the function."""
    schema = _without_titles(handler.Arguments.model_json_schema())
    schema.pop("description", None)
    schema.setdefault("properties", {})
    return ToolSpec(handler.name, handler.description, schema)


def validated(
    call: ToolCall, handlers: Mapping[str, FunctionHandler], now: datetime
) -> tuple[FunctionHandler, BaseModel]:
    """The handler and its checked arguments. Raises `InvalidArguments`.

    `now` is aware, in the practice's zone.
    """
    handler = handlers.get(call.name)
    if handler is None:
        raise InvalidArguments(
            f"there is no function {call.name[:60]!r}; choose one of: {', '.join(sorted(handlers))}"
        )
    raw = _json_object(call.arguments)
    _refuse_past(raw, now)
    try:
        return handler, handler.Arguments.model_validate(raw)
    except ValidationError as error:
        raise InvalidArguments(_explained(error, handler)) from None


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text.strip() or "{}")
    except ValueError as error:
        raise InvalidArguments(
            f"the arguments are not valid JSON ({_json_reason(error)}); write one JSON object"
        ) from None
    if not isinstance(value, dict):
        raise InvalidArguments('the arguments must be one JSON object, as {"name": "value"}')
    return {name: item for name, item in value.items() if item is not None}


def _json_reason(error: ValueError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "unreadable"


def _refuse_past(raw: Mapping[str, Any], now: datetime) -> None:
    for name in FUTURE_FIELDS:
        value = raw.get(name)
        if isinstance(value, str) and _is_past(value.strip(), now):
            raise InvalidArguments(
                f"{name}={value[:40]!r} is in the past; it is now "
                f"{now:%A} {now.isoformat(timespec='minutes')}; use a time after that"
            )


def _is_past(value: str, now: datetime) -> bool:
    try:
        if len(value) <= len("2026-01-01"):
            return date.fromisoformat(value) < now.date()
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False  # Its type is judged by the schema.
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=now.tzinfo)
    # `date_from` may come as midnight of today.
    at_midnight = (moment.hour, moment.minute) == (0, 0)
    return moment.date() < now.date() if at_midnight else moment < now


def _explained(error: ValidationError, handler: FunctionHandler) -> str:
    problems = [
        f"{'.'.join(str(part) for part in item['loc']) or 'arguments'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    fields = handler.Arguments.model_fields
    required = [name for name, info in fields.items() if info.is_required()]
    optional = [name for name in fields if name not in required]
    return (
        f"{'; '.join(problems)}. {handler.name} needs: {', '.join(required) or 'nothing'}"
        f"; may have: {', '.join(optional) or 'nothing'}"
    )


def _without_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        # A property may itself be called "title"; its value is a schema, not a text.
        name: _without_titles(item)
        for name, item in schema.items()
        if not (name == "title" and isinstance(item, str))
    }
