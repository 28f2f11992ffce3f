"""Exchanges in the making: what the caller said, and where the milliseconds went."""

import time
from dataclasses import dataclass, field

from receptionist.call.file import CallFile
from receptionist.call.speaking import Speaker


@dataclass(slots=True)
class Exchange:
    """A turn between the caller's last word and our answer's first frame.

    Times are `time.monotonic()`. The stages follow each other without a gap, so
    their milliseconds add up to the whole.
    """

    number: int
    caller: str
    speech_ended: float
    before: tuple[bool, list[str]]
    """Whether the last answer was made to its end, and what of it was not heard."""
    decided: float = field(default_factory=time.monotonic)
    model_first_token: float | None = None
    first_sentence: float | None = None
    first_audio: float | None = None
    first_frame: float | None = None

    def stage_reached(self, stage: str) -> None:
        """Note the first time a stage is reached."""
        if getattr(self, stage) is None:
            setattr(self, stage, time.monotonic())

    def timings(self) -> dict[str, float]:
        """Milliseconds a stage, in their order, and `total`: their sum."""
        stages = (
            ("recogniser", self.decided),
            ("model_first_token", self.model_first_token),
            ("first_sentence", self.first_sentence),
            ("first_audio", self.first_audio),
            ("first_frame", self.first_frame),
        )
        found: dict[str, float] = {}
        before = self.speech_ended
        for name, at in stages:
            if at is None:
                continue
            at = max(at, before)
            found[name] = round((at - before) * 1000, 1)
            before = at
        found["total"] = round((before - self.speech_ended) * 1000, 1)
        return found


class Exchanges:
    """The exchange that goes on, and its record once it is over."""

    def __init__(self, file: CallFile, speaker: Speaker) -> None:
        self._file = file
        self._speaker = speaker
        self._current: Exchange | None = None
        self._speech_ended: float | None = None

    def voice_started(self) -> None:
        """The caller speaks: what they said before is not what is answered next."""
        if self._current is None:
            self._speech_ended = None

    def voice_stopped(self, at: float) -> None:
        """They stopped then; `at` is `time.monotonic()`."""
        if self._current is None:
            self._speech_ended = at

    def begin(self, caller: str, number: int | None = None) -> None:
        """What the caller said is answered from now on; the exchange before is over."""
        self.finish()
        self._speaker.begin_turn()
        speech_ended = self._speech_ended or time.monotonic()
        self._speech_ended = None
        number = self._file.next_turn() if number is None else number
        before = (self._file.answered, self._file.unheard)
        self._current = Exchange(number, caller, speech_ended, before)

    def reached(self, stage: str) -> None:
        """The answer has come that far."""
        if self._current is not None:
            self._current.stage_reached(stage)

    def keep(self, *, answered: bool) -> None:
        """What another process would go on from: kept while the exchange goes on."""
        self._file.answered = answered
        self._file.unheard = self._speaker.unheard()
        if self._current is not None:
            self._file.keep_exchange(
                self._current.number,
                caller=self._current.caller,
                receptionist=self._speaker.said(),
                heard=self._speaker.heard(),
            )

    def forget(self) -> None:
        """The caller has the floor: what they have not heard is not said any more."""
        self._file.unheard = []
        self._file.save_state()

    def drop(self) -> None:
        """Nothing of it was heard; it leaves no record, and no hole in the numbers."""
        exchange, self._current = self._current, None
        if exchange is not None:
            self._file.take_back(exchange.number)
            self._file.answered, self._file.unheard = exchange.before
        self._speaker.forget_foreseen()

    def finish(self) -> None:
        """Keep what was said and heard."""
        exchange, self._current = self._current, None
        if exchange is None:
            return
        self._file.unheard = self._speaker.unheard()
        self._file.record_turn(
            exchange.number,
            caller=exchange.caller,
            receptionist=self._speaker.said(),
            heard=self._speaker.heard(),
            timings=exchange.timings() if exchange.caller else {},
            lasted_ms=(time.monotonic() - exchange.speech_ended) * 1000,
        )
