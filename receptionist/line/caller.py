"""The caller following a script: which step is next, what was heard, what it all came to.

Shared by the parts of one call. Must not know how audio or words travel.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from receptionist.line.doubts import Doubts
from receptionist.line.network import Weather
from receptionist.line.report import CallReport, Line, Side
from receptionist.line.script import Callee, Step
from receptionist.line.voice import Ear, Voice
from receptionist.line.webhooks import Account, Addresses

OnEvent = Callable[[Line], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """One call: whom, as whom, and how the parts of Twilio that are not documented behave."""

    voice_url: str
    dialled_url: str | None = None
    """Where the server really listens, when that is not `voice_url`'s host."""
    fallback_url: str | None = None
    status_url: str | None = None
    account: Account = field(default_factory=Account)
    call_sid: str | None = None
    from_number: str = "+15550123"
    to_number: str = "+15550100"
    parameters: Mapping[str, str] = field(default_factory=dict)
    callee: Callee = field(default_factory=Callee)
    voice: Voice | None = None
    ear: Callable[[], Ear] | None = None
    on_event: OnEvent | None = None
    ad_lib: Callable[[CallReport], Step | None] | None = None
    """What the caller does at the script's end, by what has been heard; None hangs up."""
    quiet_ms: int = 1000
    reply_timeout_s: float = 15.0
    read_timeout_s: float = 15.0
    pace: float = 0.0
    """Share of real time that `<Pause>`, speech and ringing take outside streams."""
    lost_answers: int = 0
    """How often each webhook's answer is lost, so that it is asked again."""
    failing_streams: int = 0
    """How many streams, from the first, cannot be opened."""
    doubts: Doubts = field(default_factory=Doubts)
    weather: Weather = field(default_factory=Weather)
    seed: int = 0
    """Of the weather's chances."""
    keeps_audio: bool = True
    """Whether the report holds what was heard; many long calls would fill the memory."""

    @property
    def addresses(self) -> Addresses:
        """What is signed and what is dialled."""
        return Addresses(self.voice_url, self.dialled_url or self.voice_url)


class Caller:
    """One call's script and report."""

    def __init__(self, options: CallOptions, script: Iterable[Step], report: CallReport) -> None:
        self.report = report
        self._steps = deque(script)
        self._on_event = options.on_event
        self._pace = options.pace
        self._ad_lib = options.ad_lib
        self._began_s = time.monotonic()

    @property
    def now_ms(self) -> int:
        """Milliseconds since the call began."""
        return int((time.monotonic() - self._began_s) * 1000)

    def next_step(self) -> Step | None:
        """The step that is due; None at the end of the script."""
        if not self._steps and self._ad_lib and (step := self._ad_lib(self.report)):
            self._steps.append(step)
        return self._steps[0] if self._steps else None

    def step_taken(self) -> None:
        """The due step has been done."""
        self._steps.popleft()

    async def let_pass(self, seconds: float) -> None:
        """Time outside streams, at the pace of the options."""
        await asyncio.sleep(seconds * self._pace)

    def note(self, side: Side, text: str) -> None:
        """Something was said or happened."""
        line = Line(side, text, self.now_ms)
        self.report.transcript.append(line)
        if self._on_event is not None:
            self._on_event(line)

    def error(self, text: str) -> None:
        """Something went wrong that Twilio would put in its debugger."""
        self.report.errors.append(text)
        self.note("line", text)
