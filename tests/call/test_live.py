"""What staff ask of a call reaches whoever holds it, once, and the caller's line obeys."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from db import SqlDatabase
from providers.live.embedded import EmbeddedLive
from receptionist.call import phrases
from receptionist.call.arrival import Ring
from receptionist.call.background import Background
from receptionist.call.desk import FrontDesk
from receptionist.call.file import open_file
from receptionist.call.instructions import Dial, HangUp, Listen
from receptionist.call.live import LiveCalls, do
from receptionist.call.memory import CallMemory
from receptionist.call.plain import PlainMode
from receptionist.call.stream_tokens import StreamTokens
from receptionist.conversation.prompt import present
from receptionist.domain.practice import Practice
from receptionist.ports.live_calls import LiveWord, RequestKind, StaffRequest
from receptionist.ports.records import CallRecord

NOW = datetime.now(UTC)
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello",
    hours={},
    transfer_number="+15550111",
)
PHONE = "+15550177"


def asked(kind: RequestKind, detail: str = "", call_sid: str = "CA1") -> StaffRequest:
    return StaffRequest(call_sid, kind, detail, "mia", NOW)


@dataclass
class Held:
    done: list[tuple[str, str]] = field(default_factory=list)

    def whisper(self, hint: str) -> None:
        self.done.append(("whisper", hint))

    def take_over(self, number: str) -> None:
        self.done.append(("take_over", number))

    def end(self) -> None:
        self.done.append(("end", ""))


@pytest.fixture
async def database(database: SqlDatabase) -> SqlDatabase:
    async with database.transaction() as uow:
        practice_id = await uow.practices.save(PRACTICE)
        for sid, channel in (("CA1", "stream"), ("CA2", "plain")):
            await uow.calls.add(
                CallRecord(sid, practice_id, "+15550142", "+15550100", NOW, channel=channel)
            )
    return database


async def ask(database: SqlDatabase, *requests: StaffRequest) -> None:
    async with database.transaction() as uow:
        for request in requests:
            await uow.staff_requests.add(request)


async def test_requests_are_done_in_their_order_and_once(database: SqlDatabase) -> None:
    live, held = LiveCalls(database, EmbeddedLive()), Held()
    await ask(database, asked("whisper", "Be brief."), asked("take_over", PHONE), asked("end"))

    with live.holding("CA1", held):
        await live.look()
        await live.look()

    assert held.done == [("whisper", "Be brief."), ("take_over", PHONE), ("end", "")]


async def test_of_two_processes_the_one_that_holds_the_call_does_it(database: SqlDatabase) -> None:
    here, there = (LiveCalls(database, EmbeddedLive()) for _ in range(2))
    one, other = Held(), Held()
    with here.holding("CA1", one), there.holding("CA9", other):
        await ask(database, asked("end"))
        await there.look()
        await here.look()

    assert (one.done, other.done) == ([("end", "")], [])


async def test_a_wake_up_makes_it_at_once(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receptionist.call.live.LOOKED_EVERY_S", 3600)
    channel = EmbeddedLive()
    live, held = LiveCalls(database, channel), Held()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(live.watch())
        with live.holding("CA1", held):
            await ask(database, asked("end"))
            channel.wake()
            async with asyncio.timeout(10):
                while not held.done:
                    await asyncio.sleep(0.01)
        watching.cancel()


async def test_a_stream_that_took_the_call_up_again_keeps_it(database: SqlDatabase) -> None:
    live, old, new = LiveCalls(database, EmbeddedLive()), Held(), Held()
    with live.holding("CA1", new):
        # The broken stream notices late that it is broken.
        with live.holding("CA1", old), live.holding("CA1", new):
            pass
        with live.holding("CA1", new):
            await ask(database, asked("end"))
            await live.look()

    assert (old.done, new.done) == ([], [("end", "")])


async def test_words_go_out_only_while_somebody_listens(database: SqlDatabase) -> None:
    channel = EmbeddedLive()
    live = LiveCalls(database, channel)
    live.say("CA1", "caller", "unheard")
    async with channel.listen("CA1") as words:
        live.say("CA1", "caller", "heard")

        assert await words.get() == LiveWord("caller", "heard")


async def test_a_hint_is_the_model_s_and_survives_the_process(database: SqlDatabase) -> None:
    file = await open_file(database, CallMemory(database.journal), "CA1")
    assert file is not None
    do(asked("whisper", "She may have Friday at nine."), file)
    await file.kept()

    again = await open_file(database, CallMemory(database.journal), "CA1")

    assert again is not None
    assert "- She may have Friday at nine." in present(again.conversation.facts)
    assert again.conversation.messages == ()


RING = Ring("CA1", "+15550123", "+15550100")


def desk_of(database: SqlDatabase, *, streaming: bool) -> FrontDesk:
    plain = PlainMode(router=None)  # type: ignore[arg-type] - no model is asked here
    return FrontDesk(
        database,
        CallMemory(database.journal),
        plain,
        warm=None,  # type: ignore[arg-type] - no stream is opened here
        tokens=StreamTokens(database, Background()),
        background=Background(),
        streaming=streaming,
    )


async def test_a_stream_that_is_taken_over_rings_that_person(database: SqlDatabase) -> None:
    file = await open_file(database, CallMemory(database.journal), "CA1")
    assert file is not None
    do(asked("take_over", PHONE), file)
    await file.kept()

    said = await desk_of(database, streaming=True).ended(
        Ring("CA1", "+15550123", "+15550100"), "in-progress"
    )

    assert said == Dial(PHONE, [phrases.TAKEN_OVER])


async def test_a_stream_that_staff_end_says_goodbye(database: SqlDatabase) -> None:
    file = await open_file(database, CallMemory(database.journal), "CA1")
    assert file is not None
    do(asked("end"), file)
    await file.kept()

    said = await desk_of(database, streaming=True).ended(
        Ring("CA1", "+15550123", "+15550100"), "in-progress"
    )

    assert said == HangUp([phrases.STAFF_GOODBYE])
    async with database.reading() as uow:
        call = await uow.calls.get("CA1")
    assert call is not None
    assert call.ended_by == "receptionist"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (asked("take_over", PHONE, "CA2"), Dial(PHONE, [phrases.TAKEN_OVER])),
        (asked("end", "", "CA2"), HangUp([phrases.STAFF_GOODBYE])),
    ],
)
async def test_a_call_in_plain_mode_obeys_at_its_next_turn(
    database: SqlDatabase, request_: StaffRequest, said: Dial | HangUp
) -> None:
    await ask(database, request_)

    answer = await desk_of(database, streaming=False).plain_turn(
        replace(RING, call_sid="CA2"), 1, speech="hello", digits="", confidence=0.9
    )

    assert answer == said


async def test_after_nobody_picked_up_the_practice_s_own_number_is_meant_again(
    database: SqlDatabase,
) -> None:
    file = await open_file(database, CallMemory(database.journal), "CA1")
    assert file is not None
    do(asked("take_over", PHONE), file)
    file.plan("conversation")
    await file.kept()

    again = await open_file(database, CallMemory(database.journal), "CA1")

    assert again is not None
    assert (again.transfer_number, again.parting) == ("+15550111", [])


async def test_a_silent_turn_without_a_request_only_asks(database: SqlDatabase) -> None:
    answer = await desk_of(database, streaming=False).plain_turn(
        replace(RING, call_sid="CA2"), 1, speech="", digits="", confidence=0.0
    )

    assert isinstance(answer, Listen)
