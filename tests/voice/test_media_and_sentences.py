"""The stream's messages, playback and sentences."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from receptionist.voice import media_stream as ms
from receptionist.voice.playback import PlaybackTracker
from receptionist.voice.sentences import SentenceSplitter

START = json.dumps(
    {
        "event": "start",
        "start": {"streamSid": "MZ1", "callSid": "CA1", "customParameters": {"k": 5}},
    }
)


def test_audio_comes_and_goes_untouched() -> None:
    protocol = ms.MediaStreamProtocol()
    started = protocol.receive(START)
    payload = base64.b64encode(b"\x01\xff").decode()

    event = protocol.receive(
        f'{{"event":"media","media":{{"payload":"{payload}","timestamp":"155"}}}}'
    )

    assert started == ms.Started("MZ1", "CA1", parameters={"k": "5"})
    assert event == ms.Media(b"\x01\xff", 155)
    assert json.loads(protocol.media(b"\x01\xff"))["media"]["payload"] == payload
    assert json.loads(protocol.mark("a"))["mark"] == {"name": "a"}
    assert json.loads(protocol.clear()) == {"streamSid": "MZ1", "event": "clear"}


@given(st.one_of(st.text(), st.binary()))
def test_anything_strange_is_counted_and_survived(message: str | bytes) -> None:
    protocol = ms.MediaStreamProtocol()

    assert protocol.receive(message) is None
    assert protocol.anomalies.total() == 1


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
    assert tracker.all_heard


@given(st.text(alphabet="ab .,!?\n3", max_size=200), st.integers(1, 9))
def test_no_word_is_lost_in_sentences(text: str, size: int) -> None:
    splitter, found = SentenceSplitter(), []

    for start in range(0, len(text), size):
        found += splitter.push(text[start : start + size])
    found += splitter.flush()

    assert [w for w in " ".join(found).split() if w.isalpha()] == [
        w for w in text.split() if w.isalpha()
    ]


def test_abbreviations_do_not_end_a_sentence() -> None:
    splitter = SentenceSplitter()

    found = splitter.push("See Dr. Lee at 8:30 a.m. on 3.5 St. James. **Fine**? ")

    assert found == ["See Dr. Lee at 8:30 a.m. on 3.5 St. James.", "Fine?"]
