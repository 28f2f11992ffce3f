"""What we are saying, and whether the caller's words are meant to stop it.

Knows texts and what is going on; neither time nor whose turn it is.
"""

from collections import deque

from receptionist.voice.floor_words import (
    is_agreement,
    is_backchannel,
    is_echo,
    question_heard,
    words_of,
)


class OurReply:
    """The sentences we speak, and what runs besides."""

    def __init__(self) -> None:
        self._spoken: deque[str] = deque(maxlen=12)
        self._said = self._heard = ""
        self._echo: list[str] = []
        self.action = False
        """A function that changes the world runs."""
        self.transfer = False
        """The call is handed on once this has been heard."""

    @property
    def busy(self) -> bool:
        """Whether nothing may be cancelled now."""
        return self.action or self.transfer

    def started(self, text: str) -> None:
        """A sentence has been queued."""
        self._spoken.append(text)
        self._said = self._heard = ""
        self._echo = []

    def heard_so_far(self, said: str, heard: str) -> None:
        """What of it has been played."""
        self._said, self._heard = said, heard

    def is_answered_by(self, text: str) -> bool:
        """Whether a "yes" is the answer to a question of ours rather than a listener's nod."""
        return not self.busy and is_agreement(text) and question_heard(self._said, self._heard)

    def goes_on_over(self, text: str) -> bool:
        """Whether these words do not ask for the floor."""
        if is_backchannel(text):
            return True
        echo = is_echo(text, self._spoken)
        self._echo = words_of(text) if echo else []
        return echo

    def is_late_echo(self, text: str) -> bool:
        """Whether this repeats an echo from when we still spoke; said again, it is meant."""
        echo, self._echo = self._echo, []
        return bool(echo) and words_of(text) == echo
