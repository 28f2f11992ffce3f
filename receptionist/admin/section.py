"""What a staff page declares, and how the pages are found.

Each file of `receptionist/admin/sections/` is a page (or a few that belong together) and ends
with `SECTION = Section(...)`. There is no list to edit.
"""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from fastapi import APIRouter

if TYPE_CHECKING:
    from receptionist.admin.room import StaffRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`add_routes` gets a router whose prefix is `/admin`."""

    name: str
    """In the navigation, and what a page says it belongs to."""
    address: str
    place: int
    """In the navigation, lowest first; 0 keeps it out."""
    add_routes: Callable[[APIRouter, "StaffRoom"], None]
    daily: bool = False
    """The front desk's, always in sight; the others are under "More"."""
    managers_only: bool = False
    """Keeps it out of others' navigation; its routes have to ask for `room.manager` themselves."""


def find_sections() -> Sequence[Section]:
    """Every file's, in the navigation's order."""
    package = import_module("receptionist.admin.sections")
    modules = (
        import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
        if not module.name.startswith("_")
    )
    return sorted((module.SECTION for module in modules), key=lambda section: section.place)
