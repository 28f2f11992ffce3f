"""The caller's side of a media stream, in real time.

Sends the caller's voice in 20 ms frames at absolute deadlines, plays what
arrives as time passes, echoes marks, and follows the script by listening for
the other side to finish. Must not know about TwiML.
"""

import asyncio
import base64
import binascii
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from receptionist.line.caller import Caller, CallOptions
from receptionist.line.playback import PlaybackBuffer
from receptionist.line.report import Answer, Clear, Gap, Heard
from receptionist.line.script import HangUp, Interrupt, Keys, Play, Say, Wait
from receptionist.line.signing import Signer
from receptionist.line.upstream import Upstream
from receptionist.line.voice import SILENCE, Ear, Voice, default_voice, is_audible
from receptionist.line.webhooks import is_loopback, new_sid

BYTES_PER_MS = 8
LONGEST_GAP_MS = 1000
KEY_INTERVAL_S = 0.1


class StreamFailed(Exception):
    """The stream could not be opened; `code` is Twilio's error number."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(f"{code}: {reason}")


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """What a `<Stream>` says."""

    url: str
    account_sid: str
    call_sid: str
    parameters: dict[str, str] = field(default_factory=dict)
    stream_sid: str = field(default_factory=lambda: new_sid("MZ"))


async def open_stream(place: StreamPlace, options: CallOptions) -> ClientConnection:
    """The signed upgrade. Raises `StreamFailed`."""
    dialled = options.addresses.dial(place.url)
    if not dialled.startswith("wss:") and not is_loopback(dialled):
        raise StreamFailed(31922, "the stream's scheme is not wss")
    doubts = options.doubts
    try:
        return await connect(
            dialled,
            additional_headers=Signer(options.account.auth_token, doubts).stream(place.url),
            compression=doubts.compression,
            ping_interval=doubts.ping_interval_s,
            max_size=None,
            max_queue=None,
            proxy=None if is_loopback(dialled) else True,
            user_agent_header="Twilio.TmeWs/1.0",
            close_timeout=2,
        )
    except InvalidURI as exc:
        raise StreamFailed(31923, "malformed URL") from exc
    except InvalidHandshake as exc:
        raise StreamFailed(31920, f"no upgrade: {exc}") from exc
    except TimeoutError as exc:
        raise StreamFailed(31901, "connecting took too long") from exc
    except OSError as exc:
        raise StreamFailed(31902, "connection refused") from exc


class CallerStream:
    """One open stream. `run` returns at its end; `hung_up` says if the caller ended it."""

    def __init__(
        self, socket: ClientConnection, place: StreamPlace, caller: Caller, options: CallOptions
    ) -> None:
        self.hung_up = False
        self._socket = socket
        self._place = place
        self._caller = caller
        self._options = options
        self._voice: Voice = options.voice or default_voice()
        self._ear: Ear | None = options.ear() if options.ear else None
        self._frame_ms = options.doubts.frame_ms
        self._silent_frame = bytes([SILENCE]) * self._frame_ms * BYTES_PER_MS
        self._upstream = Upstream(
            socket,
            place.stream_sid,
            self._frame_ms,
            options.weather,
            options.seed,
            self._silent_frame,
        )
        self._playback = PlaybackBuffer()
        self._outgoing: deque[bytes] = deque()
        self._ticked = asyncio.Event()
        self._warned: set[int] = set()
        self._began_ms = caller.now_ms
        # Times of the last audible frame each way, and where the caller's speech began.
        self._heard_at_ms: int | None = None
        self._speech_heard_since_ms: int | None = None
        self._spoke_at_ms = caller.now_ms
        self._spoke_at_s = time.monotonic()
        self._saying = ""
        self._speech_began_ms: int | None = None
        self._awaiting_reply = False
        self._ran_dry: tuple[int, bool] | None = None

    async def run(self) -> None:
        """Carry the stream until either side ends it."""
        self._caller.report.streams += 1
        self._began_ms = self._caller.now_ms
        try:
            await self._greet()
            async with asyncio.TaskGroup() as tasks:
                pump = tasks.create_task(self._pump())
                script = tasks.create_task(self._follow_script())
                await self._receive()
                pump.cancel()
                script.cancel()
        except ConnectionClosed:
            return
        except asyncio.CancelledError:
            await self._stop()
            raise
        finally:
            self._caller.report.stream_ms += self._caller.now_ms - self._began_ms

    async def _greet(self) -> None:
        place = self._place
        connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        await self._socket.send(json.dumps(connected))
        start = {
            "accountSid": place.account_sid,
            "streamSid": place.stream_sid,
            "callSid": place.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": place.parameters,
        }
        await self._upstream.send({"event": "start", "start": start})

    async def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        frame = 0
        try:
            while True:
                frame += 1
                due = began + frame * self._frame_ms / 1000
                await asyncio.sleep(max(0.0, due - loop.time()))
                self._caller.report.frame_lateness_ms.append((loop.time() - due) * 1000)
                await self._send_frame(frame)
                await self._play_frame()
                self._ticked.set()
                self._ticked = asyncio.Event()
        except ConnectionClosed:
            return

    async def _send_frame(self, frame: int) -> None:
        mulaw = self._outgoing.popleft() if self._outgoing else self._silent_frame
        if mulaw is not self._silent_frame and is_audible(mulaw):
            self._spoke_at_ms = self._caller.now_ms
            self._spoke_at_s = time.monotonic()
            self._speech_began_ms = self._speech_began_ms or self._spoke_at_ms
            self._awaiting_reply = True
        await self._upstream.frame(frame, mulaw)

    async def _play_frame(self) -> None:
        played = self._playback.play(len(self._silent_frame))
        if played.mulaw:
            self._hear(played.mulaw)
        if self._playback.queued_ms == 0 and played.mulaw:
            self._ran_dry = (self._caller.now_ms, bool(played.marks))
        await self._echo(played.marks)

    def _hear(self, mulaw: bytes) -> None:
        now = self._caller.now_ms
        report = self._caller.report
        self._note_gap(now)
        if self._options.keeps_audio:
            report.heard.append(Heard(now, mulaw))
        if is_audible(mulaw):
            if self._speech_heard_since_ms is None:
                self._speech_heard_since_ms = now
            self._heard_at_ms = now
        if self._ear is not None and (words := self._ear.feed(mulaw)):
            self._caller.note("receptionist", " ".join(words))

    def _note_gap(self, now: int) -> None:
        if self._ran_dry is None:
            return
        since, after_mark = self._ran_dry
        length = now - since - self._frame_ms
        self._ran_dry = None
        # A longer silence is a turn's end, not a hole in what is being said.
        if self._frame_ms <= length <= LONGEST_GAP_MS:
            self._caller.report.gaps.append(Gap(since, length, after_mark))

    async def _echo(self, marks: tuple[str, ...]) -> None:
        for name in marks:
            self._caller.report.marks.append((name, self._caller.now_ms))
            await self._upstream.send({"event": "mark", "mark": {"name": name}})

    async def _receive(self) -> None:
        try:
            async for message in self._socket:
                if not await self._obey(message):
                    self._warn(31950, "malformed message")
        except ConnectionClosed:
            return

    async def _obey(self, text: str | bytes) -> bool:
        """Do what a message asks; False when it is none."""
        try:
            message = json.loads(text) if isinstance(text, str) else {}
            if message.get("streamSid") != self._place.stream_sid:
                return False
            match message:
                case {"event": "media", "media": {"payload": str(payload)}}:
                    self._media(base64.b64decode(payload, validate=True))
                case {"event": "mark", "mark": {"name": str(name)}}:
                    await self._echo(self._playback.mark(name))
                case {"event": "clear"}:
                    await self._clear()
                case _:
                    return False
        except (ValueError, AttributeError, binascii.Error):
            return False
        return True

    def _media(self, mulaw: bytes) -> None:
        report = self._caller.report
        if report.first_audio_ms is None:
            report.first_audio_ms = self._caller.now_ms
            report.greeted_ms = self._caller.now_ms - self._began_ms
        if self._awaiting_reply and not self._outgoing and is_audible(mulaw):
            self._awaiting_reply = False
            report.latencies_ms.append(self._caller.now_ms - self._spoke_at_ms)
            report.answers.append(Answer(self._saying, self._spoke_at_s, time.monotonic()))
        if not self._playback.media(mulaw):
            self._warn(31931, "more than ten minutes of audio are queued; the rest is discarded")

    async def _clear(self) -> None:
        now = self._caller.now_ms
        began, self._speech_began_ms = self._speech_began_ms, None
        self._caller.report.clears.append(Clear(now, None if began is None else now - began))
        self._ran_dry = None
        await self._echo(self._playback.clear())

    def _warn(self, code: int, reason: str) -> None:
        if code not in self._warned:
            self._warned.add(code)
            self._caller.error(f"{code}: {reason}")

    async def _follow_script(self) -> None:
        try:
            while (step := self._caller.next_step()) is not None:
                match step:
                    case Interrupt(text=text, after_ms=after_ms):
                        await self._other_side_speaks(after_ms)
                        self._caller.step_taken()
                        await self._speak(text, await self._voice.speak(text))
                    case Say(text=text):
                        mulaw = await self._voice.speak(text)
                        await self._floor_is_free()
                        self._caller.step_taken()
                        await self._speak(text, mulaw)
                    case Play(mulaw=mulaw, text=text):
                        await self._floor_is_free()
                        self._caller.step_taken()
                        await self._speak(text or "(recording)", mulaw)
                    case Keys(digits=digits):
                        await self._floor_is_free()
                        self._caller.step_taken()
                        await self._press(digits)
                    case Wait(seconds=seconds):
                        await self._floor_is_free()
                        self._caller.step_taken()
                        await asyncio.sleep(seconds)
                    case HangUp():
                        self._caller.step_taken()
                        await self._hang_up()
                        return
            await self._floor_is_free()
            await self._hang_up()
        except ConnectionClosed:
            return

    async def _hang_up(self) -> None:
        self.hung_up = True
        await self._stop()

    async def _speak(self, text: str, mulaw: bytes) -> None:
        self._caller.note("caller", text)
        self._saying = text
        self._speech_began_ms = None
        self._speech_heard_since_ms = self._heard_at_ms = None
        self._outgoing.extend(_frames(mulaw, len(self._silent_frame)))
        await self._until(lambda: not self._outgoing)

    async def _press(self, digits: str) -> None:
        self._caller.note("caller", f"[keys {digits}]")
        self._speech_heard_since_ms = self._heard_at_ms = None
        for digit in digits:
            dtmf = {"track": "inbound_track", "digit": digit}
            await self._upstream.send({"event": "dtmf", "dtmf": dtmf})
            self._spoke_at_ms = self._caller.now_ms
            self._awaiting_reply = True
            await asyncio.sleep(KEY_INTERVAL_S)

    async def _floor_is_free(self) -> None:
        """The other side has said something and been quiet since, or says nothing at all."""
        patience_ms = int(self._options.reply_timeout_s * 1000)
        since = self._caller.now_ms

        def free() -> bool:
            now = self._caller.now_ms
            if self._playback.queued_ms:
                return False
            if self._heard_at_ms is None:
                return now - since >= patience_ms
            return now - self._heard_at_ms >= self._options.quiet_ms

        await self._until(free)
        if self._heard_at_ms is None:
            self._caller.error(f"nothing heard for {self._options.reply_timeout_s:g} s")

    async def _other_side_speaks(self, for_ms: int) -> None:
        deadline = self._caller.now_ms + int(self._options.reply_timeout_s * 1000)

        def speaking() -> bool:
            began = self._speech_heard_since_ms
            now = self._caller.now_ms
            return now > deadline or (began is not None and now - began >= for_ms)

        await self._until(speaking)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._ticked.wait()

    async def _stop(self) -> None:
        """`stop`, then the close the options ask for (which one Twilio uses is not known)."""
        place = self._place
        stop = {"accountSid": place.account_sid, "callSid": place.call_sid}
        try:
            await self._upstream.send({"event": "stop", "stop": stop})
            await self._upstream.flush()
            form = self._options.doubts.close_form
            if form == "abrupt":
                self._socket.transport.abort()
            elif form == "1005":
                async with self._socket.send_context():
                    self._socket.protocol.send_close()
            else:
                await self._socket.close(1000)
        except ConnectionClosed:
            return


def _frames(mulaw: bytes, size: int) -> list[bytes]:
    """Audio in pieces of one message, without the silence at its end, which is not speech."""
    pieces = (mulaw[at : at + size] for at in range(0, len(mulaw), size))
    frames = [piece.ljust(size, bytes([SILENCE])) for piece in pieces]
    while frames and not is_audible(frames[-1]):
        frames.pop()
    return frames
