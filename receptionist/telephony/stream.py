"""The route a media stream connects to: signature, ticket, then one call handler."""

from collections.abc import Callable

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from receptionist.call.active import ActiveCalls
from receptionist.call.background import Background
from receptionist.call.file import CallFile, open_file, utc_now
from receptionist.call.handler import StreamServices, TwilioCallHandler
from receptionist.call.media_socket import EXTENSION, MediaSocket
from receptionist.call.memory import CallMemory
from receptionist.call.recovery import close_if_not_resumed
from receptionist.call.stream_tokens import StreamTokens, bare
from receptionist.call.warm import WarmLines
from receptionist.errors import DatabaseAway
from receptionist.ports.records import Database
from receptionist.ports.voice_detector import VoiceActivityDetector
from receptionist.telephony.requests import raw_path
from receptionist.telephony.signature import RequestVerifier
from receptionist.telephony.webhooks import TwilioWebhooks

log = structlog.get_logger()


class StarletteMediaSocket:
    """`MediaSocket` over the server's own WebSocket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def listen(self, on_message: Callable[[str | bytes], None]) -> None:
        """Hand on each message as it comes, until the connection is gone."""
        while True:
            try:
                message = await self._socket.receive()
            except (RuntimeError, WebSocketDisconnect):
                return
            if message["type"] == "websocket.disconnect":
                return
            text: str | None = message.get("text")
            data: bytes | None = message.get("bytes")
            on_message(text if text is not None else data or b"")

    async def send(self, text: str) -> None:
        """Send a text message. Raises `ConnectionError` when the connection is gone."""
        try:
            await self._socket.send_text(text)
        except (RuntimeError, WebSocketDisconnect) as exc:
            raise ConnectionError("media stream is gone") from exc

    async def close(self) -> None:
        """Close from our side; never raises."""
        try:
            await self._socket.close()
        except (RuntimeError, WebSocketDisconnect):
            return


class MediaStreams:
    """Accept streams and hold their calls."""

    def __init__(
        self,
        *,
        database: Database,
        memory: CallMemory,
        verifier: RequestVerifier,
        webhooks: TwilioWebhooks,
        warm: WarmLines,
        tokens: StreamTokens,
        detector: VoiceActivityDetector,
        services: StreamServices,
        active: ActiveCalls,
        background: Background,
    ) -> None:
        self._database = database
        self._memory = memory
        self._verifier = verifier
        self._webhooks = webhooks
        self._warm = warm
        self._tokens = tokens
        self._detector = detector
        self._services = services
        self._active = active
        self._background = background

    def router(self) -> APIRouter:
        """`WS /voice/stream/{token}`."""
        router = APIRouter()
        router.add_api_websocket_route("/voice/stream/{token}", self._connect)
        # The slash that some forms of the signed URL carry may also be in the request.
        router.add_api_websocket_route("/voice/stream/{token}/", self._connect)
        return router

    async def _connect(self, socket: WebSocket, token: str) -> None:
        genuine = self._verifier.stream(
            raw_path(socket.scope),
            socket.url.query,
            socket.headers,
            client=socket.client.host if socket.client else None,
        )
        if not genuine:
            await self._webhooks.refused("/voice/stream")
            await socket.close()  # before accept: HTTP 403
            return
        try:
            file = await self._redeem(bare(token))
        except DatabaseAway as exc:
            # Refused like one that is not known: Twilio asks what comes next.
            log.error("stream_not_taken", code=exc.code)
            await socket.close()
            return
        if file is None:
            await self._webhooks.token_refused("/voice/stream")
            await socket.close()
            return
        await socket.accept()
        with structlog.contextvars.bound_contextvars(call_sid=file.call_sid):
            await self._hold(socket, file)

    async def _redeem(self, token: str) -> CallFile | None:
        redeemed = await self._tokens.redeem(token, utc_now())
        if redeemed is None:
            return None
        return await open_file(
            self._database, self._memory, redeemed.call_sid, is_newest=redeemed.is_ours
        )

    async def _hold(self, socket: WebSocket, file: CallFile) -> None:
        log.info("stream_connected")
        media: MediaSocket | None = socket.scope.get("extensions", {}).get(EXTENSION)
        handler = TwilioCallHandler(
            media or StarletteMediaSocket(socket),
            file,
            self._warm.take(file.call_sid, file.practice),
            self._detector.listen(),
            self._services,
        )
        watched = self._services.live.holding(file.call_sid, handler.steering)
        with self._active.holding("stream"), watched:
            await handler.run()
        log.info("stream_closed", next=file.next)
        if file.lost:
            watch = close_if_not_resumed(self._database, self._memory, file.call_sid, file.resumes)
            self._background.spawn(watch, "lost-stream")
