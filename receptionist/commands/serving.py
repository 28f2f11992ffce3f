"""Running the server: prepare the database, print where things are, drain on SIGTERM."""

import asyncio
import os
from dataclasses import dataclass
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from receptionist.app import create_app
from receptionist.bootstrap import prepare
from receptionist.observability import configure_logging
from receptionist.settings import Settings, load_environment, read_settings

DRAIN_S = 300.0


def from_environment() -> Any:
    """The application of one worker process."""
    load_environment()
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    return create_app(settings)


class DrainingServer(uvicorn.Server):
    """On SIGTERM take no new calls, let those on the line finish, then stop.

    Uvicorn alone would close every WebSocket at once. A second signal stops at once.
    """

    _drain: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The signal handler."""
        services = getattr(_innermost(self.config.loaded_app), "services", None)
        if services is None or self._drain is not None or not len(services.active):
            super().handle_exit(sig, frame)
            return
        services.active.draining = True
        # Lives until the process stops; there is no group above the server.
        self._drain = asyncio.get_running_loop().create_task(self._stop_when_idle(services, sig))

    async def _stop_when_idle(self, services: Any, sig: int) -> None:
        await services.active.drain(DRAIN_S)
        super().handle_exit(sig, None)


def _innermost(app: Any) -> Any:
    return getattr(app, "state", None)


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


def serve(settings: Settings, address: Address, workers: int) -> None:
    """Run until stopped. Raises `ConfigurationError` before anything listens."""
    configure_logging(settings.log_level, settings.log_format)
    prepared = asyncio.run(prepare(settings))
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
    # Workers are fresh processes: they read the address from the environment.
    os.environ["HOST"], os.environ["PORT"] = address.host, str(address.port)
    config = uvicorn.Config(
        "receptionist.commands.serving:from_environment",
        factory=True,
        host=address.host,
        port=address.port,
        workers=workers,
        loop="uvloop",
        ws="websockets-sansio",
        # 160-byte frames grow dearer, not smaller, and Twilio's answer to pings is undocumented.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_max_size=1024 * 1024,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    server = DrainingServer(config)
    if workers > 1:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
    else:
        server.run()
