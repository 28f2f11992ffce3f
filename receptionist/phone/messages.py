"""What a softphone may send: small JSON objects told apart by `type`.

Everything is bounded here, so that what reaches the conversation is a caller's words
and not a way to fill the memory of the process.
"""

from typing import Annotated

import msgspec

from receptionist.errors import ProtocolError

MAX_MESSAGE_CHARACTERS = 8_192

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
HeardWords = Annotated[str, msgspec.Meta(max_length=4_000)]
Digit = Annotated[str, msgspec.Meta(pattern=r"^[0-9*#]$")]


class Say(msgspec.Struct, frozen=True, tag="say", tag_field="type"):
    """The caller has said this; what the receptionist was doing is over."""

    text: Words


class Heard(msgspec.Struct, frozen=True, tag="heard", tag_field="type"):
    """What of the receptionist's present turn has reached the ear.

    `cut`: the caller has cut in, and the rest will not be played. `stretch` is the number
    that came with the sentences; a report without it is about the present ones.
    """

    text: HeardWords
    cut: bool = False
    stretch: int | None = None


class Key(msgspec.Struct, frozen=True, tag="key", tag_field="type"):
    """A key of the keypad was pressed."""

    digit: Digit


class Active(msgspec.Struct, frozen=True, tag="active", tag_field="type"):
    """The caller is typing or speaking: still there, though there are no words yet."""


class HangUp(msgspec.Struct, frozen=True, tag="hangup", tag_field="type"):
    """The caller has hung up."""


ClientMessage = Say | Heard | Key | Active | HangUp
_DECODER: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


def parse(raw: str) -> ClientMessage:
    """One text frame. Raises `ProtocolError`, whose text quotes nothing of the frame."""
    if len(raw) > MAX_MESSAGE_CHARACTERS:
        raise ProtocolError("softphone message is too long")
    try:
        message = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise ProtocolError("softphone message is malformed") from None
    if isinstance(message, Say):
        words = " ".join("".join(c if c.isprintable() else " " for c in message.text).split())
        if not words:
            raise ProtocolError("softphone message holds no words")
        return Say(words)
    return message
