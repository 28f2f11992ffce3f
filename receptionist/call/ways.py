"""Which way a call is held: on a media stream, or in plain mode.

Plain mode is the net: when ears or voices are left alone because they fail, and when this
process holds as many streams as it should. A call in plain mode goes back to a stream at
its next turn once one ear and one voice are known to be well.
"""

from collections.abc import Callable

import structlog

from receptionist.call.active import ActiveCalls
from receptionist.call.background import Background
from receptionist.call.neighbours import Neighbours
from receptionist.call.warm import Vendors
from receptionist.errors import ProviderError
from receptionist.ports.speech_to_text import SpeechToText
from receptionist.ports.text_to_speech import TextToSpeech
from receptionist.resilience.guarded import is_skipped, is_well

log = structlog.get_logger()

MOST_RETURNS = 3
"""A call is not moved to and fro more often than this."""


class Ways:
    """For the calls of one process.

    `most_streams` is None for as many as come; `expected` tells how many streams are about to.
    """

    def __init__(
        self,
        vendors: Vendors,
        active: ActiveCalls,
        background: Background,
        *,
        most_streams: int | None = None,
        expected: Callable[[], int] = lambda: 0,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._ears = [each for each in vendors.recognisers if each.streaming]
        self._voices = [each for each in vendors.voices if each.streaming]
        self._active = active
        self._background = background
        self._most_streams = most_streams
        self._expected = expected
        self._neighbours = neighbours
        self._looked_at: set[str] = set()

    @property
    def stream_is_open(self) -> bool:
        """Whether a call that arrives now is put on a stream."""
        heard = any(not is_skipped(ear) for ear in self._ears)
        spoken = any(not is_skipped(voice) for voice in self._voices)
        return heard and spoken and not self.is_full

    @property
    def is_full(self) -> bool:
        """Whether this process, and each that could hold the call instead, is full."""
        if self._most_streams is None:
            return False
        if self._neighbours is not None:
            return self._neighbours.least() >= self._most_streams
        return self._active.streams + self._expected() >= self._most_streams

    def may_return(self, returns: int) -> bool:
        """Whether a call in plain mode, back on a stream so often already, goes there again.

        When it is not known, somebody looks: by the next turn it is.
        """
        if not self._ears or not self._voices or returns >= MOST_RETURNS or self.is_full:
            return False
        heard = any(is_well(ear) for ear in self._ears)
        spoken = any(is_well(voice) for voice in self._voices)
        if heard and spoken:
            return True
        self.look()
        return False

    def look(self) -> None:
        """Find out in the background how those are that have failed."""
        adapters: list[SpeechToText | TextToSpeech] = [*self._ears, *self._voices]
        for sick in adapters:
            if not is_well(sick) and sick.name not in self._looked_at:
                self._looked_at.add(sick.name)
                self._background.spawn(self._look_at(sick), "look-at-vendor")

    async def _look_at(self, sick: SpeechToText | TextToSpeech) -> None:
        try:
            await sick.check()
        except ProviderError as exc:
            log.info("still_sick", provider=sick.name, error_code=exc.code)
        finally:
            self._looked_at.discard(sick.name)
