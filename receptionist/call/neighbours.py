"""How full this process and those beside it on one machine are, and who takes the next stream.

The processes share a piece of memory. Each writes only to its own row, so no lock is needed:
how many calls it holds and how many have ever come, and how many it has sent to each of them, in
all and in the last moments.
Without them, balance would be left to the kernel, which knows connections but not calls.
"""

import asyncio
import os
from collections.abc import Iterator
from ctypes import Array, c_int64
from multiprocessing.sharedctypes import RawArray

ABSENT = -1
"""Instead of a number of calls: not there yet, about to stop, or dead."""
ON_THE_WAY_S = 2.0
"""From the answer that names a process until the stream is there and counted, amply."""
_PID, _CALLS, _SPENT_MS, _CAME, _NAMED = range(5)
"""Columns of a row. From `_NAMED` on one for each process: sent to it lately; then again: ever."""


class Board:
    """The shared memory of `count` processes; the supervisor makes it and wipes rows."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._width = _NAMED + 2 * count
        self._cells: Array[c_int64] = RawArray(c_int64, count * self._width)
        for number in range(count):
            self.wipe(number)

    def wipe(self, number: int, *, spent_s: float = 0.0) -> None:
        """The process is dead; all that died so far have used `spent_s` of CPU time."""
        start = number * self._width
        for column in range(_NAMED + self.count):
            # What ever came and was ever sent goes on being counted by the next process.
            if column != _CAME:
                self._cells[start + column] = 0
        self._cells[start + _CALLS] = ABSENT
        self._cells[_SPENT_MS] = int(spent_s * 1000)

    def pids(self) -> list[int]:
        """The processes that live."""
        found = (self._cells[number * self._width + _PID] for number in range(self.count))
        return [pid for pid in found if pid]

    def spent_s(self) -> float:
        """CPU time of those that died."""
        return self._cells[_SPENT_MS] / 1000

    def _write(self, number: int, column: int, value: int) -> None:
        self._cells[number * self._width + column] = value

    def _read(self, number: int, column: int) -> int:
        return int(self._cells[number * self._width + column])


class Neighbours:
    """One process's view of the board."""

    def __init__(self, board: Board, number: int) -> None:
        self.number = number
        self._board = board
        row = range(_NAMED, _NAMED + 2 * board.count)
        self._named = [board._read(number, column) for column in row]
        self._missing = [0] * board.count
        """Of what was ever sent to each process, what had not come when none was on the way."""
        self._calls, self._came = 0, board._read(number, _CAME)
        board._write(number, _PID, os.getpid())

    def join(self, calls: int = 0) -> None:
        """From now on others may send calls here."""
        self._calls = calls
        self._board._write(self.number, _CALLS, calls)

    def leave(self) -> None:
        """No more calls for this process."""
        self._board._write(self.number, _CALLS, ABSENT)

    def holds(self, calls: int) -> None:
        """So many are on the line here now."""
        self._came += max(0, calls - self._calls)
        self._calls = calls
        self._board._write(self.number, _CAME, self._came)
        if self._board._read(self.number, _CALLS) != ABSENT:
            self._board._write(self.number, _CALLS, calls)

    def least(self) -> int:
        """How many calls the emptiest process has; 0 when nobody takes any."""
        return min((load for _, load in self._loads()), default=0)

    def pick(self) -> int:
        """Who takes the next stream.

        This process, unless it is clearly fuller than another: here the recogniser is opened at
        the ring, before the stream comes.
        """
        loads = dict(self._loads())
        if not loads:
            return self.number
        emptiest = min(loads, key=lambda number: loads[number])
        if self.number in loads and loads[self.number] <= loads[emptiest] * 1.1 + 1:
            return self.number
        return emptiest

    def name(self, number: int) -> None:
        """A stream has been sent to that process, and is not there yet."""
        self._add(number, 1)
        self._add(self._board.count + number, 1)
        asyncio.get_running_loop().call_later(ON_THE_WAY_S, self._add, number, -1)

    def pids(self) -> list[int]:
        """All that live, this one included."""
        return self._board.pids()

    def spent_s(self) -> float:
        """CPU time of those that died."""
        return self._board.spent_s()

    def _add(self, column: int, count: int) -> None:
        self._named[column] += count
        self._board._write(self.number, _NAMED + column, self._named[column])

    def _loads(self) -> Iterator[tuple[int, int]]:
        processes = range(self._board.count)
        for number in processes:
            calls = self._board._read(number, _CALLS)
            if calls != ABSENT:
                yield number, calls + self._on_the_way(number)

    def _on_the_way(self, number: int) -> int:
        """Sent to that process lately, and not there yet."""
        lately, ever = (
            sum(self._board._read(each, _NAMED + column) for each in range(self._board.count))
            for column in (number, self._board.count + number)
        )
        missing = ever - self._board._read(number, _CAME)
        if lately == 0:
            # Whoever was sent and never came, or came by itself, is not waited for.
            self._missing[number] = missing
        return min(lately, max(0, missing - self._missing[number]))
