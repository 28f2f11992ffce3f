"""What every voice detector must do."""

import random
from collections.abc import Iterable, Sequence

import pytest

from receptionist.ports.voice_detector import (
    VoiceActivityDetector,
    VoiceEdge,
    VoiceListening,
    VoiceStarted,
    VoiceStopped,
    hear,
)
from receptionist.voice.audio import encode, silence
from tests.emulators.spoken_audio import speak

SECOND = silence(1000)
CALL = SECOND + speak("book me a check-up") + SECOND + speak("where can i park") + SECOND
FIRST_MS = (1000, 1000 + len(speak("book me a check-up")) // 8)
SECOND_MS = (FIRST_MS[1] + 1000, FIRST_MS[1] + 1000 + len(speak("where can i park")) // 8)


def cut(mulaw: bytes, sizes: Iterable[int]) -> list[bytes]:
    """Audio in pieces of these sizes, then in pieces of 20 ms."""
    pieces, at = [], 0
    for size in sizes:
        pieces.append(mulaw[at : at + size])
        at += size
    return pieces + [mulaw[start : start + 160] for start in range(at, len(mulaw), 160)]


class VoiceDetectorContract:
    """Subclass it with a fixture `detector`; override `settle` if edges come late."""

    def settle(self, detector: VoiceActivityDetector) -> None:
        """Return when everything fed so far is decided."""

    def live(
        self, detector: VoiceActivityDetector, recordings: Sequence[Sequence[bytes]]
    ) -> list[list[VoiceEdge]]:
        """Feed so many calls at once, a frame each in turn; what each heard."""
        listenings = [detector.listen() for _ in recordings]
        heard: list[list[VoiceEdge]] = [[] for _ in recordings]
        fed = [0] * len(recordings)
        for step in range(max(map(len, recordings))):
            for call, pieces in enumerate(recordings):
                if step < len(pieces):
                    heard[call] += listenings[call].feed(pieces[step], fed[call] // 8)
                    fed[call] += len(pieces[step])
            self.settle(detector)
        for call, listening in enumerate(listenings):
            heard[call] += listening.feed(b"", fed[call] // 8)
        return heard

    def test_silence_has_no_edges(self, detector: VoiceActivityDetector) -> None:
        [edges] = self.live(detector, [cut(silence(5000), ())])

        assert edges == []

    def test_faint_line_noise_has_no_edges(self, detector: VoiceActivityDetector) -> None:
        noise = random.Random(7)
        samples = (int(noise.gauss(0, 20)) for _ in range(40_000))
        line = encode(b"".join(s.to_bytes(2, "little", signed=True) for s in samples))

        [edges] = self.live(detector, [cut(line, ())])

        assert edges == []

    def test_two_utterances_start_and_stop_in_order_near_their_media_times(
        self, detector: VoiceActivityDetector
    ) -> None:
        [edges] = self.live(detector, [cut(CALL, ())])

        assert [type(edge) for edge in edges] == [VoiceStarted, VoiceStopped] * 2
        times = [edge.at_ms for edge in edges]
        assert times == sorted(times)
        assert times == pytest.approx([*FIRST_MS, *SECOND_MS], abs=150)

    def test_media_time_need_not_begin_at_zero(self, detector: VoiceActivityDetector) -> None:
        listening = detector.listen()
        edges: list[VoiceEdge] = []
        for number, piece in enumerate(cut(CALL, ())):
            edges += listening.feed(piece, 500_000 + 20 * number)
            self.settle(detector)

        assert edges[0].at_ms == pytest.approx(500_000 + FIRST_MS[0], abs=150)

    def test_the_sizes_of_frames_change_nothing(self, detector: VoiceActivityDetector) -> None:
        sizes = random.Random(3)
        odd = [sizes.choice((0, 1, 8, 24, 160, 168, 800, 2048)) for _ in range(100)]
        odd = [size - size % 8 for size in odd]

        [even], [uneven] = (self.live(detector, [cut(CALL, pieces)]) for pieces in ((), odd))

        assert even == uneven

    def test_a_call_is_heard_alone_as_among_twenty_others(
        self, detector: VoiceActivityDetector
    ) -> None:
        calls = [cut(silence(30 * shift) + CALL, ()) for shift in range(21)]

        together = self.live(detector, calls)

        for number in (0, 7, 20):
            [alone] = self.live(detector, [calls[number]])
            assert alone
            assert together[number] == alone

    def test_a_recording_is_heard_as_the_call_was(self, detector: VoiceActivityDetector) -> None:
        [edges] = self.live(detector, [cut(CALL, ())])

        heard = hear(CALL, detector.listen_offline())

        times = [edge.at_ms for edge in edges]
        assert heard["speech"] == [times[:2], times[2:]]
        assert hear(CALL, detector.listen_offline()) == heard

    def test_speech_up_to_the_end_of_a_recording_ends_with_it(
        self, detector: VoiceActivityDetector
    ) -> None:
        recording = SECOND + speak("book me a check-up")

        heard = hear(recording, detector.listen_offline())

        assert heard["speech"][-1][1] == len(recording) // 8
        assert heard["turns"][-1][1] == len(recording) // 8

    async def test_it_is_well(self, detector: VoiceActivityDetector) -> None:
        await detector.check()

    async def test_a_call_goes_on_after_the_detector_was_closed(
        self, detector: VoiceActivityDetector
    ) -> None:
        listening: VoiceListening = detector.listen()
        edges: list[VoiceEdge] = []
        half = len(SECOND) // 2
        for start in range(0, half, 160):
            edges += listening.feed(CALL[start : start + 160], start // 8)

        await detector.close()
        for start in range(half, len(CALL), 160):
            edges += listening.feed(CALL[start : start + 160], start // 8)
        await detector.close()

        assert [type(edge) for edge in edges][:2] == [VoiceStarted, VoiceStopped]
