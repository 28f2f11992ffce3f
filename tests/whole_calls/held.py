"""One stream call held by the test at both ends: Twilio's messages and the recogniser's words.

Audio is not played in real time: a mark comes back at once, unless marks are held.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from receptionist.ports.speech_to_text import EndOfTurn, FinalTranscript, PartialTranscript
from tests.call.fakes import FakeRecogniser, FakeRecognition
from tests.whole_calls.house import House

CALLER = "+15550123"
LOUD = base64.b64encode(bytes([0x10, 0x90]) * 80).decode()
QUIET = base64.b64encode(b"\xff" * 160).decode()


class HeldCall:
    """The phone company's side of one call."""

    def __init__(self, house: House, recogniser: FakeRecogniser, caller: str = CALLER) -> None:
        self.sid = "CA" + token_hex(16)
        self.house = house
        self.holding_marks = False
        self.clears = 0
        self.closed = asyncio.Event()
        self._recogniser = recogniser
        self._form = {"CallSid": self.sid, "From": caller, "To": "+15550100"}
        self._held: list[str] = []
        self._socket: ClientConnection | None = None
        self._recognition: FakeRecognition | None = None
        self._frames = 0
        self.audio = asyncio.Event()

    async def post(self, name: str, **form: str) -> str:
        """A webhook about this call; the answer's text."""
        answer = await self.house.post(f"/voice/{name}", {**self._form, **form})
        assert answer.status_code in (200, 204), answer.status_code
        return answer.text

    async def ring(self) -> str:
        """The call arrives; the document that answers it."""
        return await self.post("incoming", CallStatus="ringing")

    async def connect(self, group: asyncio.TaskGroup, document: str) -> None:
        """Open the stream that a document asks for."""
        path = document.split('url="ws')[1].split('"')[0].split("/voice/")[1]
        url = f"{self.house.url.replace('http', 'ws')}/voice/{path}"
        self._socket = await websockets.connect(url, proxy=None)
        self._recognition = await self._recogniser.opened.get()
        self.closed.clear()
        start = {"streamSid": "MZ1", "callSid": self.sid, "accountSid": "AC1", "tracks": []}
        await self._send("start", start=start)
        group.create_task(self._receive(self._socket))

    def partly(self, text: str) -> None:
        """The recogniser has understood words and waits for more."""
        assert self._recognition is not None
        self._recognition.heard.put_nowait(PartialTranscript(text))

    def says(self, text: str) -> None:
        """The recogniser has understood a whole turn."""
        assert self._recognition is not None
        for event in (PartialTranscript(text), FinalTranscript(text, speech_final=True)):
            self._recognition.heard.put_nowait(event)
        self._recognition.heard.put_nowait(EndOfTurn(text))

    async def frames(self, count: int, payload: str = LOUD) -> None:
        """20 ms each of the caller's voice."""
        for _ in range(count):
            at_ms = str(102 + 20 * self._frames)
            self._frames += 1
            await self._send("media", media={"payload": payload, "timestamp": at_ms})

    async def press(self, digit: str) -> None:
        """A key."""
        await self._send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    async def release_marks(self) -> None:
        """What was held back has now been played."""
        self.holding_marks = False
        held, self._held = self._held, []
        for name in held:
            await self._send("mark", mark={"name": name})

    async def stop(self) -> None:
        """The caller hung up: `stop`, a close, and the number's status callback."""
        assert self._socket is not None
        await self._send("stop", stop={"accountSid": "AC1", "callSid": self.sid})
        await self._socket.close()
        await self.post("status", CallStatus="completed")

    def lose(self) -> None:
        """The socket is cut without a word."""
        assert self._socket is not None
        self._socket.transport.abort()

    async def stored(self) -> Any:
        """What the API says of the call."""
        return await self.house.get(f"calls/{self.sid}")

    async def until_heard(self, words: str) -> None:
        """Wait until words are in what the caller has heard."""
        while not any(words in turn["heard"] for turn in (await self.stored())["turns"]):
            await asyncio.sleep(0.02)

    async def _receive(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                await self._obey(json.loads(message))
        except websockets.ConnectionClosed:
            pass
        self.closed.set()

    async def _obey(self, message: dict[str, Any]) -> None:
        match message["event"]:
            case "media":
                self.audio.set()
            case "mark" if self.holding_marks:
                self._held.append(message["mark"]["name"])
            case "mark":
                await self._send("mark", mark=message["mark"])
            case "clear":
                self.clears += 1

    async def _send(self, event: str, **body: Any) -> None:
        assert self._socket is not None
        message = {"event": event, "streamSid": "MZ1", "sequenceNumber": "1", **body}
        await self._socket.send(json.dumps(message))


@asynccontextmanager
async def held_call(
    house: House, recogniser: FakeRecogniser, caller: str = CALLER
) -> AsyncIterator[tuple[HeldCall, asyncio.TaskGroup]]:
    """A call that has not rung yet, and the group its readers live in."""
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        call = HeldCall(house, recogniser, caller)
        yield call, group
        if call._socket is not None:
            call.lose()


async def answered_call(call: HeldCall, group: asyncio.TaskGroup) -> None:
    """Rung, connected, and the greeting heard."""
    await call.connect(group, await call.ring())
    await call.until_heard("How can I help?")
