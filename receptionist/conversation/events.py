"""What the router hands to whoever is holding the line (stream, plain mode, softphone)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from receptionist.ports.function_handler import Effect


@dataclass(frozen=True, slots=True)
class Sentence:
    """The next thing to say, as the model wrote it: whole sentences, no markdown.

    It is normalised for speech where it is spoken, and kept as written in the transcript.
    """

    text: str
    filler: bool = False
    """A phrase that only covers a wait; it is not part of the answer."""


@dataclass(frozen=True, slots=True)
class SentenceForeseen:
    """How the answer's first sentence begins, while the model is still writing it.

    Nothing is to be heard of it: it may turn out to be one that is held back.
    """

    text: str


@dataclass(frozen=True, slots=True)
class ActionStarted:
    """A function that changes the world is being carried out; it will not be broken off."""

    name: str


@dataclass(frozen=True, slots=True)
class ActionDone:
    """A function has been called and has answered."""

    tool_call_id: str
    name: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EffectRequested:
    """After what has been said so far is heard: transfer, or hang up."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class TurnTimings:
    """Milliseconds from the request to the model's first token and first sentence."""

    first_token_ms: float
    first_sentence_ms: float


RouterEvent = (
    Sentence | SentenceForeseen | ActionStarted | ActionDone | EffectRequested | TurnTimings
)
