"""A receptionist who answers from a list, for tests of what holds the line."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from receptionist.conversation.events import (
    ActionDone,
    EffectRequested,
    RouterEvent,
    Sentence,
    TurnTimings,
)
from receptionist.errors import NotFound
from receptionist.ports.function_handler import EndCall, TransferCaller
from receptionist.ports.records import EndedBy

GREETING = "Thank you for calling Maple Street Clinic. How can I help?"

SCRIPT: dict[str, tuple[RouterEvent, ...]] = {
    "book": (
        Sentence("One moment, I'll look.", filler=True),
        ActionDone(
            "c1",
            "check_availability",
            {"service": "Check-up", "date_from": "2026-11-24"},
            {
                "ok": True,
                "slots": [
                    {"start": "2026-11-24T10:30:00-05:00"},
                    {"start": "2026-11-24T11:05:00-05:00"},
                    {"start": "2026-11-24T14:00:00-05:00"},
                    {"start": "2026-11-24T14:35:00-05:00"},
                ],
            },
        ),
        Sentence("Dr. Lee has half past ten on Tuesday, five past eleven, or two o'clock."),
        Sentence("Which would you like?"),
        TurnTimings(1.0, 2.0),
    ),
    "half past ten": (
        ActionDone(
            "c2",
            "schedule_appointment",
            {"service": "Check-up", "start": "2026-11-24T10:30:00-05:00", "caller_name": "Ana"},
            {"ok": True, "practitioner": "Dr. Lee"},
        ),
        Sentence("You're booked for Tuesday at half past ten with Dr. Lee."),
        Sentence("Is there anything else?"),
    ),
    "message": (
        ActionDone(
            "c3",
            "take_message",
            {"caller_name": "Ana", "message": "Call me", "urgency": "routine"},
            {"ok": True},
        ),
        Sentence("I've passed that on."),
    ),
    "person": (
        Sentence("I'll put you through."),
        EffectRequested(TransferCaller("asked")),
    ),
    "bye": (Sentence("Goodbye."), EffectRequested(EndCall())),
}


class ScriptedConversation:
    """Answers by the first keyword of the script it finds; remembers what it was told."""

    call_sid = "CA00000000000000000000000000000001"
    practice = "Maple Street Clinic"
    greeting = GREETING

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.heard: list[str] = []
        self.keys: list[str] = []
        self.ended: list[EndedBy] = []
        self.cancelled = 0
        self.over = asyncio.Event()

    async def respond(self, text: str) -> AsyncIterator[RouterEvent]:
        self.asked.append(text)
        if "break" in text:
            raise RuntimeError("broken")
        if "slow" in text:
            yield Sentence("Let me think about that.")
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled += 1
        found = next((key for key in SCRIPT if key in text.lower()), None)
        for event in SCRIPT[found] if found else (Sentence(f"You said: {text}"),):
            yield event

    async def interrupted(self, heard_text: str) -> None:
        self.heard.append(heard_text)

    def key(self, digit: str) -> str | None:
        self.keys.append(digit)
        return "a person, please" if digit == "0" else None

    async def end(self, ended_by: EndedBy) -> None:
        self.ended.append(ended_by)
        self.over.set()


class Conversations:
    """Opens scripted conversations and keeps them."""

    def __init__(self) -> None:
        self.opened: list[ScriptedConversation] = []
        self.hints: list[Any] = []

    async def open(self, practice_hint: str | None) -> ScriptedConversation:
        self.hints.append(practice_hint)
        if practice_hint == "nowhere":
            raise NotFound("practice")
        self.opened.append(ScriptedConversation())
        return self.opened[-1]
