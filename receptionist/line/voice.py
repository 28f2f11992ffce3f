"""The caller's voice and ear.

The voice is espeak-ng where the machine has it, otherwise a hum as long as the
text would take. μ-law at 8 kHz throughout. Must not know about calls.
"""

import asyncio
import io
import math
import shutil
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

SAMPLE_RATE_HZ = 8000
SILENCE = 0xFF
QUIET_AMPLITUDE = 260
MS_PER_CHARACTER = 65


class Ear(Protocol):
    """Turns what the caller heard into words; tests plug one in."""

    def feed(self, mulaw: bytes) -> list[str]:
        """Take the next piece of heard audio; returns the words completed by it."""


class Voice(Protocol):
    """Turns what the caller says into audio."""

    async def speak(self, text: str) -> bytes:
        """μ-law at 8 kHz."""


class AudioFileError(Exception):
    """A caller's audio file cannot be used; the message says why and what would do."""


class EspeakVoice:
    """Speak with the `espeak-ng` program."""

    description = "espeak-ng"

    def __init__(self, program: str, *, voice: str = "en-us", words_per_minute: int = 165) -> None:
        self._command = (program, "--stdout", "-v", voice, "-s", str(words_per_minute), "--stdin")

    async def speak(self, text: str) -> bytes:
        """Synthesize in a child process."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        wav, _ = await process.communicate(text.encode())
        return await asyncio.to_thread(wav_to_mulaw, wav)


class HummingVoice:
    """A speech-like hum of the text's length, for machines without a synthesizer."""

    description = "a hum (install espeak-ng to hear words)"

    async def speak(self, text: str) -> bytes:
        """Syllable-like bursts at a voice's pitch."""
        length = SAMPLE_RATE_HZ * max(400, len(text) * MS_PER_CHARACTER) // 1000
        return encode_mulaw(_hum(i) for i in range(length))


def default_voice() -> EspeakVoice | HummingVoice:
    """The best voice this machine has."""
    program = shutil.which("espeak-ng")
    return EspeakVoice(program) if program else HummingVoice()


def _hum(i: int) -> int:
    seconds = i / SAMPLE_RATE_HZ
    swell = max(0.15, math.sin(math.pi * (seconds * 4 % 1)))
    voice = sum(math.sin(2 * math.pi * 130 * n * seconds) / n for n in range(1, 8))
    return int(5500 * swell * voice)


def read_wav(path: Path) -> bytes:
    """A WAV file as μ-law at 8 kHz. Raises `AudioFileError` with a sentence for people."""
    if not path.is_file():
        raise AudioFileError(f"there is no file {path}")
    try:
        return wav_to_mulaw(path.read_bytes())
    except AudioFileError as exc:
        raise AudioFileError(f"{path}: {exc}") from exc


def wav_to_mulaw(data: bytes) -> bytes:
    """16-bit PCM of any rate and number of channels. Raises `AudioFileError`."""
    # A program that writes to a pipe does not know the length and leaves it absurd.
    start = data.find(b"data", 12)
    if start > 0 and data[:4] == b"RIFF":
        size = len(data) - start - 8
        declared = int.from_bytes(data[start + 4 : start + 8], "little")
        if declared > size:
            data = data[: start + 4] + size.to_bytes(4, "little") + data[start + 8 :]
    try:
        with wave.open(io.BytesIO(data)) as wav:
            if wav.getsampwidth() != 2:
                raise AudioFileError("only 16-bit PCM WAV files can be played")
            samples = array("h", wav.readframes(wav.getnframes()))
            rate, channels = wav.getframerate(), wav.getnchannels()
    except (wave.Error, EOFError, ValueError) as exc:
        raise AudioFileError(
            f"not a WAV file ({exc}); make one with: ffmpeg -i IN -ar 8000 -ac 1 out.wav"
        ) from exc
    return encode_mulaw(_resample(samples[::channels], rate))


def _resample(samples: "array[int]", rate: int) -> list[int]:
    """Average over each output sample's span: enough of a low pass for a test voice."""
    if rate == SAMPLE_RATE_HZ:
        return list(samples)
    step = rate / SAMPLE_RATE_HZ
    out = []
    for i in range(int(len(samples) / step)):
        span = samples[int(i * step) : max(int(i * step) + 1, int((i + 1) * step))]
        out.append(sum(span) // len(span))
    return out


def _mulaw_byte(sample: int) -> int:
    """G.711 μ-law of one 16-bit sample."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def _linear(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 132 << (code >> 4 & 7)) - 132
    return -magnitude if code & 0x80 else magnitude


_ENCODED = bytes(_mulaw_byte(i - 32768 + 2) for i in range(0, 65536, 4))
_QUIET = bytes(code for code in range(256) if abs(_linear(code)) < QUIET_AMPLITUDE)


def encode_mulaw(samples: Iterable[int]) -> bytes:
    """16-bit samples as μ-law."""
    return bytes(_ENCODED[max(0, min(65535, sample + 32768)) >> 2] for sample in samples)


def is_audible(mulaw: bytes) -> bool:
    """Whether a piece of audio has more in it than line noise."""
    return len(mulaw.translate(None, _QUIET)) * 10 > len(mulaw)
