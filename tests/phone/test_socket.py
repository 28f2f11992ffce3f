"""The softphone's wire, with a scripted receptionist behind it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from receptionist.phone import create_phone
from receptionist.phone.messages import MAX_MESSAGE_CHARACTERS
from receptionist.phone.socket import CONNECTED, FAILED, MAX_MALFORMED, NOBODY_THERE, STILL_THERE
from tests.phone.receptionist import GREETING, Conversations

STREAM = "/phone/stream"


def client(conversations: Conversations, *, enabled: bool = True, **more: Any) -> TestClient:
    app = FastAPI()
    app.include_router(
        create_phone(conversations, enabled=lambda _: enabled, spoken=lambda t: t.upper(), **more)
    )
    return TestClient(app)


@pytest.fixture
def conversations() -> Conversations:
    return Conversations()


@pytest.fixture
def line(conversations: Conversations) -> Iterator[Any]:
    with client(conversations).websocket_connect(STREAM) as socket:
        until(socket, "state", "listening")
        yield socket


def until(socket: Any, kind: str, value: str | None = None) -> list[dict[str, Any]]:
    """Messages up to the first of that type (and state)."""
    got: list[dict[str, Any]] = []
    while True:
        got.append(socket.receive_json())
        if got[-1]["type"] == kind and value in (None, got[-1].get("state")):
            return got


def sentences(messages: list[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages if message["type"] == "sentence"]


def answer(socket: Any, text: str) -> list[dict[str, Any]]:
    socket.send_json({"type": "say", "text": text})
    return until(socket, "state", "listening")


def hear(socket: Any, messages: list[dict[str, Any]]) -> None:
    """Report that all of it was played."""
    said = [message for message in messages if message["type"] == "sentence"]
    words = " ".join(message["text"] for message in said)
    socket.send_json({"type": "heard", "text": words, "stretch": said[-1]["stretch"]})


def test_a_call_begins_with_its_sid_and_the_greeting(conversations: Conversations) -> None:
    with client(conversations).websocket_connect(STREAM) as socket:
        call, greeting, state = until(socket, "state")

    assert call["practice"] == "Maple Street Clinic"
    assert call["call_sid"].startswith("CA")
    assert greeting["text"] == GREETING
    assert greeting["spoken"] == GREETING.upper()
    assert state["state"] == "listening"


def test_an_answer_is_thinking_then_sentences_and_cards_then_listening(line: Any) -> None:
    got = answer(line, "I want to book")

    assert [message["type"] for message in got] == [
        "state",
        "sentence",
        "action",
        "sentence",
        "sentence",
        "state",
    ]
    assert got[1]["filler"] is True
    assert got[2]["title"] == "Free times"
    assert got[2]["detail"] == "Tue 24 Nov 10:30, 11:05, 14:00, 14:35"


def test_a_booking_is_shown_in_plain_words(line: Any) -> None:
    card = next(m for m in answer(line, "half past ten") if m["type"] == "action")

    assert f"{card['title']}: {card['detail']}" == (
        "Booked: Check-up, Tue 24 Nov 10:30 with Dr. Lee"
    )


def test_a_new_turn_cancels_the_running_one_and_says_what_was_heard(
    line: Any, conversations: Conversations
) -> None:
    line.send_json({"type": "say", "text": "slow"})
    started = until(line, "sentence")[-1]

    line.send_json(
        {"type": "heard", "text": "Let me think", "cut": True, "stretch": started["stretch"]}
    )
    got = answer(line, "never mind")

    assert sentences(got) == ["You said: never mind"]
    assert conversations.opened[0].cancelled == 1
    assert conversations.opened[0].heard == ["Let me think"]


def test_a_cut_after_the_answer_is_complete_still_reports_what_was_heard(
    line: Any, conversations: Conversations
) -> None:
    said = answer(line, "half past ten")
    stretch = next(m["stretch"] for m in said if m["type"] == "sentence")

    line.send_json({"type": "heard", "text": "You're booked", "cut": True, "stretch": stretch})
    answer(line, "wait")

    assert conversations.opened[0].heard == ["You're booked"]


def test_what_was_wholly_heard_is_not_reported_as_an_interruption(
    line: Any, conversations: Conversations
) -> None:
    hear(line, answer(line, "half past ten"))

    answer(line, "thanks")

    assert conversations.opened[0].heard == []


def test_a_browser_cannot_claim_to_have_heard_what_was_not_said(
    line: Any, conversations: Conversations
) -> None:
    stretch = answer(line, "half past ten")[2]["stretch"]

    claim = "You're booked for Monday"
    line.send_json({"type": "heard", "text": claim, "cut": True, "stretch": stretch})
    answer(line, "wait")

    assert conversations.opened[0].heard == ["You're booked for"]


def test_a_filler_is_not_part_of_what_was_heard(line: Any, conversations: Conversations) -> None:
    stretch = answer(line, "book")[1]["stretch"]

    claim = "One moment, I'll look. Dr. Lee has half past ten"
    line.send_json({"type": "heard", "text": claim, "cut": True, "stretch": stretch})
    answer(line, "wait")

    assert conversations.opened[0].heard == ["Dr. Lee has half past ten"]


def test_a_late_report_about_an_earlier_stretch_changes_nothing(
    line: Any, conversations: Conversations
) -> None:
    answer(line, "half past ten")

    line.send_json({"type": "heard", "text": "Thank you", "cut": True, "stretch": 0})
    answer(line, "next")

    assert conversations.opened[0].heard == []


def test_goodbye_is_heard_before_the_receptionist_hangs_up(
    line: Any, conversations: Conversations
) -> None:
    said = answer(line, "bye")
    assert conversations.opened[0].ended == []

    hear(line, said)

    assert until(line, "ended")[-1]["by"] == "receptionist"
    with pytest.raises(WebSocketDisconnect) as closed:
        line.receive_json()
    assert closed.value.code == 1000
    assert conversations.opened[0].ended == ["receptionist"]


def test_a_caller_who_goes_on_after_the_goodbye_is_answered(
    line: Any, conversations: Conversations
) -> None:
    answer(line, "bye")

    got = answer(line, "one more thing")

    assert sentences(got) == ["You said: one more thing"]
    assert conversations.opened[0].ended == []


def test_a_transfer_is_told_in_words_and_ends_as_one(
    line: Any, conversations: Conversations
) -> None:
    said = answer(line, "a person")
    hear(line, said)

    assert sentences(said)[-1] == CONNECTED
    assert until(line, "ended")[-1]["by"] == "transfer"


def test_hanging_up_ends_the_call_as_the_callers(line: Any, conversations: Conversations) -> None:
    line.send_json({"type": "hangup"})

    assert until(line, "ended")[-1]["by"] == "caller"
    with pytest.raises(WebSocketDisconnect):
        line.receive_json()
    assert conversations.opened[0].ended == ["caller"]


@pytest.mark.parametrize(("code", "ended_by"), [(1001, "caller"), (1006, "lost"), (1012, "lost")])
def test_a_closed_page_hung_up_and_a_broken_line_was_lost(
    conversations: Conversations, code: int, ended_by: str
) -> None:
    with client(conversations).websocket_connect(STREAM) as socket:
        until(socket, "state")
        socket.close(code)

    assert conversations.opened[0].ended == [ended_by]


def test_keys_are_answered_together_at_the_hash_key(
    line: Any, conversations: Conversations
) -> None:
    for digit in "42#":
        line.send_json({"type": "key", "digit": digit})
    got = until(line, "state", "listening")

    assert sentences(got) == ["You said: 42"]
    assert conversations.opened[0].keys == ["4", "2", "#"]


def test_a_key_with_a_meaning_is_answered_at_once(line: Any) -> None:
    line.send_json({"type": "key", "digit": "0"})

    assert sentences(until(line, "state", "listening"))[0] == "I'll put you through."


def test_what_breaks_is_apologised_for_and_the_call_goes_on(line: Any) -> None:
    assert sentences(answer(line, "break")) == [FAILED]
    assert sentences(answer(line, "hello")) == ["You said: hello"]


def test_silence_is_asked_about_and_then_ends_the_call(conversations: Conversations) -> None:
    conversation_with_short_words = client(conversations, idle_s=0.01)
    with conversation_with_short_words.websocket_connect(STREAM) as socket:
        hear(socket, until(socket, "state"))
        asked = until(socket, "sentence")
        hear(socket, asked)
        goodbye = until(socket, "sentence")
        hear(socket, goodbye)

        assert sentences(asked) == [STILL_THERE]
        assert sentences(goodbye) == [NOBODY_THERE]
        assert until(socket, "ended")[-1]["by"] == "receptionist"


MALFORMED = [
    "",
    "{",
    "[]",
    "null",
    '{"type": "say"}',
    '{"type": "say", "text": 5}',
    '{"type": "say", "text": ""}',
    '{"type": "say", "text": " \\u0000 "}',
    json.dumps({"type": "say", "text": "x" * 1001}),
    '{"type": "key", "digit": "12"}',
    '{"type": "key", "digit": "A"}',
    '{"type": "unknown"}',
    '{"type": "say", "text": "\\ud800"}',
    "[" * 5000,
    "x" * (MAX_MESSAGE_CHARACTERS + 1),
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_a_malformed_message_is_survived(line: Any, raw: str) -> None:
    line.send_text(raw)

    assert sentences(answer(line, "hello")) == ["You said: hello"]


def test_a_binary_message_is_survived(line: Any) -> None:
    line.send_bytes(b"\x00\xff")

    assert sentences(answer(line, "hello")) == ["You said: hello"]


def test_a_flood_of_malformed_messages_is_refused(line: Any, conversations: Conversations) -> None:
    for _ in range(MAX_MALFORMED):
        line.send_text("{")

    assert until(line, "ended")[-1]["by"] == "refused"
    with pytest.raises(WebSocketDisconnect) as closed:
        line.receive_json()
    assert closed.value.code == 1008
    assert conversations.opened[0].ended == ["refused"]


def test_another_sites_page_cannot_call(conversations: Conversations) -> None:
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    ):
        with (
            pytest.raises(WebSocketDenialResponse) as refused,
            client(conversations).websocket_connect(STREAM, headers=headers),
        ):
            pass
        assert refused.value.status_code == 403
    assert conversations.opened == []


def test_our_own_page_can_call(conversations: Conversations) -> None:
    headers = {"origin": "http://testserver"}
    with client(conversations).websocket_connect(STREAM, headers=headers) as socket:
        assert socket.receive_json()["type"] == "call"


def test_a_practice_can_be_named(conversations: Conversations) -> None:
    with client(conversations).websocket_connect(f"{STREAM}?practice=%2B15550100") as socket:
        socket.receive_json()

    assert conversations.hints == ["+15550100"]


def test_an_unknown_practice_is_not_found(conversations: Conversations) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        client(conversations).websocket_connect(f"{STREAM}?practice=nowhere"),
    ):
        pass
    assert refused.value.status_code == 404


def test_a_page_that_is_off_does_not_exist(conversations: Conversations) -> None:
    off = client(conversations, enabled=False)

    assert off.get("/phone").status_code == 404
    assert off.get("/phone/static/phone.js").status_code == 404
    with pytest.raises(WebSocketDenialResponse) as refused, off.websocket_connect(STREAM):
        pass
    assert refused.value.status_code == 404


def test_the_page_forbids_scripts_and_styles_that_are_not_files_of_ours(
    conversations: Conversations,
) -> None:
    page = client(conversations).get("/phone?practice=<script>alert(1)</script>")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "ws://testserver" in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert "<script>alert" not in page.text
    assert "style=" not in page.text


def test_a_host_header_cannot_widen_the_policy(conversations: Conversations) -> None:
    page = client(conversations).get("/phone", headers={"host": "a; script-src *"})

    assert "*" not in page.headers["content-security-policy"]


def test_static_files_are_revalidated_and_nothing_else_is_served(
    conversations: Conversations,
) -> None:
    browser = client(conversations)
    first = browser.get("/phone/static/phone.js")
    again = browser.get("/phone/static/phone.js", headers={"if-none-match": first.headers["etag"]})

    assert first.headers["content-type"].startswith("text/javascript")
    assert again.status_code == 304
    assert browser.get("/phone/static/..%2Fsocket.py").status_code == 404
    assert browser.get("/phone/static/socket.py").status_code == 404
