"""Audio that carries its own words, so that calls can be tested without ears.

`speak` makes voice-like 8 kHz μ-law. Each word's text lies in the least
significant bits of the end of the span in which it is spoken: whoever got the
first second decodes just the words of the first second.
"""

import io
import math
import wave
import zlib
from functools import cache

from receptionist.voice.audio import decode, encode

MS_PER_CHARACTER = 65
BYTES_PER_MS = 8
SYNC = b"1110001001011010"
LONGEST_WORD = 60
_LOWEST_BITS = bytes(ord("0") + (code & 1) for code in range(256))


def speak(text: str) -> bytes:
    """The words of `text`, one after the other, 65 ms a character."""
    return b"".join(_word(word) for word in text.split())


def recorded(text: str, *, rate: int = 8000) -> bytes:
    """The words as a WAV file of 16-bit samples, which a phone company makes of μ-law."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(decode(speak(text)))
    return held.getvalue()


class SpokenAudioReader:
    """Find the words in audio as it comes, in pieces of any size."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def feed(self, mulaw: bytes) -> list[str]:
        """The words completed by this piece."""
        self._bits += mulaw.translate(_LOWEST_BITS)
        found: list[str] = []
        while (at := self._bits.find(SYNC)) >= 0:
            word, used = self._read(at + len(SYNC))
            if used == 0:
                break
            if word is not None:
                found.append(word)
            del self._bits[: used if word is not None else at + 1]
        else:
            del self._bits[: -len(SYNC)]
        return found

    def _read(self, at: int) -> tuple[str | None, int]:
        """The word whose frame begins here; (None, 0) while it is not all there."""
        header = self._bits[at : at + 8]
        if len(header) < 8:
            return None, 0
        length = int(header, 2)
        end = at + 8 + 8 * (length + 1)
        if length == 0 or length > LONGEST_WORD:
            return None, at
        if len(self._bits) < end:
            return None, 0
        body = bytes(int(self._bits[i : i + 8], 2) for i in range(at + 8, end, 8))
        if body[-1] != zlib.crc32(body[:-1]) & 0xFF:
            return None, at
        return body[:-1].decode("utf-8", "replace"), end


class SpokenVoice:
    """The caller's voice of a line."""

    description = "audio that carries its words"

    async def speak(self, text: str) -> bytes:
        """μ-law of these words."""
        return speak(text)


class SpokenEar:
    """The caller's ear of a line: knows word by word what was heard."""

    def __init__(self) -> None:
        self._reader = SpokenAudioReader()

    def feed(self, mulaw: bytes) -> list[str]:
        """The words completed by this piece."""
        return self._reader.feed(mulaw)


def _word(word: str) -> bytes:
    text = word.encode()[:LONGEST_WORD]
    frame = bytes([len(text)]) + text + bytes([zlib.crc32(text) & 0xFF])
    bits = SYNC + "".join(f"{byte:08b}" for byte in frame).encode()
    samples = max(len(word) * MS_PER_CHARACTER * BYTES_PER_MS, len(bits))
    carrier = bytearray(_carrier()[:samples])
    for position, bit in enumerate(bits, start=samples - len(bits)):
        carrier[position] = (carrier[position] & 0xFE) | (bit & 1)
    return bytes(carrier)


@cache
def _carrier() -> bytes:
    """Eight seconds of a hum at 120 Hz with moving overtones, about -20 dBFS."""
    pcm = bytearray()
    for n in range(8 * 8000):
        t = n / 8000
        formant = 500 + 250 * math.sin(2 * math.pi * 3 * t)
        value = sum(
            math.sin(2 * math.pi * 120 * k * t) / (1 + abs(120 * k - formant) / 150)
            for k in range(1, 9)
        )
        pcm += int(2600 * value * (0.75 + 0.25 * math.sin(2 * math.pi * 4 * t))).to_bytes(
            2, "little", signed=True
        )
    # Bits are hidden only where they are meant: everything else has its lowest bit set.
    return bytes(code | 1 for code in encode(bytes(pcm)))
