"""Keeping a practice: every change of its settings is a version that can be gone back to."""

from dataclasses import replace
from datetime import datetime

from receptionist.domain.practice import Practice
from receptionist.domain.practice_words import changes
from receptionist.ports.practice_history import PracticeVersion
from receptionist.ports.records import UnitOfWork
from receptionist.practice_dump import dump_practice
from receptionist.practice_file import load_practice

FILE = "settings"
"""The actor of what is loaded from a practice file."""
LOADED = "Loaded from a practice file."
AS_IT_WAS = "As it was before the first change kept here."


async def keep(
    uow: UnitOfWork, before: Practice | None, after: Practice, *, actor: str, now: datetime
) -> int:
    """Save the practice, with a version and an audit row if anything is different. Its row's id.

    What it was before the first version is kept as one too: it can be gone back to.
    """
    after = after if before is None else replace(after, id=before.id)
    practice_id = await uow.practices.save(after)
    await uow.versions.lock(practice_id)
    newest = await uow.versions.newest(practice_id)
    number = newest.number if newest else 0
    first = _version(practice_id, after, actor, now)
    if before is None:
        await uow.versions.add(replace(first, number=number + 1, words=(LOADED,)))
        return practice_id
    found = changes(before, after)
    if not found:
        return practice_id
    if newest is None:
        number = 1
        was = _version(practice_id, before, FILE, now)
        await uow.versions.add(replace(was, number=number, words=(AS_IT_WAS,)))
    made = replace(
        first,
        number=number + 1,
        parts=tuple(dict.fromkeys(change.part for change in found)),
        words=tuple(change.words for change in found),
    )
    await uow.versions.add(made)
    await uow.audit.append(
        actor=actor,
        action="practice.changed",
        subject=f"practice:{practice_id}",
        detail={"version": made.number, "parts": list(made.parts)},
    )
    return practice_id


async def loaded_before(uow: UnitOfWork, loaded: Practice) -> Practice | None:
    """The practice that a file is about: the one of its name, or the one last loaded under it.

    Staff may have renamed it since: the file is still its own.
    """
    practices = await uow.practices.all()
    for practice in practices:
        if practice.name == loaded.name:
            return practice
    for practice in practices:
        last = await uow.versions.newest(practice.id, FILE)
        if last and load_practice(last.settings, source="version").name == loaded.name:
            return practice
    return None


async def unchanged_file(uow: UnitOfWork, known: Practice, loaded: Practice) -> bool:
    """Whether the file is the one that was loaded last: what staff changed since then stays."""
    last = await uow.versions.newest(known.id, FILE)
    return last is not None and last.settings == dump_practice(loaded)


def _version(practice_id: int, practice: Practice, actor: str, now: datetime) -> PracticeVersion:
    return PracticeVersion(practice_id, 0, now, actor, (), (), dump_practice(practice))
