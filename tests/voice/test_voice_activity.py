"""From probabilities and loudness to edges, spans and turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.voice.audio import encode, silence
from receptionist.voice.voice_activity import (
    WINDOW_BYTES,
    EnergyGate,
    NoiseFloor,
    SpeechHysteresis,
    VoiceConfig,
    VoiceEdge,
    VoiceStarted,
    VoiceStopped,
    Windows,
    level,
    spans,
    turns_of,
)

WINDOW_MS = 32
BYTES_PER_MS = 8


def edges_of(probabilities: list[float], config: VoiceConfig | None = None) -> list[VoiceEdge]:
    hysteresis = SpeechHysteresis(config)
    edges: list[VoiceEdge] = []
    for number, probability in enumerate(probabilities, start=1):
        edges += hysteresis.score(probability, number * WINDOW_MS)
    return edges


def test_one_loud_window_is_not_speech() -> None:
    assert edges_of([0.0, 0.9, 0.0, 0.9, 0.0]) == []


def test_unless_it_is_sure_enough() -> None:
    sure = VoiceConfig(sure=0.85)

    assert edges_of([0.0, 0.8, 0.0, 0.9], sure) == [VoiceStarted(96)]
    assert edges_of([0.0, 0.6, 0.9], sure) == [VoiceStarted(32)]


def test_speech_starts_with_the_first_loud_window_and_stops_with_the_first_quiet_one() -> None:
    edges = edges_of([0.0, 0.9, 0.9, 0.9, *[0.0] * 6])

    assert edges == [VoiceStarted(32), VoiceStopped(128)]


def test_a_value_between_the_levels_changes_nothing() -> None:
    assert edges_of([0.4] * 20) == []
    assert edges_of([0.9, 0.9, *[0.4] * 20]) == [VoiceStarted(0)]


def test_the_gap_inside_a_word_is_not_an_end() -> None:
    assert edges_of([0.9, 0.9, *[0.0] * 4, 0.9, *[0.0] * 4, 0.9]) == [VoiceStarted(0)]


@given(st.lists(st.floats(0, 1), max_size=200))
def test_edges_alternate_and_their_times_never_go_back(probabilities: list[float]) -> None:
    edges = edges_of(probabilities)

    kinds = [VoiceStarted, VoiceStopped] * len(edges)
    assert [type(edge) for edge in edges] == kinds[: len(edges)]
    times = [edge.at_ms for edge in edges]
    assert times == sorted(times)


@given(st.lists(st.integers(0, 700), max_size=60))
def test_windows_hold_every_byte_once_whatever_the_frames(sizes: list[int]) -> None:
    audio = bytes(number % 251 for number in range(sum(sizes)))
    windows = Windows()
    found: list[tuple[bytes, int]] = []
    at = 0
    for size in sizes:
        found += windows.feed(audio[at : at + size], at // BYTES_PER_MS)
        at += size

    assert all(len(mulaw) == WINDOW_BYTES for mulaw, _ in found)
    assert audio.startswith(b"".join(mulaw for mulaw, _ in found))
    assert len(audio) - len(found) * WINDOW_BYTES < WINDOW_BYTES
    for number, (_, ended_ms) in enumerate(found, start=1):
        assert abs(ended_ms - number * WINDOW_MS) <= 1


def test_after_lost_frames_windows_carry_the_time_of_the_frame_that_came() -> None:
    windows = Windows()
    windows.feed(silence(20), 0)

    found = windows.feed(silence(20), 500)

    assert [ended_ms for _, ended_ms in found] == [512]


def tone(amplitude: int) -> bytes:
    """32 ms of a square wave."""
    half = amplitude.to_bytes(2, "little", signed=True) * 4
    other = (-amplitude).to_bytes(2, "little", signed=True) * 4
    return encode((half + other) * 32)


def test_six_decibels_are_sixteen_levels() -> None:
    assert level(silence(32)) == 0
    assert level(b"") == 0
    assert level(tone(8000)) - level(tone(4000)) == pytest.approx(16, abs=1)


def test_the_noise_floor_is_what_the_line_is_like_between_words() -> None:
    floor = NoiseFloor()
    found = [floor.follow(60.0 if number % 10 < 6 else 20.0) for number in range(200)]

    assert found[0] == 0
    assert found[-1] == 20.0


def test_the_first_words_of_a_call_do_not_pass_for_its_noise() -> None:
    gate = EnergyGate()
    first = [gate.take(60.0) for _ in range(31)]

    assert all(heard.prominence == 1.0 for heard in first)
    assert all(heard.probability > 0.5 for heard in first)


def test_noise_that_stays_is_no_longer_prominent() -> None:
    gate = EnergyGate()
    heard = [gate.take(50.0) for _ in range(625)]

    assert heard[-1] == (0.0, 0.0)


def test_what_stands_out_is_prominent_until_its_echo_is_gone() -> None:
    gate = EnergyGate()
    for _ in range(100):
        gate.take(20.0)

    heard = [gate.take(loudness).prominence for loudness in (60.0, *[20.0] * 5)]

    assert heard == [1.0] * 5 + [0.0]


def test_an_open_stretch_of_speech_ends_with_the_recording() -> None:
    edges = [VoiceStarted(100), VoiceStopped(400), VoiceStarted(900)]

    assert spans(edges, 1500) == [[100, 400], [900, 1500]]
    assert spans([], 1500) == []


def test_a_turn_runs_from_the_floor_taken_to_the_silence_that_ends_it() -> None:
    heard = [(VoiceStarted(100), 180), (VoiceStopped(400), 560)]

    assert turns_of(heard, 5000) == [[180, 1100]]


def test_a_pause_shorter_than_the_silence_does_not_end_a_turn() -> None:
    heard: list[tuple[VoiceEdge, int]] = [
        (VoiceStarted(100), 180),
        (VoiceStopped(400), 560),
        (VoiceStarted(1090), 1160),
        (VoiceStopped(2000), 2160),
        (VoiceStarted(2700), 2780),
    ]

    assert turns_of(heard, 5000) == [[180, 2700], [2780, 5000]]


def test_a_turn_that_is_not_over_ends_with_the_recording() -> None:
    heard = [(VoiceStarted(100), 180), (VoiceStopped(400), 560)]

    assert turns_of(heard, 1000) == [[180, 1000]]
    assert turns_of(heard[:1], 1000) == [[180, 1000]]
