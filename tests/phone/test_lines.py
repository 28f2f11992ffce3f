"""How many softphone calls one process holds."""

import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from tests.phone.receptionist import Conversations
from tests.phone.test_socket import STREAM, client, until


def test_beside_as_many_calls_as_there_are_lines_the_next_is_told_they_are_busy() -> None:
    conversations = Conversations()
    phone = client(conversations, most_calls=2)
    with (
        phone.websocket_connect(STREAM),
        phone.websocket_connect(STREAM),
        phone.websocket_connect(STREAM) as third,
    ):
        told = third.receive_json()
        with pytest.raises(WebSocketDisconnect) as closed:
            third.receive_json()

    assert told == {"type": "ended", "by": "busy"}
    assert closed.value.code == 1013
    assert len(conversations.opened) == 2


def test_a_line_is_free_again_when_its_call_is_over() -> None:
    phone = client(Conversations(), most_calls=1)
    for _ in range(2):
        with phone.websocket_connect(STREAM) as socket:
            assert socket.receive_json()["type"] == "call"
            socket.send_json({"type": "hangup"})
            until(socket, "ended")


def test_a_practice_that_is_not_here_takes_no_line() -> None:
    phone = client(Conversations(), most_calls=1)
    for hint in ("?practice=nowhere", "?practice=nowhere"):
        with pytest.raises(WebSocketDenialResponse):
            phone.websocket_connect(STREAM + hint).__enter__()
    with phone.websocket_connect(STREAM) as socket:
        assert socket.receive_json()["type"] == "call"
