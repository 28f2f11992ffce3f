"""Scripts from files, and a few that need none."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from receptionist.line.script import HangUp, Interrupt, Keys, Play, Say, Step, Wait
from receptionist.line.voice import read_wav

STEP_FORMS = "say: TEXT, keys: DIGITS, wait: SECONDS, interrupt: TEXT, play: FILE.wav or hang_up"

BUILT_IN: dict[str, tuple[Step, ...]] = {
    "opening-hours": (Say("What are your opening hours?"), Say("No, that's all. Goodbye.")),
    "booking": (
        Say("I'd like to book a check-up next week."),
        Say("The first one, please."),
        Say("My name is Anna Miller."),
        Say("Yes, please."),
    ),
    "message": (
        Say("I'd like to leave a message."),
        Say("This is Tom Baker."),
        Say("Please call me back about my results."),
        Say("Yes."),
    ),
    "interruption": (Interrupt("Sorry, can I speak to a person?"),),
    "hang-up": (Wait(1), HangUp()),
}


class ScenarioError(Exception):
    """A scenario cannot be used; the message says where and what would be right."""


def load_scenario(path: Path) -> tuple[Step, ...]:
    """A YAML or JSON file: a list of steps, or a mapping with `steps`. Raises `ScenarioError`."""
    try:
        text = path.read_text()
        body = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as exc:
        raise ScenarioError(f"cannot read scenario {path}: {exc.strerror}") from exc
    except (ValueError, yaml.YAMLError) as exc:
        raise ScenarioError(f"scenario {path} is neither YAML nor JSON") from exc
    steps = body.get("steps") if isinstance(body, dict) else body
    if not isinstance(steps, list):
        raise ScenarioError(f"scenario {path}: expected a list of steps")
    return tuple(_step(step, path, number) for number, step in enumerate(steps, start=1))


def named_scenarios(paths: Iterable[str | Path]) -> dict[str, tuple[Step, ...]]:
    """Scenarios by name: files, or names of built-in ones; all built-in ones when none is given.

    A name may carry a weight, `booking:3`, which stays in the key.
    """
    chosen: dict[str, tuple[Step, ...]] = {}
    for path in map(str, paths):
        name, _, weight = path.rpartition(":")
        name = name if name and weight.isdecimal() else path
        chosen[path] = BUILT_IN[name] if name in BUILT_IN else load_scenario(Path(name))
    return chosen or dict(BUILT_IN)


def _step(raw: Any, path: Path, number: int) -> Step:
    if raw == "hang_up":
        return HangUp()
    try:
        match raw:
            case {"say": text}:
                return Say(str(text))
            case {"keys": digits}:
                return Keys(str(digits))
            case {"wait": seconds}:
                return Wait(float(seconds))
            case {"interrupt": text}:
                return Interrupt(str(text), int(raw.get("after_ms", 800)))
            case {"play": file}:
                return Play(read_wav(path.parent / str(file)), str(raw.get("text", "")))
            case {"hang_up": _}:
                return HangUp()
    except (TypeError, ValueError):
        pass
    raise ScenarioError(f"scenario {path}, step {number}: expected {STEP_FORMS}")
