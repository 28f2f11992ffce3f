"""What staff may do with a call on a stream; the caller hears of it in Twilio's voice.

The stream is left at once: nothing of the turn machine has to know.
"""

from receptionist.call import phrases
from receptionist.call.ending import Ending
from receptionist.call.file import CallFile


class Steering:
    """Fulfil `HeldCall` for one stream."""

    def __init__(self, file: CallFile, ending: Ending) -> None:
        self._file = file
        self._ending = ending

    def whisper(self, hint: str) -> None:
        """The model knows from its next answer on."""
        self._file.whisper(hint)

    def take_over(self, number: str) -> None:
        """Leave the stream; the line then rings this number."""
        self._file.take_over(number)
        self._ending.transfer("")

    def end(self) -> None:
        """Leave the stream; the line then hangs up."""
        self._file.part(phrases.STAFF_GOODBYE)
        self._ending.hang_up()
