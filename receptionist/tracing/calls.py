"""Calls as traces.

A trace's id follows from the call's SID, so a call that went through several processes is
one trace. Turns come in as the journal keeps them, after the fact: a turn is exported when
the next one has begun, together with the requests that were made for it.
"""

from collections import OrderedDict
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, Status, StatusCode, Tracer, set_span_in_context

from receptionist.ports.records import EndedBy, TurnRecord

REMEMBERED_CALLS = 4096
MOST_REQUESTS = 256
"""Of one turn. More than that is a defect elsewhere, and must not fill the memory."""
NS_PER_MS = 1_000_000
NO_CONTEXT = Context()


class CallIds(RandomIdGenerator):
    """Random ids, except while `fixed` names those of a call."""

    def __init__(self) -> None:
        self.fixed: ContextVar[str | None] = ContextVar("fixed_ids", default=None)

    def generate_trace_id(self) -> int:
        """128 bits."""
        call_sid = self.fixed.get()
        return super().generate_trace_id() if call_sid is None else trace_id_of(call_sid)

    def generate_span_id(self) -> int:
        """64 bits."""
        call_sid = self.fixed.get()
        return super().generate_span_id() if call_sid is None else _digest(call_sid, 16, 24)


def trace_id_of(call_sid: str) -> int:
    """Where to look a call up: `f"{trace_id_of(sid):032x}"` is its trace."""
    return _digest(call_sid, 0, 16)


def _digest(call_sid: str, start: int, end: int) -> int:
    return int.from_bytes(sha256(call_sid.encode()).digest()[start:end]) or 1


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked of an outside service, or a function called."""

    name: str
    provider: str
    started_ns: int
    ended_ns: int
    first_ns: int | None = None
    """When the first of it arrived, of an answer that comes in pieces."""
    error_code: str | None = None


@dataclass(slots=True)
class _Call:
    root: Span
    ended: bool = False
    turn: TurnRecord | None = None
    requests: list[Request] = field(default_factory=list)


class CallTraces:
    """The calls of a process. `ids` must be the id generator of the tracer's provider."""

    def __init__(self, tracer: Tracer, ids: CallIds) -> None:
        self._tracer = tracer
        self._ids = ids
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    def request(self, call_sid: str | None, request: Request) -> None:
        """It is over. Outside a call it is a trace of its own."""
        if call_sid is None:
            self._export_requests([request], NO_CONTEXT)
            return
        call = self._call(call_sid, request.started_ns)
        if call.ended:
            # A recogniser's connection closes behind its call.
            self._export_requests([request], set_span_in_context(call.root, NO_CONTEXT))
        elif len(call.requests) < MOST_REQUESTS:
            call.requests.append(request)

    def turn(self, turn: TurnRecord) -> None:
        """A turn is kept, or kept once more with what has come since."""
        began_ns = _began_ns(turn)
        call = self._call(turn.call_sid, began_ns)
        if call.turn is not None and call.turn.number != turn.number:
            self._export_turn(call, until_ns=began_ns)
        call.turn = turn
        if call.ended:
            self._export_turn(call, until_ns=None)

    def ended(self, call_sid: str, ended_by: EndedBy, at: datetime) -> None:
        """The call is over. Told again, or of a call it has not seen, it does nothing."""
        call = self._calls.get(call_sid)
        if call is None or call.ended:
            return
        self._export_turn(call, until_ns=None)
        call.ended = True
        call.root.set_attribute("receptionist.ended_by", ended_by)
        call.root.end(_ns(at))

    def flush(self) -> None:
        """Export the turns that are still open."""
        for call in self._calls.values():
            self._export_turn(call, until_ns=None)

    def _call(self, call_sid: str, started_ns: int) -> _Call:
        call = self._calls.get(call_sid)
        if call is None:
            call = self._calls[call_sid] = _Call(self._begin(call_sid, started_ns))
            while len(self._calls) > REMEMBERED_CALLS:
                _, oldest = self._calls.popitem(last=False)
                self._export_turn(oldest, until_ns=None)
        return call

    def _begin(self, call_sid: str, started_ns: int) -> Span:
        token = self._ids.fixed.set(call_sid)
        try:
            return self._tracer.start_span(
                "call",
                context=NO_CONTEXT,
                attributes={"receptionist.call_sid": call_sid},
                start_time=started_ns,
            )
        finally:
            self._ids.fixed.reset(token)

    def _export_turn(self, call: _Call, *, until_ns: int | None) -> None:
        """The turn, and the requests that began before `until_ns`, when the next one begins."""
        now = [r for r in call.requests if until_ns is None or r.started_ns < until_ns]
        call.requests = [r for r in call.requests if r not in now]
        turn, call.turn = call.turn, None
        outside = set_span_in_context(call.root, NO_CONTEXT)
        if turn is None:
            self._export_requests(now, outside)
            return
        began_ns = _began_ns(turn)
        span = self._tracer.start_span(
            "turn",
            context=outside,
            attributes={"receptionist.turn": turn.number},
            start_time=began_ns,
        )
        inside = set_span_in_context(span, NO_CONTEXT)
        self._export_stages(turn, began_ns, inside)
        self._export_requests((r for r in now if r.started_ns >= began_ns), inside)
        self._export_requests((r for r in now if r.started_ns < began_ns), outside)
        span.end(max(_ns(turn.at), began_ns))

    def _export_stages(self, turn: TurnRecord, began_ns: int, inside: Context) -> None:
        """They follow each other without a gap; `total` is their sum."""
        for stage, milliseconds in turn.timings.items():
            if stage == "total":
                continue
            span = self._tracer.start_span(f"stage {stage}", context=inside, start_time=began_ns)
            began_ns += int(milliseconds * NS_PER_MS)
            span.end(began_ns)

    def _export_requests(self, requests: Iterable[Request], parent: Context) -> None:
        for request in requests:
            span = self._tracer.start_span(
                request.name,
                context=parent,
                attributes={"receptionist.provider": request.provider},
                start_time=request.started_ns,
            )
            if request.first_ns is not None:
                waited_ms = (request.first_ns - request.started_ns) / NS_PER_MS
                span.set_attribute("receptionist.first_ms", waited_ms)
            if request.error_code is not None:
                span.set_attribute("receptionist.error_code", request.error_code)
                span.set_status(Status(StatusCode.ERROR))
            span.end(request.ended_ns)


def _began_ns(turn: TurnRecord) -> int:
    lasted_ms = max(turn.lasted_ms, turn.timings.get("total", 0.0))
    return _ns(turn.at) - int(lasted_ms * NS_PER_MS)


def _ns(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1000
