"""Whatever happens, in whatever order: promises of the turn machine."""

from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice import turn_events as ev
from receptionist.voice.turn_config import State
from receptionist.voice.turn_taking import TurnMachine
from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped

BEGINNINGS = (
    ev.StartAttempt, ev.KeysEntered, ev.CutMonologue, ev.OfferMessage, ev.AskForPerson,
)  # fmt: skip
ENDS = (ev.SayGoodbyeAndEnd, ev.HandOver)
MOST_STEPS_AT_ONCE = 10


class Call:
    """Everything around the machine: it obeys decisions and checks that each is allowed."""

    def __init__(self) -> None:
        self.machine = TurnMachine()
        self.now_ms = 0
        self.live: ev.Decision | None = None
        self.eager = self.cleared = self.speaking = False
        self.complete = False
        self.answered: list[str] = []
        self.thought_of: list[str] = []
        self.ended_by: ev.Decision | None = None

    def give(self, *events: ev.TurnEvent) -> None:
        for event in events:
            self.obey(self.machine.receive(event, self.now_ms))

    def wait(self, length_ms: int) -> None:
        until_ms = self.now_ms + length_ms
        while (deadline := self.machine.deadline_ms) is not None and deadline <= until_ms:
            self.now_ms = max(self.now_ms, deadline)
            self._expire()
        self.now_ms = until_ms

    def end(self) -> None:
        for _ in range(500):
            if (deadline := self.machine.deadline_ms) is None:
                return
            self.now_ms = max(self.now_ms, deadline)
            self._expire()
        raise AssertionError(f"no way out of {self.machine.state}")

    def _expire(self) -> None:
        for _ in range(MOST_STEPS_AT_ONCE):
            self.obey(self.machine.expire(self.now_ms))
            deadline = self.machine.deadline_ms
            if deadline is None or deadline > self.now_ms:
                return
        raise AssertionError(f"{self.machine.state} does not move on")

    def obey(self, decisions: tuple[ev.Decision, ...]) -> None:
        for decision in decisions:
            assert self.ended_by is None
            self._obey(decision)
        assert (self.machine.deadline_ms is None) == (self.ended_by is not None)

    def _obey(self, decision: ev.Decision) -> None:
        match decision:
            case ev.DropAttempt():
                assert self.live is not None
                self.live = None
            case ev.CommitAttempt():
                assert self.live is not None
                assert self.eager
                self.eager = False
            case ev.ClearSpeech():
                assert self.speaking
                assert not self.cleared
                self.cleared = True
            case ev.ResumeSpeech():
                assert self.cleared
                self.cleared = False
            case ev.AbandonSpeech():
                assert self.cleared
                self._settle_attempt()
                self.cleared = self.speaking = self.complete = False
            case ev.AskRepeat() | ev.AskStillThere():
                self.say_alone()
            case ev.SayGoodbyeAndEnd() | ev.HandOver():
                assert not self.speaking
                assert self.live is None
                self.ended_by = decision
            case _:
                assert isinstance(decision, BEGINNINGS)
                assert self.live is None
                self._begin(decision)

    def _begin(self, decision: ev.Decision) -> None:
        self.live, self.complete = decision, False
        self.eager = isinstance(decision, ev.StartAttempt) and decision.eager
        self.thought_of += text_of(decision).split()

    def _settle_attempt(self) -> None:
        """The attempt is over and its answer was heard, at least in part."""
        if self.live is not None and not self.eager:
            self.answered += text_of(self.live).split()
        self.live = None

    # What the shell does of its own accord.

    def say_alone(self) -> None:
        self.speaking = self.complete = True
        self.give(ev.ReplyStarted("Sorry?"), ev.ReplyComplete())

    def sentence(self) -> None:
        if self.live is not None and not self.eager:
            self.speaking = True
            self.give(ev.ReplyStarted("Of course."))

    def reply_complete(self) -> None:
        if self.live is not None and not self.eager and self.speaking:
            self._settle_attempt()
            self.complete = True
            self.give(ev.ReplyComplete())

    def reply_heard(self) -> None:
        if self.speaking and self.complete:
            self.speaking = self.complete = False
            self.give(ev.ReplyHeard())
            self.cleared = False

    def fail(self, event: ev.TurnEvent) -> None:
        if self.live is not None:
            spoken = self.speaking and not self.eager
            self.live = None
            self.give(event)
            self.complete = self.complete or spoken

    def act(self, running: bool) -> None:
        if self.live is not None and not self.eager:
            self.give(ev.ActionRunning(running))

    def transfer(self) -> None:
        if self.live is not None and not self.eager:
            self.give(ev.TransferPending())


class Recogniser:
    """Says every word it hears again and again, as real ones do."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.said: list[str] = []
        self._part: list[str] = []
        self._turn: list[str] = []

    def _word(self) -> str:
        self.said.append(f"w{len(self.said)}")
        self._part.append(self.said[-1])
        self._turn.append(self.said[-1])
        return " ".join(self._part)

    def partial(self) -> None:
        self._call.give(ev.Partial(self._word(), 0.9))

    def final(self, *, pause: bool) -> None:
        text = self._word()
        self._part = []
        self._call.give(ev.Final(text, 0.9, speech_final=pause))

    def finalise(self) -> None:
        text, self._part = " ".join(self._part), []
        self._call.give(ev.Final(text, 0.9, speech_final=True))

    def pause(self) -> None:
        """Nothing is said for a while: what is unfinished is made final."""
        if self._part:
            self.finalise()

    def nod(self) -> None:
        """A "yes", now and then under a question of ours."""
        if not self._part:
            self._turn.append("yes")
            self._call.give(ev.HeardSoFar("Shall I?", "Shall I?"), ev.Final("yes", 0.9))

    def eager_end(self) -> None:
        self._call.give(ev.EagerEnd(" ".join(self._turn)))

    def turn_ended(self, *, whole: bool) -> None:
        text = " ".join(self._turn)
        if not whole and self._part:
            self.finalise()
        self._part, self._turn = [], []
        self._call.give(ev.TurnEnded(text if whole else ""))


def text_of(decision: ev.Decision) -> str:
    return str(getattr(decision, "text", ""))


LONGEST_UNFINISHED_MS = 1000
DOINGS = (
    "partial", "final", "pause", "finalise", "whole turn", "turn", "eager", "resumed",
    "voice", "quiet", "sentence", "complete", "heard", "empty", "failed", "action", "action over",
    "transfer", "key", "nod",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(DOINGS),
        st.one_of(st.integers(0, 300), st.integers(0, 3000), st.just(35_000)),
    ),
    max_size=50,
)


def do(what: str, call: Call, recogniser: Recogniser) -> None:
    doings = {
        "partial": recogniser.partial,
        "final": lambda: recogniser.final(pause=False),
        "pause": lambda: recogniser.final(pause=True),
        "finalise": recogniser.finalise,
        "whole turn": lambda: recogniser.turn_ended(whole=True),
        "turn": lambda: recogniser.turn_ended(whole=False),
        "eager": recogniser.eager_end,
        "resumed": lambda: call.give(ev.Resumed()),
        "voice": lambda: call.give(VoiceStarted(call.now_ms)),
        "quiet": lambda: call.give(VoiceStopped(call.now_ms)),
        "sentence": call.sentence,
        "complete": call.reply_complete,
        "heard": call.reply_heard,
        "empty": lambda: call.fail(ev.AttemptEmpty()),
        "failed": lambda: call.fail(ev.AttemptFailed()),
        "action": lambda: call.act(True),
        "action over": lambda: call.act(False),
        "transfer": call.transfer,
        "key": lambda: call.give(ev.Key("5")),
        "nod": recogniser.nod,
    }
    doings[what]()


def hold(steps: list[tuple[str, int]], *, prompt: bool) -> tuple[Call, Recogniser, bool]:
    """Play a call to its end; whether it had ended before its last step.

    A `prompt` recogniser makes words final within a second of a pause, as real ones do.
    """
    call = Call()
    recogniser = Recogniser(call)
    for what, gap_ms in steps:
        if prompt and gap_ms > LONGEST_UNFINISHED_MS:
            call.wait(LONGEST_UNFINISHED_MS)
            if call.ended_by is None:
                recogniser.pause()
        call.wait(gap_ms)
        if call.ended_by is None:
            do(what, call, recogniser)
    ended_early = call.ended_by is not None
    call.end()
    return call, recogniser, ended_early


@settings(deadline=None, max_examples=500)
@given(STEPS)
def test_every_call_ends_every_decision_is_allowed_and_no_word_is_lost(
    steps: list[tuple[str, int]],
) -> None:
    call, recogniser, ended_early = hold(steps, prompt=True)

    assert isinstance(call.ended_by, ENDS)
    assert call.machine.state is State.ENDED
    # A word is answered once. While thinking takes too long or fails, it is thought of only.
    words = [word for word in call.answered if word.startswith("w")]
    assert len(words) == len(set(words))
    if not ended_early and isinstance(call.ended_by, ev.SayGoodbyeAndEnd):
        assert set(recogniser.said) <= set(call.thought_of)


@settings(deadline=None, max_examples=500)
@given(STEPS)
def test_no_word_is_lost_though_the_recogniser_takes_half_a_minute_to_be_sure(
    steps: list[tuple[str, int]],
) -> None:
    call, recogniser, ended_early = hold(steps, prompt=False)

    assert isinstance(call.ended_by, ENDS)
    if not ended_early and isinstance(call.ended_by, ev.SayGoodbyeAndEnd):
        assert set(recogniser.said) <= set(call.thought_of)


ANY_WORDS = st.sampled_from(["I need a visit", "okay", "yes", "my number is", "", "um", "!"])
ANY_EVENT = st.one_of(
    st.builds(VoiceStarted, st.integers(0, 10**6)),
    st.builds(VoiceStopped, st.integers(0, 10**6)),
    st.builds(ev.SpeechBegan),
    st.builds(ev.Partial, ANY_WORDS, st.floats(0, 1)),
    st.builds(ev.Final, ANY_WORDS, st.floats(0, 1), st.booleans()),
    st.builds(ev.EagerEnd, ANY_WORDS),
    st.builds(ev.Resumed),
    st.builds(ev.TurnEnded, ANY_WORDS),
    st.builds(ev.Key, st.sampled_from("059#*A")),
    st.builds(ev.ReplyStarted, ANY_WORDS),
    st.builds(ev.ReplyComplete),
    st.builds(ev.ReplyHeard),
    st.builds(ev.HeardSoFar, ANY_WORDS, ANY_WORDS),
    st.builds(ev.AttemptEmpty),
    st.builds(ev.AttemptFailed),
    st.builds(ev.ActionRunning, st.booleans()),
    st.builds(ev.TransferPending),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(ANY_EVENT, st.integers(-500, 10_000)), max_size=60))
def test_no_event_at_any_time_raises_or_leaves_a_state_without_a_way_out(
    steps: list[tuple[ev.TurnEvent, int]],
) -> None:
    machine, now_ms = TurnMachine(), 0
    decided: list[ev.Decision] = []
    for event, gap_ms in steps:
        now_ms = max(0, now_ms + gap_ms)
        decided += machine.expire(now_ms)
        decided += machine.receive(event, now_ms)
        assert (machine.deadline_ms is None) == (machine.state is State.ENDED)
    for _ in range(500):
        if machine.deadline_ms is not None:
            decided += machine.expire(machine.deadline_ms)

    assert isinstance(decided[-1], ENDS)
    assert sum(isinstance(decision, ENDS) for decision in decided) == 1
    clears = sum(isinstance(decision, ev.ClearSpeech) for decision in decided)
    settled = sum(isinstance(d, ev.ResumeSpeech | ev.AbandonSpeech) for d in decided)
    assert clears == settled
