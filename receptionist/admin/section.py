"""What a staff page declares, and how the pages are found.

Each file of `receptionist/admin/sections/` is a page (or a few that belong together) and ends
with `SECTION = Section(...)`. There is no list to edit.
"""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from fastapi import APIRouter

from receptionist.admin.frame import Entry
from receptionist.admin.room import StaffRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Entry):
    """`add_routes` gets a router whose prefix is `/admin`."""

    add_routes: Callable[[APIRouter, StaffRoom], None]


def find_sections() -> Sequence[Section]:
    """Every file's, in the navigation's order."""
    package = import_module("receptionist.admin.sections")
    modules = (
        import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
        if not module.name.startswith("_")
    )
    return sorted((module.SECTION for module in modules), key=lambda section: section.place)
