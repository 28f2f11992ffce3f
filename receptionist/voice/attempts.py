"""Attempts at an answer: at most one is live.

An eager attempt is begun before the turn is certainly over; nothing of it is
spoken before it is committed. Knows neither time nor whose turn it is.
"""

from collections.abc import Callable

from receptionist.voice.floor_words import words_of
from receptionist.voice.turn_events import (
    AskForPerson,
    CommitAttempt,
    CutMonologue,
    DropAttempt,
    KeysEntered,
    OfferMessage,
    StartAttempt,
)

Begin = StartAttempt | KeysEntered | CutMonologue | OfferMessage | AskForPerson


class Attempts:
    """Begin, commit and drop; what is decided goes to `decide`."""

    def __init__(self, decide: Callable[[Begin | CommitAttempt | DropAttempt], None]) -> None:
        self._decide = decide
        self._eager_text = ""
        self.live = self.eager = False
        self.broken = False
        """It failed after something of it had been said."""
        self.failed = 0
        """How many came to nothing in a row."""

    def begin(self, decision: Begin) -> None:
        """A new attempt, in place of one that is live."""
        self.drop()
        self.live, self.broken = True, False
        self._decide(decision)

    def begin_early(self, text: str) -> None:
        """The caller has probably said it all."""
        if not self.live:
            self.begin(StartAttempt(text, eager=True))
            self.eager, self._eager_text = True, text

    def answer(self, text: str) -> None:
        """The turn is over with these words: commit what was begun with them, or begin."""
        if self.eager and words_of(text) == words_of(self._eager_text):
            self.eager = False
            self._decide(CommitAttempt())
        else:
            self.begin(StartAttempt(text))

    def drop(self) -> None:
        """Nothing of it was heard."""
        if self.live:
            self._decide(DropAttempt())
        self.abandon()

    def drop_eager(self, unless: str | None = None) -> None:
        """The turn was not over, `unless` it still has these same words."""
        same = unless is not None and words_of(unless) == words_of(self._eager_text)
        if self.eager and not same:
            self.drop()

    def abandon(self) -> None:
        """It is over; what was heard of it is not taken back."""
        self.live = self.eager = self.broken = False

    def complete(self) -> None:
        """Everything of it is queued to the caller."""
        if self.live and not self.eager:
            self.live, self.failed = False, 0

    def fail(self, *, spoken: bool) -> bool:
        """It came to nothing; whether somebody waits for it who has heard nothing."""
        eager = self.eager
        waited_for = self.live and not eager
        self.live = self.eager = False
        self.broken = waited_for and spoken
        return waited_for and not spoken
