"""Twilio's messages, the real ones and a thousand that no one should send."""

import base64
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice import media_stream as ms

CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
START = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"k": "v"},
    },
    "streamSid": "MZ1",
}
STOP = {"event": "stop", "streamSid": "MZ1", "stop": {"accountSid": "AC1", "callSid": "CA1"}}
EVENTS = (ms.Connected, ms.Started, ms.Media, ms.Dtmf, ms.MarkEchoed, ms.Stopped)


def media(payload: bytes = b"\xff" * 160, **changes: Any) -> dict[str, Any]:
    part = {
        "track": "inbound",
        "chunk": "1",
        "timestamp": "155",
        "payload": base64.b64encode(payload).decode(),
    }
    return {"event": "media", "media": {**part, **changes}, "streamSid": "MZ1"}


def started() -> ms.MediaStreamProtocol:
    protocol = ms.MediaStreamProtocol()
    protocol.receive(json.dumps(CONNECTED))
    protocol.receive(json.dumps(START))
    return protocol


def test_a_call_as_twilio_sends_it() -> None:
    protocol = ms.MediaStreamProtocol()
    dtmf = {"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "1"}}
    mark = {"event": "mark", "mark": {"name": "s1:1"}}

    events = [
        protocol.receive(json.dumps({**message, **sequence}))
        for message, sequence in (
            (CONNECTED, {}),
            (START, {"sequenceNumber": "1"}),
            (media(b"\x01\xff"), {"sequenceNumber": "2"}),
            (dtmf, {"sequenceNumber": "3"}),
            (mark, {"sequenceNumber": "4"}),
            (STOP, {"sequenceNumber": "5"}),
        )
    ]

    assert events == [
        ms.Connected(),
        ms.Started("MZ1", "CA1", "AC1", ("inbound",), {"k": "v"}),
        ms.Media(b"\x01\xff", 155),
        ms.Dtmf("1"),
        ms.MarkEchoed("s1:1"),
        ms.Stopped(),
    ]
    assert protocol.anomalies.total() == 0


def test_what_we_send_names_the_stream() -> None:
    protocol = started()

    assert json.loads(protocol.media(b"\x01\xff")) == {
        "streamSid": "MZ1",
        "event": "media",
        "media": {"payload": base64.b64encode(b"\x01\xff").decode()},
    }
    assert json.loads(protocol.mark('a"b')) == {
        "streamSid": "MZ1",
        "event": "mark",
        "mark": {"name": 'a"b'},
    }
    assert json.loads(protocol.clear()) == {"streamSid": "MZ1", "event": "clear"}


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_audio_comes_and_goes_untouched(mulaw: bytes) -> None:
    protocol = started()

    event = protocol.receive(json.dumps(media(mulaw)))

    assert event == ms.Media(mulaw, 155)
    sent = json.loads(protocol.media(mulaw))["media"]["payload"]
    assert base64.b64decode(sent) == mulaw


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("", "malformed"),
        ("null", "malformed"),
        ("[]", "malformed"),
        ("{", "malformed"),
        ('{"event":5}', "malformed"),
        ('{"event":"media"}', "malformed"),
        ('{"event":"media","media":{"payload":"%%%"}}', "malformed"),
        ('{"event":"media","media":{"payload":"AA==","timestamp":"x"}}', "malformed"),
        ('{"event":"media","media":{"payload":"AA==","timestamp":null}}', "malformed"),
        ('{"event":"media","media":{"payload":"AA==","track":"outbound"}}', "wrong_track"),
        ('{"event":"dtmf"}', "malformed"),
        ('{"event":"dtmf","dtmf":{"digit":"12"}}', "malformed"),
        ('{"event":"dtmf","dtmf":{"digit":"٣"}}', "malformed"),
        ('{"event":"dtmf","dtmf":{"digit":' + "9" * 5000 + "}}", "malformed"),
        ('{"event":"mark","mark":{}}', "malformed"),
        ('{"event":"brand_new","x":1}', "unknown_event"),
        ('{"event":"start"}', "second_start"),
        (json.dumps(START | {"sequenceNumber": "2"}), "second_start"),
        ("[" * 100_000, "malformed"),
        ('{"event":"\ud800"}', "malformed"),
        ("x" * (ms.LARGEST_MESSAGE + 1), "oversize"),
        (b"\x00\xff", "binary"),
    ],
)
def test_what_is_strange_is_counted_by_its_kind(message: str | bytes, kind: str) -> None:
    protocol = started()

    assert protocol.receive(message) is None
    assert protocol.anomalies == {kind: 1}


@pytest.mark.parametrize("message", [media(), {"event": "dtmf", "dtmf": {"digit": "1"}}, STOP])
def test_nothing_counts_before_the_start(message: dict[str, Any]) -> None:
    protocol = ms.MediaStreamProtocol()

    assert protocol.receive(json.dumps(message)) is None
    assert protocol.anomalies == {"before_start": 1}


def test_nothing_counts_after_the_stop() -> None:
    protocol = started()
    protocol.receive(json.dumps(STOP))

    assert protocol.receive(json.dumps(media())) is None
    assert protocol.anomalies == {"after_stop": 1}


def test_messages_of_another_stream_are_not_ours() -> None:
    protocol = ms.MediaStreamProtocol()
    protocol.receive(json.dumps(START))

    assert protocol.receive(json.dumps({**STOP, "streamSid": "MZ2"})) is None
    assert protocol.receive(json.dumps({**media(), "streamSid": "MZ2"})) is None
    assert protocol.anomalies["wrong_stream"] == 2
    assert protocol.receive(json.dumps(STOP)) is not None


def test_a_start_without_a_call_is_not_a_start() -> None:
    protocol = ms.MediaStreamProtocol()

    assert protocol.receive('{"event":"start","start":{"streamSid":"MZ1"}}') is None
    assert protocol.receive('{"event":"start","start":{"callSid":"CA1"}}') is None
    assert protocol.receive(json.dumps(START)) is not None


@pytest.mark.parametrize(
    ("numbers", "gaps"), [("234", 0), ("235", 1), ("2334", 1), ("243", 2), ("2x3", 1)]
)
def test_gaps_in_the_sequence_are_counted_and_the_audio_is_taken(numbers: str, gaps: int) -> None:
    protocol = started()

    events = [
        protocol.receive(json.dumps({**media(), "sequenceNumber": number})) for number in numbers
    ]

    assert all(isinstance(event, ms.Media) for event in events)
    assert protocol.anomalies["sequence"] == gaps


@pytest.mark.parametrize("timestamp", [-1, 10**9, str(10**15)])
def test_a_timestamp_that_cannot_be_does_not_move_the_calls_time(timestamp: int | str) -> None:
    protocol = started()
    protocol.receive(json.dumps(media(timestamp="1000")))

    event = protocol.receive(json.dumps(media(timestamp=timestamp)))

    assert event == ms.Media(b"\xff" * 160, 1020)
    assert protocol.anomalies == {"timestamp": 1}


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-(10**40), 10**40),
        st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20),
        st.sampled_from(["inbound", "AA==", "155", "MZ1", "1"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip
KEYS = ["event", "streamSid", "sequenceNumber", "media", "start", "dtmf", "mark", "stop"]
PARTS = ["payload", "timestamp", "track", "digit", "name", "callSid", "streamSid", "tracks",
         "customParameters", "accountSid", "chunk"]  # fmt: skip
NAMES = st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop", "clear", ""])
ODD_PARTS = st.dictionaries(st.sampled_from(PARTS), JSON, max_size=6)
ODD = st.dictionaries(st.sampled_from(KEYS), st.one_of(NAMES, JSON, ODD_PARTS), max_size=6)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.text(), st.binary(), ODD.map(json.dumps)), max_size=20))
def test_anything_is_survived_and_the_call_goes_on(messages: list[str | bytes]) -> None:
    protocol = started()

    for message in messages:
        before = protocol.anomalies.total()
        event = protocol.receive(message)
        if event is None:
            assert protocol.anomalies.total() > before
        else:
            assert isinstance(event, EVENTS)

    if protocol.anomalies["after_stop"] == 0:
        last = protocol.receive(json.dumps(media(b"\x05")))
        stopped = protocol.anomalies["after_stop"] == 1
        assert stopped or (isinstance(last, ms.Media) and last.mulaw == b"\x05")


def mangled(text: str, chance: random.Random) -> str | bytes:
    """A real message, broken the way lines and peers break things."""
    match chance.randrange(6):
        case 0:
            return text[: chance.randrange(len(text))]
        case 1:
            place = chance.randrange(len(text))
            return text[:place] + chr(chance.randrange(1, 0x3000)) + text[place + 1 :]
        case 2:
            return text.encode()
        case 3:
            return text.replace('"155"', str(chance.randrange(-(10**30), 10**30)))
        case 4:
            return text.replace('"media"', json.dumps(chance.choice([None, 3, "start", [1]])))
        case _:
            return text + text


def test_a_thousand_odd_messages_in_one_call_are_counted_and_it_goes_on() -> None:
    chance, protocol = random.Random(8), started()
    real = [json.dumps(m) for m in (CONNECTED, START, media(), {"event": "mark"})]

    taken = [protocol.receive(mangled(chance.choice(real), chance)) for _ in range(1000)]

    counted = protocol.anomalies.total() - protocol.anomalies["timestamp"]
    assert counted - protocol.anomalies["sequence"] == taken.count(None)
    assert protocol.anomalies["malformed"] > 300
    assert isinstance(protocol.receive(json.dumps(media(timestamp="0"))), ms.Media)
