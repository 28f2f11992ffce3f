"""One exchange in the making: what the caller said, and where its milliseconds went."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Exchange:
    """A turn between the caller's last word and our answer's first frame.

    Times are `time.monotonic()`. The stages follow each other without a gap, so
    their milliseconds add up to the whole.
    """

    number: int
    caller: str
    speech_ended: float
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
