"""Twilio's Media Streams messages, both ways.

JSON in text frames; audio is base64 of raw μ-law, 8 kHz mono. Whatever else
arrives is counted and survived: a call is not lost over a strange message.
Wire format: https://www.twilio.com/docs/voice/media-streams/websocket-messages

Sans-IO: no socket and no clock.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from receptionist.voice.audio import BYTES_PER_MS

LARGEST_MESSAGE = 1_000_000
"""Characters; a real message has about 400."""
LONGEST_GAP_MS = 600_000
"""Frames come every 20 ms; a timestamp further on than this would end the call."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The socket speaks the protocol."""


@dataclass(frozen=True, slots=True)
class Started:
    """The stream is there; audio may be sent from now on."""

    stream_sid: str
    call_sid: str
    account_sid: str = ""
    tracks: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


class Media(msgspec.Struct, frozen=True, gc=False):
    """Caller audio. `timestamp_ms` counts from the start of the stream.

    A struct, unlike the others: there are fifty a second, and it is made in a fifth of the time.
    """

    mulaw: bytes
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key."""

    digit: str


@dataclass(frozen=True, slots=True)
class MarkEchoed:
    """Everything before this mark has been played, or dropped by a clear."""

    name: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The stream is over: the caller hung up, or the call went on to other TwiML."""


StreamEvent = Connected | Started | Media | Dtmf | MarkEchoed | Stopped


class _MediaPart(msgspec.Struct):
    payload: bytes
    # Strings on the wire; lax decoding takes numbers as well.
    timestamp: int = 0
    track: str = "inbound"


class _DtmfPart(msgspec.Struct):
    digit: str | int


class _MarkPart(msgspec.Struct):
    name: str | int


class _StartPart(msgspec.Struct):
    callSid: str
    streamSid: str = ""
    accountSid: str = ""
    tracks: list[str] = []
    customParameters: dict[str, str | int | float | bool | None] = {}


class _Message(msgspec.Struct):
    event: str
    streamSid: str = ""
    sequenceNumber: str | int | None = None
    media: _MediaPart | None = None
    start: _StartPart | None = None
    dtmf: _DtmfPart | None = None
    mark: _MarkPart | None = None


_DECODER = msgspec.json.Decoder(_Message, strict=False)


class MediaStreamProtocol:
    """One stream: messages in, events out; audio, marks and clears as messages."""

    def __init__(self) -> None:
        self.anomalies: Counter[str] = Counter()
        """What arrived and was not understood, by kind."""
        self._stream_sid = ""
        self._stopped = False
        self._sequence = 0
        self._media_ms = 0
        self._prefix = '{"event":'

    @property
    def stream_sid(self) -> str:
        """Empty before `start`."""
        return self._stream_sid

    def receive(self, message: str | bytes) -> StreamEvent | None:
        """Understand one message; None (and a count) when there is nothing in it for us."""
        if not isinstance(message, str):
            return self._strange("binary")
        if len(message) > LARGEST_MESSAGE:
            return self._strange("oversize")
        try:
            decoded = _DECODER.decode(message)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return self._strange("malformed")
        if self._stopped:
            return self._strange("after_stop")
        if self._stream_sid and decoded.streamSid not in ("", self._stream_sid):
            return self._strange("wrong_stream")
        self._count_gap(decoded.sequenceNumber)
        return self._event(decoded)

    def media(self, mulaw: bytes) -> str:
        """Audio for the caller. Only after `start`: the stream has no name before."""
        return f'{self._prefix}"media","media":{{"payload":"{b64encode(mulaw).decode()}"}}}}'

    def mark(self, name: str) -> str:
        """A mark, echoed when the audio before it has been played."""
        return f'{self._prefix}"mark","mark":{{"name":{msgspec.json.encode(name).decode()}}}}}'

    def clear(self) -> str:
        """Drop what is buffered; its marks are echoed at once."""
        return f'{self._prefix}"clear"}}'

    def _strange(self, kind: str) -> StreamEvent | None:
        self.anomalies[kind] += 1
        return None

    def _count_gap(self, sequence: str | int | None) -> None:
        """Messages that are missing or come late are only counted: nothing sends them again."""
        if sequence is None:
            return
        plain = isinstance(sequence, int) or (sequence.isdecimal() and len(sequence) < 20)
        number = int(sequence) if plain else 0
        if number != self._sequence + 1:
            self.anomalies["sequence"] += 1
        self._sequence = max(number, self._sequence)

    def _event(self, message: _Message) -> StreamEvent | None:
        match message.event:
            case "media":
                return self._media_event(message.media)
            case "connected":
                return Connected()
            case "start":
                return self._start_event(message)
            case "dtmf" | "mark" | "stop" if not self._stream_sid:
                return self._strange("before_start")
            case "dtmf" if message.dtmf is not None:
                return self._key_event(str(message.dtmf.digit))
            case "mark" if message.mark is not None:
                return MarkEchoed(str(message.mark.name))
            case "stop":
                self._stopped = True
                return Stopped()
            case "dtmf" | "mark":
                return self._strange("malformed")
            case _:
                return self._strange("unknown_event")

    def _media_event(self, part: _MediaPart | None) -> StreamEvent | None:
        if part is None:
            return self._strange("malformed")
        if not self._stream_sid:
            return self._strange("before_start")
        if part.track != "inbound":
            return self._strange("wrong_track")
        at_ms = part.timestamp
        if not 0 <= at_ms <= self._media_ms + LONGEST_GAP_MS:
            self.anomalies["timestamp"] += 1
            at_ms = self._media_ms + len(part.payload) // BYTES_PER_MS
        if at_ms > self._media_ms:
            self._media_ms = at_ms
        return Media(part.payload, at_ms)

    def _start_event(self, message: _Message) -> StreamEvent | None:
        part = message.start
        if self._stream_sid:
            return self._strange("second_start")
        if part is None or not (part.streamSid or message.streamSid):
            return self._strange("malformed")
        self._stream_sid = part.streamSid or message.streamSid
        quoted = msgspec.json.encode(self._stream_sid).decode()
        self._prefix = f'{{"streamSid":{quoted},"event":'
        parameters = {k: "" if v is None else str(v) for k, v in part.customParameters.items()}
        return Started(
            self._stream_sid, part.callSid, part.accountSid, tuple(part.tracks), parameters
        )

    def _key_event(self, digit: str) -> StreamEvent | None:
        if len(digit) != 1 or digit not in "0123456789*#ABCD":
            return self._strange("malformed")
        return Dtmf(digit)
