"""Versions of a practice's settings, and questions nobody has written down an answer to."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.practices import practice_versions, practices, unanswered_questions
from db.repositories.calls import upsert
from receptionist.ports.practice_history import PracticeVersion, Question, QuestionStatus


class SqlPracticeVersions:
    """Fulfil `PracticeVersions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, practice_id: int) -> None:
        """On SQLite there is one writer anyway."""
        await self._connection.execute(
            select(practices.c.id).where(practices.c.id == practice_id).with_for_update()
        )

    async def add(self, version: PracticeVersion) -> None:
        """Its number is its place in the practice's history."""
        lists = {"parts": list(version.parts), "words": list(version.words)}
        await self._connection.execute(
            insert(practice_versions).values({**asdict(version), **lists})
        )

    async def get(self, practice_id: int, number: int) -> PracticeVersion | None:
        """By number."""
        return await self._first(
            _newest_of(practice_id).where(practice_versions.c.number == number)
        )

    async def newest(self, practice_id: int, actor: str | None = None) -> PracticeVersion | None:
        """The last one, or the last one by somebody."""
        wanted = _newest_of(practice_id)
        if actor is not None:
            wanted = wanted.where(practice_versions.c.actor == actor)
        return await self._first(wanted)

    async def since(
        self, practice_id: int, number: int, part: str | None = None
    ) -> PracticeVersion | None:
        """The newest one after that number which changed that part."""
        found = await self._all(_newest_of(practice_id).where(practice_versions.c.number > number))
        return next((each for each in found if part is None or part in each.parts), None)

    async def list(
        self, practice_id: int, limit: int, before: int | None = None
    ) -> Sequence[PracticeVersion]:
        """Newest first."""
        wanted = _newest_of(practice_id).limit(limit)
        if before is not None:
            wanted = wanted.where(practice_versions.c.number < before)
        return await self._all(wanted)

    async def _first(self, wanted: Select[Any]) -> PracticeVersion | None:
        found = await self._all(wanted.limit(1))
        return found[0] if found else None

    async def _all(self, wanted: Select[Any]) -> Sequence[PracticeVersion]:
        rows = await self._connection.execute(wanted)
        return [_version(row) for row in rows.mappings()]


class SqlQuestions:
    """Fulfil `Questions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, question: Question) -> bool:
        """False when its key is known."""
        values = {name: value for name, value in asdict(question).items() if name != "id"}
        result = await self._connection.execute(
            upsert(self._connection, unanswered_questions)
            .values(values)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(unanswered_questions.c.id)
        )
        return result.scalar_one_or_none() is not None

    async def get(self, question_id: int) -> Question | None:
        """By id."""
        rows = await self._connection.execute(
            select(unanswered_questions).where(unanswered_questions.c.id == question_id)
        )
        row = rows.mappings().one_or_none()
        return None if row is None else Question(**row)

    async def open(self, practice_id: int, limit: int) -> Sequence[Question]:
        """The newest ones nobody has answered or dismissed."""
        asked = unanswered_questions.c
        rows = await self._connection.execute(
            select(unanswered_questions)
            .where(asked.practice_id == practice_id, asked.status == "open")
            .order_by(asked.at.desc(), asked.id.desc())
            .limit(limit)
        )
        return [Question(**row) for row in rows.mappings()]

    async def settle(self, ids: Sequence[int], status: QuestionStatus) -> int:
        """How many of those were open."""
        asked = unanswered_questions.c
        result = await self._connection.execute(
            update(unanswered_questions)
            .where(asked.id.in_(ids), asked.status == "open")
            .values(status=status)
            .returning(asked.id)
        )
        return len(result.all())


def _newest_of(practice_id: int) -> Select[Any]:
    return (
        select(practice_versions)
        .where(practice_versions.c.practice_id == practice_id)
        .order_by(practice_versions.c.number.desc())
    )


def _version(row: RowMapping) -> PracticeVersion:
    return PracticeVersion(**{**row, "parts": tuple(row["parts"]), "words": tuple(row["words"])})
