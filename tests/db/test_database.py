"""What the database promises, on SQLite and PostgreSQL alike."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import SqlDatabase, open_database
from db.models.base import metadata
from receptionist.domain.practice import (
    BookingRules,
    DayRange,
    Document,
    Faq,
    Practice,
    Practitioner,
    Resource,
    Service,
    Synonyms,
    TimeRange,
)
from receptionist.errors import ConfigurationError, InvalidArguments
from receptionist.ports.records import (
    ActionRecord,
    Appointment,
    CallRecord,
    ListQuery,
    StaffMessage,
    TurnRecord,
)

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+15550100", "+15550101"),
    greeting="Hello.",
    hours={"monday": (TimeRange(time(8, 30), time(12)), TimeRange(time(13), time(17)))},
    transfer_number="+15550111",
    fallback_number="+15550112",
    closed=frozenset({date(2026, 12, 25)}),
    practitioners=(
        Practitioner("Dr. Lee", "lee@example.com"),
        Practitioner(
            "Dr. Patel",
            hours={"monday": (TimeRange(time(9), time(11)),)},
            leave=(DayRange(date(2027, 8, 1), date(2027, 8, 14)),),
        ),
    ),
    services=(
        Service("Check-up", 30, 5, ("Dr. Lee",)),
        Service("X-ray", 15, resources=("X-ray room",), lead_minutes=60, horizon_days=30),
    ),
    resources=(Resource("X-ray room", 2),),
    booking=BookingRules(lead_minutes=30, event_text="service", reminder_hours=48),
    faqs=(Faq("Where can I park?", "Behind the building."),),
    synonyms=(Synonyms("parking", ("car park", "garage")), Synonyms("lift", ("elevator",))),
    documents=(Document("Before a blood test", "Drink water.\n\nEat nothing."),),
)


def call(sid: str = "CA1", practice_id: int | None = None) -> CallRecord:
    return CallRecord(sid, practice_id, "+15550123", "+15550100", datetime.now(UTC))


async def practice_in(database: SqlDatabase) -> int:
    async with database.transaction() as uow:
        return await uow.practices.save(PRACTICE)


def appointment(practice_id: int, start: datetime = NINE, key: str | None = None) -> Appointment:
    return Appointment(
        id="",
        practice_id=practice_id,
        call_sid="CA1",
        service="Check-up",
        practitioner="Dr. Lee",
        start=start,
        end=start + timedelta(minutes=30),
        blocks_until=start + timedelta(minutes=35),
        caller_name="Anna Smith",
        phone="+15550123",
        date_of_birth=date(1984, 3, 12),
        status="booked",
        idempotency_key=key,
    )


async def test_the_migrated_schema_is_the_one_the_code_speaks_of(database: SqlDatabase) -> None:
    def difference(connection: object) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with database._engine.connect() as connection:
        assert await connection.run_sync(difference) == []
    assert await database.is_current()


async def test_a_practice_comes_out_as_it_went_in_and_again_replaces_it(
    database: SqlDatabase,
) -> None:
    first = await practice_in(database)
    changed = replace(PRACTICE, greeting="Good day.", numbers=("+15550101",))
    async with database.transaction() as uow:
        second = await uow.practices.save(changed)
        found = await uow.practices.by_number("+15550101")
        gone = await uow.practices.by_number("+15550100")

    assert first == second
    assert found == changed
    assert gone is None


async def test_a_failed_block_leaves_nothing_behind(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)
    with pytest.raises(RuntimeError):
        async with database.transaction() as uow:
            await uow.appointments.add(appointment(practice_id))
            raise RuntimeError

    async with database.transaction() as uow:
        assert await uow.appointments.busy(practice_id, NINE, NINE + timedelta(hours=1), NINE) == []


async def test_a_retried_call_is_one_call_and_its_first_end_stands(database: SqlDatabase) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as uow:
        assert await uow.calls.add(call())
        assert not await uow.calls.add(call())
        await uow.calls.end("CA1", "lost", now)
        await uow.calls.end("CA1", "caller", now)
        await uow.calls.end("CA1", "receptionist", now)
        found = await uow.calls.get("CA1")

    assert found is not None
    assert (found.ended_by, found.ended_at) == ("caller", now)


async def test_an_end_is_counted_once_it_is_kept_and_no_second_time(database: SqlDatabase) -> None:
    practice_id, counted = await practice_in(database), list[str]()
    database.tell_of_ends(counted.append)
    async with database.transaction() as uow:
        await uow.calls.add(call("CA1", practice_id))
    with pytest.raises(RuntimeError):
        async with database.transaction() as uow:
            await uow.calls.end("CA1", "caller", NINE)
            raise RuntimeError
    assert counted == []

    for ended_by in ("lost", "caller", "receptionist"):
        async with database.transaction() as uow:
            await uow.calls.end("CA1", ended_by, NINE)

    assert counted == ["lost"]


async def test_a_number_is_known_from_its_second_call_on(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)
    first, second = call("CA1", practice_id), call("CA2", practice_id)
    elsewhere = replace(call("CA3", practice_id), from_number="+15550199")
    withheld = replace(call("CA4", practice_id), from_number=None)
    async with database.transaction() as uow:
        for each in (first, first, second, elsewhere, withheld):
            await uow.calls.add(each)

    async with database.reading() as uow:
        known = [await uow.calls.called_before(c) for c in (first, second, elsewhere, withheld)]

    assert known == [False, True, False, False]


async def test_a_weaker_outcome_does_not_replace_a_stronger_one(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        await uow.calls.add(call())
        for outcome in ("answered", "booked", "message", "answered"):
            await uow.calls.set_outcome("CA1", outcome)
        found = await uow.calls.get("CA1")

    assert found is not None
    assert found.outcome == "booked"


async def test_the_audit_chain_holds_under_concurrent_writers(database: SqlDatabase) -> None:
    async def append(number: int) -> None:
        async with database.transaction() as uow:
            await uow.audit.append(
                actor="a", action="b", subject=f"c{number}", detail={"n": number, "é": [1.5]}
            )

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(append(number))

    async with database.transaction() as uow:
        assert await uow.audit.first_broken() is None
        assert len((await uow.audit.list(ListQuery())).items) == 20


async def test_the_database_refuses_to_change_or_delete_audit_rows(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        await uow.audit.append(actor="a", action="b", subject="c")

    for statement in ("UPDATE audit_logs SET actor = 'x'", "DELETE FROM audit_logs"):
        with pytest.raises(DBAPIError):
            async with database._engine.begin() as connection:
                await connection.execute(text(statement))


async def test_a_tampered_chain_is_found(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        for number in range(3):
            await uow.audit.append(actor="a", action="b", subject=f"c{number}")
    guard = "audit_logs_no_update" if database.is_sqlite else "audit_logs_append_only ON audit_logs"
    async with database._engine.begin() as connection:
        await connection.execute(text(f"DROP TRIGGER {guard}"))
        await connection.execute(text("UPDATE audit_logs SET actor = 'x' WHERE subject = 'c1'"))

    async with database.transaction() as uow:
        broken = await uow.audit.first_broken()

    assert broken is not None
    assert broken.subject == "c1"


async def test_a_stream_token_opens_one_stream_in_time(database: SqlDatabase) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as uow:
        await uow.stream_tokens.issue("one", "CA1", now + timedelta(seconds=60))
        await uow.stream_tokens.issue("late", "CA1", now - timedelta(seconds=1))
        tries = [await uow.stream_tokens.redeem(t, now) for t in ("one", "one", "late", "none")]

    assert tries == ["CA1", None, None, None]


async def test_pages_follow_each_other_without_gap_or_double(database: SqlDatabase) -> None:
    practice_id = await practice_in(database)
    async with database.transaction() as uow:
        for number in range(7):
            await uow.messages.add(
                StaffMessage(
                    f"m{number}",
                    practice_id,
                    None,
                    "Anna",
                    None,
                    "Hi",
                    "routine",
                    None,
                    "new",
                    NINE,
                )
            )
        seen: list[str] = []
        after: str | None = None
        while True:
            page = await uow.messages.list(ListQuery(limit=3, after=after))
            seen += [row.id for row in page.items]
            after = page.next
            if after is None:
                break
        with pytest.raises(InvalidArguments):
            await uow.messages.list(ListQuery(after="not a cursor"))

    assert seen == [f"m{number}" for number in reversed(range(7))]


async def test_the_journal_keeps_everything_in_order(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        await uow.calls.add(call())
    for number in range(300):
        turn = TurnRecord("CA1", number % 3, NINE, f"said {number}", "", "", {"total": 1.5})
        database.journal.turn(turn)
        database.journal.state("CA1", {"turn": number})
    database.journal.action(ActionRecord("CA1", "t1", "answer_faq", {"q": 1}, {"ok": True}, NINE))
    await database.journal.flush()

    async with database.transaction() as uow:
        turns = await uow.turns.of_call("CA1")
        found = await uow.calls.get("CA1")
        actions = await uow.actions.of_call("CA1")

    assert [turn.caller for turn in turns] == ["said 297", "said 298", "said 299"]
    assert found is not None
    assert found.state == {"turn": 299}
    assert [action.name for action in actions] == ["answer_faq"]


async def test_a_row_that_cannot_be_stored_does_not_hold_up_the_others(
    database: SqlDatabase,
) -> None:
    async with database.transaction() as uow:
        await uow.calls.add(call())
    database.journal.outcome("CA1", "no such outcome")
    database.journal.turn(TurnRecord("CA1", 1, datetime(2027, 1, 1), "no zone", "", ""))  # noqa: DTZ001
    database.journal.turn(TurnRecord("CA1", 2, NINE, "kept", "", ""))
    await database.journal.flush()

    async with database.transaction() as uow:
        turns = await uow.turns.of_call("CA1")

    assert [turn.caller for turn in turns] == ["kept"]


@pytest.mark.parametrize("url", ["oracle://x/y", "not a url", "mysql://u:secret@h/d"])
def test_a_url_of_another_kind_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_database(url)

    assert "sqlite:///path" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_both_spellings_of_postgresql_are_understood(scheme: str) -> None:
    assert not open_database(f"{scheme}://u:p@localhost/d").is_sqlite
