"""A stream without ears or without a voice: what is planned before it is left."""

from receptionist.call.ending import Ending
from receptionist.call.falling_back import FallingBack
from receptionist.call.file import CallFile
from receptionist.ports.records import CallRecord
from tests.call.stage import FakeJournal
from tests.conversation.fakes import NOW, PRACTICE


class FakeSpeaker:
    """Has said what it is told it has."""

    def __init__(self) -> None:
        self.left: list[str] = []

    @property
    def anything_unheard(self) -> bool:
        return bool(self.left)

    def unheard(self) -> list[str]:
        return self.left


class Scene:
    """A stream that is about to be left."""

    def __init__(self) -> None:
        record = CallRecord("CA1", 1, "+15550199", "+15550100", NOW)
        self.file = CallFile(record, PRACTICE, FakeJournal(), lambda: NOW)
        self.speaker = FakeSpeaker()
        self.ending = Ending(self.file, lambda: None)
        self.is_thinking = False
        self.fallback = FallingBack(
            self.file,
            self.speaker,  # type: ignore[arg-type] - only what is unheard is asked
            self.ending,
            lambda: self.is_thinking,
        )

    def put_through_when_heard(self) -> None:
        """A transfer waits for what is being said."""
        self.ending._when_heard = lambda: self.ending.transfer("asked")


def test_without_ears_a_quiet_line_is_left_at_once() -> None:
    scene = Scene()

    scene.fallback.deaf()

    assert scene.file.next == "plain"


def test_without_ears_what_is_being_said_is_heard_first() -> None:
    scene = Scene()
    scene.speaker.left = ["Hello."]
    scene.fallback.deaf()
    while_speaking = scene.file.next
    scene.speaker.left = []
    scene.fallback.said()

    assert while_speaking == "conversation"
    assert scene.file.next == "plain"


def test_without_ears_the_answer_under_way_is_still_given() -> None:
    scene = Scene()
    scene.is_thinking = True

    scene.fallback.deaf()

    assert scene.file.next == "conversation"


def test_with_ears_an_answer_that_was_heard_changes_nothing() -> None:
    scene = Scene()

    scene.fallback.said()

    assert scene.file.next == "conversation"


def test_without_a_voice_the_line_is_left_in_mid_sentence() -> None:
    scene = Scene()
    scene.speaker.left = ["Hello."]

    scene.fallback.mute()

    assert scene.file.next == "plain"


def test_without_a_voice_a_pending_transfer_happens_with_the_unheard_words() -> None:
    scene = Scene()
    scene.speaker.left = ["One moment, I'll put you through."]
    scene.put_through_when_heard()

    scene.fallback.mute()

    assert scene.file.next == "transfer"
    assert scene.file.parting == ["One moment, I'll put you through."]
