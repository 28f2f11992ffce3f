"""The audit page: whether the chain holds, without reading all of it each time; taking it away."""

import csv
import io
import json

from sqlalchemy import text

from db import SqlDatabase
from receptionist.admin.audit_proof import AT_ONCE, AuditProof
from tests.admin.clinic import Staff, audited


async def grow(database: SqlDatabase, rows: int) -> None:
    async with database.transaction() as uow:
        for n in range(rows):
            await uow.audit.append(actor="telephony", action="call.arrived", subject=f"call:{n}")


async def tamper(database: SqlDatabase, statement: str) -> None:
    """As somebody with the database's own keys would."""
    async with database._engine.begin() as connection:
        found = await connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_logs'"
        )
        for name in found.scalars().all():
            await connection.exec_driver_sql(f"DROP TRIGGER {name}")
        await connection.execute(text(statement))


async def test_the_page_says_that_the_chain_holds(omar: Staff, database: SqlDatabase) -> None:
    await grow(database, 5)

    page = (await omar.get("/admin/audit")).text

    assert "The chain holds." in page
    assert "call: arrived" in page


async def test_a_changed_row_is_named(omar: Staff, database: SqlDatabase) -> None:
    await grow(database, 9)
    await tamper(database, "UPDATE audit_logs SET actor = 'nobody' WHERE id = 7")

    assert "The chain is broken at row 7." in (await omar.get("/admin/audit")).text


async def test_a_row_changed_or_removed_behind_what_was_proved_is_found(
    omar: Staff, database: SqlDatabase
) -> None:
    await grow(database, 9)
    assert "The chain holds." in (await omar.get("/admin/audit")).text
    await tamper(database, "UPDATE audit_logs SET actor = 'nobody' WHERE id = 3")

    await omar.get("/admin/audit")
    assert "The chain is broken at row 3." in (await omar.get("/admin/audit")).text


async def test_rows_cut_off_at_the_end_are_missed(omar: Staff, database: SqlDatabase) -> None:
    await grow(database, 9)
    assert "The chain holds." in (await omar.get("/admin/audit")).text
    await tamper(database, "DELETE FROM audit_logs WHERE id > 6")

    assert "The chain is broken" in (await omar.get("/admin/audit")).text


async def test_proving_again_begins_at_the_first_row(omar: Staff, database: SqlDatabase) -> None:
    await grow(database, 3)
    await omar.get("/admin/audit")

    answer = await omar.post("/admin/audit/again")

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/audit")


async def test_a_long_chain_is_proved_a_part_at_each_look(database: SqlDatabase) -> None:
    proof = AuditProof()
    await grow(database, AT_ONCE + 500)

    async with database.reading() as uow:
        first = await proof.look(uow)
        second = await proof.look(uow)

    assert (first.proved, first.complete) == (AT_ONCE, False)
    assert second.complete
    assert second.proved == second.rows


async def test_the_audit_is_taken_away_as_csv_and_json_lines_and_that_is_audited(
    omar: Staff, database: SqlDatabase
) -> None:
    await grow(database, 2)
    async with database.transaction() as uow:
        await uow.audit.append(actor="=1+1", action="x", subject="@evil", detail={"a": "b"})

    table = (await omar.get("/admin/audit/audit.csv")).text
    lines = (await omar.get("/admin/audit/audit.jsonl")).text

    rows = list(csv.reader(io.StringIO(table)))
    assert rows[0] == ["id", "at", "actor", "action", "subject", "detail", "hash"]
    evil = next(row for row in rows if row[3] == "x")
    assert (evil[2], evil[4]) == ("'=1+1", "'@evil")
    exported = [json.loads(line) for line in lines.splitlines()]
    assert [row["id"] for row in exported] == list(range(1, len(exported) + 1))
    assert len(exported) == len(rows), "the JSON lines hold the row of the CSV's own export"
    seen = await audited(database)
    assert ("omar", "exported", "audit.csv") in seen
    assert ("omar", "exported", "audit.jsonl") in seen


async def test_the_audit_is_for_managers(mia: Staff) -> None:
    for path in ("/admin/audit", "/admin/audit/audit.csv"):
        assert (await mia.get(path)).status_code == 403
