"""What traces cost: nothing without a collector, and with one, CPU time per turn.

`python -m benchmarks.tracing`. The collector here answers at once and keeps nothing.
"""

import asyncio
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from os import environ
from typing import Any

from receptionist.ports.records import TurnRecord
from receptionist.tracing import Tracing, opened_tracing

TURNS = 2000
TIMINGS = {
    "recogniser": 1.0,
    "model_first_token": 2.0,
    "first_sentence": 1.0,
    "first_audio": 1.0,
    "first_frame": 1.0,
    "total": 6.0,
}


class Nowhere:
    """A journal that keeps nothing."""

    def turn(self, turn: TurnRecord) -> None:
        """Keep a turn."""


class Collector(BaseHTTPRequestHandler):
    """Says yes."""

    def do_POST(self) -> None:
        """Read and forget."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def us_per_turn(journal: Any) -> tuple[float, float]:
    """Microseconds of the calling thread, and of the whole process, per turn."""
    at = datetime.now(UTC)
    turns = [TurnRecord(f"CA{i % 100}", i // 100, at, "", "", "", TIMINGS) for i in range(TURNS)]
    thread_s, process_s = time.thread_time(), time.process_time()
    for turn in turns:
        journal.turn(turn)
        time.sleep(0)
    thread_s, process_s = time.thread_time() - thread_s, time.process_time() - process_s
    return thread_s / TURNS * 1e6, process_s / TURNS * 1e6


async def measured(endpoint: str | None) -> tuple[float, float, bool]:
    """As above, and whether the journal is the very same object."""
    journal: Any = Nowhere()
    tracing: Tracing
    async with opened_tracing(endpoint) as tracing:
        traced = tracing.journal(journal)
        us_per_turn(traced)
        loop_us, process_us = us_per_turn(traced)
        return loop_us, process_us, traced is journal


def main() -> None:
    """Print the two lines."""
    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
    for name, given in (("off", None), ("on", endpoint)):
        loop_us, process_us, same = asyncio.run(measured(given))
        print(f"{name:>3}: {loop_us:7.1f} us a turn on the event loop, {process_us:7.1f} us in all")
        print(f"     ports are {'the same objects' if same else 'wrapped'}")
    server.shutdown()


if __name__ == "__main__":
    main()
