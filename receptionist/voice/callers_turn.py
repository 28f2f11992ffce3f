"""The caller's turn: words, voice and keys, and how long to wait for more.

End of turn combines the recogniser's end of speech, the voice detector and the
words so far. It knows nothing of our side of the call; time is an argument.
"""

from receptionist.voice.callers_words import CallersWords
from receptionist.voice.completeness import LONG_MS, silence_needed_ms
from receptionist.voice.turn_config import TurnConfig


class CallersTurn:
    """What the caller does, and when that is a whole turn."""

    def __init__(self, config: TurnConfig) -> None:
        self._config = config
        self.words = CallersWords()
        self.keys = ""
        self.voice = False
        self._began_ms = 0
        self._voice_ms = self._quiet_ms = self._word_ms = self._key_ms = self._taken_ms = 0
        self._ended = self._speech_final = False

    @property
    def text(self) -> str:
        """The words so far."""
        return self.words.text

    @property
    def anything(self) -> bool:
        """Whether words or keys are waiting for an answer."""
        return bool(self.text or self.keys)

    @property
    def understood(self) -> bool:
        """Whether the recogniser is sure enough of the words."""
        return self.words.confidence >= self._config.least_confidence

    @property
    def may_be_over(self) -> bool:
        """Whether there is a pause, after words that are not unfinished by themselves."""
        is_quiet = self._speech_final and not self.voice and not self.keys
        return (
            is_quiet
            and bool(self.text)
            and self.understood
            and silence_needed_ms(self.text) < LONG_MS
        )

    def begin(self, at_ms: int) -> None:
        """The caller has the floor from here on."""
        self._began_ms = at_ms
        self.words.close()

    def voice_started(self, at_ms: int) -> None:
        """The voice detector hears speech."""
        self.voice, self._voice_ms = True, at_ms

    def voice_stopped(self, at_ms: int) -> None:
        """It does not any more, since `at_ms`."""
        self.voice, self._quiet_ms = False, at_ms

    def hear(
        self, text: str, confidence: float | None, at_ms: int, *, final: bool, pause: bool
    ) -> None:
        """Take words that are new; `pause`: the speaker paused after them.

        Without a `confidence` of their own they are as sure as those before.
        """
        sure = self.words.confidence if confidence is None else confidence
        add = self.words.add_final if final else self.words.add_partial
        # The same words once more are not speech going on.
        if add(text.strip(), sure):
            self._word_ms = at_ms
            self._ended = False
        self._speech_final = pause

    def expect_late_words(self, at_ms: int) -> None:
        """A recogniser that still owes a final by now owes none."""
        if at_ms >= self._taken_ms + self._config.late_words_ms:
            self.words.stop_waiting()

    def paused(self) -> None:
        """The recogniser heard a pause after the words so far."""
        self._speech_final = True

    def ended(self) -> None:
        """The recogniser says that the turn is over."""
        self._ended = True
        self.words.end_turn()

    def goes_on(self) -> None:
        """It was not."""
        self._ended = self._speech_final = False

    def press(self, digit: str, at_ms: int) -> None:
        """A key."""
        self.keys += digit
        self._key_ms = at_ms

    def take_keys(self) -> str:
        """The digits keyed in, which come behind the words."""
        keys, self.keys = self.keys.strip("#*"), ""
        if keys:
            self.words.append(keys)
        return keys

    def take(self, at_ms: int) -> str:
        """The turn is over; its text."""
        self._taken_ms = at_ms
        self.goes_on()
        return self.words.take()

    def forget(self, at_ms: int) -> None:
        """Nothing of it could be understood; what the recogniser repeats of it is known."""
        self.take(at_ms)
        self.words.close()

    def was_speech(self, at_ms: int) -> bool:
        """Whether the voice without words was long enough to have been speech."""
        until_ms = at_ms if self.voice else self._quiet_ms
        return until_ms - self._voice_ms >= self._config.shortest_speech_ms

    def too_long(self, at_ms: int) -> bool:
        """Whether it is time to cut in."""
        return at_ms >= self._began_ms + self._config.longest_monologue_ms

    def deadline_ms(self, since_ms: int) -> int:
        """When the turn is over if nothing more comes; `since_ms`: they have the floor."""
        config = self._config
        if self.keys:
            return self._key_ms + config.keys_pause_ms
        if self.text:
            return min(self._words_deadline(), self._began_ms + config.longest_monologue_ms)
        if self.voice:
            return self._began_ms + config.longest_wordless_ms
        return max(self._quiet_ms, since_ms) + config.no_words_ms

    def _words_deadline(self) -> int:
        config = self._config
        wait_ms = silence_needed_ms(self.text)
        if self.voice:
            # Noise, or words to come: without new words it cannot go on for ever.
            patience = config.noise_wait_ms if self._ended else 2 * config.noise_wait_ms
            return self._word_ms + patience + wait_ms
        quiet_ms = self._quiet_ms if self._quiet_ms >= self._began_ms else self._word_ms
        if self._ended:
            return quiet_ms + (LONG_MS if wait_ms == LONG_MS else 0)
        if self._speech_final:
            return quiet_ms + wait_ms
        return max(quiet_ms, self._word_ms) + wait_ms + config.no_endpoint_ms
