"""One call as a conversation: what was said, what was heard, what was done, and how long it took.

Reads the turns and actions as they are kept; what is missing there is left out here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from receptionist.action_cards import ActionCard, action_card
from receptionist.ports.records import ActionRecord, CallRecord, TurnRecord

STAGES: Mapping[str, str] = {
    "recogniser": "hearing that the caller was done",
    "model_first_token": "thinking of a first word",
    "first_sentence": "thinking of a sentence",
    "first_audio": "giving it a voice",
    "first_frame": "sending it",
}
BAR = 1000
"""The width of the slowest turn's bar, in the picture's own units."""

TROUBLE: Mapping[str, str] = {
    "slot_taken": "The time had just been taken; other times were offered.",
    "invalid_arguments": "Something was missing or did not fit; the caller was asked again.",
    "provider_unavailable": "The service behind it could not be reached.",
    "provider_limited": "The service behind it had too much to do.",
    "provider_refused": "The service behind it refused.",
    "calendar_unavailable": "The calendar could not be read.",
    "not_found": "What it was about was not there.",
}
ENDS: Mapping[str, str] = {
    "lost": "The line broke off. The caller may call again, or wait for a call back.",
    "refused": "The number that was dialled belongs to no practice here.",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a turn's time as a part of its bar."""

    number: int
    words: str
    ms: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done, and what was wrong with it in plain words."""

    card: ActionCard
    trouble: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn as a conversation."""

    caller: str
    heard: str
    unheard: str
    at: datetime
    actions: tuple[Done, ...]
    stages: tuple[Stage, ...]
    total_ms: int

    @property
    def time_in_words(self) -> str:
        """The picture, for whoever does not see it."""
        parts = ", ".join(f"{stage.words} {stage.ms} ms" for stage in self.stages)
        return f"{self.total_ms} ms until the answer began: {parts}"


def conversation(
    turns: Sequence[TurnRecord], actions: Sequence[ActionRecord]
) -> tuple[list[Exchange], list[Done]]:
    """The turns with the actions of each, and the actions after the last turn's record.

    A turn is recorded at its end, so its actions are those since the turn before.
    """
    left = sorted(actions, key=lambda action: action.at)
    slowest = max((turn.timings.get("total", 0.0) for turn in turns), default=0.0)
    exchanges = []
    for turn in sorted(turns, key=lambda turn: turn.number):
        mine = [action for action in left if action.at <= turn.at]
        left = left[len(mine) :]
        exchanges.append(_exchange(turn, mine, slowest))
    return exchanges, [_done(action) for action in left]


def trouble_at_the_end(call: CallRecord) -> str:
    """Why a call ended badly; empty when it did not."""
    if call.ended_by is None:
        return ""
    if call.outcome == "abandoned" and call.ended_by == "caller":
        return "The caller hung up before anything was settled."
    return ENDS.get(call.ended_by, "")


def _exchange(turn: TurnRecord, actions: Sequence[ActionRecord], slowest: float) -> Exchange:
    is_cut = turn.receptionist.startswith(turn.heard)
    return Exchange(
        caller=turn.caller,
        heard=turn.heard,
        unheard=turn.receptionist[len(turn.heard) :].strip() if is_cut else "",
        at=turn.at,
        actions=tuple(map(_done, actions)),
        stages=tuple(_stages(turn.timings, slowest)),
        total_ms=round(turn.timings.get("total", 0.0)),
    )


def _stages(timings: Mapping[str, float], slowest: float) -> list[Stage]:
    stages: list[Stage] = []
    at = 0.0
    for name, ms in timings.items():
        if name == "total" or slowest <= 0:
            continue
        number = list(STAGES).index(name) + 1 if name in STAGES else len(STAGES) + 1
        words = STAGES.get(name, name.replace("_", " "))
        begin, end = round(at / slowest * BAR), round((at + ms) / slowest * BAR)
        stages.append(Stage(number, words, round(ms), begin, max(0, min(end, BAR) - begin)))
        at += ms
    return stages


def _done(action: ActionRecord) -> Done:
    card = action_card(action.name, action.arguments, action.result)
    return Done(card, _trouble(action.result) if action.result.get("ok") is False else "")


def _trouble(result: Mapping[str, Any]) -> str:
    return TROUBLE.get(str(result.get("code", "")), "The caller was told, and asked how to go on.")
