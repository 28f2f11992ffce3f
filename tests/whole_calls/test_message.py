"""Messages left over the telephone: read back, corrected, and in the inbox when we say so."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from receptionist.line.line import Line
from receptionist.line.report import Line as Spoken
from receptionist.line.script import HangUp, Keys, Say, Wait
from tests.emulators.spoken_audio import SpokenEar, SpokenVoice
from tests.whole_calls.spoken import SpokenHouse, spoken_house

pytestmark = pytest.mark.call
TABLETS = (
    "i would like to leave a message",
    "my name is Anna Smith",
    "please tell doctor lee that the new tablets work well",
)


@pytest.fixture
async def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SpokenHouse]:
    async with spoken_house(tmp_path, monkeypatch) as opened:
        yield opened


async def messages(clinic: SpokenHouse) -> list[dict]:
    return (await clinic.house.get("messages"))["items"]


async def test_a_message_is_read_back_and_in_the_inbox_before_we_say_so(
    clinic: SpokenHouse,
) -> None:
    in_inbox: list[int] = []
    passed_on = asyncio.Event()

    def listen(line: Spoken) -> None:
        if line.side == "receptionist" and "passed" in line.text:
            passed_on.set()

    options = clinic.house.options(voice=SpokenVoice(), ear=SpokenEar, on_event=listen)
    script = [*(Say(words) for words in TABLETS), Say("yes that is right"), Say("no goodbye")]
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        placing = group.create_task(Line(options, script).place())
        await passed_on.wait()
        in_inbox.append(len(await messages(clinic)))
        report = await placing

    said = " ".join(report.said_by("receptionist"))
    (message,) = await messages(clinic)
    assert in_inbox == [1]
    assert "tell doctor lee that the new tablets work well. From Anna Smith" in said
    assert "five five five, zero one two three" in said
    assert message["message"] == "please tell doctor lee that the new tablets work well"
    assert (message["caller_name"], message["phone"]) == ("Anna Smith", "+15550123")
    assert (message["status"], message["urgency"]) == ("new", "routine")


async def test_nothing_is_passed_on_without_a_yes_and_once_with_two(clinic: SpokenHouse) -> None:
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        gone = group.create_task(clinic.call(*TABLETS, HangUp(), from_number="+15550170"))
        twice = group.create_task(clinic.call(*TABLETS, "yes", "yes", from_number="+15550171"))
        by_key = group.create_task(clinic.call(Keys("0"), Wait(20), from_number="+15550172"))

    assert [message["phone"] for message in await messages(clinic)] == ["+15550171"]
    assert gone.result().stored["ended_by"] == "caller"
    assert twice.result().stored["outcome"] == "message"
    assert by_key.result().stored["ended_by"] == "transfer"
