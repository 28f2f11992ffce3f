"""Running the server: prepare the database, print where things are, start one process or many."""

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from receptionist.app import create_app
from receptionist.bootstrap.preparing import CheckedSettings, Prepared, prepare
from receptionist.call.neighbours import Board, Neighbours
from receptionist.commands import garbage
from receptionist.commands.database import reached
from receptionist.commands.doorway import Doorway
from receptionist.commands.draining import HAND_OVER_S, DrainingServer, Place
from receptionist.commands.passing import Passage
from receptionist.commands.workers import Workers
from receptionist.errors import ConfigurationError
from receptionist.observability import SHARED_METRICS, configure_logging, forget_process
from receptionist.settings import Settings, load_environment, read_settings

STOP_S = 10
"""For answers that are being sent and for what is still to be committed."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens and how it is reached from this machine."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """For a browser on this machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def serve(checked: CheckedSettings, address: Address, workers: int) -> None:
    """Run until stopped. Raises `ConfigurationError` before anything listens."""
    settings = checked.settings
    configure_logging(settings.log_level, settings.log_format)
    stream_protocol(settings)
    with bind(address) as listener:
        with reached():
            prepared = asyncio.run(prepare(checked))
        port = listener.getsockname()[1]
        # The application reads its settings again, in this process or in others.
        os.environ["HOST"], os.environ["PORT"] = address.host, str(port)
        _print_welcome(settings, Address(address.host, port), prepared)
        if workers == 1:
            _run(settings, listener, None)
            return
    garbage.collect_what_comes()
    # Bound but not listening: it holds the port while processes come and go.
    with bind(Address(address.host, port), shared=True), _crew(workers) as crew:
        limit_s = settings.drain_seconds + HAND_OVER_S + 2 * STOP_S
        work = partial(run_worker, crew)
        sys.exit(Workers(work, workers, stops_within_s=limit_s, died=crew.died).run())


@dataclass(frozen=True, slots=True)
class Crew:
    """What the processes of one server share."""

    board: Board
    folder: Path

    def died(self, number: int, pid: int) -> None:
        """For the supervisor: forget what that process held."""
        import resource  # not on every system that can run one process

        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.board.wipe(number, spent_s=spent.ru_utime + spent.ru_stime)
        forget_process(pid, self.folder)


def stream_protocol(settings: Settings) -> Any:
    """What uvicorn is to serve WebSockets with. Raises `ConfigurationError`."""
    if settings.stream_server != "uvicorn":
        try:
            from receptionist.commands.stream_socket import StreamProtocol
        except ImportError:
            if settings.stream_server == "picows":
                problem = "STREAM_SERVER='picows': install it with: pip install receptionist[fast]"
                raise ConfigurationError([problem]) from None
        else:
            return StreamProtocol
    return "websockets-sansio"


@contextmanager
def _crew(count: int) -> Iterator[Crew]:
    with TemporaryDirectory(prefix="receptionist-") as folder:
        # Read by the metrics' library when it is imported, in the processes to come.
        os.environ[SHARED_METRICS] = folder
        yield Crew(Board(count), Path(folder))


def run_worker(crew: Crew, number: int) -> None:
    """One of several processes on the same port."""
    garbage.collect_later()
    settings = _settings()
    configure_logging(settings.log_level, settings.log_format)
    place = Place(Neighbours(crew.board, number), Passage(crew.folder, number))
    _run(settings, bind(Address(settings.host, settings.port), shared=True), place)


def bind(address: Address, *, shared: bool = False) -> socket.socket:
    """A socket bound to the address, `shared` with other processes of this server.

    Raises `ConfigurationError`.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((address.host, address.port))
    except OSError as exc:
        bound.close()
        place = f"PORT={address.port}: cannot listen on {address.host} ({exc.strerror})"
        raise ConfigurationError([f"{place}; choose another with --port"]) from exc
    return bound


def _settings() -> Settings:
    load_environment()
    return read_settings()


def _print_welcome(settings: Settings, address: Address, prepared: Prepared) -> None:
    lines = [
        f"phone page   {address.url}/phone",
        f"admin page   {address.url}/admin",
    ]
    if prepared.generated_password is not None:
        lines.append(
            f"admin account {settings.admin_username} with password {prepared.generated_password}"
            " (shown only this once)"
        )
    lines += [f"not ready: {reason}" for reason in prepared.not_ready]
    print("\n".join(lines), flush=True)  # noqa: T201 - what the person who started it is to read


def _run(settings: Settings, listener: socket.socket, place: Place | None) -> None:
    http: Any = "auto"
    if place is not None:
        http = partial(Doorway, passage=place.passage, number=place.neighbours.number)
    neighbours = place.neighbours if place else None
    config = uvicorn.Config(
        # The application reads its settings again: this process may have been started for it.
        lambda: create_app(_settings(), neighbours=neighbours),
        factory=True,
        http=http,
        loop="uvloop",
        ws=stream_protocol(settings),
        # 160-byte frames grow dearer, not smaller, and Twilio's answer to pings is undocumented.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_max_size=1024 * 1024,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )
    try:
        DrainingServer(config, settings.drain_seconds, place).run([listener])
    except KeyboardInterrupt:
        # Ctrl+C has done its work by then; uvicorn raises the signal once more at the end.
        return
