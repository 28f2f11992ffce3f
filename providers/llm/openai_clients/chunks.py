"""What is read of the events of an answer."""

from typing import Any

import msgspec


class Function(msgspec.Struct):
    """A part of a function call's name and arguments."""

    name: str | None = None
    arguments: str | None = None


class Fragment(msgspec.Struct):
    """A part of a function call."""

    index: int = 0
    id: str | None = None
    function: Function | None = None


class Delta(msgspec.Struct):
    """What an event adds."""

    content: str | None = None
    tool_calls: list[Fragment] | None = None


class Choice(msgspec.Struct):
    """One of the answers; only one is asked for."""

    delta: Delta | None = None
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    """One event."""

    choices: list[Choice] | None = None
    error: Any = None
