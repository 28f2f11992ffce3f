"""Outgoing webhooks: what happens is told over real sockets, signed, once more when it failed."""

import asyncio
import hashlib
import hmac
import re
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from db import SqlDatabase
from receptionist.api.webhook_addresses import is_public, problem_of, reachable_address
from receptionist.api.webhooks import WebhookSender, signature
from receptionist.booking.outbox import OutboxWorker
from receptionist.errors import ProviderRefused
from receptionist.ports.records import CallRecord, StaffMessage
from receptionist.ports.webhooks import SEND_WEBHOOK, WEBHOOK_EVENTS, Webhook
from tests.api.receiver import Receiver, receiving
from tests.db.conftest import database as database
from tests.db.test_database import PRACTICE, appointment

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
SECRET = "whsec_test"


def message(message_id: str = "m1") -> StaffMessage:
    return StaffMessage(
        id=message_id,
        practice_id=1,
        call_sid="CA1",
        caller_name="Ana",
        phone="+15550142",
        message="Please call me.",
        urgency="urgent",
        recipient=None,
        status="new",
        created_at=NOW,
    )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def practice_id(database: SqlDatabase) -> int:
    async with database.transaction() as uow:
        return await uow.practices.save(PRACTICE)


async def subscribe(database: SqlDatabase, url: str, **values: Any) -> Webhook:
    made = Webhook("w1", url, SECRET, WEBHOOK_EVENTS, "omar", NOW)
    made = replace(made, **values)
    async with database.transaction() as uow:
        await uow.webhooks.add(made)
    return made


async def work(database: SqlDatabase, until: Callable[[], bool]) -> None:
    """Work the outbox off until that holds and nothing waits."""
    clock = partial(datetime.now, UTC)
    sender = WebhookSender(database, clock, private_allowed=True, whole_s=1)
    worker = OutboxWorker(database, sender.jobs(), clock, poll_s=0.02)
    try:
        async with asyncio.timeout(20), worker.running():
            while not until() or await waiting(database):
                await asyncio.sleep(0.02)
    finally:
        await sender.close()


async def waiting(database: SqlDatabase) -> int:
    async with database.reading() as uow:
        rows = await uow.outbox.unfinished()
    return len([row for row in rows if row.kind == SEND_WEBHOOK and row.status != "dead"])


async def test_a_message_a_change_and_an_end_are_told(
    database: SqlDatabase, receiver: Receiver, practice_id: int
) -> None:
    await subscribe(database, receiver.url())
    async with database.transaction() as uow:
        await uow.calls.add(CallRecord("CA1", practice_id, "+15550142", "+15550100", NOW))
        await uow.calls.end("CA1", "caller", NOW + timedelta(seconds=30))
        await uow.messages.add(replace(message(), practice_id=practice_id))
        booked = await uow.appointments.add(appointment(practice_id))
        await uow.webhooks.announce("appointment.changed", booked.id, "1")

    await work(database, lambda: len(receiver.told) == 3)

    by_type = {told.event["type"]: told.event["data"] for told in receiver.told}
    assert by_type["message.taken"]["message"] == "Please call me."
    assert by_type["call.ended"]["ended_by"] == "caller"
    assert by_type["appointment.changed"]["id"] == booked.id
    assert receiver.told[0].path == "/hook?for=us"
    assert receiver.told[0].headers["host"] == f"127.0.0.1:{receiver.port}"
    async with database.reading() as uow:
        known = await uow.webhooks.get("w1")
    assert known is not None
    assert known.last_result == "200"


async def test_what_is_sent_is_signed(database: SqlDatabase, receiver: Receiver) -> None:
    sender = WebhookSender(database, lambda: NOW, private_allowed=True)
    webhook = await subscribe(database, receiver.url())

    assert await sender.test(webhook) == "200"
    await sender.close()

    (told,) = receiver.told
    at = int(NOW.timestamp())
    signed = hmac.new(SECRET.encode(), f"{at}.".encode() + told.body, hashlib.sha256)
    assert told.headers["receptionist-signature"] == f"t={at},v1={signed.hexdigest()}"
    assert told.headers["receptionist-event"] == "test"
    assert told.headers["receptionist-delivery"] == told.event["id"]


def documented(language: str) -> str:
    text = Path("docs/webhooks.md").read_text(encoding="utf-8")
    found = re.search(rf"```{language}\n(.*?)```", text, re.S)
    assert found is not None
    return found[1]


def test_the_documented_check_takes_what_we_sign_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec(documented("python"), names)
    genuine = names["is_genuine"]
    body, now = b'{"id":"1"}', 1_700_000_000
    header = signature(SECRET, body, now)

    assert genuine(SECRET, header, body, now=now + 299)
    assert not genuine(SECRET, header, body, now=now + 301)
    assert not genuine(SECRET, header, body + b" ", now=now)
    assert not genuine("another", header, body, now=now)
    assert not genuine(SECRET, header.replace("t=17", "t=18"), body, now=now)
    assert not genuine(SECRET, "", body, now=now)
    assert not genuine(SECRET, "t=x,v1=é", body, now=now)


async def test_what_failed_is_told_again_with_the_same_id(
    database: SqlDatabase,
    receiver: Receiver,
    practice_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("receptionist.booking.outbox.pause_s", lambda _attempts, _spread: 0.0)
    await subscribe(database, receiver.url())
    receiver.answers = ["500 Oops", "302 Found\nLocation: http://127.0.0.1:1/\r\n", None]
    async with database.transaction() as uow:
        await uow.messages.add(replace(message(), practice_id=practice_id))

    await work(database, lambda: len(receiver.told) == 4)

    assert len({told.headers["receptionist-delivery"] for told in receiver.told}) == 1
    assert len({told.body for told in receiver.told}) == 1


async def test_an_event_that_comes_twice_is_told_once(
    database: SqlDatabase, receiver: Receiver, practice_id: int
) -> None:
    await subscribe(database, receiver.url())
    async with database.transaction() as uow:
        await uow.calls.add(CallRecord("CA1", practice_id, "+15550142", "+15550100", NOW))
    for by in ("lost", "caller", "caller"):
        async with database.transaction() as uow:
            await uow.calls.end("CA1", by, NOW)

    await work(database, lambda: len(receiver.told) == 1)

    assert receiver.told[0].event["data"]["ended_by"] == "caller"


async def test_a_change_that_is_rolled_back_is_not_told(
    database: SqlDatabase, practice_id: int
) -> None:
    await subscribe(database, "https://example.com/")
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as uow:
            await uow.messages.add(replace(message(), practice_id=practice_id))
            raise ZeroDivisionError

    assert await waiting(database) == 0


@pytest.mark.parametrize("values", [{"paused": True}, {"events": ("call.ended",)}])
async def test_only_who_asked_for_it_is_told(
    database: SqlDatabase, practice_id: int, values: dict[str, Any]
) -> None:
    await subscribe(database, "https://example.com/", **values)
    async with database.transaction() as uow:
        await uow.messages.add(replace(message(), practice_id=practice_id))

    assert await waiting(database) == 0


async def test_what_was_erased_meanwhile_does_not_leave_the_house(
    database: SqlDatabase, receiver: Receiver, practice_id: int
) -> None:
    await subscribe(database, receiver.url())
    async with database.transaction() as uow:
        await uow.calls.add(CallRecord("CA1", practice_id, "+15550142", "+15550100", NOW))
        await uow.messages.add(replace(message(), practice_id=practice_id))
        await uow.erasure.erase_call("CA1", NOW, by="omar")

    await work(database, lambda: len(receiver.told) == 1)

    assert b"Ana" not in receiver.told[0].body
    assert b"+15550142" not in receiver.told[0].body


async def test_a_program_that_is_removed_is_told_nothing_more(
    database: SqlDatabase, practice_id: int
) -> None:
    await subscribe(database, "https://example.com/")
    async with database.transaction() as uow:
        await uow.messages.add(replace(message(), practice_id=practice_id))
        assert await uow.webhooks.remove("w1")
        assert not await uow.webhooks.remove("w1")

    assert await waiting(database) == 0


def resolving(*addresses: str) -> Callable[[str, int], Any]:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolve


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("10.0.0.8",),
        ("169.254.169.254",),
        ("100.64.0.1",),
        ("::1",),
        ("fe80::1%eth0",),
        ("::ffff:10.0.0.8",),
        ("64:ff9b::a00:8",),
        ("2002:a00:8::",),
        ("224.0.0.1",),
        ("93.184.215.14", "192.168.1.1"),
    ],
)
async def test_a_name_in_a_private_network_is_refused(addresses: tuple[str, ...]) -> None:
    with pytest.raises(ProviderRefused):
        await reachable_address(
            "example.com", 443, private_allowed=False, resolve=resolving(*addresses)
        )
    found = await reachable_address(
        "example.com", 443, private_allowed=True, resolve=resolving(*addresses)
    )
    assert found == addresses[0]


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://user:word@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://[/",
        "https://ex\u00e4mple.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_an_address_that_cannot_be_told_is_named(url: str) -> None:
    assert problem_of(url, private_allowed=False) is not None


def test_an_address_of_our_own_network_is_fine_where_that_is_allowed() -> None:
    assert problem_of("https://example.com/hook", private_allowed=False) is None
    assert problem_of("http://127.0.0.1:9000/hook", private_allowed=True) is None


async def test_a_private_address_is_not_connected_to(
    database: SqlDatabase, receiver: Receiver
) -> None:
    sender = WebhookSender(database, lambda: NOW, resolve=resolving("127.0.0.1"))
    webhook = await subscribe(database, f"https://example.com:{receiver.port}/")

    assert await sender.test(webhook) == "the name is in a private network"
    await sender.close()

    assert receiver.told == []


async def test_a_redirect_is_not_followed(database: SqlDatabase, receiver: Receiver) -> None:
    sender = WebhookSender(database, lambda: NOW, private_allowed=True)
    webhook = await subscribe(database, receiver.url())
    receiver.answers = [f"307 Temporary Redirect\nLocation: {receiver.url()}\r\n"]

    assert await sender.test(webhook) == "HTTP 307"
    await sender.close()

    assert len(receiver.told) == 1


async def test_a_program_that_does_not_answer_is_given_up(
    database: SqlDatabase, receiver: Receiver
) -> None:
    sender = WebhookSender(database, lambda: NOW, private_allowed=True, whole_s=0.2)
    webhook = await subscribe(database, receiver.url())
    receiver.answers = [None]

    assert await sender.test(webhook) == "no answer in time"
    await sender.close()


async def test_a_certificate_of_nobody_s_is_not_believed(
    database: SqlDatabase, tmp_path: Path
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    async with receiving(tls) as receiver:
        sender = WebhookSender(
            database, lambda: NOW, private_allowed=True, resolve=resolving("127.0.0.1")
        )
        webhook = await subscribe(database, receiver.url("hooks.example.com", "https"))

        assert await sender.test(webhook) == "no connection"
        await sender.close()

    assert names == ["hooks.example.com"]
    assert receiver.told == []
