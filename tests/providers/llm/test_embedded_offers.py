"""How free times are named in one breath."""

from datetime import date

from providers.llm.embedded_engine.steps import offered


def test_a_day_that_is_the_same_for_all_offers_is_said_once() -> None:
    offers = [
        {"start": f"2026-03-10T{at}:00-04:00", "practitioner": who}
        for at, who in (("09:45", "Dr. Patel"), ("11:00", "Dr. Lee"), ("11:45", "Dr. Lee"))
    ]

    said = offered(offers, date(2026, 3, 9))

    assert (
        said == "tomorrow at 9:45 AM with Dr. Patel, 11 AM with Dr. Lee, or 11:45 AM with Dr. Lee"
    )
