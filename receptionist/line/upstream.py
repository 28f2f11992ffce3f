"""What the caller's side of a media stream sends: numbered messages, in order, by the network."""

import base64
import json
import time
from typing import Any

from websockets.asyncio.client import ClientConnection

from receptionist.line.network import Network, Weather

FIRST_TIMESTAMP_MS = 102


class Upstream:
    """One stream's messages on their way to the server."""

    def __init__(
        self,
        socket: ClientConnection,
        stream_sid: str,
        frame_ms: int,
        weather: Weather,
        seed: int,
        silence: bytes,
    ) -> None:
        self._socket = socket
        self._stream_sid = stream_sid
        self._frame_ms = frame_ms
        self._sequence = 0
        self._network = None if weather.is_calm else Network(weather, seed, frame_ms / 1000)
        self._silence = silence
        self._silent_payload = base64.b64encode(silence).decode()

    async def send(self, message: dict[str, Any]) -> None:
        """A message with the stream's name and the next number."""
        self._sequence += 1
        numbered = {"sequenceNumber": str(self._sequence), "streamSid": self._stream_sid}
        await self._deliver(json.dumps({**message, **numbered}))

    async def frame(self, number: int, mulaw: bytes) -> None:
        """The call's frame of this number, counted from 1."""
        is_silent = mulaw is self._silence
        payload = self._silent_payload if is_silent else base64.b64encode(mulaw).decode()
        at_ms = FIRST_TIMESTAMP_MS + (number - 1) * self._frame_ms
        self._sequence += 1
        # Written out: `json` took most of the time of a process with hundreds of callers.
        await self._deliver(
            f'{{"event":"media","media":{{"track":"inbound","chunk":"{number}",'
            f'"timestamp":"{at_ms}","payload":"{payload}"}},'
            f'"sequenceNumber":"{self._sequence}","streamSid":"{self._stream_sid}"}}'
        )

    async def flush(self) -> None:
        """Whatever is still under way arrives now."""
        for arrived in self._network.rest() if self._network else ():
            await self._socket.send(arrived)

    async def _deliver(self, text: str) -> None:
        if self._network is None:
            await self._socket.send(text)
            return
        now_s = time.monotonic()
        self._network.put(text, now_s)
        for arrived in self._network.due(now_s):
            await self._socket.send(arrived)
