"""The vendors in a process of their own, which notes when each was asked and answered.

`python -m benchmarks.load.vendors` prints its settings as JSON, and, when its input ends,
what it noted: `[vendor event, reference, time.monotonic()]`, a request as of when it came and not
when it had been read. The reference is a word of the form `refbcxd` (call 12, turn 3) that the
caller says, the model repeats and the voice reads out, so that every step of a turn is found again
on the other side of the wire.

`--thinks` are seconds until the model answers, `--token` between its words' pieces from then on,
`--voice` until the voice is first heard; `--long` makes one sentence of the answer. With `--port`
of a recogniser that runs it is another process of that one.
"""

import argparse
import asyncio
import json
import logging
import re
import sys
import time
from collections.abc import Callable
from typing import Any

import uvloop

from tests.emulators import deepgram, elevenlabs
from tests.emulators.openai import OpenAIEmulator, Reply

REFERENCE = re.compile(r"ref[a-j]+x[a-j]+")
DIGITS = str.maketrans("0123456789", "abcdefghij")
ANSWER = (
    "I have made a note of {reference} for you.",
    " Somebody from the practice is going to look at it this afternoon and will let you know.",
)
LONG_ANSWER = (
    "I have made a note of {reference} for you, and somebody from the practice is going to look at"
    " it this afternoon and will let you know."
)
PIECE_CHARACTERS = 5
"""About a token."""


def reference(call: int, turn: int) -> str:
    """Letters, because the voice is given numbers in words."""
    return f"ref{call}x{turn}".translate(DIGITS)


class Notes:
    """What happened when, kept in memory until it is asked for."""

    def __init__(
        self, thinks_s: float = 0.0, token_s: float = 0.0, *, is_long: bool = False
    ) -> None:
        self.kept: list[tuple[str, str, float]] = []
        self._thinks_s = thinks_s
        self._token_s = token_s
        self._answer = LONG_ANSWER if is_long else "".join(ANSWER)

    def take(self, event: str, text: str, at_s: float | None = None) -> None:
        """Something about the reference in a text happened then, or now."""
        found = REFERENCE.findall(text)
        if found:
            self.kept.append((event, found[-1], time.monotonic() if at_s is None else at_s))

    def words(self, text: str, is_final: bool) -> None:
        """The recogniser sends words."""
        self.take("final" if is_final else "partial", text)

    def answer(self, body: dict[str, Any], came_s: float) -> Reply:
        """The model's reply to what was said last."""
        said = [m["content"] for m in body["messages"] if m["role"] == "user" and m["content"]]
        last = said[-1] if said else ""
        self.take("asked", last, came_s)
        found = REFERENCE.findall(last)
        text = self._answer.format(reference=found[-1] if found else "that")
        pieces = [text[at : at + PIECE_CHARACTERS] for at in range(0, len(text), PIECE_CHARACTERS)]
        return Reply(
            text=pieces,
            first_delay_s=self._thinks_s,
            delay_s=self._token_s,
            on_text=FirstSentence(lambda: self.take("answered", last)),
        )


class FirstSentence:
    """Told an answer's pieces; tells when its first sentence is known to be whole."""

    def __init__(self, whole: Callable[[], None]) -> None:
        self._whole = whole
        self._so_far = ""

    def __call__(self, piece: str) -> None:
        """One more; an empty one is the end of the answer."""
        before, self._so_far = self._so_far, self._so_far + piece
        if before and (not piece or ". " in self._so_far) and ". " not in before:
            self._whole()


async def serve(notes: Notes, voice_s: float) -> None:
    """Until the input ends."""
    async with (
        deepgram.deepgram_emulator(shared=True) as ear,
        elevenlabs.elevenlabs_emulator() as voice,
        OpenAIEmulator(lambda body: notes.answer(body, model.came_s)) as model,
    ):
        ear.on_words = notes.words
        voice.first_byte_s = voice_s
        voice.on_asked = lambda text, came_s: notes.take("voice asked", text, came_s)
        voice.on_audio = lambda text: notes.take("voiced", text)
        settings = {
            "DEEPGRAM_API_KEY": deepgram.KEY,
            "DEEPGRAM_BASE_URL": ear.url,
            "ELEVENLABS_API_KEY": elevenlabs.KEY,
            "ELEVENLABS_BASE_URL": voice.url,
            "OPENAI_API_KEY": "openai-test-key",
            "OPENAI_BASE_URL": model.base_url,
        }
        await _until_told(settings, notes)


async def serve_another_ear(port: int) -> None:
    """Until the input ends."""
    notes = Notes()
    async with deepgram.deepgram_emulator(port, shared=True) as ear:
        ear.on_words = notes.words
        await _until_told({}, notes)


async def _until_told(settings: dict[str, str], notes: Notes) -> None:
    print(json.dumps(settings), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(notes.kept), flush=True)


if __name__ == "__main__":
    # A client that is gone before its answer is no news here: barge-ins leave many.
    logging.disable(logging.ERROR)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.vendors")
    parser.add_argument("--thinks", type=float, default=0.0)
    parser.add_argument("--token", type=float, default=0.0)
    parser.add_argument("--voice", type=float, default=0.0)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--port", type=int)
    asked = parser.parse_args()
    if asked.port:
        uvloop.run(serve_another_ear(asked.port))
    else:
        uvloop.run(serve(Notes(asked.thinks, asked.token, is_long=asked.long), asked.voice))
