"""What a caller does, step by step, and who picks up when the server dials a person."""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["answered", "no-answer", "busy", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Say:
    """Speak when the other side has finished."""

    text: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play recorded μ-law audio; `text` is what it says, for plain mode."""

    mulaw: bytes = field(repr=False)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """Press keys."""

    digits: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Say nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the phone down now, without waiting for a reply."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Speak while the receptionist is speaking, `after_ms` into its speech."""

    text: str
    after_ms: int = 800


Step = Say | Play | Keys | Wait | HangUp | Interrupt


@dataclass(frozen=True, slots=True)
class Callee:
    """The person a `<Dial>` rings."""

    outcome: Outcome = "answered"
    rings_s: float = 2.0
    talk_s: float = 5.0
    hangs_up_on_whisper: bool = False
    """Picks up, hears what it is about, and puts the phone down."""
