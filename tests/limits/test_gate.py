"""What every request passes first."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from receptionist.limits.addresses import client_address, household, read_networks
from receptionist.limits.gate import LARGEST_BODY, Gate
from receptionist.telephony.signature import is_direct_loopback

PROXIES = read_networks("10.0.0.0/8, fd00::/8")


class Door:
    """An application behind a gate that lets each address in `most` times."""

    def __init__(self, most: int = 2, *, trusted: str = "") -> None:
        self.asked: list[str] = []
        self.bodies: list[int] = []
        self.app = FastAPI()
        self.app.add_middleware(
            Gate, allow=self.allow, is_local=is_direct_loopback, trusted=read_networks(trusted)
        )
        self.most = most

        @self.app.post("/voice/incoming")
        @self.app.post("/api")
        async def api(request: Request) -> dict[str, Any]:
            self.bodies.append(len(await request.body()))
            return {"client": request.client.host if request.client else None}

        @self.app.post("/json")
        async def as_json(body: dict[str, Any]) -> int:
            return len(body)

        @self.app.websocket("/phone/stream")
        async def phone(socket: WebSocket) -> None:
            await socket.accept()
            await socket.close()

    async def allow(self, address: str) -> bool:
        self.asked.append(address)
        return self.asked.count(address) <= self.most

    async def post(
        self,
        path: str,
        client: str = "203.0.113.7",
        content: bytes | AsyncIterator[bytes] = b"",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
            return await http.post(path, content=content, headers=headers)


async def test_an_address_that_asks_too_often_is_told_to_wait() -> None:
    door = Door(most=2)

    answers = [await door.post("/api") for _ in range(3)]
    other = await door.post("/api", client="203.0.113.8")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "60"
    assert other.status_code == 200


async def test_webhooks_and_this_machine_are_not_counted_by_address() -> None:
    door = Door(most=0)

    assert (await door.post("/voice/incoming")).status_code == 200
    assert (await door.post("/api", client="127.0.0.1")).status_code == 200
    assert door.asked == []


async def test_a_proxy_on_this_machine_is_no_excuse() -> None:
    door = Door(most=0)

    answer = await door.post("/api", client="127.0.0.1", headers={"X-Forwarded-For": "8.8.8.8"})

    assert answer.status_code == 429


def test_a_web_socket_is_counted_as_well() -> None:
    client = TestClient(Door(most=0).app, client=("203.0.113.7", 4711))

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/phone/stream"):
        pass


async def test_behind_our_proxy_the_callers_own_address_counts() -> None:
    door = Door(trusted="10.0.0.0/8")
    headers = {"X-Forwarded-For": "1.1.1.1, 203.0.113.9, 10.0.0.3"}

    answer = await door.post("/api", client="10.0.0.2", headers=headers)

    assert answer.json() == {"client": "203.0.113.9"}
    assert door.asked == ["203.0.113.9"]


async def test_whoever_is_no_proxy_of_ours_cannot_name_another_address() -> None:
    door = Door(trusted="10.0.0.0/8")

    answer = await door.post("/api", headers={"X-Forwarded-For": "127.0.0.1"})

    assert answer.json() == {"client": "203.0.113.7"}


async def test_a_body_that_is_said_to_be_long_is_not_read() -> None:
    door = Door()

    answer = await door.post("/api", content=b"x" * (LARGEST_BODY + 1))

    assert answer.status_code == 413
    assert door.bodies == []


@pytest.mark.parametrize("path", ["/api", "/json", "/voice/incoming"])
async def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_limit(path: str) -> None:
    door = Door()
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while given < 100 * LARGEST_BODY:
            given += 65_536
            yield b"x" * 65_536

    answer = await door.post(path, content=endless())

    assert answer.status_code == 413
    assert door.bodies == []


async def test_json_nested_deeper_than_anything_real_is_a_bad_request() -> None:
    door = Door()
    headers = {"Content-Type": "application/json"}

    answer = await door.post("/json", content=b"[" * 60_000, headers=headers)

    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    ("peer", "chain", "found"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "1.1.1.1", "203.0.113.7"),
        ("10.1.1.1", "1.1.1.1", "1.1.1.1"),
        ("10.1.1.1", "6.6.6.6, 1.1.1.1, 10.2.2.2", "1.1.1.1"),
        ("10.1.1.1", "6.6.6.6, nonsense", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("testclient", "1.1.1.1", "testclient"),
    ],
)
def test_the_last_stranger_in_the_chain_is_who_asks(peer: str, chain: str, found: str) -> None:
    assert client_address(peer, chain, PROXIES) == found


def test_all_addresses_of_one_line_are_one() -> None:
    assert household("2001:db8:1:2:3:4:5:6") == household("2001:db8:1:2::9") == "2001:db8:1:2::"
    assert household("::ffff:203.0.113.7") == "203.0.113.7"
    assert household("203.0.113.7") == "203.0.113.7"
    assert household("unix") == "unix"
