"""While the records cannot be reached, the line waits and asks again, and not for ever."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from receptionist.errors import DatabaseAway
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.asking_again import ASKING, MOST_TIMES, asking_again
from receptionist.telephony.requests import Webhook

ADDRESSES = Addresses("https://clinic.example")


def asked(name: str, times_away: int) -> Callable[[Mapping[str, str]], object]:
    """A webhook's answer by a house whose records come back after so many questions."""
    left = times_away

    async def answer(webhook: Webhook) -> str:
        nonlocal left
        left -= 1
        if left >= 0:
            raise DatabaseAway
        return f"answered {webhook.get('DialCallStatus', '')}"

    patient = asking_again(name, answer, ADDRESSES)
    return lambda form: patient(Webhook({key: [value] for key, value in form.items()}))


def redirected(document: str) -> tuple[str, dict[str, str]]:
    """Where a document sends the line: the path and what comes along."""
    verbs = [verb.tag for verb in ET.fromstring(document)]
    assert verbs == ["Say", "Pause", "Redirect"]
    url = urlsplit(ET.fromstring(document)[2].text or "")
    return url.path, {key: values[0] for key, values in parse_qs(url.query).items()}


@pytest.mark.parametrize("name", ASKING)
async def test_the_line_hears_something_and_asks_the_same_again(name: str) -> None:
    ask, form = asked(name, 2), {"CallSid": "CA1"}
    for times in (1, 2):
        path, form = redirected(await ask(form))
        assert (path, form["again"]) == (f"/voice/{name}", str(times))

    assert await ask(form) == "answered "


async def test_how_a_transfer_went_is_not_forgotten_meanwhile() -> None:
    ask = asked("transfer", 1)

    _, form = redirected(await ask({"DialCallStatus": "no-answer"}))

    assert await ask(form) == "answered no-answer"


async def test_after_half_a_minute_it_is_a_failure_like_any_other() -> None:
    ask, form = asked("ended", MOST_TIMES + 1), {"CallSid": "CA1"}
    for _ in range(MOST_TIMES):
        _, form = redirected(await ask(form))

    with pytest.raises(DatabaseAway):
        await ask(form)


async def test_whom_nobody_waits_for_is_not_asked_again() -> None:
    with pytest.raises(DatabaseAway):
        await asked("status", 1)({})


@pytest.mark.parametrize("again", ["x", "-1", "99", "²"])
async def test_an_odd_count_is_none(again: str) -> None:
    _, form = redirected(await asked("ended", 1)({"again": again}))

    assert form["again"] == "1"
