"""A server that lets the calls on the line finish before it stops."""

import asyncio
import signal
import socket
from dataclasses import dataclass
from types import FrameType

import structlog
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from receptionist.call.active import ActiveCalls
from receptionist.call.neighbours import Neighbours
from receptionist.commands import garbage
from receptionist.commands.passing import Passage
from receptionist.commands.workers import supervisor_gone

HAND_OVER_S = 3.0
"""After the calls left were let go: Twilio asks what comes next within a second or two."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Of this process among several on one port."""

    neighbours: Neighbours
    passage: Passage


class DrainingServer(uvicorn.Server):
    """On SIGTERM take no new calls, let those on the line finish, then stop.

    Uvicorn alone would close every WebSocket at once. Calls that outlast the deadline are
    handed over: their streams are closed, and Twilio is told to ask again. A second
    signal stops at once.
    """

    def __init__(self, config: uvicorn.Config, drain_s: float, place: Place | None = None) -> None:
        super().__init__(config)
        self._place = place
        self._drain_s = drain_s
        self._drain: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Also take streams from other processes, and notice the death of the supervisor."""
        await super().startup(sockets)
        if self._place is not None:
            passage = self._place.passage
            asyncio.get_running_loop().add_reader(passage.fileno(), self._take_in, passage)
            self._place.neighbours.join()
        garbage.collect_what_comes()
        if (supervisor := supervisor_gone()) is not None:
            asyncio.get_running_loop().add_reader(supervisor, self._orphaned, supervisor)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The signal handler."""
        app = getattr(self.config, "loaded_app", None)
        services = getattr(getattr(app, "state", None), "services", None)
        if services is not None:
            # Pages that listen for news let go of the server, and ask another one.
            services.active.draining = True
        if self._place is not None:
            self._place.neighbours.leave()
        if services is None or self._drain is not None or not len(services.active):
            super().handle_exit(sig, frame)
            return
        active: ActiveCalls = services.active
        log.warning("draining", calls=len(active), deadline_s=self._drain_s)
        # Lives until the process stops; there is no group above the server.
        self._drain = asyncio.get_running_loop().create_task(self._stop_when_idle(active, sig))

    async def _stop_when_idle(self, active: ActiveCalls, sig: int) -> None:
        if not await active.drain(self._drain_s):
            log.warning("handing_over", calls=len(active))
            active.handing_over = True
            self._close_streams()
            await asyncio.sleep(HAND_OVER_S)
        super().handle_exit(sig, None)

    def _close_streams(self) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, WebSocketsSansIOProtocol):
                connection.shutdown()

    def _take_in(self, passage: Passage) -> None:
        for connection, request in passage.arrived():
            task = asyncio.get_running_loop().create_task(self._adopt(connection, request))
            self.server_state.tasks.add(task)
            task.add_done_callback(self.server_state.tasks.discard)

    async def _adopt(self, connection: socket.socket, request: bytes) -> None:
        """As if the request had been read here."""
        stream = self.config.ws_protocol_class(  # type: ignore[misc,call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        await asyncio.get_running_loop().connect_accepted_socket(lambda: stream, connection)
        stream.data_received(request)

    def _orphaned(self, supervisor: int) -> None:
        asyncio.get_running_loop().remove_reader(supervisor)
        self.handle_exit(signal.SIGTERM, None)
