"""Requests to Google's API read from a socket, and answers written to it."""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tests.emulators.google_calendar import ApiError, Body

ROUTES = (
    ("token", "POST", r"/token"),
    ("freeBusy", "POST", r"/calendar/v3/freeBusy"),
    ("stop", "POST", r"/calendar/v3/channels/stop"),
    ("watch", "POST", r"/calendar/v3/calendars/([^/]+)/events/watch"),
    ("insert", "POST", r"/calendar/v3/calendars/([^/]+)/events"),
    ("list", "GET", r"/calendar/v3/calendars/([^/]+)/events"),
    ("get", "GET", r"/calendar/v3/calendars/([^/]+)/events/([^/]+)"),
    ("patch", "PATCH", r"/calendar/v3/calendars/([^/]+)/events/([^/]+)"),
    ("update", "PUT", r"/calendar/v3/calendars/([^/]+)/events/([^/]+)"),
    ("delete", "DELETE", r"/calendar/v3/calendars/([^/]+)/events/([^/]+)"),
    ("control", "POST", r"/control"),
)


@dataclass(frozen=True)
class Asked:
    """One request."""

    operation: str
    names: tuple[str, ...]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Body:
        """The body; 400 when it is not an object."""
        try:
            read = json.loads(self.body)
        except ValueError as exc:
            raise ApiError(400, "parseError", "Parse Error") from exc
        return dict(read)


async def read_request(reader: asyncio.StreamReader) -> Asked:
    """The next request. Raises `asyncio.IncompleteReadError` when there is none."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = {k.strip().lower(): v.strip() for k, _, v in (x.partition(":") for x in lines[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = parse_qs(parts.query)
    for operation, verb, pattern in ROUTES:
        if verb == method and (match := re.fullmatch(pattern, parts.path)):
            names = tuple(unquote(name) for name in match.groups())
            return Asked(operation, names, query, headers, body)
    return Asked("unknown", (), query, headers, body)


async def write_answer(writer: asyncio.StreamWriter, status: int, body: Body | bytes) -> bool:
    """JSON, or bytes as they are. True: the connection stays open."""
    writer.write(_rendered(status, body))
    await writer.drain()
    return True


async def write_half(writer: asyncio.StreamWriter, status: int, body: Body | bytes) -> None:
    """An answer that stops in the middle."""
    data = _rendered(status, body)
    writer.write(data[: len(data) - 10])
    await writer.drain()


async def write_muddle(writer: asyncio.StreamWriter, status: int, _: Body | bytes) -> None:
    """An answer whose first chunk has no length; the connection stays open."""
    head = f"HTTP/1.1 {status} X\r\ntransfer-encoding: chunked\r\n\r\nno length\r\n"
    writer.write(head.encode())
    await writer.drain()


def _rendered(status: int, body: Body | bytes) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, bytes) else "application/json; charset=UTF-8"
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n\r\n"
    return head.encode() + data


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off as a firewall does, with a TCP reset."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
