"""When a stream has nobody left who hears, or nobody who speaks: it is left for plain mode.

Without ears what is being said is heard to its end first. Without a voice there is nothing
to wait for: what the caller has not heard is said in plain mode, or in the line's own voice
before the call is put through or ended.
"""

from collections.abc import Callable

from receptionist.call.ending import Ending
from receptionist.call.file import CallFile
from receptionist.call.speaking import Speaker


class FallingBack:
    """For one stream. `is_thinking` tells whether an answer is being made."""

    def __init__(
        self, file: CallFile, speaker: Speaker, ending: Ending, is_thinking: Callable[[], bool]
    ) -> None:
        self._file = file
        self._speaker = speaker
        self._ending = ending
        self._is_thinking = is_thinking
        self._is_deaf = False

    def deaf(self) -> None:
        """Nobody hears the caller any more."""
        self._is_deaf = True
        if not self._is_thinking() and not self._speaker.anything_unheard:
            self._ending.go_plain()

    def mute(self) -> None:
        """Nobody speaks any more."""
        if not self._ending.pending:
            self._ending.go_plain()
            return
        if unheard := " ".join(self._speaker.unheard()):
            self._file.part(unheard)
        self._ending.all_heard()

    def said(self) -> None:
        """The caller has heard all of an answer."""
        if self._is_deaf and not self._ending.pending:
            self._ending.go_plain()
