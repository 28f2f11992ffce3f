"""Google Calendar on loopback, with people who edit it and faults at will.

It speaks HTTP/1.1 by hand, so that an answer can be lost after the work is
done. State is in `google_calendar`, tokens in `google_accounts`; `google_process`
runs it as a process of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.emulators.google_accounts import ServiceAccounts, TokenRefused
from tests.emulators.google_calendar import (
    ApiError,
    Body,
    Calendar,
    CalendarStore,
    Role,
    instant,
    span_of,
    written,
)
from tests.emulators.google_channels import Channels
from tests.emulators.google_faults import QUOTED, REFUSALS, Fault, Faults
from tests.emulators.google_http import (
    Asked,
    read_request,
    reset,
    write_answer,
    write_half,
    write_muddle,
)

FREE_BUSY_SCOPES = frozenset(
    {"calendar", "calendar.readonly", "calendar.freebusy", "calendar.events.freebusy"}
)
EVENT_SCOPES = frozenset({"calendar", "calendar.events", "calendar.events.owned"})
REMOTE = (  # What `POST /control` can call.
    "add_calendar",
    "share",
    "human_adds",
    "human_takes_off",
    "human_moves",
    "human_deletes",
    "then",
    "fail",
    "clear_faults",
    "doubt",
    "set_latency",
    "events",
    "counts",
    "expire_sync_tokens",
    "revoke_tokens",
)
MOMENTS = ("start", "end")


class GoogleEmulator:
    """`async with GoogleEmulator() as google`; point GOOGLE_CALENDAR_BASE_URL at `base_url`."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.store = CalendarStore()
        self.accounts = ServiceAccounts()
        self.channels = Channels()
        self.store.changed = self.channels.notify
        self.latency_s = 0.0
        self.requests: Counter[str] = Counter()
        self.asked: list[Asked] = []
        """Every request but those to `/control`."""
        self.strays = b""
        """What came on connections whose last answer was cut in half or muddled."""
        self.arrived = asyncio.Event()
        """Set by each request."""
        self.release = asyncio.Event()
        """Lets requests with the fault `hold` go on."""
        self._faults = Faults()
        self._edits: list[tuple[str, str, Body]] = []
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def base_url(self) -> str:
        """Ends in `/calendar/v3`."""
        return f"{self.url}/calendar/v3"

    def write_key_file(self, path: Path) -> Path:
        """A service-account file whose token endpoint is here."""
        return self.accounts.write_key_file(path, f"{self.url}/token")

    def add_calendar(
        self, calendar_id: str, *, role: Role | None = "writer", timezone: str = "UTC"
    ) -> None:
        """A calendar, shared with the service account unless `role` is None."""
        with self.store.lock:
            self.store.calendars[calendar_id] = Calendar(calendar_id, timezone)
        if role is not None:
            self.share(calendar_id, self.accounts.email, role)

    def share(self, calendar_id: str, email: str, role: Role = "writer") -> None:
        """Let somebody in."""
        with self.store.lock:
            self.store.calendars[calendar_id].roles[email] = role

    def human_adds(
        self, calendar_id: str, start: datetime, end: datetime, summary: str, **more: Any
    ) -> str:
        """A person writes into the calendar; the event's id. `more` are fields as at Google."""
        body = {"summary": summary, "start": {"dateTime": start.isoformat()}, **more}
        return str(
            self._by_hand(
                calendar_id,
                lambda who: self.store.insert(
                    calendar_id, who, {"end": {"dateTime": end.isoformat()}, **body}
                ),
            )["id"]
        )

    def human_takes_off(self, calendar_id: str, day: str, until: str, summary: str) -> str:
        """A person blocks whole days, `until` excluded; the event's id."""
        body = {"summary": summary, "start": {"date": day}, "end": {"date": until}}
        return str(
            self._by_hand(calendar_id, lambda who: self.store.insert(calendar_id, who, body))["id"]
        )

    def human_moves(
        self, calendar_id: str, event_id: str, start: datetime, end: datetime | None = None
    ) -> None:
        """A person drags an event; without `end` it stays as long as it was."""

        def move(who: str) -> Body:
            event = self.store.get(calendar_id, who, event_id)
            was = span_of(event, self.store.calendars[calendar_id].timezone)
            until = end or start + (was[1] - was[0])
            times = {"start": _edge(start), "end": _edge(until)}
            return self.store.change(calendar_id, who, event_id, times, None, merge=True)

        self._by_hand(calendar_id, move)

    def human_deletes(self, calendar_id: str, event_id: str) -> None:
        """A person deletes an event."""
        self._by_hand(calendar_id, lambda who: self.store.delete(calendar_id, who, event_id, None))

    def human_edits(self, calendar_id: str, event_id: str, **fields: Any) -> None:
        """A person changes fields, named as at Google."""
        self._by_hand(
            calendar_id,
            lambda who: self.store.change(calendar_id, who, event_id, fields, None, merge=True),
        )

    def events(self, calendar_id: str) -> list[Body]:
        """What is in a calendar, deleted events left out."""
        with self.store.lock:
            return [dict(event) for event in self.store.calendars[calendar_id].live()]

    def fail(self, operation: str, kind: str, *, times: int = 1, delay_s: float = 0.0) -> None:
        """Have the next requests of an operation (`*`: any) go wrong, in the order of the calls."""
        self._faults.add(operation, Fault(kind, times, delay_s))

    def then(self, operation: str, edit: str, arguments: Body) -> None:
        """Have a person edit just after the next request of an operation was served.

        `edit` is one of the methods `human_…`; its answer is not out yet by then.
        """
        self._edits.append((operation, edit, arguments))

    def clear_faults(self) -> None:
        """All is well again, and nobody edits any more."""
        self._faults.clear()
        self._edits.clear()

    def doubt(self, **switches: bool | int) -> None:
        """Set switches of `Doubts`."""
        for name, value in switches.items():
            assert hasattr(self.store.doubts, name), name
            setattr(self.store.doubts, name, value)

    def set_latency(self, seconds: float) -> None:
        """How long each answer takes."""
        self.latency_s = seconds

    def counts(self) -> dict[str, int]:
        """Requests by operation."""
        return dict(self.requests)

    def expire_sync_tokens(self, calendar_id: str) -> None:
        """Answer every sync token given out so far with 410."""
        with self.store.lock:
            self.store.expire_sync_tokens(calendar_id)

    def revoke_tokens(self) -> None:
        """Answer every bearer token given out so far with 401."""
        self.accounts.revoke_tokens()

    async def until_asked(self, operation: str, times: int = 1) -> None:
        """Wait for so many requests of an operation since the start."""
        while self.requests[operation] < times:
            self.arrived.clear()
            await self.arrived.wait()

    async def until_closed(self) -> None:
        """Wait until nobody is connected any more."""
        if self._connections:
            await asyncio.wait(self._connections)

    async def __aenter__(self) -> "GoogleEmulator":
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self._port, backlog=1024
        )
        self.channels.loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        await self.channels.stop()

    def _by_hand(self, calendar_id: str, edit: Callable[[str], Any]) -> Any:
        with self.store.lock:
            self.store.calendars[calendar_id].roles.setdefault("owner@example.com", "owner")
            return edit("owner@example.com")

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # The client left, or the test is over.
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked = await read_request(reader)
        if asked.operation != "control":
            self.requests[asked.operation] += 1
            self.asked.append(asked)
            self.arrived.set()
        await asyncio.sleep(self.latency_s)
        fault = self._faults.next(asked.operation)
        match fault.kind:
            case "drop":
                return False
            case "reset":
                reset(writer)
                return False
            case "hang":
                await reader.read()  # Ends when the client gives up.
                return False
            case "hold":
                await self.release.wait()
            case "slow":
                await asyncio.sleep(fault.delay_s)
            case kind if kind in REFUSALS:
                status, reason, domain = REFUSALS[kind]
                error = ApiError(status, reason, QUOTED, domain)
                return await write_answer(writer, status, error.body())
        status, body = self._work(asked)
        self._edit_after(asked.operation)
        match fault.kind:
            case "lost":
                return False
            case "lost_hang":
                await reader.read()
                return False
            case "half" | "muddle":
                broken = write_half if fault.kind == "half" else write_muddle
                await broken(writer, status, body)
                self.strays += await reader.read()
                return False
            case "garbage":
                return await write_answer(writer, 200, b"<html>a proxy</html>")
            case "unknown_busy":
                body = _unknown_busy(body)
        return await write_answer(writer, status, body)

    def _work(self, asked: Asked) -> tuple[int, Body | bytes]:
        try:
            with self.store.lock:
                return self._operate(asked)
        except TokenRefused as exc:
            return exc.status, {"error": exc.error, "error_description": "refused"}
        except ApiError as exc:
            return exc.status, exc.body()

    def _operate(self, asked: Asked) -> tuple[int, Body | bytes]:
        if asked.operation == "token":
            form = {k: v[-1] for k, v in parse_qs(asked.body.decode()).items()}
            return 200, self.accounts.token(form)
        if asked.operation == "control":
            return 200, self._controlled(asked.json)
        scopes = FREE_BUSY_SCOPES if asked.operation == "freeBusy" else EVENT_SCOPES
        who = self.accounts.who(asked.headers.get("authorization", ""), scopes)
        etag = asked.headers.get("if-match")
        store, names = self.store, asked.names
        match asked.operation:
            case "freeBusy":
                return 200, store.free_busy(asked.json, who)
            case "insert":
                return 200, store.insert(names[0], who, asked.json)
            case "list":
                return 200, store.page(names[0], who, asked.query)
            case "get":
                return 200, store.get(names[0], who, names[1])
            case "patch" | "update":
                merge = asked.operation == "patch"
                return 200, store.change(names[0], who, names[1], asked.json, etag, merge)
            case "delete":
                store.delete(names[0], who, names[1], etag)
                return 204, b""
            case "watch":
                store.allow(names[0], who, "reader")
                return 200, self.channels.open(
                    names[0], asked.json, https_only=store.doubts.https_only
                )
            case "stop":
                self.channels.close(asked.json)
                return 204, b""
        raise ApiError(404, "notFound", "Not Found")

    def _edit_after(self, operation: str) -> None:
        edit = next((edit for edit in self._edits if edit[0] == operation), None)
        if edit is not None:
            self._edits.remove(edit)
            with suppress(ApiError):  # What is gone by now cannot be edited any more.
                getattr(self, edit[1])(**_with_moments(edit[2]))

    def _controlled(self, body: Body) -> Body:
        assert body["call"] in REMOTE, body["call"]
        arguments = _with_moments(body.get("arguments", {}))
        return {"result": getattr(self, body["call"])(**arguments)}


def _edge(at: datetime) -> Body:
    return {"dateTime": written(at.astimezone(UTC)), "date": None, "timeZone": None}


def _with_moments(arguments: Body) -> Body:
    return {
        name: instant(value) if name in MOMENTS and isinstance(value, str) else value
        for name, value in arguments.items()
    }


def _unknown_busy(body: Body | bytes) -> Body:
    """Google does not know when anybody is free, and says so inside a 200."""
    assert isinstance(body, dict)
    unknown = {"errors": [{"domain": "global", "reason": "internalError"}], "busy": []}
    return {**body, "calendars": dict.fromkeys(body["calendars"], unknown)}
