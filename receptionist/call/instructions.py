"""What the line should do next, before anyone says it in TwiML."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectStream:
    """Open a media stream with this single-use token. `say` comes first, in Twilio's voice."""

    token: str
    say: str = ""


@dataclass(frozen=True, slots=True)
class Listen:
    """Plain mode: say these and listen. `turn` tells a retried answer from a new one."""

    sentences: Sequence[str]
    turn: int


@dataclass(frozen=True, slots=True)
class Dial:
    """Say these, then ring a person."""

    number: str
    sentences: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class HangUp:
    """Say these, then end the call."""

    sentences: Sequence[str] = ()


Instruction = ConnectStream | Listen | Dial | HangUp
