"""A message is in the inbox when the function answers ok, and there once."""

import pytest
from pydantic import ValidationError

from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import HandlerResult
from tests.handlers.clinic import CALLER, NOW, Clinic

WORDS = {
    "caller_name": " Anna Smith ",
    "message": " The new tablets work well. ",
    "urgency": "routine",
}


async def leave(clinic: Clinic, *, again: str = "", **changed: object) -> HandlerResult:
    return await clinic.ask("take_message", again=again, **{**WORDS, **changed})


async def test_it_is_in_the_inbox_as_it_was_left(clinic: Clinic) -> None:
    result = await leave(clinic, recipient="Dr. Lee", urgency="urgent")

    (kept,) = await clinic.messages()
    assert result.outcome == "message"
    assert result.content["ok"] is True
    assert result.content["message_id"] == kept.id
    assert (kept.caller_name, kept.message) == ("Anna Smith", "The new tablets work well.")
    assert (kept.urgency, kept.recipient, kept.status) == ("urgent", "Dr. Lee", "new")
    assert (kept.call_sid, kept.created_at) == ("CA1", NOW)


async def test_without_a_phone_the_number_called_from_is_kept_and_read_back_in_groups(
    clinic: Clinic,
) -> None:
    result = await leave(clinic)

    (kept,) = await clinic.messages()
    assert kept.phone == CALLER
    assert result.content["phone_spoken"] == "2 1 2, 5 5 5, 0 1 2 3"


async def test_a_phone_that_was_said_is_kept_as_e164_and_read_back(clinic: Clinic) -> None:
    result = await leave(clinic, phone="212-555-0177")

    (kept,) = await clinic.messages()
    assert kept.phone == "+12125550177"
    assert result.content["phone_spoken"] == "2 1 2, 5 5 5, 0 1 7 7"


async def test_what_is_no_phone_number_is_asked_for_again(clinic: Clinic) -> None:
    told = await clinic.refused("take_message", **WORDS, phone="12")

    assert told == "that is not a phone number; ask for it with its area code"
    assert await clinic.messages() == []


async def test_from_a_withheld_number_it_is_kept_without_a_phone(clinic: Clinic) -> None:
    result = await clinic.ask("take_message", clinic.facts(caller=None), **WORDS)

    (kept,) = await clinic.messages()
    assert kept.phone is None
    assert result.content["ok"] is True
    assert "phone_spoken" not in result.content


async def test_the_same_tool_call_is_one_message(clinic: Clinic) -> None:
    first = await leave(clinic, again="tool_m")
    second = await leave(clinic, again="tool_m")

    assert len(await clinic.messages()) == 1
    assert second.content == first.content


async def test_the_same_tool_call_is_audited_once(clinic: Clinic) -> None:
    await leave(clinic, again="tool_m")
    await leave(clinic, again="tool_m")

    assert len(await clinic.audit("message.taken")) == 1


async def test_two_messages_of_one_call_are_two(clinic: Clinic) -> None:
    await leave(clinic)
    await leave(clinic)

    assert len(await clinic.messages()) == 2


async def test_an_unknown_urgency_is_refused(clinic: Clinic) -> None:
    with pytest.raises(ValidationError, match="urgency"):
        await leave(clinic, urgency="soonish")


async def test_it_leaves_an_audit_row_with_nothing_personal(clinic: Clinic) -> None:
    result = await leave(clinic)

    (row,) = await clinic.audit("message")
    assert (row.action, row.subject) == (
        "message.taken",
        f"message:{result.content['message_id']}",
    )
    assert dict(row.detail) == {"call_sid": "CA1"}


@pytest.mark.parametrize("blank", [{"message": "   "}, {"caller_name": "  "}])
async def test_a_blank_message_or_name_is_asked_for(clinic: Clinic, blank: dict) -> None:
    with pytest.raises((ValidationError, InvalidArguments)):
        await leave(clinic, **blank)

    assert await clinic.messages() == []
