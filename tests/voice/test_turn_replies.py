"""Whose turn it is: every row of the machine's table, while we think and speak."""

import pytest

from receptionist.voice import turn_events as ev
from receptionist.voice.turn_config import State, TurnConfig
from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped
from tests.voice.stage import Stage

EXPLANATION = "We are open from nine to five. Parking is behind the building."
QUESTION = "Ten on Tuesday is free. Shall I book it for you?"


def speaking(text: str = EXPLANATION, heard: str = "") -> Stage:
    """A call in which this has been queued, and so much of it heard."""
    stage = Stage()
    stage.at(0, ev.TurnEnded("hello there"))
    stage.at(100, ev.ReplyStarted(text), ev.ReplyComplete(), ev.HeardSoFar(text, heard))
    stage.decided.clear()
    return stage


def interrupted(text: str = EXPLANATION, heard: str = "") -> Stage:
    stage = speaking(text, heard)
    stage.at(1000, VoiceStarted(1000))
    stage.at(1100)
    stage.decided.clear()
    return stage


def thinking(text: str = "I need a visit") -> Stage:
    stage = Stage()
    stage.at(1000, ev.TurnEnded(text))
    stage.decided.clear()
    return stage


class TestThinking:
    def test_a_queued_sentence_means_that_we_speak(self) -> None:
        stage = thinking()

        assert stage.at(1500, ev.ReplyStarted("Of course.")) == []
        assert stage.state is State.SPEAKING

    def test_real_words_drop_the_attempt_and_are_merged(self) -> None:
        stage = thinking("I need a visit")

        dropped = stage.at(1500, ev.Final("with Dr Lee", 0.9, speech_final=True))

        assert dropped == [ev.DropAttempt()]
        assert stage.at(3000) == [ev.StartAttempt("I need a visit with Dr Lee")]

    def test_backchannels_do_not(self) -> None:
        stage = thinking()

        assert stage.at(1500, ev.Final("okay"), ev.Final("mm-hm")) == []
        assert stage.state is State.THINKING

    def test_what_the_recogniser_says_again_is_not_said_twice(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Partial("I need a visit"))
        started = stage.at(2500)

        again = stage.at(2600, ev.Final("I need a visit"), ev.TurnEnded("I need a visit"))

        assert started == [ev.StartAttempt("I need a visit")]
        assert again == []

    def test_a_late_final_that_holds_more_is_merged_without_doubling(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Partial("I need a visit"))
        stage.at(2500)

        dropped = stage.at(2600, ev.Final("I need a visit on Tuesday", 0.9, speech_final=True))

        assert dropped == [ev.DropAttempt()]
        assert stage.at(4000) == [ev.StartAttempt("I need a visit on Tuesday")]

    def test_a_failed_attempt_asks_again_then_offers_a_message_then_hands_the_line_over(
        self,
    ) -> None:
        stage = thinking()

        first = stage.at(1500, ev.AttemptFailed())
        stage.replies(1500, "I'm having trouble.")
        stage.at(5000, ev.TurnEnded("I need a visit"))
        second = stage.at(5500, ev.AttemptFailed())
        third = stage.at(6000, ev.AttemptFailed())

        assert first == [ev.AskRepeat(trouble=True)]
        assert second == [ev.OfferMessage()]
        assert third == [ev.HandOver()]
        assert stage.machine.deadline_ms is None

    def test_an_answer_in_between_resets_the_count(self) -> None:
        stage = thinking()
        stage.at(1500, ev.AttemptFailed())
        stage.replies(1500, "I'm having trouble.")
        stage.at(5000, ev.TurnEnded("I need a visit"))
        stage.replies(5500, "Of course.")
        stage.at(9000, ev.TurnEnded("on Tuesday"))

        assert stage.at(9500, ev.AttemptFailed()) == [ev.AskRepeat(trouble=True)]

    def test_nothing_to_say_is_a_failure_too(self) -> None:
        assert thinking().at(1500, ev.AttemptEmpty()) == [ev.AskRepeat(trouble=True)]

    def test_an_eager_attempt_that_fails_is_begun_again_when_the_turn_ends(self) -> None:
        stage = Stage(TurnConfig())
        stage.at(1000, ev.EagerEnd("on Tuesday"))

        assert stage.at(1100, ev.AttemptFailed()) == []
        assert stage.at(1300, ev.TurnEnded("on Tuesday")) == [ev.StartAttempt("on Tuesday")]

    def test_thinking_too_long_drops_the_attempt(self) -> None:
        assert thinking().at(31_000) == [ev.DropAttempt(), ev.AskRepeat(trouble=True)]

    def test_a_running_action_is_waited_for(self) -> None:
        stage = thinking()
        stage.at(2000, ev.ActionRunning(True))

        waited = stage.at(55_000)
        stage.at(55_000, ev.ActionRunning(False))
        spoken = stage.at(56_000, ev.ReplyStarted("You are booked."))

        assert waited == []
        assert spoken == []
        assert stage.state is State.SPEAKING

    def test_but_not_for_ever(self) -> None:
        stage = thinking()
        stage.at(2000, ev.ActionRunning(True))

        assert stage.at(61_000) == [ev.DropAttempt(), ev.AskRepeat(trouble=True)]

    def test_words_during_an_action_are_kept_for_the_next_turn(self) -> None:
        stage = thinking()
        stage.at(2000, ev.ActionRunning(True))

        kept = stage.at(2500, ev.Final("and a second one"))
        stage.at(3000, ev.ReplyStarted("Booked."), ev.ActionRunning(False), ev.ReplyComplete())
        next_turn = stage.at(4000, ev.ReplyHeard())

        assert kept == []
        assert next_turn == [ev.StartAttempt("and a second one")]

    def test_words_said_while_an_offer_is_prepared_do_not_bring_an_old_turn_back(self) -> None:
        stage = Stage()
        stage.at(1000, ev.TurnEnded("I need a visit"))
        stage.replies(1500, "Of course.")
        for at_ms in (5000, 9000):
            stage.says(at_ms, "the brown cow", confidence=0.1)
            stage.at(at_ms + 2000)

        stage.at(11_500, ev.Final("hello is anybody there", 0.9, speech_final=True))

        assert stage.at(13_000) == [ev.StartAttempt("hello is anybody there")]


class TestSpeaking:
    def test_sustained_voice_silences_us_and_words_decide(self) -> None:
        stage = speaking()

        stage.at(1000, VoiceStarted(1000))

        assert stage.at(1100) == [ev.ClearSpeech()]
        assert stage.state is State.INTERRUPTED

    def test_a_click_does_not(self) -> None:
        stage = speaking()
        stage.at(1000, VoiceStarted(1000))
        stage.at(1080, VoiceStopped(1080))

        assert stage.at(1500) == []
        assert stage.state is State.SPEAKING

    def test_real_words_take_the_floor(self) -> None:
        stage = speaking()

        assert stage.at(700, ev.Partial("what about Tuesday")) == [
            ev.ClearSpeech(),
            ev.AbandonSpeech(),
        ]
        assert stage.state is State.CALLER_SPEAKING

    @pytest.mark.parametrize("word", ["no", "stop", "wait", "hello", "no no", "hello?"])
    def test_a_call_for_attention_always_takes_the_floor(self, word: str) -> None:
        stage = speaking("Hello. No no, please wait or stop.", heard="Hello.")

        assert stage.at(700, ev.Final(word)) == [ev.ClearSpeech(), ev.AbandonSpeech()]

    @pytest.mark.parametrize("key", ["5", "#", "0"])
    def test_a_key_takes_the_floor(self, key: str) -> None:
        assert speaking().at(700, ev.Key(key))[:2] == [ev.ClearSpeech(), ev.AbandonSpeech()]

    def test_backchannels_and_echo_do_not_and_are_not_answered(self) -> None:
        stage = speaking(heard="We are open")

        assert stage.at(600, ev.Final("mm-hm"), ev.Final("yes"), ev.TurnEnded("yes")) == []
        assert stage.at(700, ev.Final("open from nine to five")) == []
        stage.at(3000, ev.ReplyHeard())
        assert stage.at(9000) == []

    def test_an_echo_that_is_decided_after_we_fell_silent_is_still_an_echo(self) -> None:
        stage = speaking(heard=EXPLANATION)
        stage.at(2900, ev.Partial("behind the building"))
        stage.at(3000, ev.ReplyHeard())

        echo = stage.at(3100, ev.Final("behind the building", 0.9, speech_final=True))
        silent = stage.at(6000)
        stage.says(7000, "behind the building")

        assert echo == silent == []
        assert stage.at(8000) == [ev.StartAttempt("behind the building")]

    @pytest.mark.parametrize("word", ["yes", "Yeah.", "okay", "sure", "mm-hm"])
    def test_a_yes_to_the_question_we_are_asking_is_answered_when_it_is_heard(
        self, word: str
    ) -> None:
        stage = speaking(QUESTION, heard="Ten on Tuesday is free. Shall I book")

        held = stage.at(2000, ev.Partial(word), ev.Final(word, 0.9, True), ev.TurnEnded(word))
        answered = stage.at(2600, ev.ReplyHeard())

        assert held == []
        assert answered == [ev.StartAttempt(word)]

    def test_a_yes_before_the_question_is_a_listeners(self) -> None:
        stage = speaking(QUESTION, heard="Ten on Tuesday")

        stage.at(1000, ev.Final("yes", 0.9, True))
        stage.at(2600, ev.ReplyHeard())

        assert stage.at(8000) == []
        assert stage.state is State.LISTENING

    def test_more_than_a_yes_takes_the_floor_with_the_yes(self) -> None:
        stage = speaking(QUESTION, heard=QUESTION)

        stage.at(2000, ev.Final("yes"))
        taken = stage.at(2300, ev.Final("but with Dr Lee", 0.9, speech_final=True))

        assert taken == [ev.ClearSpeech(), ev.AbandonSpeech()]
        assert stage.at(4000) == [ev.StartAttempt("yes but with Dr Lee")]

    def test_a_held_yes_is_not_pushed_in_front_of_the_next_sentence(self) -> None:
        stage = speaking(QUESTION, heard=QUESTION)
        stage.at(2000, ev.Final("yes"))

        assert stage.at(2100, ev.ReplyStarted("Just say yes.")) == []
        assert stage.at(4000) == []
        assert stage.at(5000, ev.ReplyHeard()) == [ev.StartAttempt("yes")]

    def test_the_last_mark_gives_the_floor_to_the_caller(self) -> None:
        stage = speaking()

        assert stage.at(3000, ev.ReplyHeard()) == []
        assert stage.state is State.LISTENING

    def test_an_attempt_that_breaks_off_is_heard_to_its_end_and_then_made_good(self) -> None:
        stage = thinking()
        stage.at(1500, ev.ReplyStarted("One moment."))

        failed = stage.at(2000, ev.AttemptFailed(), ev.ReplyComplete())

        assert failed == []
        assert stage.at(2500, ev.ReplyHeard()) == [ev.AskRepeat(trouble=True)]

    def test_marks_that_never_come_back_do_not_keep_the_floor_for_ever(self) -> None:
        stage = speaking()

        decided = stage.at(120_100)

        assert decided == [ev.ClearSpeech(), ev.AbandonSpeech()]
        assert stage.state is State.LISTENING

    def test_nothing_is_cleared_while_an_action_runs(self) -> None:
        stage = speaking()
        stage.at(500, ev.ActionRunning(True))
        stage.at(1000, VoiceStarted(1000))

        assert stage.at(2000, ev.Final("what about Tuesday")) == []

    def test_nothing_is_cleared_while_a_transfer_is_pending(self) -> None:
        stage = speaking()
        stage.at(500, ev.TransferPending())

        assert stage.at(2000, VoiceStarted(1000), ev.Final("what about Tuesday"), ev.Key("1")) == []

    def test_whoever_speaks_when_we_begin_is_heard(self) -> None:
        stage = Stage()
        stage.at(1000, VoiceStarted(1000), ev.Partial("hello I need"))
        stage.at(1100, ev.ReplyStarted("Thank you for calling."))

        assert stage.at(1300) == [ev.ClearSpeech(), ev.AbandonSpeech()]
        assert stage.state is State.CALLER_SPEAKING

    def test_voice_that_starts_as_we_fall_silent_is_a_turn_and_not_an_interruption(self) -> None:
        stage = speaking()
        stage.at(3000, VoiceStarted(2950))
        stage.at(3010, ev.ReplyHeard())

        assert stage.state is State.CALLER_SPEAKING
        assert stage.at(3200) == []


class TestInterrupted:
    def test_without_words_in_time_we_go_on(self) -> None:
        stage = interrupted()
        stage.at(1300, VoiceStopped(1300))

        assert stage.at(2400) == [ev.ResumeSpeech()]
        assert stage.state is State.SPEAKING

    def test_voice_that_does_not_end_is_noise(self) -> None:
        assert interrupted().at(3700) == [ev.ResumeSpeech()]

    def test_real_words_take_the_floor(self) -> None:
        stage = interrupted()

        assert stage.at(1500, ev.Partial("what about Tuesday")) == [ev.AbandonSpeech()]
        assert stage.state is State.CALLER_SPEAKING

    def test_a_key_takes_the_floor(self) -> None:
        assert interrupted().at(1500, ev.Key("5")) == [ev.AbandonSpeech()]

    def test_a_yes_into_our_question_is_its_answer(self) -> None:
        stage = interrupted(QUESTION, heard="Ten on Tuesday is free. Shall I book")

        taken = stage.at(1400, VoiceStopped(1300), ev.Final("yes", 0.9, speech_final=True))

        assert taken == [ev.AbandonSpeech()]
        assert stage.at(1600) == [ev.StartAttempt("yes")]

    def test_a_yes_into_an_explanation_gives_the_floor_back(self) -> None:
        stage = interrupted(heard="We are open")
        stage.at(1300, VoiceStopped(1250), ev.Final("yes", 0.9, speech_final=True))

        assert stage.at(2400) == [ev.ResumeSpeech()]

    def test_a_yes_that_comes_after_we_went_on_is_still_the_answer(self) -> None:
        stage = interrupted(QUESTION, heard="Ten on Tuesday is free. Shall I book")
        stage.at(1300, VoiceStopped(1250))
        resumed = stage.at(2400)

        stage.at(2500, ev.Final("yes", 0.9, speech_final=True))

        assert resumed == [ev.ResumeSpeech()]
        assert stage.at(3000, ev.ReplyHeard()) == [ev.StartAttempt("yes")]

    def test_if_all_was_heard_before_the_clear_the_caller_has_the_floor(self) -> None:
        stage = interrupted()

        assert stage.at(1200, ev.ReplyHeard()) == [ev.ResumeSpeech()]
        assert stage.state is State.LISTENING


LONGEST = TurnConfig(longest_call_ms=5000)


class TestTheLongestCall:
    @pytest.mark.parametrize(
        ("events", "first"),
        [
            ([], []),
            ([ev.Partial("I need")], []),
            ([ev.TurnEnded("I need a visit")], [ev.DropAttempt()]),
            (
                [ev.TurnEnded("I need a visit"), ev.ReplyStarted("Fine.")],
                [ev.ClearSpeech(), ev.AbandonSpeech()],
            ),
        ],
    )
    def test_ends_with_a_goodbye_that_is_the_next_thing_heard(
        self, events: list[ev.TurnEvent], first: list[ev.Decision]
    ) -> None:
        stage = Stage(LONGEST)
        stage.at(4900, *events)

        assert stage.at(5000) == [*first, ev.SayGoodbyeAndEnd("too_long")]
        assert stage.state is State.ENDED

    def test_an_interrupted_reply_is_abandoned_first(self) -> None:
        stage = Stage(LONGEST)
        stage.at(4700, ev.TurnEnded("I need a visit"), ev.ReplyStarted("Fine."))
        stage.at(4750, VoiceStarted(4750))

        assert stage.at(4900) == [ev.ClearSpeech()]
        assert stage.at(5000) == [ev.AbandonSpeech(), ev.SayGoodbyeAndEnd("too_long")]

    def test_nothing_is_decided_after_it(self) -> None:
        stage = Stage(LONGEST)
        stage.at(5000)

        assert stage.at(6000, ev.TurnEnded("hello"), ev.Key("0")) == []
