"""How free times are named in one breath."""

from datetime import date

from providers.llm.embedded_engine.steps import offered
from tests.providers.llm.embedded_office import Talk


def test_a_day_that_is_the_same_for_all_offers_is_said_once() -> None:
    offers = [
        {"start": f"2026-03-10T{at}:00-04:00", "practitioner": who}
        for at, who in (("09:45", "Dr. Patel"), ("11:00", "Dr. Lee"), ("11:45", "Dr. Lee"))
    ]

    said = offered(offers, date(2026, 3, 9))

    assert (
        said == "tomorrow at 9:45 AM with Dr. Patel, 11 AM with Dr. Lee, or 11:45 AM with Dr. Lee"
    )


async def test_a_yes_to_several_is_asked_back_about_the_first() -> None:
    talk = Talk()

    several = await talk.says("a check-up tomorrow morning")
    one = await talk.says("yes that one")
    chosen = await talk.says("yes")

    assert several.endswith("Which would you like?")
    assert one.endswith("Would that suit you?")
    assert one.count(" AM") == 1
    assert "full name" in chosen
