"""What a recogniser reports, as the turn machine knows it."""

from typing import assert_never

from receptionist.ports.speech_to_text import (
    EagerEndOfTurn,
    EndOfTurn,
    FinalTranscript,
    PartialTranscript,
    SpeechBegan,
    TranscriptEvent,
    TurnResumed,
)
from receptionist.voice import turn_events as turns


def turn_event(event: TranscriptEvent) -> turns.TurnEvent:
    """The same, without the vendor."""
    match event:
        case SpeechBegan():
            return turns.SpeechBegan()
        case PartialTranscript(text=text, confidence=confidence):
            return turns.Partial(text, confidence)
        case FinalTranscript(text=text, confidence=confidence, speech_final=final):
            return turns.Final(text, confidence, final)
        case EagerEndOfTurn(text=text):
            return turns.EagerEnd(text)
        case TurnResumed():
            return turns.Resumed()
        case EndOfTurn(text=text):
            return turns.TurnEnded(text)
        case _:
            assert_never(event)


def words_of(event: TranscriptEvent) -> str:
    """What the caller is saying, as far as it is known; empty when it holds no words."""
    match event:
        case PartialTranscript(text=text) | FinalTranscript(text=text) | EndOfTurn(text=text):
            return text
        case _:
            return ""
