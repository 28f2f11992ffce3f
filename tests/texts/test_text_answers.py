"""What people text back is understood narrowly, answered once, and never lost."""

from datetime import timedelta

import pytest

from receptionist.booking.text_answers import keyword
from tests.security.canary import watched
from tests.texts.clinic import ANNA, BEN, NUMBER, TUESDAY_TEN, TextingClinic

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("YES", "in.yes"),
        (" yes! ", "in.yes"),
        ("Yes please.", "in.yes"),
        ("yes, but could it be later?", "in.other"),
        ("yesterday", "in.other"),
        ("No", "in.no"),
        ("no thank you", "in.no"),
        ("no idea what this is", "in.other"),
        ("Stop", "in.stop"),
        ("CANCEL", "in.stop"),
        ("please cancel my appointment", "in.other"),
        ("help", "in.help"),
        ("START", "in.start"),
        ("", "in.other"),
        ("👍", "in.other"),
    ],
)
def test_only_a_text_that_is_nothing_but_a_keyword_is_one(body: str, kind: str) -> None:
    assert keyword(body) == kind


async def offered(clinic: TextingClinic) -> None:
    """Ben is asked about Tuesday at ten."""
    await clinic.joins(BEN)
    await clinic.cancel(await clinic.book())
    await clinic.wait()


async def test_a_webhook_that_comes_again_gets_the_same_answer(clinic: TextingClinic) -> None:
    await offered(clinic)

    first = await clinic.texts_back(BEN, "YES", sid="SM_yes")
    second = await clinic.texts_back(BEN, "YES", sid="SM_yes")

    assert first is not None and "is yours" in first
    assert second == first
    assert len(await clinic.appointments()) == 1


async def test_yes_said_twice_books_once(clinic: TextingClinic) -> None:
    await offered(clinic)
    await clinic.texts_back(BEN, "YES")

    again = await clinic.texts_back(BEN, "YES")

    assert again == f"Maple Street Clinic: thank you.\nTo reach us, call {NUMBER}"
    assert len(await clinic.appointments()) == 1


async def test_a_yes_with_a_wish_books_nothing_and_reaches_the_staff(
    clinic: TextingClinic,
) -> None:
    await offered(clinic)

    await clinic.texts_back(BEN, "Yes, but could it be later?")

    assert await clinic.appointments() == []
    (message,) = await clinic.messages()
    assert message.message == "Yes, but could it be later?"


async def test_a_yes_from_somebody_else_takes_nothing(clinic: TextingClinic) -> None:
    await offered(clinic)

    await clinic.texts_back(ANNA, "YES")

    assert await clinic.appointments() == []


async def test_any_other_text_is_a_message_for_the_staff(clinic: TextingClinic) -> None:
    await clinic.book()

    answer = await clinic.texts_back(ANNA, "I may be ten minutes late.")

    assert answer is not None
    assert answer.startswith("Maple Street Clinic: thank you, your message is with our staff.")
    (message,) = await clinic.messages()
    assert (message.message, message.phone) == ("I may be ten minutes late.", ANNA)
    assert (message.caller_name, message.urgency) == ("Anna Smith", "routine")


async def test_a_no_to_nothing_is_a_message_too(clinic: TextingClinic) -> None:
    await clinic.texts_back(ANNA, "No")

    (message,) = await clinic.messages()
    assert message.message == "No"


async def test_a_picture_is_a_message_without_words(clinic: TextingClinic) -> None:
    await clinic.texts_back(ANNA, "")

    (message,) = await clinic.messages()
    assert message.message == "(a text without words; pictures are not kept)"


async def test_an_emergency_is_told_the_number_first_and_is_urgent(clinic: TextingClinic) -> None:
    answer = await clinic.texts_back(ANNA, "I have bad chest pain and cannot breathe")

    assert answer is not None and "call 911 now" in answer
    (message,) = await clinic.messages()
    assert message.urgency == "urgent"


async def test_a_machine_that_answers_every_text_is_answered_once_an_hour(
    clinic: TextingClinic,
) -> None:
    answers = [await clinic.texts_back(ANNA, "I am driving.") for _ in range(3)]
    await clinic.wait(timedelta(hours=1))
    later = await clinic.texts_back(ANNA, "I am driving.")

    assert [answer is not None for answer in (*answers, later)] == [True, False, False, True]
    assert len(await clinic.messages()) == 4


async def test_help_says_who_this_is(clinic: TextingClinic) -> None:
    answer = await clinic.texts_back(ANNA, "HELP")

    assert answer is not None and answer.startswith("Maple Street Clinic: texts about your")
    assert await clinic.messages() == []


async def test_what_the_phone_company_answered_is_not_answered_twice(
    clinic: TextingClinic,
) -> None:
    assert await clinic.texts_back(ANNA, "HELP", answered=True) is None


async def test_after_stop_nobody_is_texted_until_start(clinic: TextingClinic) -> None:
    await clinic.texts_back(ANNA, "STOP")
    await clinic.book(TUESDAY_TEN)
    await clinic.wait()
    silent = list(clinic.phone(ANNA))

    await clinic.wait()
    await clinic.texts_back(ANNA, "START")
    await clinic.book(TUESDAY_TEN + DAY)
    await clinic.wait()

    assert silent == []
    assert len(clinic.phone(ANNA)) == 1


async def test_a_text_to_a_number_that_is_no_practices_is_dropped(clinic: TextingClinic) -> None:
    answer = await clinic.desk.texts.received("SM1", ANNA, "+12125550999", "YES")

    assert answer is None
    assert await clinic.messages() == []


async def test_what_was_said_by_text_stays_out_of_logs(
    clinic: TextingClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched(monkeypatch) as leaks:
        await offered(clinic)
        await clinic.texts_back(ANNA, "my secret wish")
        await clinic.texts_back(BEN, "YES")
        await clinic.wait()

    logged = leaks.log.getvalue()
    assert "text_received" in logged
    assert not any(word in logged for word in ("secret", ANNA, BEN, "Caller"))
