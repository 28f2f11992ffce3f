"""A call on virtual time: events at given moments, every deadline kept in between."""

from receptionist.voice import turn_events as ev
from receptionist.voice.turn_config import State, TurnConfig
from receptionist.voice.turn_taking import TurnMachine
from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped

PATIENT = TurnConfig(preemptive=False)
"""Nothing is begun before the turn is over."""


class Stage:
    """A turn machine, and what it decided when."""

    def __init__(self, config: TurnConfig = PATIENT) -> None:
        self.machine = TurnMachine(config)
        self.decided: list[tuple[int, ev.Decision]] = []

    @property
    def state(self) -> State:
        return self.machine.state

    def at(self, at_ms: int, *events: ev.TurnEvent) -> list[ev.Decision]:
        """Let time pass until then and give these events; what was decided."""
        before = len(self.decided)
        self._keep_deadlines(at_ms)
        for event in events:
            self._decide(at_ms, self.machine.receive(event, at_ms))
        return [decision for _, decision in self.decided[before:]]

    def says(self, at_ms: int, text: str, *, confidence: float = 0.9) -> list[ev.Decision]:
        """Words for half a second until then, heard by detector and recogniser alike."""
        before = len(self.decided)
        self.at(at_ms - 500, VoiceStarted(at_ms - 500))
        self.at(at_ms - 200, ev.Partial(text, confidence))
        self.at(at_ms, ev.Final(text, confidence, speech_final=True), VoiceStopped(at_ms))
        return [decision for _, decision in self.decided[before:]]

    def replies(self, at_ms: int, text: str, *, for_ms: int = 2000) -> None:
        """The model answers this, and the caller hears all of it."""
        self.at(at_ms, ev.ReplyStarted(text), ev.ReplyComplete())
        self.at(at_ms + for_ms, ev.ReplyHeard())

    def end(self) -> list[ev.Decision]:
        """Nothing happens any more, for as long as it takes; what was decided."""
        before = len(self.decided)
        for _ in range(500):
            if (deadline := self.machine.deadline_ms) is None:
                break
            self._decide(deadline, self.machine.expire(deadline))
        return [decision for _, decision in self.decided[before:]]

    def _keep_deadlines(self, until_ms: int) -> None:
        while (deadline := self.machine.deadline_ms) is not None and deadline <= until_ms:
            self._decide(deadline, self.machine.expire(deadline))

    def _decide(self, at_ms: int, decisions: tuple[ev.Decision, ...]) -> None:
        self.decided += [(at_ms, decision) for decision in decisions]
