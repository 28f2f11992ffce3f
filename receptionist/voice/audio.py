"""Telephone audio: μ-law at 8 kHz, one byte a sample, eight bytes a millisecond.

Knows samples only. `audioop` is the standard library's up to 3.12 and the
`audioop-lts` distribution's afterwards, under the same name.
"""

import warnings

with warnings.catch_warnings():
    # 3.11 and 3.12 announce a removal that audioop-lts has made good.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

SAMPLE_RATE = 8000
BYTES_PER_MS = 8
SILENCE_BYTE = b"\xff"


def decode(mulaw: bytes) -> bytes:
    """μ-law to little-endian 16-bit PCM at the same rate."""
    return audioop.ulaw2lin(mulaw, 2)


def encode(pcm16: bytes) -> bytes:
    """16-bit PCM at 8 kHz to μ-law."""
    return audioop.lin2ulaw(pcm16, 2)


def duration_ms(mulaw: bytes) -> float:
    """How long it plays."""
    return len(mulaw) / BYTES_PER_MS


def silence(length_ms: float) -> bytes:
    """This many milliseconds of nothing."""
    return SILENCE_BYTE * max(0, round(length_ms * BYTES_PER_MS))


def loudness(mulaw: bytes) -> int:
    """Root mean square of the samples, 0 to 32,767."""
    return audioop.rms(decode(mulaw), 2)


def resample(pcm16: bytes, rate: int) -> bytes:
    """16-bit mono PCM of any rate to 8 kHz, by linear interpolation."""
    if rate <= 0:
        raise ValueError(f"sample rate {rate} is not positive")
    if rate == SAMPLE_RATE:
        return pcm16
    whole = pcm16[: len(pcm16) // 2 * 2]
    converted, _ = audioop.ratecv(whole, 2, 1, rate, SAMPLE_RATE, None)
    return converted


def to_mulaw(pcm16: bytes, rate: int, channels: int = 1) -> bytes:
    """What a wave file holds, ready for the line. Mono or stereo."""
    mono = audioop.tomono(pcm16, 2, 0.5, 0.5) if channels == 2 else pcm16
    return encode(resample(mono, rate))
