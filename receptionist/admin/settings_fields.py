"""How a setting stands in a form, and how it is read back into a practice file's data.

What is right is not known here: whatever cannot be read is passed on as it was typed, for
the practice file's own rules to refuse.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from receptionist.admin.forms import Form
from receptionist.domain.practice import WEEKDAYS

Values = dict[str, Any]
Choices = Callable[[Mapping[str, Any]], Sequence[tuple[str, str]]]
"""What there is to choose, of a practice file's data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting. `name` is its key in the practice file."""

    name: str
    label: str
    kind: str = "text"
    """`text`, `area`, `number`, `tel`, `tels`, `yes`, `choice`, `lines`, `words`, `days`, `week` or
    `several`."""
    hint: str = ""
    choices: Choices = lambda _: ()
    required: bool = False


def shown(field: Field, data: Mapping[str, Any]) -> Values:
    """The form's values of a setting."""
    value = data.get(field.name)
    if field.kind == "week":
        hours = value or {}
        return {f"{field.name}.{day}": ", ".join(hours.get(day, ())) for day in WEEKDAYS}
    if field.kind == "words":
        lines = [f"{word}: {', '.join(others)}" for word, others in (value or {}).items()]
        return {field.name: "\n".join(lines)}
    if field.kind in ("lines", "tels", "days"):
        return {field.name: "\n".join(str(line) for line in value or ())}
    if field.kind == "several":
        return {field.name: list(value or ())}
    if field.kind == "yes":
        return {field.name: "yes" if value else ""}
    return {field.name: "" if value is None else str(value)}


def typed(field: Field, form: Form) -> Values:
    """What stands in the form now, to show it again."""
    if field.kind == "week":
        names = [f"{field.name}.{day}" for day in WEEKDAYS]
        return {name: form.get(name, "").strip() for name in names}
    if field.kind == "several":
        return {field.name: list(form.all(field.name))}
    return {field.name: form.get(field.name, "").strip()}


def read(field: Field, form: Form) -> Any:
    """What the practice file would have; None leaves the setting out."""
    text = form.get(field.name, "").strip().replace("\r\n", "\n")
    match field.kind:
        case "week":
            days = {day: _ranges(form.get(f"{field.name}.{day}", "")) for day in WEEKDAYS}
            return {day: ranges for day, ranges in days.items() if ranges} or None
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "tels":
            return [_number(line) for line in text.splitlines() if line.strip()]
        case "words":
            return _words(line for line in text.splitlines() if line.strip())
        case "days":
            return [_days(line) for line in text.splitlines() if line.strip()]
        case "several":
            return list(form.all(field.name))
        case "yes":
            return text == "yes"
        case "number":
            is_whole = text.isascii() and text.isdigit() and len(text) < 10
            return int(text) if is_whole else text or None
        case "tel":
            return _number(text) or None
    return text or None


def problem_places(field: Field, words: str) -> Mapping[str, str]:
    """What is wrong with a setting, by the field of the form where it is."""
    if field.kind != "week":
        return {field.name: words}
    found = {}
    for piece in words.split("; "):
        day, colon, rest = piece.partition(": ")
        known = bool(colon) and day in WEEKDAYS
        found[f"{field.name}.{day if known else WEEKDAYS[0]}"] = rest if known else piece
    return found


def _number(text: str) -> str:
    """ "+1 (212) 555-0100" as "+12125550100"."""
    return re.sub(r"[\s()./-]", "", text)


def _ranges(text: str) -> list[str]:
    """ "8:30–12 and 13:00 to 17" as "08:30-12:00", "13:00-17:00"."""
    text = re.sub(r"\s*(?:\bto\b|\buntil\b|[-–—])\s*", "-", text.strip())
    pieces = re.split(r"\s*(?:,|;|\band\b)\s*", text)
    return ["-".join(_time(part) for part in piece.split("-")) for piece in pieces if piece]


def _time(text: str) -> str:
    found = re.fullmatch(r"(\d{1,2})(?:[:.h](\d{2}))?", text.strip())
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else text


def _words(lines: Iterable[str]) -> dict[str, list[str]]:
    """ "parking: car park, garage"; a word's lines together."""
    found: dict[str, list[str]] = {}
    for word, _, others in (line.partition(":") for line in lines):
        said = [other.strip() for other in others.split(",") if other.strip()]
        found.setdefault(word.strip(), []).extend(said)
    return found


def _days(line: str) -> str:
    return re.sub(r"\s+(?:to|until|–|—|-)\s+", "..", line.strip())
