"""Logs and metrics: structlog lines bound to the call, Prometheus counters.

Nothing personal: a call is its SID, a turn its number, an error its code.
Everything below this module reports through `structlog.get_logger()` or the
metrics named here.
"""

import asyncio
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

OURS = ("receptionist", "providers", "handlers", "db", "twiml")
"""Whose lines may be as chatty as LOG_LEVEL says."""
SERVER = "uvicorn.error"
"""Says who connects; below INFO it quotes what is sent over the sockets."""
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 8.0)
_STREAM_TOKEN = re.compile(r"(/voice/stream/)[^\s\"'?]+")


def configure_logging(level: str, log_format: Literal["console", "json"] | None) -> None:
    """Send all logs, ours and libraries', to stderr in one format."""
    console = log_format == "console" or (log_format is None and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_exception_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(_redact)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    ours = logging.getLevelNamesMapping()[level]
    # Libraries log addresses, headers, bodies, and the values of SQL statements: of whatever
    # is not ours, known today or not, only warnings pass.
    root.setLevel(max(ours, logging.WARNING))
    # The server's own set-up, if it ran before ours, would print past the filter.
    for name in (SERVER.partition(".")[0], SERVER):
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate, server.disabled = True, False
    logging.getLogger(SERVER).setLevel(max(ours, logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(ours)


def _hide_exception_text(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A library's exception may quote what a caller said: keep its type and where, not its text."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    # A library's record brings a triple.
    exc = info[1] if isinstance(info, tuple) else info
    exc = exc if isinstance(exc, BaseException) else sys.exc_info()[1]
    if exc is not None:
        event["error"] = type(exc).__name__
        event["error_code"] = getattr(exc, "code", None)
        event["where"] = _where(exc)
    return event


def _where(exc: BaseException) -> str | None:
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if trace is None else f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"


def _redact(record: logging.LogRecord) -> bool:
    """Uvicorn logs a WebSocket's path; the stream token in it is a secret.

    asyncio shows a failed task with its exception's text, and a failed callback with its arguments.
    """
    if record.name == "asyncio":
        record.msg = re.split(r"[\n(<]", record.getMessage(), maxsplit=1)[0]
        record.args = ()
    if "/voice/stream/" in str(record.args) or "/voice/stream/" in str(record.msg):
        record.msg = _STREAM_TOKEN.sub(r"\1…", record.getMessage())
        record.args = ()
    return True


SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The folder where processes of one server keep their counts; theirs outlive them there."""


class Beside(Protocol):
    """The processes of one server."""

    def pids(self) -> Sequence[int]:
        """Those that live."""

    def spent_s(self) -> float:
        """CPU time of those that died."""


class Metrics:
    """What `/metrics` shows. One registry per application, so tests do not share counters.

    With processes `beside` this one it shows what all of them have counted, whichever is asked:
    counts never fall when one dies, calls on the line and memory are those of the living.
    """

    def __init__(self, beside: Beside | None = None) -> None:
        self.registry = CollectorRegistry()
        self._beside = beside
        ProcessCollector(registry=self.registry)  # CPU seconds, memory, file descriptors
        self.active_calls = Gauge(
            "receptionist_active_calls",
            "Calls on the line",
            ["channel"],
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        # What scales with calls must see the process that holds none.
        for channel in ("stream", "phone"):
            self.active_calls.labels(channel)
        self.tasks = Gauge(
            "receptionist_tasks", "Tasks of the process's event loop", registry=self.registry
        )
        self.tasks.set_function(_tasks)
        self.turn_seconds = Histogram(
            "receptionist_turn_seconds",
            "Time of a turn by stage",
            ["stage"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.vendor_errors = Counter(
            "receptionist_vendor_errors_total",
            "Failed requests to outside services",
            ["provider", "code"],
            registry=self.registry,
        )
        self.handlers_used = Counter(
            "receptionist_handlers_total",
            "Functions called",
            ["name", "ok"],
            registry=self.registry,
        )
        self.calls_ended = Counter(
            "receptionist_calls_ended_total",
            "Calls by how they ended",
            ["ended_by"],
            registry=self.registry,
        )
        self.stream_anomalies = Counter(
            "receptionist_stream_anomalies_total",
            "Messages of a media stream that its protocol does not allow",
            ["kind"],
            registry=self.registry,
        )
        self.loop_stalls = Counter(
            "receptionist_loop_stalls_total",
            "Times the event loop stood still for more than 20 ms, by who held it up",
            ["culprit"],
            registry=self.registry,
        )
        self.loop_stall_seconds = Counter(
            "receptionist_loop_stall_seconds_total",
            "For how long it stood still",
            ["culprit"],
            registry=self.registry,
        )
        self.limited = Counter(
            "receptionist_limited_total",
            "What was refused because there was too much of it",
            ["what"],
            registry=self.registry,
        )
        self.breaker_open = Gauge(
            "receptionist_breaker_open",
            "Whether an outside service is left alone for a while",
            ["adapter"],
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self.breaker_changes = Counter(
            "receptionist_breaker_changes_total",
            "How often an outside service was left alone, and asked again",
            ["adapter", "change"],
            registry=self.registry,
        )
        self.hedged = Counter(
            "receptionist_hedged_total",
            "Model requests made a second time because the first was slow, by which won",
            ["provider", "won"],
            registry=self.registry,
        )
        self.ready_answers = Counter(
            "receptionist_ready_answers_total",
            "Turns by whether an approved answer was certain enough to spare the model",
            ["result"],
            registry=self.registry,
        )
        self.busy_times = Counter(
            "receptionist_busy_times_total",
            "Looks at the calendars' busy times, by whether the calendars had to be asked",
            ["result"],
            registry=self.registry,
        )
        self.signature_failures = Counter(
            "receptionist_signature_failures_total",
            "Requests refused for their signature",
            registry=self.registry,
        )

    def call_ended(self, ended_by: str) -> None:
        """A call's end is in the records."""
        self.calls_ended.labels(ended_by).inc()

    def busy_asked(self, were_known: bool) -> None:
        """Somebody wanted to know when people are busy."""
        self.busy_times.labels("hit" if were_known else "miss").inc()

    def vendor_failed(self, provider: str, code: str) -> None:
        """A request to an outside service came to nothing."""
        self.vendor_errors.labels(provider, code).inc()

    def page(self) -> bytes:
        """In Prometheus's text format."""
        if self._beside is None:
            return generate_latest(self.registry)
        whole = CollectorRegistry()
        MultiProcessCollector(whole, os.environ[SHARED_METRICS])  # type: ignore[no-untyped-call]
        whole.register(_Processes(self._beside))
        return generate_latest(whole)


class _Processes:
    """CPU time, memory and files of several processes together."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside

    def collect(self) -> Iterator[Metric]:
        """Sums; of their beginnings the first."""
        found: dict[str, list[Metric]] = {}
        for pid in self._beside.pids():
            for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                found.setdefault(metric.name, []).append(metric)
        for name, metrics in found.items():
            values = [metric.samples[0].value for metric in metrics]
            value = min(values) if name == "process_start_time_seconds" else sum(values)
            whole = metrics[0]
            if name == "process_cpu_seconds":
                value += self._beside.spent_s()
            whole.samples = [whole.samples[0]._replace(value=value)]
            yield whole


def forget_process(pid: int, folder: Path) -> None:
    """A process of this server has died: what it held it holds no more; its counts stay."""
    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def _tasks() -> float:
    """Asked from within the loop, as `/metrics` does; from elsewhere there are none to count."""
    try:
        return float(len(asyncio.all_tasks()))
    except RuntimeError:
        return 0.0
