"""Hand-written models, handlers and rows for tests of the conversation."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time
from typing import Any, Literal

from pydantic import BaseModel

from receptionist.conversation.context import Conversation
from receptionist.conversation.events import RouterEvent, Sentence
from receptionist.conversation.router import Router
from receptionist.domain.practice import Faq, Practice, Practitioner, Service, TimeRange
from receptionist.errors import ProviderUnavailable
from receptionist.ports.function_handler import (
    CallFacts,
    Effect,
    EndCall,
    HandlerResult,
    Office,
    TransferCaller,
)
from receptionist.ports.language_model import (
    Completed,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolCallRequested,
)
from receptionist.ports.records import ActionRecord
from tests.emulators.openai import what_is_wrong

PRACTICE = Practice(
    name="Maple {Street} $Clinic",
    timezone="America/New_York",
    numbers=("+15550100",),
    greeting="Hello.",
    hours={"monday": (TimeRange(time(8, 30), time(17)),)},
    transfer_number="+15550111",
    practitioners=(Practitioner("Dr. Lee"),),
    services=(Service("Check-up", 30, 5, ("Dr. Lee",)),),
    faqs=(Faq("Where can I park?", "Behind {the} building, $5 a day."),),
)
NOW = datetime(2026, 3, 9, 10, 0, tzinfo=PRACTICE.zone)
FACTS = CallFacts("CA1", PRACTICE, NOW, "+15550199")

Step = str | ToolCall | Exception | Callable[[], Any] | Completed
FAILED = ProviderUnavailable("fake", "scripted")


def booking(call_id: str = "b1", start: str = "2026-03-10T10:00") -> ToolCall:
    """A call of `schedule_appointment`."""
    arguments = f'{{"service":"Check-up","start":"{start}","caller_name":"Ann Poe"}}'
    return ToolCall(call_id, "schedule_appointment", arguments)


class ScriptedModel:
    """Plays one script an answer: texts, calls, errors, and functions to await."""

    def __init__(self, *answers: Sequence[Step], name: str = "scripted") -> None:
        self.name = name
        self._answers = list(answers)
        self.requests: list[ModelRequest] = []
        self.closed = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        self.requests.append(request)
        assert self._answers, "the model was asked more often than scripted"
        try:
            for step in self._answers.pop(0):
                match step:
                    case str():
                        yield TextDelta(step)
                    case ToolCall():
                        yield ToolCallRequested(step)
                    case Exception():
                        raise step
                    case Completed():
                        yield step
                        return
                    case _:
                        await step()
            yield Completed("stop")
        finally:
            self.closed += 1

    async def warm(self) -> None: ...
    async def check(self) -> None: ...
    async def close(self) -> None: ...


class _Booking(BaseModel):
    service: str
    start: datetime
    caller_name: str


class _Nothing(BaseModel):
    pass


class _Reason(BaseModel):
    reason: str


class _Question(BaseModel):
    question: str


class FakeHandler:
    """A function whose result, duration and effect the test decides."""

    def __init__(
        self,
        name: str,
        arguments: type[BaseModel] = _Nothing,
        *,
        changes_world: bool = False,
        filler: str | None = None,
        content: Mapping[str, Any] | None = None,
        effect: Effect | None = None,
        outcome: str | None = None,
    ) -> None:
        self.name, self.description, self.Arguments = name, f"Does {name}.", arguments
        self.changes_world, self.filler = changes_world, filler
        self.result = HandlerResult(content or {"ok": True}, effect, outcome)
        self.calls: list[str] = []
        self.failure: Exception | None = None
        self.failures: list[Exception] = []
        """Each once, before anything else."""
        self.started = asyncio.Event()
        self.may_finish = asyncio.Event()
        self.may_finish.set()

    async def handle(
        self, arguments: Any, facts: CallFacts, database: Any, *, tool_call_id: str
    ) -> HandlerResult:
        self.calls.append(tool_call_id)
        self.started.set()
        await self.may_finish.wait()
        if self.failures:
            raise self.failures.pop(0)
        if self.failure is not None:
            raise self.failure
        return self.result


class Handlers(dict[str, FakeHandler]):
    """The functions most tests need."""

    def __init__(self) -> None:
        super().__init__()
        for handler in (
            FakeHandler(
                "schedule_appointment",
                _Booking,
                changes_world=True,
                filler="Let me book that.",
                outcome="booked",
            ),
            FakeHandler("answer_faq", _Question, filler="Let me check."),
            FakeHandler("find_appointments", content={"ok": True, "appointments": [{"id": "a"}]}),
            FakeHandler("take_message", changes_world=True, outcome="message"),
            FakeHandler("transfer_call", _Reason, effect=TransferCaller("asked")),
            FakeHandler("end_call", effect=EndCall()),
        ):
            self[handler.name] = handler


class Rows:
    """Actions and outcomes in memory, as both the database and its unit of work."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], ActionRecord] = {}
        self.outcomes: list[str] = []
        self.actions = self
        self.calls = self
        self.broken = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Rows"]:
        if self.broken:
            raise OSError("the disk is gone")
        yield self

    reading = transaction

    async def save(self, actions: Sequence[ActionRecord]) -> None:
        for action in actions:
            self.kept.setdefault((action.call_sid, action.tool_call_id), action)

    async def get(self, call_sid: str, tool_call_id: str) -> ActionRecord | None:
        return self.kept.get((call_sid, tool_call_id))

    async def of_call(self, call_sid: str) -> Sequence[ActionRecord]:
        return [row for row in self.kept.values() if row.call_sid == call_sid]

    async def set_outcome(self, call_sid: str, outcome: str) -> None:
        self.outcomes.append(outcome)


class SlowJournal:
    """Keeps nothing, and may be slow to."""

    def __init__(self) -> None:
        self.asked, self.may_flush = asyncio.Event(), asyncio.Event()

    async def flush(self) -> None:
        self.asked.set()
        await self.may_flush.wait()


class Line:
    """A router with one conversation on it."""

    def __init__(
        self, *models: ScriptedModel, journal: SlowJournal | None = None, **settings: float
    ) -> None:
        self.models = models
        self.handlers = Handlers()
        self.rows = Rows()
        self.failed: list[tuple[str, str]] = []
        self.router = Router(
            models,
            self.handlers,
            Office(self.rows, None, journal),
            lambda: NOW,
            model_failed=lambda name, code: self.failed.append((name, code)),
            **settings,
        )  # type: ignore[arg-type]
        self.conversation = Conversation(FACTS)

    async def caller_says(self, text: str) -> list[RouterEvent]:
        """One whole turn."""
        self.conversation.begin_turn(text)
        return [event async for event in self.router.respond(self.conversation)]


def spoken(events: Sequence[RouterEvent], *, filler: Literal[True, False] = False) -> list[str]:
    """The sentences, without fillers or only those."""
    return [e.text for e in events if isinstance(e, Sentence) and e.filler is filler]


def assert_whole(conversation: Conversation) -> None:
    """The vendor would accept this history."""
    messages = [
        {
            "role": message.role,
            "content": message.content,
            "tool_calls": [{"id": call.id} for call in message.tool_calls],
            "tool_call_id": message.tool_call_id,
        }
        for message in conversation.messages
    ]
    assert what_is_wrong({"model": "m", "messages": messages}) is None


def faq(call_id: str = "f1") -> ToolCall:
    """A call of `answer_faq`."""
    return ToolCall(call_id, "answer_faq", '{"question":"parking"}')
