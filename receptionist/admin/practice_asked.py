"""Which practice a page is about: the one that is asked for, or the only one."""

from dataclasses import dataclass

from fastapi import Request

from receptionist.admin.frame import not_found
from receptionist.domain.practice import Practice
from receptionist.ports.practice_history import PracticeVersion
from receptionist.ports.records import UnitOfWork


@dataclass(frozen=True, slots=True)
class Asked:
    """A practice, and the newest version of its settings."""

    practice: Practice
    newest: PracticeVersion | None
    at: str
    """Appended to addresses, so that they stay with a practice other than the first."""

    @property
    def seen(self) -> int:
        """The newest version's number; 0 before the first change."""
        return self.newest.number if self.newest else 0


async def practice_asked(uow: UnitOfWork, request: Request, *, lock: bool = False) -> Asked:
    """The practice that is asked for, or the first. 404 when there is none."""
    practices = await uow.practices.all()
    wanted = request.query_params.get("practice")
    practice = next((each for each in practices if wanted is None or str(each.id) == wanted), None)
    if practice is None:
        raise not_found("practice")
    if lock:
        await uow.versions.lock(practice.id)
        practice = await uow.practices.get(practice.id) or practice
    at = f"?practice={practice.id}" if len(practices) > 1 else ""
    return Asked(practice, await uow.versions.newest(practice.id), at)
