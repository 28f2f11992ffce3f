"""What the staff's pages rely on, on SQLite and PostgreSQL alike."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db import SqlDatabase
from receptionist.errors import ChangedMeanwhile, InvalidArguments, NotFound
from receptionist.ports.paging import ListQuery
from receptionist.ports.records import (
    ActionRecord,
    AuditCheck,
    CallFilter,
    CallRecord,
    StaffMessage,
    TurnRecord,
)
from receptionist.ports.staff import Account, MessageFilter, OpenMessages, Recording
from tests.db.test_database import PRACTICE, appointment

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def message(
    message_id: str, minutes: int, *, urgent: bool = False, name: str = "Ana"
) -> StaffMessage:
    return StaffMessage(
        id=message_id,
        practice_id=1,
        call_sid="CA1",
        caller_name=name,
        phone="+15550142",
        message="100% sure_ly",
        urgency="urgent" if urgent else "routine",
        recipient=None,
        status="new",
        created_at=NOON - timedelta(minutes=minutes),
    )


@pytest.fixture
async def inbox(database: SqlDatabase) -> SqlDatabase:
    async with database.transaction() as uow:
        practice_id = await uow.practices.save(PRACTICE)
        for n in range(7):
            each = message(f"r{n}", 10 - n)
            await uow.messages.add(replace(each, practice_id=practice_id))
        for n in range(4):
            each = message(f"u{n}", 5 - n, urgent=True, name="Eva")
            await uow.messages.add(replace(each, practice_id=practice_id))
    return database


async def test_pages_by_need_follow_each_other_without_gap_or_double(inbox: SqlDatabase) -> None:
    seen: list[str] = []
    after = None
    async with inbox.reading() as uow:
        while True:
            page = await uow.messages.by_need(MessageFilter(), limit=3, after=after)
            seen += [each.id for each in page.items]
            after = page.next
            if after is None:
                break

    assert seen == ["u0", "u1", "u2", "u3", *(f"r{n}" for n in range(7))]


async def test_open_messages_are_counted(inbox: SqlDatabase) -> None:
    async with inbox.transaction() as uow:
        await uow.messages.set_status("u0", "done", by="mia")
        await uow.messages.set_status("r0", "taken", by="mia")

        assert await uow.messages.open() == OpenMessages(10, 3)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("eva", 4),
        ("ÉVA", 4),
        ("555-0142", 11),
        ("EVA 0142", 4),
        ("100%", 11),
        ("sure_", 11),
        ("100_", 0),
        ("\\", 0),
    ],
)
async def test_words_are_looked_for_as_they_are(inbox: SqlDatabase, words: str, count: int) -> None:
    async with inbox.reading() as uow:
        found = await uow.messages.list(ListQuery(50), MessageFilter(words=words))

    assert len(found.items) == count


async def test_of_two_who_take_a_message_at_once_one_has_it(inbox: SqlDatabase) -> None:
    async def take(name: str) -> bool:
        try:
            async with inbox.transaction() as uow:
                await uow.messages.set_status("u0", "taken", by=name, seen=1)
        except ChangedMeanwhile as exc:
            assert exc.by in ("mia", "omar")
            return False
        return True

    async with asyncio.TaskGroup() as group:
        taken = [group.create_task(take(name)) for name in ("mia", "omar")]

    assert sorted(task.result() for task in taken) == [False, True]
    async with inbox.reading() as uow:
        assert [e.kind for e in await uow.messages.history("u0")] == ["arrived", "taken"]


async def test_a_message_that_is_escalated_is_escalated_once(inbox: SqlDatabase) -> None:
    async with inbox.transaction() as uow:
        practice = (await uow.practices.all())[0]
        late = await uow.messages.overdue(
            practice.id, urgent_before=NOON, routine_before=NOON - timedelta(minutes=8), limit=10
        )
        once = await uow.messages.escalate("u0", NOON)
        twice = await uow.messages.escalate("u0", NOON)

    assert [each.id for each in late] == ["u0", "u1", "u2", "u3", "r0", "r1"]
    assert (once, twice) == (True, False)


async def test_every_change_of_the_inbox_changes_its_mark(inbox: SqlDatabase) -> None:
    marks = []
    async with inbox.transaction() as uow:
        marks.append(await uow.messages.latest_change())
        await uow.messages.record("u0", "note", by="mia", detail={"text": "x"})
        marks.append(await uow.messages.latest_change())
        await uow.messages.set_status("u0", "done", by="mia")
        marks.append(await uow.messages.latest_change())

    assert len(set(marks)) == 3


@pytest.mark.parametrize("after", ["x", "bnVsbA==", "WyIyMDI3IiwgWzUsICJhIl1d", "é", "\ud800"])
async def test_a_cursor_that_is_none_is_refused(inbox: SqlDatabase, after: str) -> None:
    async with inbox.reading() as uow:
        with pytest.raises(InvalidArguments):
            await uow.messages.by_need(MessageFilter(), limit=3, after=after)
        with pytest.raises(InvalidArguments):
            await uow.calls.list(ListQuery(3, after))


async def test_two_managers_cannot_both_leave(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        for name in ("mia", "omar"):
            assert await uow.accounts.add(Account(name, "manager"), "hash")

    async def leave(name: str) -> bool:
        async with database.transaction() as uow:
            return await uow.accounts.change(Account(name, "staff", "+15550177"))

    async with asyncio.TaskGroup() as group:
        left = [group.create_task(leave(name)) for name in ("mia", "omar")]

    assert sorted(task.result() for task in left) == [False, True]
    async with database.reading() as uow:
        assert sorted(a.role for a in await uow.accounts.all()) == ["manager", "staff"]


async def test_the_chain_is_proved_in_parts(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        for n in range(5):
            await uow.audit.append(actor="x", action="y", subject=f"call:{n}")
        first = await uow.audit.check(AuditCheck(), 3)
        rest = await uow.audit.check(first, 10)
        again = await uow.audit.check(rest, 10)
        gone = await uow.audit.check(replace(rest, id=rest.id + 1), 10)

    assert (first.id, rest.id, again) == (3, 5, rest)
    assert gone.broken_at == rest.id + 1


async def test_an_erased_call_keeps_only_that_it_was(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        practice_id = await uow.practices.save(PRACTICE)
        await uow.calls.add(CallRecord("CA1", practice_id, "+15550142", "+15550100", NOON))
        await uow.turns.save([TurnRecord("CA1", 1, NOON, "words", "said", "heard", {"total": 9})])
        result = {"ok": True, "caller_name": "Ana"}
        await uow.actions.save([ActionRecord("CA1", "t", "take_message", {"a": 1}, result, NOON)])
        await uow.recordings.add(Recording("RE1", "CA1", NOON, 5))
        await uow.messages.add(replace(message("m1", 1), practice_id=practice_id))
        await uow.appointments.add(appointment(practice_id))

        gone = await uow.erasure.erase_call("CA1", NOON, by="omar")

        call = await uow.calls.get("CA1")
        (turn,) = await uow.turns.of_call("CA1")
        (action,) = await uow.actions.of_call("CA1")
        kept = await uow.messages.get("m1")
        history = await uow.messages.history("m1")
        again = await uow.calls.called_before(replace(call, from_number="+15550142"))
        with pytest.raises(NotFound):
            await uow.erasure.erase_call("CA9", NOON, by="omar")

    assert gone == ["RE1"]
    assert (call.from_number, call.erased_at) == (None, NOON)
    assert (turn.caller, turn.receptionist, turn.heard, turn.timings) == ("", "", "", {"total": 9})
    assert (action.name, action.arguments, action.result) == ("take_message", {}, {"ok": True})
    assert kept is not None
    assert (kept.caller_name, kept.phone, kept.status) == ("(erased)", None, "done")
    assert [e.kind for e in history] == ["arrived", "erased"]
    assert not again


async def test_calls_are_counted_and_found_by_how_they_went(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        for n in range(4):
            await uow.calls.add(CallRecord(f"CA{n}", None, None, None, NOON + timedelta(hours=n)))
        await uow.calls.set_outcome("CA1", "booked")
        await uow.calls.end("CA1", "caller", NOON)
        counts = await uow.calls.counts(NOON + timedelta(hours=1), NOON + timedelta(hours=3))
        booked = await uow.calls.list(ListQuery(9), CallFilter(outcome="booked"))

    assert counts.calls == 2
    assert counts.outcomes == {"booked": 1, "open": 1}
    assert counts.ended_by == {"caller": 1, "open": 1}
    assert [each.call_sid for each in booked.items] == ["CA1"]
