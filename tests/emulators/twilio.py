"""Twilio's REST API on loopback (https://www.twilio.com/docs/voice/api), tied to live lines.

`TwilioEmulator` answers for one account. A `Line` registered under its call SID
is hung up or redirected when the product asks for it.
"""

import asyncio
import base64
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from receptionist.line.line import Line
from tests.emulators.certificate import Certificate

ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "12345678901234567890123456789012"
VERSION = "/2010-04-01"
LIVE = ("queued", "ringing", "in-progress")


@dataclass
class TwilioEmulator:
    """State of the account, and the faults to show."""

    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN
    account_status: str = "active"
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    recordings: dict[str, bytes] = field(default_factory=dict)
    """What is given of each, in whichever form it is asked for."""
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    fault: str | None = None
    """`429`, `500`, `503`, `hang`, `garbage` or None."""
    url: str = ""

    def connect_line(self, line: Line) -> None:
        """Let REST requests reach a live call."""
        self.lines[line.call_sid] = line
        self.add_call(line.call_sid)

    def add_call(self, call_sid: str, status: str = "in-progress") -> None:
        """A call the account knows."""
        self.calls[call_sid] = {"sid": call_sid, "status": status, "direction": "inbound"}

    def own_number(self, number: str, **fields: str) -> None:
        """A number the account owns."""
        sid = "PN" + secrets.token_hex(16)
        self.numbers[sid] = {"sid": sid, "phone_number": number, **fields}

    def app(self) -> Starlette:
        """The API as an ASGI application."""
        account = f"{VERSION}/Accounts/{{account}}"
        return Starlette(
            routes=[
                Route(f"{account}.json", self._answer(self._account)),
                Route(f"{account}/Calls.json", self._answer(self._create_call), methods=["POST"]),
                Route(
                    f"{account}/Calls/{{sid}}.json",
                    self._answer(self._call),
                    methods=["GET", "POST"],
                ),
                Route(f"{account}/IncomingPhoneNumbers.json", self._answer(self._list_numbers)),
                Route(
                    f"{account}/IncomingPhoneNumbers/{{sid}}.json",
                    self._answer(self._number),
                    methods=["GET", "POST"],
                ),
                Route(f"{account}/Messages.json", self._answer(self._message), methods=["POST"]),
                Route(f"{account}/Recordings/{{sid}}.mp3", self._answer(self._sound)),
                Route(f"{account}/Recordings/{{sid}}.wav", self._answer(self._sound)),
                Route(
                    f"{account}/Recordings/{{sid}}.json",
                    self._answer(self._delete_recording),
                    methods=["DELETE"],
                ),
            ]
        )

    def _answer(self, handle: Any) -> Any:
        async def endpoint(request: Request) -> Response:
            form = {k: str(v) for k, v in (await request.form()).items()}
            self.requests.append((request.method, request.url.path, form))
            if (fault := await self._faulty()) is not None:
                return fault
            if not self._authorized(request):
                return error(401, 20003, "Authenticate")
            result: Response = handle(request, form)
            return result

        return endpoint

    async def _faulty(self) -> Response | None:
        match self.fault:
            case "hang":
                await asyncio.Event().wait()
            case "garbage":
                return PlainTextResponse("<html>proxy</html>")
            case "429":
                return error(429, 20429, "Too Many Requests")
            case "500" | "503":
                return error(int(self.fault), 20500, "Internal Server Error")
        return None

    def _authorized(self, request: Request) -> bool:
        pair = f"{self.account_sid}:{self.auth_token}".encode()
        wanted = "Basic " + base64.b64encode(pair).decode()
        given = request.headers.get("authorization", "")
        return secrets.compare_digest(given, wanted)

    def _account(self, request: Request, form: dict[str, str]) -> Response:
        return JSONResponse({"sid": self.account_sid, "status": self.account_status})

    def _create_call(self, request: Request, form: dict[str, str]) -> Response:
        if "To" not in form or "From" not in form:
            return error(400, 21201, "No 'To' number is specified")
        sid = "CA" + secrets.token_hex(16)
        call = {"sid": sid, "status": "queued", "to": form["To"], "from": form["From"]}
        self.calls[sid] = {**call, "direction": "outbound-api"}
        return JSONResponse(self.calls[sid], 201)

    def _call(self, request: Request, form: dict[str, str]) -> Response:
        sid = request.path_params["sid"]
        if (call := self.calls.get(sid)) is None:
            return not_found(request)
        line = self.lines.get(sid)
        if line is not None and not line.live:
            call["status"] = "completed"
        if ("Twiml" in form or "Url" in form) and call["status"] not in LIVE:
            return error(400, 21220, "Call is not in-progress. Cannot redirect.")
        if "Twiml" in form and "Url" in form:
            return error(400, 21228, "Both Url and Twiml were given")
        if "Status" in form and call["status"] in LIVE:
            call["status"] = form["Status"]
            if line is not None:
                line.hang_up()
        elif line is not None and ("Twiml" in form or "Url" in form):
            line.redirect(twiml=form.get("Twiml"), url=form.get("Url"))
        return JSONResponse(call)

    def _list_numbers(self, request: Request, form: dict[str, str]) -> Response:
        wanted = request.query_params.get("PhoneNumber", "")
        found = [n for n in self.numbers.values() if wanted in n["phone_number"]]
        page = {"incoming_phone_numbers": found, "page": 0, "page_size": 50}
        return JSONResponse({**page, "next_page_uri": None, "uri": request.url.path})

    def _number(self, request: Request, form: dict[str, str]) -> Response:
        if (number := self.numbers.get(request.path_params["sid"])) is None:
            return not_found(request)
        number.update({snake(name): value for name, value in form.items()})
        return JSONResponse(number)

    def _sound(self, request: Request, form: dict[str, str]) -> Response:
        sound = self.recordings.get(request.path_params["sid"])
        kind = "audio/x-wav" if request.url.path.endswith(".wav") else "audio/mpeg"
        return not_found(request) if sound is None else Response(sound, media_type=kind)

    def _delete_recording(self, request: Request, form: dict[str, str]) -> Response:
        gone = self.recordings.pop(request.path_params["sid"], None)
        return not_found(request) if gone is None else Response(status_code=204)

    def _message(self, request: Request, form: dict[str, str]) -> Response:
        if len(form.get("Body", "")) > 1600:
            return error(400, 21617, "The concatenated message body exceeds the 1600 limit")
        sid = "SM" + secrets.token_hex(16)
        message = {"sid": sid, "status": "queued", "num_segments": "1", "error_code": None}
        message |= {snake(name): value for name, value in form.items()}
        self.messages.append(message)
        return JSONResponse(message, 201)


def snake(name: str) -> str:
    """`VoiceUrl` as the JSON spells it."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def error(status: int, code: int, message: str) -> Response:
    """Twilio's error body."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return JSONResponse(body, status)


def not_found(request: Request) -> Response:
    """20404."""
    return error(404, 20404, f"The requested resource {request.url.path} was not found")


@asynccontextmanager
async def serving(app: Any, certificate: Certificate | None = None) -> AsyncIterator[str]:
    """Serve an ASGI application on a free loopback port; yields its base URL."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(
        app,
        log_config=None,
        lifespan="off",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=1,
        # How long vendors keep an idle connection is not documented. Our choice: longer than our
        # clients, so that what they do is seen.
        timeout_keep_alive=75,
        ssl_certfile=certificate and certificate.file,
        ssl_keyfile=certificate and certificate.key_file,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server._serve([listener]))
        try:
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
    listener.close()


@asynccontextmanager
async def twilio_emulator() -> AsyncIterator[TwilioEmulator]:
    """A running emulator."""
    emulator = TwilioEmulator()
    async with serving(emulator.app()) as emulator.url:
        yield emulator
