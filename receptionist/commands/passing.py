"""Open connections, passed from one process of this machine to another.

Processes share one port, so the kernel chooses who accepts a stream. Its URL says who is to
hold it: whoever read the request gives the connection itself to that one, and has no part in
it any more. Nothing is copied, and one public port is enough.
"""

import re
import socket
from array import array
from collections.abc import Iterator
from pathlib import Path

LONGEST_REQUEST = 64 * 1024
_NAMED = re.compile(rb"/voice/stream/(\d{1,4})\.")


def named_in(target: bytes) -> int | None:
    """The process a stream's URL names; None when it names none."""
    found = _NAMED.search(target)
    return None if found is None else int(found[1])


class Passage:
    """This process's door, and the way to those of the others: sockets in one private folder."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        door = self._door(number)
        # One that died has left its own.
        door.unlink(missing_ok=True)
        self._socket.bind(str(door))

    def fileno(self) -> int:
        """Readable when a connection has come."""
        return self._socket.fileno()

    def pass_on(self, number: int, connection: int, request: bytes) -> bool:
        """Give away an open connection and what was read from it; False if nobody takes it."""
        # `socket.send_fds` forgets the address in Python 3.11.
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [connection]))
        try:
            self._socket.sendmsg([request], [rights], 0, str(self._door(number)))
        except OSError:
            return False
        return True

    def arrived(self) -> Iterator[tuple[socket.socket, bytes]]:
        """Connections that others have passed here."""
        while True:
            try:
                request, connections, _, _ = socket.recv_fds(self._socket, LONGEST_REQUEST, 1)
            except OSError:
                return
            for each in connections:
                connection = socket.socket(fileno=each)
                connection.setblocking(False)
                yield connection, request

    def close(self) -> None:
        """Take no more."""
        self._socket.close()

    def _door(self, number: int) -> Path:
        return self._folder / f"worker-{number}"
