"""Telephone audio."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice import audio

PCM = st.lists(st.integers(-32_768, 32_767), max_size=400).map(
    lambda samples: struct.pack(f"<{len(samples)}h", *samples)
)
# G.711 has two zeros; 0x7f and 0xff both decode to 0, which encodes to 0xff.
NEGATIVE_ZERO = b"\x7f"


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_mulaw_survives_the_round_trip_through_pcm(mulaw: bytes) -> None:
    again = audio.encode(audio.decode(mulaw))

    assert again == mulaw.replace(NEGATIVE_ZERO, audio.SILENCE_BYTE)


@settings(deadline=None)
@given(PCM)
def test_encoding_keeps_each_sample_within_a_step_of_its_segment(pcm16: bytes) -> None:
    before = struct.unpack(f"<{len(pcm16) // 2}h", pcm16)
    after = struct.unpack(f"<{len(pcm16) // 2}h", audio.decode(audio.encode(pcm16)))

    assert len(before) == len(after)
    for sample, heard in zip(before, after, strict=True):
        # Segments begin at 132 times a power of two (less the bias of 132) and have 16 steps;
        # beyond 32,124 the codec clips.
        assert abs(sample - heard) <= max((abs(sample) + 132) / 16, abs(sample) - 32_124)


def test_the_loudest_and_the_quietest_samples_decode_to_the_tables_values() -> None:
    decoded = struct.unpack("<4h", audio.decode(b"\x00\x80\xff\xfe"))

    assert decoded == (-32_124, 32_124, 0, 8)


def test_a_frame_of_160_bytes_lasts_20_ms() -> None:
    assert audio.duration_ms(bytes(160)) == 20.0
    assert len(audio.silence(20)) == 160
    assert audio.silence(-5) == b""


def test_silence_has_no_loudness_and_a_loud_tone_has() -> None:
    assert audio.loudness(audio.silence(20)) == 0
    assert audio.loudness(b"\x00\x80" * 80) == 32_124


@settings(deadline=None)
@given(PCM, st.sampled_from([8000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000]))
def test_resampling_keeps_the_length_in_time(pcm16: bytes, rate: int) -> None:
    samples = len(audio.resample(pcm16, rate)) // 2

    assert abs(samples - len(pcm16) // 2 * 8000 / rate) <= 1


def test_a_torn_last_sample_is_left_out() -> None:
    assert len(audio.resample(bytes(481), 24_000)) == 160


def test_a_rate_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="sample rate 0 is not positive"):
        audio.resample(bytes(4), 0)


def test_both_channels_of_a_stereo_file_are_heard() -> None:
    left_only = struct.pack("<4h", 8000, 0, 8000, 0)

    assert audio.decode(audio.to_mulaw(left_only, 8000, channels=2)) == audio.decode(
        audio.encode(struct.pack("<2h", 4000, 4000))
    )
