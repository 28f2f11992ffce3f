"""What the caller has heard, held against a line that really plays."""

from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice.playback import PlaybackTracker

UTTERANCES = ("a", "b", "c")
ACTIONS = st.one_of(
    st.tuples(st.just("queue"), st.sampled_from(UTTERANCES), st.integers(1, 900)),
    st.tuples(st.just("mark"), st.sampled_from(UTTERANCES), st.just(0)),
    st.tuples(st.just("clear"), st.just(""), st.just(0)),
    st.tuples(st.just("pass"), st.just(""), st.integers(1, 1500)),
    st.tuples(st.just("stray"), st.sampled_from(["x", "a:1", "b:2", "c:3"]), st.just(0)),
)
STEPS = st.lists(st.tuples(ACTIONS, st.integers(0, 300)), max_size=60)


class PlayingLine:
    """Twilio's side: plays in real time, echoes marks with some delay, all of them at a clear."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.played: dict[str, float] = dict.fromkeys(UTTERANCES, 0.0)
        self._buffer: deque[tuple[str, float] | str] = deque()
        self._echoes: deque[tuple[int, str]] = deque()

    def send(self, item: tuple[str, float] | str) -> None:
        self._buffer.append(item)

    def clear(self, delay_ms: int) -> None:
        marks = [item for item in self._buffer if isinstance(item, str)]
        self._buffer.clear()
        self._echoes += [(self.now_ms + delay_ms, mark) for mark in marks]

    def play(self, length_ms: int, delay_ms: int) -> list[tuple[int, str]]:
        """Let time pass; the echoes that arrive, each with its time."""
        left = float(length_ms)
        while self._buffer:
            item = self._buffer.popleft()
            if isinstance(item, str):
                at_ms = self.now_ms + length_ms - int(left) + delay_ms
                self._echoes.append((at_ms, item))
                continue
            name, ms = item
            heard = min(ms, left)
            self.played[name] += heard
            left -= heard
            if heard < ms:
                self._buffer.appendleft((name, ms - heard))
                break
        self.now_ms += length_ms
        due = [echo for echo in self._echoes if echo[0] <= self.now_ms]
        self._echoes = deque(echo for echo in self._echoes if echo[0] > self.now_ms)
        return due


@settings(deadline=None, max_examples=300)
@given(STEPS)
def test_never_more_is_heard_than_was_played_and_nothing_is_unaccounted_for(
    steps: list[tuple[tuple[str, str, int], int]],
) -> None:
    tracker, line = PlaybackTracker(), PlayingLine()
    queued = dict.fromkeys(UTTERANCES, 0.0)
    certain = dict.fromkeys(UTTERANCES, 0.0)
    for (what, name, length_ms), delay_ms in steps:
        if what == "queue":
            tracker.queue_audio(name, length_ms, line.now_ms)
            line.send((name, float(length_ms)))
            queued[name] += length_ms
        elif what == "mark":
            line.send(tracker.queue_mark(name))
        elif what == "clear":
            tracker.clear(line.now_ms)
            line.clear(delay_ms)
        elif what == "stray":
            # Of the real marks' names one may be pending: only what was echoed is repeated.
            tracker.mark_echoed(f"stray {name}", line.now_ms)
        else:
            for at_ms, mark in line.play(length_ms, delay_ms):
                tracker.mark_echoed(mark, at_ms)
                tracker.mark_echoed(mark, at_ms)
        for utterance in UTTERANCES:
            heard = tracker.heard(utterance)
            reckoned = tracker.heard(utterance, line.now_ms)
            assert heard.queued_ms == queued[utterance]
            assert heard.heard_ms >= certain[utterance]
            assert heard.heard_ms - 1e-6 <= reckoned.heard_ms <= line.played[utterance] + 1e-6
            assert heard.pending_ms >= -1e-6
            assert reckoned.pending_ms >= -1e-6
            certain[utterance] = heard.heard_ms
    tracker.clear(line.now_ms)
    for utterance in UTTERANCES:
        settled = tracker.heard(utterance)
        assert abs(settled.heard_ms + settled.dropped_ms - queued[utterance]) < 1e-6
        assert settled.pending_ms < 1e-6
    assert tracker.all_heard


def test_an_echo_means_that_everything_before_it_was_played() -> None:
    tracker = PlaybackTracker()
    tracker.queue_audio("a", 1000, 0)
    mark = tracker.queue_mark("a")

    tracker.mark_echoed(mark, 1040)

    assert tracker.heard("a").heard_ms == 1000
    assert tracker.all_heard


def test_echoes_of_a_clear_are_not_heard() -> None:
    tracker = PlaybackTracker()
    tracker.queue_audio("a", 1000.0)
    first = tracker.queue_mark("a")
    tracker.queue_audio("a", 1000.0)
    second = tracker.queue_mark("a")

    tracker.mark_echoed(first, 1100)
    tracker.clear(1500)
    tracker.mark_echoed(second, 1501)

    assert tracker.heard("a").heard_ms == 1400
    assert tracker.heard("a").dropped_ms == 600
    assert tracker.all_heard
    assert tracker.ignored_echoes == 1


def test_a_line_that_ran_dry_did_not_play_what_came_later() -> None:
    tracker = PlaybackTracker()
    tracker.queue_audio("a", 200, 0)
    tracker.queue_audio("a", 1000, 700)

    tracker.clear(1000)

    assert tracker.heard("a").heard_ms == 500


def test_duplicate_and_unknown_echoes_are_counted_and_change_nothing() -> None:
    tracker = PlaybackTracker()
    tracker.queue_audio("a", 100, 0)
    mark = tracker.queue_mark("a")
    tracker.queue_audio("a", 100, 0)
    tracker.queue_mark("a")

    for name in (mark, mark, "never sent"):
        tracker.mark_echoed(name, 100)

    assert tracker.heard("a").heard_ms == 100
    assert tracker.ignored_echoes == 2


def test_the_words_heard_are_cut_where_the_audio_was() -> None:
    tracker = PlaybackTracker()
    tracker.queue_audio("a", 2000, 0)

    text = tracker.heard_text("a", [("One two.", 800.0), ("Three four five six.", 1200.0)], 1400)

    assert text == "One two. Three four"


def test_speech_goes_on_at_the_byte_where_it_stopped() -> None:
    tracker = PlaybackTracker()
    tracker.queue_audio("a", 300, 0)
    tracker.clear(150)

    assert tracker.unheard_audio_from("a", [("s1", 800), ("s2", 1600)]) == {"s1": 800, "s2": 400}
