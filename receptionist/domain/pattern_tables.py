"""Tables of named, short patterns: one to a line, and a deeper line goes on with the one above."""

import re
from collections.abc import Mapping
from textwrap import dedent


def patterns(table: str) -> list[str]:
    """The patterns of a table, in order."""
    found: list[str] = []
    for line in dedent(table).splitlines():
        if line.startswith(" ") and found:
            found[-1] += line.strip()
        elif line.strip():
            found.append(line.strip())
    return found


def one_of(table: str) -> str:
    """A group for use inside other patterns: any pattern of the table."""
    return f"(?:{'|'.join(patterns(table))})"


def any_of(tables: Mapping[str, str]) -> re.Pattern[str]:
    """Fits where any pattern of any table does, in any case."""
    return re.compile("|".join(one_of(table) for table in tables.values()), re.IGNORECASE)


def named(tables: Mapping[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every name with what fits it."""
    return tuple((name, any_of({name: table})) for name, table in tables.items())
