"""Every step of the schema can be taken, taken back and taken again, with rows in every table."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
)

from db import SqlDatabase
from db.models.base import metadata
from db.schema import MIGRATIONS, newest

REVISIONS = [step.revision for step in reversed(list(ScriptDirectory(MIGRATIONS).walk_revisions()))]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
VALUES: dict[type, Any] = {
    Boolean: True,
    Integer: 1,
    DateTime: NOW,
    Date: date(2026, 11, 20),
    JSON: {},
}
"""What stands in a column of that type; elsewhere `x`: every row refers to one that is there."""


def tables_of(connection: Connection) -> list[Table]:
    known = MetaData()
    known.reflect(connection)
    return [table for table in known.sorted_tables if table.name != "alembic_version"]


def value_of(column: Column[Any]) -> Any:
    return next((v for kind, v in VALUES.items() if isinstance(column.type, kind)), "x")


def fill(connection: Connection) -> None:
    """A row in every table that has none."""
    for table in tables_of(connection):
        if not connection.scalar(select(func.count()).select_from(table)):
            row = {column.name: value_of(column) for column in table.columns}
            connection.execute(insert(table).values(row))


def in_words(thing: Any) -> Any:
    """Types and conditions are objects of their own each time."""
    if isinstance(thing, dict):
        return {name: in_words(value) for name, value in thing.items()}
    return str(thing)


def shape(connection: Connection) -> dict[str, Any]:
    """Columns, keys and indexes, by table."""
    found = inspect(connection)

    def by_name(things: list[Any]) -> list[str]:
        return sorted(repr(in_words(thing)) for thing in things)

    return {
        table: [
            by_name(found.get_columns(table)),
            by_name(found.get_indexes(table)),
            by_name(found.get_unique_constraints(table)),
            by_name(found.get_foreign_keys(table)),
        ]
        for table in found.get_table_names()
    }


def changed_tables(one: dict[str, Any], other: dict[str, Any]) -> list[Any]:
    """Those that differ, with how."""
    return [
        (table, one.get(table), other.get(table))
        for table in sorted({*one, *other})
        if one.get(table) != other.get(table)
    ]


def rows(connection: Connection) -> dict[str, int]:
    counted = tables_of(connection)
    return {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in counted}


async def ask(database: SqlDatabase, question: Any) -> Any:
    async with database._engine.begin() as connection:
        return await connection.run_sync(question)


def test_the_newest_schema_is_the_last_step() -> None:
    assert newest() == REVISIONS[-1]


@pytest.mark.parametrize("number", range(1, len(REVISIONS)), ids=REVISIONS[1:])
async def test_a_step_taken_back_and_again_keeps_the_rows(
    database: SqlDatabase, number: int
) -> None:
    before, after = REVISIONS[number - 1], REVISIONS[number]
    await database.downgrade("base")
    await database.upgrade(before)
    await ask(database, fill)
    old = await ask(database, shape), await ask(database, rows)

    await database.upgrade(after)
    await ask(database, fill)
    new, kept = await ask(database, shape), await ask(database, rows)
    await database.downgrade(before)
    taken_back = await ask(database, shape), await ask(database, rows)
    await database.upgrade(after)
    again = await ask(database, rows)

    assert changed_tables(taken_back[0], old[0]) == []
    assert changed_tables(await ask(database, shape), new) == []
    assert taken_back[1] == old[1]
    assert set(again) == set(kept)
    assert {name: again[name] for name in old[1]} == old[1], "what was there before has stayed"


async def test_all_steps_back_leave_nothing_and_all_again_make_what_the_code_speaks_of(
    database: SqlDatabase,
) -> None:
    def difference(connection: Connection) -> list[Any]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    await ask(database, fill)
    await database.downgrade("base")
    left = await ask(database, tables_of)
    await database.upgrade()

    assert left == []
    assert await ask(database, difference) == []
    assert await database.is_current()
