"""What is queued, played and dropped on the caller's side."""

from hypothesis import given
from hypothesis import strategies as st

from receptionist.line.playback import LIMIT_BYTES, PlaybackBuffer
from receptionist.line.voice import SILENCE, encode_mulaw, is_audible


def test_a_mark_on_an_empty_buffer_is_due_at_once() -> None:
    assert PlaybackBuffer().mark("now") == ("now",)


def test_more_than_ten_minutes_are_discarded() -> None:
    buffer = PlaybackBuffer()

    assert buffer.media(bytes(LIMIT_BYTES))
    assert not buffer.media(b"x")


@given(st.lists(st.binary(max_size=500), max_size=10), st.integers(1, 300))
def test_audio_is_played_once_and_in_order(pieces: list[bytes], step: int) -> None:
    buffer = PlaybackBuffer()
    for piece in pieces:
        buffer.media(piece)

    heard = b""
    while played := buffer.play(step).mulaw:
        heard += played

    assert heard == b"".join(pieces)


def test_silence_is_not_audible_and_a_voice_is() -> None:
    assert not is_audible(bytes([SILENCE]) * 160)
    assert is_audible(encode_mulaw([4000, -4000] * 80))
