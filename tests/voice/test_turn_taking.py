"""Whose turn it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from receptionist.voice import turn_taking as t

WORDS = st.sampled_from(["I need a visit", "okay", "yes", "on Tuesday", "my number is", "", "um"])
EVENTS = st.one_of(
    st.builds(t.VoiceStarted), st.builds(t.VoiceStopped), st.builds(t.SpeechBegan),
    st.builds(t.Partial, WORDS), st.builds(t.Final, WORDS, st.just(0.9), st.booleans()),
    st.builds(t.EagerEnd, WORDS), st.builds(t.Resumed), st.builds(t.TurnEnded, WORDS),
    st.builds(t.Key, st.sampled_from("059#")), st.builds(t.ReplyStarted, WORDS),
    st.builds(t.ReplyComplete), st.builds(t.ReplyHeard), st.builds(t.AttemptEmpty),
    st.builds(t.AttemptFailed), st.builds(t.ActionRunning, st.booleans()),
    st.builds(t.TransferPending),
)  # fmt: skip
STEPS = st.lists(st.tuples(EVENTS, st.integers(0, 3000)), max_size=60)
STARTS = (t.StartAttempt, t.KeysEntered, t.CutMonologue, t.OfferMessage, t.AskForPerson)


def run_out(machine: t.TurnMachine) -> list[t.Decision]:
    decisions: list[t.Decision] = []
    for _ in range(500):
        if machine.deadline_ms is None:
            break
        decisions += machine.expire(machine.deadline_ms)
    return decisions


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_any_events_lead_to_a_goodbye_with_every_clear_and_attempt_settled(
    steps: list[tuple[t.TurnEvent, int]],
) -> None:
    machine, now = t.TurnMachine(), 0
    live = eager = cleared = False
    decisions: list[t.Decision] = []

    def check(found: tuple[t.Decision, ...] | list[t.Decision]) -> None:
        nonlocal live, eager, cleared
        for decision in found:
            decisions.append(decision)
            if isinstance(decision, STARTS):
                assert not live
                live = True
                eager = isinstance(decision, t.StartAttempt) and decision.eager
            elif isinstance(decision, t.CommitAttempt):
                assert live
                eager = False
            elif isinstance(decision, t.DropAttempt):
                assert live
                live = False
            elif isinstance(decision, t.ClearSpeech):
                assert not cleared
                cleared = True
            elif isinstance(decision, t.ResumeSpeech | t.AbandonSpeech):
                assert cleared
                cleared = False
                live = live and not isinstance(decision, t.AbandonSpeech)

    for event, gap in steps:
        now += gap
        while machine.deadline_ms is not None and machine.deadline_ms <= now:
            check(machine.expire(machine.deadline_ms))
        # A sentence of the reply is only ever queued once the attempt is committed.
        eager = eager and not isinstance(event, t.ReplyStarted)
        if isinstance(event, t.AttemptEmpty | t.AttemptFailed):
            live = False
        if isinstance(event, t.ReplyComplete):
            live = live and eager
        check(machine.receive(event, now))
    check(run_out(machine))

    assert isinstance(decisions[-1], t.SayGoodbyeAndEnd)
    assert not cleared


def test_a_turn_ends_with_words_and_silence() -> None:
    machine = t.TurnMachine()
    machine.receive(t.VoiceStarted(1000), 1060)
    machine.receive(t.Final("I need a visit", 0.9, True), 2000)

    decisions = machine.receive(t.VoiceStopped(2000), 2160)
    decisions += machine.expire(machine.deadline_ms or 0)

    assert decisions == (t.StartAttempt("I need a visit"),)


def test_voice_without_words_gives_the_floor_back() -> None:
    machine = t.TurnMachine()
    machine.receive(t.ReplyStarted("We are open all day"), 0)

    cleared = machine.receive(t.VoiceStarted(1000), 1100)
    machine.receive(t.VoiceStopped(1200), 1400)
    resumed = machine.expire(machine.deadline_ms or 0)

    assert (cleared, resumed) == ((t.ClearSpeech(),), (t.ResumeSpeech(),))


def test_real_words_take_the_floor_and_backchannels_and_echo_do_not() -> None:
    machine = t.TurnMachine()
    machine.receive(t.ReplyStarted("We are open all day"), 0)

    assert machine.receive(t.Final("mm-hm"), 500) == ()
    assert machine.receive(t.Final("open all day"), 600) == ()
    assert machine.receive(t.Final("stop please"), 700) == (t.ClearSpeech(), t.AbandonSpeech())


def test_an_eager_attempt_is_committed_when_the_turn_ends_with_its_words() -> None:
    machine = t.TurnMachine()

    started = machine.receive(t.EagerEnd("on Tuesday"), 1000)
    ended = machine.receive(t.TurnEnded("on Tuesday"), 1300)

    assert started == (t.StartAttempt("on Tuesday", eager=True),)
    assert ended == (t.CommitAttempt(),)


def test_words_while_thinking_are_merged() -> None:
    machine = t.TurnMachine()
    machine.receive(t.TurnEnded("I need a visit"), 1000)

    dropped = machine.receive(t.Final("with Dr Lee"), 1500)
    started = machine.expire(machine.deadline_ms or 0)

    assert dropped == (t.DropAttempt(),)
    assert started == (t.StartAttempt("I need a visit with Dr Lee"),)


def test_key_zero_asks_for_a_person_at_once() -> None:
    assert t.TurnMachine().receive(t.Key("0"), 100) == (t.AskForPerson(),)
