"""Whose turn it is: every row of the machine's table, while the caller speaks."""

import pytest

from receptionist.voice import turn_events as ev
from receptionist.voice.turn_config import State, TurnConfig
from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped
from tests.voice.stage import Stage


class TestListening:
    def test_voice_gives_the_caller_the_floor(self) -> None:
        stage = Stage()

        assert stage.at(1000, VoiceStarted(940)) == []
        assert stage.state is State.CALLER_SPEAKING

    def test_so_do_words_without_voice(self) -> None:
        stage = Stage()

        assert stage.at(1000, ev.Partial("I need")) == []
        assert stage.state is State.CALLER_SPEAKING

    def test_a_short_yes_is_a_turn(self) -> None:
        stage = Stage()

        stage.says(1000, "yes")

        assert stage.at(1200) == [ev.StartAttempt("yes")]

    def test_silence_is_asked_about_and_then_ends_the_call(self) -> None:
        stage = Stage()

        asked = stage.at(8000)
        stage.replies(8000, "Are you still there?", for_ms=1000)
        ended = stage.at(17_000)

        assert asked == [ev.AskStillThere()]
        assert ended == [ev.SayGoodbyeAndEnd("silence")]
        assert stage.machine.deadline_ms is None

    def test_words_after_the_question_are_answered_and_silence_counts_anew(self) -> None:
        stage = Stage()
        stage.at(8000)
        stage.replies(8000, "Are you still there?", for_ms=1000)

        stage.says(10_000, "yes I am")
        answered = stage.at(12_000)
        stage.replies(12_000, "Good.", for_ms=1000)

        assert answered == [ev.StartAttempt("yes I am")]
        assert stage.at(21_500) == [ev.AskStillThere()]


class TestCallerSpeaking:
    def test_a_turn_ends_with_words_and_silence(self) -> None:
        stage = Stage()

        stage.says(2000, "I need a visit")

        assert stage.at(2500) == [ev.StartAttempt("I need a visit")]
        assert stage.decided[-1][0] == 2450
        assert stage.state is State.THINKING

    def test_an_unfinished_sentence_is_waited_for(self) -> None:
        stage = Stage()

        stage.says(2000, "my number is")
        waited = stage.at(3200)
        stage.says(3800, "555 555 0123")

        assert waited == []
        assert stage.at(5000) == [ev.StartAttempt("my number is 555 555 0123")]

    def test_the_recognisers_end_of_turn_needs_no_further_silence(self) -> None:
        stage = Stage()
        stage.says(2000, "I need a visit")

        assert stage.at(2050, ev.TurnEnded()) == [ev.StartAttempt("I need a visit")]

    def test_without_any_endpoint_silence_alone_ends_the_turn(self) -> None:
        stage = Stage()

        stage.at(1000, ev.Partial("I need a visit"))

        assert stage.at(2200) == [ev.StartAttempt("I need a visit")]

    def test_the_same_partial_again_does_not_prolong_the_turn(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Partial("I need a visit"))

        stage.at(1900, ev.Partial("I need a visit"))

        assert stage.at(2200) == [ev.StartAttempt("I need a visit")]

    def test_a_partial_that_never_became_final_is_not_said_twice_however_late(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Partial("I need a visit"))
        stage.at(2500)

        dropped = stage.at(20_000, ev.Partial("I need a visit on Tuesday"))

        assert dropped == [ev.DropAttempt()]
        assert stage.at(22_000) == [ev.StartAttempt("I need a visit on Tuesday")]

    def test_noise_after_the_words_does_not_hold_the_turn_for_ever(self) -> None:
        stage = Stage()
        stage.at(1000, VoiceStarted(1000))
        stage.at(2000, ev.Final("I need a visit", 0.9, speech_final=True))

        assert stage.at(6000) == [ev.StartAttempt("I need a visit")]

    def test_speech_without_words_is_asked_to_be_repeated_and_then_a_message_is_offered(
        self,
    ) -> None:
        stage = Stage()
        decided = []
        for at_ms in (1000, 8000):
            stage.at(at_ms, VoiceStarted(at_ms))
            stage.at(at_ms + 900, VoiceStopped(at_ms + 900))
            decided += stage.at(at_ms + 3000)
            stage.replies(at_ms + 3000, "Sorry?", for_ms=1000)

        assert decided == [ev.AskRepeat(), ev.OfferMessage()]

    def test_a_cough_is_nothing(self) -> None:
        stage = Stage()
        stage.at(1000, VoiceStarted(1000))
        stage.at(1300, VoiceStopped(1300))

        assert stage.at(3000) == []
        assert stage.state is State.LISTENING

    def test_a_very_long_turn_is_cut_with_all_its_words(self) -> None:
        stage = Stage()
        stage.at(1000, VoiceStarted(1000))
        said = []
        for number in range(59):
            said.append(f"and then {number}")
            stage.at(1500 + number * 1000, ev.Final(said[-1]))

        decided = stage.at(61_000)

        assert decided == [ev.CutMonologue(" ".join(said))]

    def test_keys_are_taken_after_a_pause_or_a_hash(self) -> None:
        paused, hashed = Stage(), Stage()
        for digit in "42":
            paused.at(1000, ev.Key(digit))
            hashed.at(1000, ev.Key(digit))

        assert paused.at(3000) == [ev.KeysEntered("42")]
        assert hashed.at(1100, ev.Key("#")) == [ev.KeysEntered("42")]

    def test_keys_belong_to_the_words_before_them(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Final("my number is"), ev.Key("4"), ev.Key("2"))

        assert stage.at(3000) == [ev.StartAttempt("my number is 42")]

    def test_words_after_keys_do_not_lose_the_keys(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Key("4"), ev.Key("2"), ev.Key("#"))

        stage.at(1500, ev.Final("that's my number now", 0.9, speech_final=True))

        assert stage.at(3000) == [ev.StartAttempt("42 that's my number now")]

    def test_zero_asks_for_a_person_at_once_with_the_words_before_it(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Final("I want a human"))

        assert stage.at(1100, ev.Key("0")) == [ev.AskForPerson("I want a human")]
        assert Stage().at(100, ev.Key("0")) == [ev.AskForPerson()]


class TestConfidence:
    def test_words_nobody_is_sure_of_are_asked_for_again_and_then_a_message_is_offered(
        self,
    ) -> None:
        stage = Stage()
        stage.says(1000, "the brown cow", confidence=0.2)
        first = stage.at(3000)
        stage.replies(3000, "Sorry?", for_ms=1000)
        stage.says(5000, "the down how", confidence=0.2)

        assert first == [ev.AskRepeat()]
        assert stage.at(7000) == [ev.OfferMessage()]

    def test_a_turn_that_is_understood_resets_the_count(self) -> None:
        stage = Stage()
        decided = []
        for at_ms, confidence in ((1000, 0.2), (6000, 0.9), (11_000, 0.2)):
            stage.says(at_ms, "the brown cow", confidence=confidence)
            decided += stage.at(at_ms + 2000)
            stage.replies(at_ms + 2000, "Fine.", for_ms=1000)

        assert decided == [ev.AskRepeat(), ev.StartAttempt("the brown cow"), ev.AskRepeat()]

    def test_keys_reset_it_as_well(self) -> None:
        stage = Stage()
        stage.says(1000, "the brown cow", confidence=0.2)
        stage.at(3000)
        stage.replies(3000, "Sorry?", for_ms=1000)
        stage.at(5000, ev.Key("4"), ev.Key("#"))
        stage.replies(6000, "Fine.", for_ms=1000)
        stage.says(8500, "the brown cow", confidence=0.2)

        assert stage.at(10_000) == [ev.AskRepeat()]

    def test_good_words_carry_a_doubtful_beginning(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Final("err", 0.1))
        stage.at(1500, ev.Final("I need a visit on Tuesday", 0.9, speech_final=True))

        assert stage.at(3000) == [ev.StartAttempt("err I need a visit on Tuesday")]

    def test_one_clear_word_does_not_carry_a_doubtful_sentence(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Final("eye kneed of is it on chews day", 0.1))
        stage.at(1500, ev.Final("morning", 0.9, speech_final=True))

        assert stage.at(3000) == [ev.AskRepeat()]

    def test_the_end_of_turn_does_not_make_doubtful_words_certain(self) -> None:
        stage = Stage()
        stage.at(1000, ev.Partial("eye kneed of is it", 0.1))

        assert stage.at(1200, ev.TurnEnded("eye kneed of is it")) == [ev.AskRepeat()]

    def test_what_was_not_understood_does_not_come_back_as_understood(self) -> None:
        stage = Stage()
        stage.says(1000, "the brown cow", confidence=0.2)
        stage.at(2500)
        stage.at(2500, ev.ReplyStarted("Sorry?"))

        assert stage.at(2600, ev.TurnEnded("the brown cow")) == []


class TestThinkingAhead:
    def test_a_pause_after_a_sentence_lets_the_model_begin_and_its_end_lets_it_speak(self) -> None:
        stage = Stage(TurnConfig())

        begun = stage.says(2000, "I need a visit")

        assert begun == [ev.StartAttempt("I need a visit", eager=True)]
        assert stage.at(2500) == [ev.CommitAttempt()]
        assert stage.decided[-1][0] == 2450

    @pytest.mark.parametrize(
        ("words", "confidence"),
        [("my number is", 0.9), ("I can come on the", 0.9), ("the brown cow", 0.2)],
    )
    def test_unfinished_or_doubtful_words_do_not(self, words: str, confidence: float) -> None:
        stage = Stage(TurnConfig())

        assert stage.says(2000, words, confidence=confidence) == []

    def test_nor_does_a_pause_that_only_the_recogniser_hears(self) -> None:
        stage = Stage(TurnConfig())
        stage.at(1000, VoiceStarted(1000))

        heard = stage.at(2000, ev.Final("I need a visit", 0.9, speech_final=True))

        assert heard == []
        assert stage.at(2100, VoiceStopped(2050)) == [ev.StartAttempt("I need a visit", eager=True)]

    def test_who_goes_on_is_answered_once_with_all_of_it(self) -> None:
        stage = Stage(TurnConfig())
        stage.says(2000, "I need a visit")

        assert ev.DropAttempt() in stage.says(2900, "on Tuesday")
        assert stage.at(3500) == [ev.CommitAttempt()]
        assert stage.decided[-2][1] == ev.StartAttempt("I need a visit on Tuesday", eager=True)

    def test_where_requests_are_dear_nothing_is_begun_early(self) -> None:
        stage = Stage(TurnConfig(preemptive=False))

        assert stage.says(2000, "I need a visit") == []
        assert stage.at(2100, ev.EagerEnd("I need a visit")) == []
        assert stage.at(2500) == [ev.StartAttempt("I need a visit")]

    def test_an_eager_attempt_is_committed_when_the_turn_ends_with_its_words(self) -> None:
        stage = Stage(TurnConfig())

        assert stage.at(1000, ev.EagerEnd("on Tuesday")) == [
            ev.StartAttempt("on Tuesday", eager=True)
        ]
        assert stage.at(1300, ev.TurnEnded("on Tuesday")) == [ev.CommitAttempt()]

    @pytest.mark.parametrize("event", [ev.Resumed(), ev.Partial("on Tuesday at ten")])
    def test_it_is_dropped_when_the_caller_goes_on(self, event: ev.TurnEvent) -> None:
        stage = Stage(TurnConfig())
        stage.at(1000, ev.EagerEnd("on Tuesday"))

        assert stage.at(1300, event) == [ev.DropAttempt()]
        assert stage.at(1600, ev.TurnEnded("on Tuesday at ten")) == [
            ev.StartAttempt("on Tuesday at ten")
        ]

    def test_an_eager_attempt_at_doubtful_words_is_dropped(self) -> None:
        stage = Stage(TurnConfig())
        stage.at(1000, ev.Partial("eye kneed", 0.1), ev.EagerEnd("eye kneed"))

        assert stage.at(1200, ev.TurnEnded("eye kneed")) == [ev.DropAttempt(), ev.AskRepeat()]
