"""Where a practice's money may go."""

from dataclasses import replace

import pytest

from receptionist.domain.destinations import may_reach
from receptionist.domain.practice import InboxRules, OutgoingRules, Practice

US = Practice("Maple", "America/New_York", ("+15550100",), "Hello.", {}, "+15550111")
UK = Practice("Elm", "Europe/London", ("+442079460100",), "Hello.", {})


@pytest.mark.parametrize(
    ("practice", "number"),
    [
        (US, "+12125550123"),
        (US, "+15550123"),  # no network has assigned it; its country code tells
        (US, "+18005551234"),
        (UK, "+447400123456"),
        (UK, "+442079460123"),
        (replace(US, outgoing=OutgoingRules(("US", "CA"))), "+14165550123"),
        (replace(US, outgoing=OutgoingRules(("+4930",))), "+493012345678"),
    ],
)
def test_the_practices_own_country_and_what_it_names_are_reached(
    practice: Practice, number: str
) -> None:
    assert may_reach(number, practice)


@pytest.mark.parametrize(
    ("practice", "number"),
    [
        (US, "+19005551234"),  # premium rate
        (US, "+18765551234"),  # Jamaica has the same +1
        (US, "+12425550123"),  # so have the Bahamas
        (US, "+18760000000"),  # and nobody's number there is there all the same
        (US, "+14165550123"),
        (US, "+447400123456"),
        (US, "+881612345678"),  # satellite
        (US, "+979123456789"),  # international premium rate
        (US, "+25261123456"),
        (UK, "+449098790000"),
        (UK, "+447012345678"),  # a personal number costs a pound a minute
        (UK, "+441534712345"),  # Jersey
        (UK, "+12125550123"),
        (replace(US, outgoing=OutgoingRules(("+4930",))), "+12125550123"),
        (replace(US, outgoing=OutgoingRules(("US",))), "+19005551234"),
        (US, "anonymous"),
        (US, ""),
    ],
)
def test_numbers_that_cost_or_are_far_away_are_not(practice: Practice, number: str) -> None:
    assert not may_reach(number, practice)


def test_a_number_that_the_practice_has_written_down_is_reached_wherever_it_is() -> None:
    practice = replace(
        US,
        transfer_number="+447400123456",
        fallback_number="+447400123457",
        inbox=InboxRules(escalate_to=("+41791234567",)),
    )

    assert may_reach("+447400123456", practice)
    assert may_reach("+447400123457", practice)
    assert may_reach("+41791234567", practice)
