"""A house whose ears, thoughts and voice are the test's, and what it logged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.ports.language_model import ModelEvent, ModelRequest
from tests.call.fakes import FakeRecogniser
from tests.whole_calls.held import HeldCall, answered_call, held_call
from tests.whole_calls.house import House


class GatedModel(EmbeddedLanguageModel):
    """The embedded engine, which can be made to think for as long as a test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.asked.set()
        await self.gate.wait()
        async for event in super().stream(request):
            yield event


@dataclass(frozen=True, slots=True)
class Stage:
    """A house, who hears and thinks in it, and what it logged."""

    house: House
    recogniser: FakeRecogniser
    model: GatedModel
    log: Sequence[Any]

    @property
    def errors(self) -> list[Any]:
        """What was logged as an error."""
        return [entry for entry in self.log if entry["log_level"] in ("error", "critical")]


async def until_ended(call: HeldCall) -> Any:
    """What is stored once the call has an end."""
    while (stored := await call.stored())["ended_at"] is None:
        await asyncio.sleep(0.02)
    return stored


async def works(stage: Stage) -> None:
    """Another caller is greeted and answered."""
    async with held_call(stage.house, stage.recogniser, "+15550188") as (call, group):
        await answered_call(call, group)
        call.says("where can i park")
        await call.until_heard("free parking")
        await call.stop()
        assert (await until_ended(call))["ended_by"] == "caller"
