"""Who is calling: name and date of birth in one answer, apart, early or not at all."""

import pytest

from tests.providers.llm.embedded_office import Talk

ASKED = "What is your full name and date of birth, please?"
TOMORROW = "a check-up tomorrow at ten"


@pytest.mark.parametrize(
    ("answer", "name", "born"),
    [
        ("Anna Miller, April third nineteen eighty", "Anna Miller", "1980-04-03"),
        ("it's Anna Miller and I was born on April 3rd 1980", "Anna Miller", "1980-04-03"),
        ("Anna Miller, 4/3/1980", "Anna Miller", "1980-04-03"),
        ("my name is April Miller, date of birth the third of May 1980", "April Miller",
         "1980-05-03"),
        ("April third nineteen eighty, Anna Miller", "Anna Miller", "1980-04-03"),
        ("May Woods, June first two thousand one", "May Woods", "2001-06-01"),
    ],
)  # fmt: skip
async def test_both_are_taken_from_one_answer(answer: str, name: str, born: str) -> None:
    talk = Talk()

    assert (await talk.says(TOMORROW)).endswith(ASKED)
    read_back = await talk.says(answer)
    await talk.says("yes")

    assert f"for {name}" in read_back
    kept = talk.arguments("schedule_appointment")
    assert (kept["caller_name"], kept["date_of_birth"]) == (name, born)


async def test_a_name_alone_is_enough() -> None:
    talk = Talk()

    await talk.says(TOMORROW, "anna miller", "yes")

    assert talk.arguments("schedule_appointment")["caller_name"] == "Anna Miller"
    assert "date_of_birth" not in talk.arguments("schedule_appointment")


async def test_a_date_of_birth_that_did_not_come_is_asked_for_once_more_and_not_insisted_on() -> (
    None
):
    talk = Talk()

    first = await talk.says(TOMORROW, "anna miller")
    second = await talk.says("no, at eleven")
    await talk.says("yes")

    assert "I have no date of birth yet, you can still tell me. Shall I book it?" in first
    assert "11 AM" in second
    assert "date of birth" not in second
    assert "schedule_appointment" in talk.done


async def test_a_date_of_birth_told_at_the_second_asking_is_read_back_and_kept() -> None:
    talk = Talk()

    read_back = await talk.says(TOMORROW, "anna miller", "oh yes, april third nineteen eighty")
    await talk.says("yes")

    assert "The date of birth is April 3rd, 1980. Shall I book it?" in read_back
    assert talk.arguments("schedule_appointment")["date_of_birth"] == "1980-04-03"


async def test_who_was_never_asked_for_a_date_of_birth_is_not_told_it_is_missing() -> None:
    talk = Talk()

    assert "birth" not in await talk.says("check-up tomorrow at ten, my name is Anna Smith")


@pytest.mark.parametrize("said", ["april third nineteen eighty", "4/3/1980"])
async def test_a_date_of_birth_that_comes_at_the_read_back_is_no_other_day(said: str) -> None:
    talk = Talk()
    await talk.says(TOMORROW, "anna miller")

    read_back = await talk.says(said)
    await talk.says("yes")

    assert "tomorrow at 10 AM" in read_back
    assert "The date of birth is April 3rd, 1980." in read_back
    kept = talk.arguments("schedule_appointment")
    assert kept["date_of_birth"] == "1980-04-03"
    assert kept["start"].startswith("2026-03-10T10:00")


async def test_a_wrong_date_of_birth_is_corrected_at_the_read_back() -> None:
    talk = Talk()
    await talk.says(TOMORROW, "anna miller, april third nineteen eighty")

    read_back = await talk.says("no, april fourth nineteen eighty")

    assert "The date of birth is April 4th, 1980." in read_back


async def test_a_mothers_date_of_birth_is_not_her_childs() -> None:
    talk = Talk()
    await talk.says("this is anna baker, born april third nineteen eighty")
    await talk.says("my son needs a check-up tomorrow at ten", "leo baker", "yes")

    assert "date_of_birth" not in talk.arguments("schedule_appointment")


@pytest.mark.parametrize(
    ("said", "message", "whom"),
    [
        ("can i leave a message for the billing office, my invoice is wrong",
         "my invoice is wrong", "the billing office"),
        ("please take a message for dr lee that i am running late",
         "i am running late", "Dr. Lee"),
        ("i'd like to leave a message. the new tablets make me dizzy",
         "the new tablets make me dizzy", None),
        ("could you give a message to the nurse saying the form is ready",
         "the form is ready", "the nurse"),
        ("i want to leave a message about my last bill", "about my last bill", None),
    ],
)  # fmt: skip
async def test_a_message_said_at_once_is_parted_from_the_asking(
    said: str, message: str, whom: str | None
) -> None:
    talk = Talk()
    await talk.says(said, "anna smith", "yes")

    kept = talk.arguments("take_message")
    assert (kept["message"], kept.get("recipient")) == (message, whom)


@pytest.mark.parametrize(
    "said",
    [
        "no, march 12th ten thirty",
        "make it the 12th at 10 30",
        "could it be march 12th at ten thirty instead",
    ],
)
async def test_another_time_at_the_read_back_is_no_date_of_birth(said: str) -> None:
    talk = Talk()
    await talk.says(TOMORROW, "anna miller, april third nineteen eighty")

    read_back = await talk.says(said)

    assert "The date of birth is April 3rd, 1980." in read_back
    assert "March 12th at 10:30 AM" in read_back
