"""Which calls are placed when, and what is said in them. No clock and no process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random

from receptionist.line.network import Weather
from receptionist.line.script import Interrupt, Play, Say, Step

SHORTEST_STEP_S = 2.0
"""Of a script that is repeated; no caller is quicker."""
INTERRUPT_AFTER_MS = 800
FIRST_NUMBER = 15552000000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is asked for."""

    calls: int = 10
    rate: float = 1.0
    """New calls a second, at the end of the ramp; 0 for all at once."""
    ramp_s: float = 0.0
    """The rate grows from nothing for so long."""
    hold_s: float = 0.0
    """Scripts are repeated until a call has lasted so long; 0 for once."""
    barge_in: float = 0.0
    """The share of what is said that is said while the other side speaks."""
    processes: int = 1
    first: int = 0
    """The number of its first call: two loads at once are told apart by it."""
    after_s: float = 0.0
    """So long nobody calls."""
    seed: int = 1
    weather: Weather = field(default_factory=Weather)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call: when it is placed, in seconds from the beginning, and its script."""

    number: int
    at_s: float
    scenario: str
    steps: tuple[Step, ...]

    @property
    def from_number(self) -> str:
        """Nobody calls twice: callers are limited, and greeted, by their number."""
        return f"+{FIRST_NUMBER + self.number}"


def arrivals(load: Load) -> list[float]:
    """When each call is placed: evenly, after a ramp in which the rate grows evenly."""
    if load.rate <= 0:
        return [0.0] * load.calls
    in_ramp = load.rate * load.ramp_s / 2
    found = []
    for number in range(load.calls):
        if number < in_ramp:
            found.append((2 * number * load.ramp_s / load.rate) ** 0.5)
        else:
            found.append(load.ramp_s + (number - in_ramp) / load.rate)
    return found


def plan(load: Load, scenarios: Mapping[str, Sequence[Step]]) -> list[PlannedCall]:
    """Every call of a load; a scenario that is named `name:3` comes three times as often."""
    mix = [
        (name.rpartition(":")[0] if weight.isdecimal() else name, tuple(steps))
        for name, steps in scenarios.items()
        for weight in [name.rpartition(":")[2]]
        for _ in range(int(weight) if weight.isdecimal() else 1)
    ]
    chances = Random(load.seed)  # noqa: S311 - who interrupts, not a secret
    planned = []
    for number, at_s in enumerate(arrivals(load)):
        name, steps = mix[number % len(mix)]
        said = _interrupting(_held(steps, load.hold_s), load.barge_in, chances)
        planned.append(PlannedCall(load.first + number, load.after_s + at_s, name, said))
    return planned


def _held(steps: tuple[Step, ...], hold_s: float) -> tuple[Step, ...]:
    """Enough steps for a call of that length; the caller leaves when it is over."""
    count = max(len(steps), int(hold_s / SHORTEST_STEP_S))
    return tuple(islice(cycle(steps), count)) if steps else ()


def _interrupting(steps: tuple[Step, ...], share: float, chances: Random) -> tuple[Step, ...]:
    return tuple(
        Interrupt(step.text, INTERRUPT_AFTER_MS)
        if isinstance(step, Say) and chances.random() < share
        else step
        for step in steps
    )


def texts(calls: Sequence[PlannedCall]) -> set[str]:
    """Everything that will be said, so that it can be spoken beforehand."""
    steps = (step for call in calls for step in call.steps if not isinstance(step, Play))
    return {step.text for step in steps if isinstance(step, Say | Interrupt)}
