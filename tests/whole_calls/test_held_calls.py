"""What is begun is completed, and every way a call can end is recorded as what it was."""

import asyncio

import pytest

from receptionist.voice.turn_config import TurnConfig
from receptionist.voice.turn_taking import TurnMachine
from tests.whole_calls.held import QUIET, HeldCall, answered_call, held_call
from tests.whole_calls.staged import Stage, until_ended, works

pytestmark = pytest.mark.call
BOOKING = ("book me a check-up tomorrow morning", "the first one", "anna smith")


async def booking_under_way(stage: Stage, call: HeldCall, group: asyncio.TaskGroup) -> None:
    """Everything is said but the yes; then the writing of it is waited for by the caller."""
    await answered_call(call, group)
    for number, text in enumerate(BOOKING, start=2):
        call.says(text)
        while len([t for t in (await call.stored())["turns"] if t["heard"]]) < number:
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("way", ["hangs up", "is lost"])
async def test_a_booking_that_has_begun_is_completed_though_the_caller_is_gone(
    stage: Stage, way: str
) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await booking_under_way(stage, call, group)
        async with stage.house.services.database.transaction():
            # The one writer of SQLite is ours, so that the booking has begun and cannot end.
            stage.model.asked.clear()
            call.says("yes please")
            await stage.model.asked.wait()
            for _ in range(20):
                await asyncio.sleep(0.01)
            if way == "hangs up":
                ending = group.create_task(call.stop())
            else:
                call.lose()
            await call.closed.wait()
        if way == "hangs up":
            await ending
        stored = await until_ended(call)
        while not (await stage.house.get("appointments"))["items"]:
            await asyncio.sleep(0.02)

    (appointment,) = (await stage.house.get("appointments"))["items"]
    assert appointment["status"] == "booked"
    assert appointment["call_sid"] == call.sid
    assert stored["ended_by"] == ("caller" if way == "hangs up" else "lost")
    while (await call.stored())["outcome"] != "booked":
        await asyncio.sleep(0.02)
    assert stage.errors == []


async def transferring(call: HeldCall, group: asyncio.TaskGroup) -> str:
    """The stream is over and a person is being rung; the document that said so."""
    await answered_call(call, group)
    call.says("can i speak to a person please")
    await call.closed.wait()
    return await call.post("ended", CallStatus="in-progress")


@pytest.mark.parametrize("first", ["status", "transfer"])
async def test_a_caller_who_hangs_up_while_a_person_is_rung_ends_the_call(
    stage: Stage, first: str
) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, group):
        document = await transferring(call, group)
        posts = {
            "status": {"CallStatus": "completed"},
            "transfer": {"CallStatus": "completed", "DialCallStatus": "canceled"},
        }
        order = [first, *(name for name in posts if name != first)]
        answers = {name: await call.post(name, **posts[name]) for name in order}
        stored = await until_ended(call)

    assert "<Dial" in document
    assert "<Stream" not in answers["transfer"]
    assert stored["ended_by"] == "caller"
    await works(stage)
    assert stage.errors == []


async def test_a_person_who_picks_up_ends_our_part_of_the_call(stage: Stage) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await transferring(call, group)
        done = {"DialCallStatus": "completed", "CallStatus": "completed"}
        await call.post("transfer", **done)
        await call.post("status", CallStatus="completed")
        stored = await until_ended(call)

    assert (stored["ended_by"], stored["outcome"]) == ("transfer", "transferred")


async def test_after_the_goodbye_has_been_heard_it_was_us(stage: Stage) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await answered_call(call, group)
        call.says("that's all, goodbye")
        await call.closed.wait()
        document = await call.post("ended", CallStatus="in-progress")
        await call.post("status", CallStatus="completed")
        stored = await until_ended(call)

    assert "<Hangup" in document
    assert stored["ended_by"] == "receptionist"


async def test_who_is_taken_for_lost_and_asks_late_goes_on(
    stage: Stage, short_patience: None
) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await answered_call(call, group)
        call.lose()
        taken_for = (await until_ended(call))["ended_by"]
        document = await call.post("ended", CallStatus="in-progress")
        await call.connect(group, document)
        call.says("where can i park")
        await call.until_heard("free parking")
        await call.stop()
        while (stored := await call.stored())["ended_by"] == "lost":
            await asyncio.sleep(0.02)

    assert taken_for == "lost"
    assert stored["ended_by"] == "caller"
    assert stage.errors == []


async def test_a_line_that_is_lost_again_and_again_goes_on_in_plain_mode(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience_s = 5.0  # The line asks sooner, however slow the machine.
    monkeypatch.setattr("receptionist.call.recovery.PATIENCE_S", patience_s)
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await answered_call(call, group)
        for _ in range(3):
            call.lose()
            await call.closed.wait()
            document = await call.post("ended", CallStatus="in-progress")
            await call.connect(group, document)
        call.lose()
        await call.closed.wait()
        document = await call.post("ended", CallStatus="in-progress")

        await asyncio.sleep(patience_s + 0.5)  # By now nobody would have asked.
        still_open = (await call.stored())["ended_by"]

    assert "<Gather" in document
    assert "cut off" in document
    assert still_open is None


async def test_an_emergency_is_answered_with_the_number_first(stage: Stage) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await answered_call(call, group)
        call.says("my father has chest pain and can't breathe")
        await call.until_heard("911")
        await call.stop()
        stored = await until_ended(call)

    said = stored["turns"][1]["receptionist"]
    assert "911" in said.split(".")[0]
    assert stored["outcome"] == "emergency"


async def test_a_message_is_read_back_and_in_the_inbox(stage: Stage) -> None:
    words = (
        "i would like to leave a message",
        "my name is Anna Smith",
        "please tell doctor lee that the new tablets work well",
        "yes that is right",
    )
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await answered_call(call, group)
        for number, text in enumerate(words, start=2):
            call.says(text)
            while len([t for t in (await call.stored())["turns"] if t["heard"]]) < number:
                await asyncio.sleep(0.02)
        await call.stop()
        stored = await until_ended(call)

    (message,) = (await stage.house.get("messages"))["items"]
    said = " ".join(turn["receptionist"] for turn in stored["turns"])
    assert "tablets" in message["message"]
    assert (message["caller_name"], message["phone"]) == ("Anna Smith", "+15550123")
    assert "tablets work well" in said
    assert stored["outcome"] == "message"


async def test_silence_is_asked_about_once_and_then_ends_the_call(stage: Stage) -> None:
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await answered_call(call, group)
        for words in ("Are you still there?", "Goodbye"):
            # The caller's audio is time: nine seconds of it are sent at once.
            await call.frames(450, QUIET)
            await call.until_heard(words)
        await call.closed.wait()
        await call.post("ended", CallStatus="in-progress")
        stored = await until_ended(call)

    assert stored["ended_by"] == "receptionist"
    assert [turn["caller"] for turn in stored["turns"]] == ["", "", ""]


async def test_the_longest_call_ends_with_a_goodbye(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = TurnConfig(longest_call_ms=5000)
    monkeypatch.setattr("receptionist.call.handler.TurnMachine", lambda _: TurnMachine(short))
    async with held_call(stage.house, stage.recogniser) as (call, group):
        await answered_call(call, group)
        await call.frames(250, QUIET)
        await call.until_heard("longest call")
        await call.closed.wait()
        document = await call.post("ended", CallStatus="in-progress")
        stored = await until_ended(call)

    assert "<Hangup" in document
    assert stored["ended_by"] == "receptionist"
