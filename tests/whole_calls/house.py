"""The whole server on a loopback port, for calls over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from receptionist.app import create_app
from receptionist.bootstrap import Services
from receptionist.bootstrap.preparing import check_settings, prepare
from receptionist.commands.serving import stream_protocol
from receptionist.line.caller import CallOptions
from receptionist.line.console import options_for
from receptionist.settings import Settings, read_settings

PASSWORD = "correct horse battery staple"
PRACTICE = """
practice:
  name: Maple Street Clinic
  timezone: America/New_York
  numbers: ["+15550100"]
  transfer_number: "+15550111"
{more}  greeting: "Thank you for calling Maple Street Clinic. How can I help?"
hours: {hours}
practitioners:
  - name: Dr. Lee
  - name: Dr. Patel
services:
  - name: Check-up
    minutes: 30
  - name: Cleaning
    minutes: 45
faqs:
  - question: Where can I park?
    answer: There is free parking behind the building.
"""


def practice_file(hours: str, more: str = "") -> str:
    """The practice that the calls reach; `more` are lines of its first part."""
    return PRACTICE.format(hours=hours, more=more)


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS_OPEN = "{" + ", ".join(f'{day}: ["00:00-23:59"]' for day in DAYS) + "}"
NEVER_OPEN = "{}"


class House:
    """A running server, and how to look into it."""

    def __init__(
        self, url: str, settings: Settings, services: Services, server: uvicorn.Server
    ) -> None:
        self._server = server
        self.url = url
        self.settings = settings
        self.services = services

    def stop(self) -> None:
        """As after a signal."""
        self._server.should_exit = True

    def options(self, **more: Any) -> CallOptions:
        """A call to this server."""
        token = self.settings.twilio_auth_token
        return options_for(
            self.url,
            public_url=self.settings.public_url,
            auth_token=token.get_secret_value() if token else None,
            **more,
        )

    async def get(self, path: str) -> Any:
        """Read the API as a program would."""
        async with httpx.AsyncClient(auth=("admin", PASSWORD), timeout=20) as client:
            answer = await client.get(f"{self.url}/api/v1/{path}")
            answer.raise_for_status()
            return answer.json()

    async def post(
        self, path: str, form: dict[str, str], *, request_id: str = ""
    ) -> httpx.Response:
        """Post a webhook, unsigned. One that is repeated has the `request_id` of the first."""
        headers = {"I-Twilio-Idempotency-Token": request_id} if request_id else {}
        async with httpx.AsyncClient(timeout=20) as client:
            return await client.post(f"{self.url}{path}", data=form, headers=headers)


def environment(
    directory: Path, *, hours: str = ALWAYS_OPEN, practice_lines: str = "", **more: str
) -> dict[str, str]:
    """Settings of a server whose files are below `directory`."""
    practice = directory / "practice.yaml"
    practice.write_text(practice_file(hours, practice_lines))
    return {
        "VAR_DIRECTORY": str(directory),
        "PRACTICE_FILE": str(practice),
        "ADMIN_PASSWORD": PASSWORD,
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "json",
        **more,
    }


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """Serve with the settings in the environment, on a free port, in this loop."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = read_settings().model_copy(update={"port": port})
    await prepare(check_settings(settings))
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        ws=stream_protocol(settings),
        ws_per_message_deflate=False,
        ws_max_size=1024 * 1024,
        ws_ping_interval=None,
        log_config=None,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server._serve(sockets=[listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        try:
            yield House(f"http://127.0.0.1:{port}", settings, app.state.services, server)
        finally:
            server.should_exit = True
