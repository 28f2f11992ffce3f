"""What a practice would be after a change that somebody has typed, by the practice file's rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from receptionist.admin.forms import Filled, Form, sentence
from receptionist.admin.settings_fields import problem_places, read, shown, typed
from receptionist.admin.settings_parts import PARTS, Part
from receptionist.domain.practice import Practice
from receptionist.practice_dump import written_practice
from receptionist.practice_file import mistake, read_practice

Path = tuple[str | int, ...]
NAMED_BY_SERVICES: Mapping[str, str] = {"people": "practitioners", "resources": "resources"}
"""Parts whose items services name, and the key they are named under."""

NEW: Mapping[str, Mapping[str, Any]] = {
    "services": {"minutes": 30, "buffer_minutes": 0},
    "resources": {"count": 1},
}
"""What stands in the form of a new item."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`practice` is None when something is wrong; the form says what."""

    practice: Practice | None
    filled: Filled


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the settings, or one item of it; `item` None in a list is a new one."""

    part: Part
    item: int | None = None

    @property
    def path(self) -> Path:
        """Where it stands in a practice file."""
        steps = (self.part.key, self.item) if self.part.is_list else (self.part.key,)
        return tuple(step for step in steps if step not in ("", None))


def form_of(practice: Practice, place: Place) -> Filled:
    """The form as it is opened."""
    data = written_practice(practice)
    here = _here(data, place)
    values: dict[str, Any] = {}
    for field in place.part.fields:
        values |= shown(field, here)
    return Filled(values)


def choices_of(practice: Practice, part: Part) -> Mapping[str, Sequence[tuple[str, str]]]:
    """What there is to choose, by field."""
    data = written_practice(practice)
    return {field.name: field.choices(data) for field in part.fields}


def changed(practice: Practice, place: Place, form: Form) -> Draft:
    """With what was typed. A new name goes on to the services that name it."""
    values: dict[str, Any] = {}
    for field in place.part.fields:
        values |= typed(field, form)

    def change(data: dict[str, Any]) -> Path:
        part, key = place.part, place.part.key
        given = {field.name: read(field, form) for field in part.fields}
        kept = {name: value for name, value in given.items() if value is not None}
        if part.is_list and place.item is None:
            data[key].append(kept)
            return (key, len(data[key]) - 1)
        here = _here(data, place)
        before = here.get("name")
        for name in given:
            here.pop(name, None)
        here.update(kept)
        if part.is_list and before != here.get("name"):
            _rename(data, part, before, here.get("name"))
        return place.path

    return _draft(practice, place.part, change, values)


def without(practice: Practice, place: Place) -> Draft:
    """With that item gone, from the services as well where others are left."""

    def change(data: dict[str, Any]) -> Path:
        gone = data[place.part.key].pop(place.item)
        key = NAMED_BY_SERVICES.get(place.part.name)
        for service in data["services"] if key else ():
            others = [name for name in service[key] if name != gone["name"]]
            # Nobody named means everyone: that is for a person to say.
            service[key] = others or service[key]
        return ()

    return _draft(practice, place.part, change, {})


def with_faq(practice: Practice, question: str, answer: str) -> Draft:
    """With one more answer."""
    form = Form({"question": [question], "answer": [answer]})
    return changed(practice, Place(PARTS["faqs"]), form)


def _draft(
    practice: Practice,
    part: Part,
    change: Callable[[dict[str, Any]], Path],
    values: dict[str, Any],
) -> Draft:
    data = written_practice(practice)
    path = change(data)
    try:
        return Draft(replace(read_practice(data), id=practice.id), Filled(values))
    except ValidationError as exc:
        problems: dict[str, str] = {}
        for error in exc.errors():
            for name, words in _problems(part, path, error):
                problems.setdefault(name, words)
        return Draft(None, Filled(values, problems))


def _problems(part: Part, path: Path, error: Any) -> list[tuple[str, str]]:
    place: Path = error["loc"]
    words = sentence(error)
    if words == sentence({"type": ""}):
        words = mistake(error)
    if place[: len(path)] == path and len(place) > len(path):
        field = next((f for f in part.fields if f.name == place[len(path)]), None)
        if field is not None:
            return list(problem_places(field, words).items())
    return [("", words)]


def _here(data: dict[str, Any], place: Place) -> dict[str, Any]:
    if place.part.is_list and place.item is None:
        return dict(NEW.get(place.part.name, {}))
    here: Any = data
    for step in place.path:
        here = here[step]
    found: dict[str, Any] = here
    return found


def _rename(data: dict[str, Any], part: Part, before: Any, after: Any) -> None:
    key = NAMED_BY_SERVICES.get(part.name)
    for service in data["services"] if key else ():
        service[key] = [after if name == before else name for name in service[key]]
