"""One stream call without a server: the line, the recogniser and the model are the test's."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from receptionist.call.file import CallFile
from receptionist.call.handler import StreamServices, TwilioCallHandler
from receptionist.call.hearing import Hearing
from receptionist.call.speech_cache import SpeechCache
from receptionist.call.warm import Vendors
from receptionist.observability import Metrics
from receptionist.ports.records import (
    ActionRecord,
    CallRecord,
    EndedBy,
    StaffMessage,
    TurnRecord,
)
from receptionist.ports.speech_to_text import EndOfTurn, FinalTranscript, TranscriptEvent
from receptionist.ports.staff import Recording
from receptionist.voice.turn_config import TurnConfig
from receptionist.voice.voice_activity import VoiceEdge
from tests.call.fakes import FakeRecogniser, FakeRecognition, FakeVoice
from tests.conversation.fakes import NOW, PRACTICE, Line, ScriptedModel

GREETING = PRACTICE.greeting
FRAME = base64.b64encode(b"\xff" * 160).decode()


class FakeJournal:
    """Keeps everything at once."""

    def __init__(self) -> None:
        self.turns: dict[int, TurnRecord] = {}
        self.states: list[Mapping[str, Any]] = []
        self.ends: list[EndedBy] = []
        self.outcomes: list[str] = []
        self.is_away = False

    def arrived(self, call: CallRecord) -> None: ...

    def message(self, message: StaffMessage, recording: Recording | None = None) -> None: ...

    def turn(self, turn: TurnRecord) -> None:
        self.turns[turn.number] = turn

    def action(self, action: ActionRecord) -> None: ...

    def state(self, call_sid: str, state: Mapping[str, Any]) -> None:
        self.states.append(state)

    def outcome(self, call_sid: str, outcome: str) -> None:
        self.outcomes.append(outcome)

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        self.ends.append(ended_by)

    async def flush(self) -> None: ...

    async def committed(self, within_s: float) -> None: ...


class FakeSocket:
    """Twilio's end of a media stream. Marks come back at once unless they are held."""

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.changed = asyncio.Event()
        self.holding_marks = False
        self.held: list[str] = []
        self.broken = False
        self.closes = 0
        self.now_ms = 0

    async def listen(self, on_message: Callable[[str | bytes], None]) -> None:
        while (message := await self.inbox.get()) is not None:
            on_message(message)

    async def send(self, text: str) -> None:
        if self.broken:
            raise ConnectionError
        message = json.loads(text)
        self.sent.append(message)
        self.changed.set()
        if message["event"] != "mark":
            return
        if self.holding_marks:
            self.held.append(message["mark"]["name"])
        else:
            self.give("mark", mark=message["mark"])

    async def close(self) -> None:
        self.closes += 1

    def give(self, event: str, **body: Any) -> None:
        """A message from Twilio."""
        self.inbox.put_nowait(json.dumps({"event": event, "streamSid": "MZ1", **body}))

    def release_marks(self) -> None:
        """All that was held has been played."""
        self.holding_marks = False
        for name in self.held:
            self.give("mark", mark={"name": name})
        self.held.clear()

    def frames(self, length_ms: int) -> None:
        """Caller audio of that length, all at once: it is what makes time pass."""
        for _ in range(length_ms // 20):
            self.now_ms += 20
            self.give("media", media={"payload": FRAME, "timestamp": str(self.now_ms)})

    def count(self, event: str) -> int:
        """How many such messages have been sent."""
        return sum(message["event"] == event for message in self.sent)


class FakeListening:
    """A voice detector that hears what the test puts into `edges`."""

    def __init__(self) -> None:
        self.edges: list[VoiceEdge] = []
        self.fed = b""

    def feed(self, mulaw: bytes, at_ms: int) -> list[VoiceEdge]:
        self.fed += mulaw
        found, self.edges = self.edges, []
        return found


class CallStage:
    """A handler with everything around it."""

    def __init__(
        self,
        *models: ScriptedModel,
        voice: FakeVoice | None = None,
        then: FakeVoice | None = None,
        config: TurnConfig | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        self.socket = FakeSocket()
        self.journal = FakeJournal()
        self.listening = FakeListening()
        self.recogniser = FakeRecogniser()
        self.router_line = Line(*models)
        self.models = models
        record = CallRecord("CA1", 1, "+15550199", "+15550100", NOW, state=dict(state or {}))
        self.file = CallFile(record, PRACTICE, self.journal, lambda: NOW)
        metrics = self._metrics = Metrics()
        self.hearing = Hearing([self.recogniser], language="en", keyterms=(), metrics=metrics)
        vendors = Vendors([self.recogniser], models, [voice or FakeVoice(), *filter(None, [then])])
        services = StreamServices(
            self.router_line.router,
            vendors,
            SpeechCache(Path("unused")),
            metrics,
            turns=config or TurnConfig(),
        )
        self.handler = TwilioCallHandler(
            self.socket, self.file, self.hearing, self.listening, services
        )
        self.recognition: FakeRecognition | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["CallStage"]:
        """The call goes on inside; it has to have ended by itself, or the caller hangs up."""
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            hearing = group.create_task(self.hearing.run())
            handling = group.create_task(self.handler.run())
            self.recognition = await self.recogniser.opened.get()
            start = {"streamSid": "MZ1", "callSid": "CA1", "accountSid": "AC1", "tracks": []}
            self.socket.give("start", start=start)
            yield self
            self.socket.give("stop")
            await handling
            await hearing

    def understood(self, *events: TranscriptEvent) -> None:
        """The recogniser sends these."""
        assert self.recognition is not None
        for event in events:
            self.recognition.heard.put_nowait(event)

    def says(self, text: str) -> None:
        """A whole turn, understood."""
        self.understood(FinalTranscript(text, 0.9, speech_final=True), EndOfTurn(text))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        while not condition():
            await asyncio.sleep(0.001)

    async def greeted(self) -> None:
        """Wait until the greeting has been heard."""
        await self.until(lambda: 0 in self.journal.turns and self.journal.turns[0].heard)

    async def heard(self, words: str) -> None:
        """Wait until the caller has heard a reply with these words."""
        await self.until(lambda: any(words in turn.heard for turn in self.journal.turns.values()))

    @property
    def anomalies(self) -> dict[str, float]:
        """What was counted of strange messages, by kind."""
        (family,) = self._metrics.stream_anomalies.collect()
        counts = [sample for sample in family.samples if sample.name.endswith("_total")]
        return {sample.labels["kind"]: sample.value for sample in counts}

    def asked(self, number: int = -1) -> str:
        """What a model was asked: the dialogue without the prompt."""
        request = self.models[0].requests[number]
        return " / ".join(m.content for m in request.messages if m.role != "system")
