"""Logs and metrics: structlog lines bound to the call, Prometheus counters.

Nothing personal: a call is its SID, a turn its number, an error its code.
Everything below this module reports through `structlog.get_logger()` or the
metrics named here.
"""

import logging
import re
import sys
from typing import Any, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# Vendors' libraries log addresses, headers and bodies; only their warnings pass.
NOISY_LOGGERS = (
    "alembic",
    "twilio",
    "httpx",
    "httpx2",
    "httpcore",
    "openai",
    "deepgram",
    "websockets",
    "uvicorn.access",
)
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
    handler.addFilter(_redact_tokens)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _hide_exception_text(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A library's exception may quote what a caller said: keep its type and where, not its text."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    exc = info if isinstance(info, BaseException) else sys.exc_info()[1]
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


def _redact_tokens(record: logging.LogRecord) -> bool:
    """Uvicorn logs a WebSocket's path; the stream token in it is a secret."""
    if "/voice/stream/" in str(record.args) or "/voice/stream/" in str(record.msg):
        record.msg = _STREAM_TOKEN.sub(r"\1…", record.getMessage())
        record.args = ()
    return True


class Metrics:
    """What `/metrics` shows. One registry per application, so tests do not share counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.active_calls = Gauge(
            "receptionist_active_calls", "Calls on the line", ["channel"], registry=self.registry
        )
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
        self.signature_failures = Counter(
            "receptionist_signature_failures_total",
            "Requests refused for their signature",
            registry=self.registry,
        )
