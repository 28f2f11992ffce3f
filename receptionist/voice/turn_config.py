"""The turn machine's states, and how patient it is."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Who has the floor."""

    LISTENING = "listening"
    CALLER_SPEAKING = "caller_speaking"
    THINKING = "thinking"
    SPEAKING = "speaking"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """In milliseconds of media time, but for `least_confidence` (0 to 1) and `preemptive`."""

    barge_in_ms: int = 100
    false_interruption_ms: int = 1200
    longest_interruption_ms: int = 2500
    no_endpoint_ms: int = 700
    noise_wait_ms: int = 1200
    no_words_ms: int = 1500
    shortest_speech_ms: int = 600
    longest_wordless_ms: int = 10_000
    keys_pause_ms: int = 2000
    late_words_ms: int = 3000
    silence_ms: int = 8000
    thinking_ms: int = 30_000
    action_ms: int = 30_000
    """Longer than `thinking_ms` and `speaking_ms` while a function changes the world."""
    speaking_ms: int = 120_000
    longest_monologue_ms: int = 60_000
    longest_call_ms: int = 1_800_000
    least_confidence: float = 0.35
    preemptive: bool = True
    """Whether the model may think before the turn is certainly over."""
