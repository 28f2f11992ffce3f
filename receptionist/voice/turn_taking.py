"""Whose turn it is: one pure machine, driven by media time.

    state            event                       next              decision
    listening        voice or words              caller_speaking
    caller_speaking  end + silence + words       thinking          start or commit
    caller_speaking  speech without words        listening         ask again, then a message
    thinking         a sentence is queued        speaking
    thinking         real words                  caller_speaking   drop; the texts are merged
    speaking         sustained voice             interrupted       clear
    speaking         real words, a key           caller_speaking   clear, abandon
    interrupted      no words in time            speaking          resume
    interrupted      real words, a key           caller_speaking   abandon
    speaking         the last mark came back     listening
    any              the longest call            ended             goodbye

The voice detector is quick and knows no words; the recogniser is slow and knows
them. So voice alone may only silence us, and words decide. Every state but
`ended` has a deadline, and each deadline leads nearer to words or to a goodbye.
While a function changes the world, or a transfer is pending, words are kept for
the next turn and nothing is cancelled.

No clock, no task: `at_ms` is media time, and never goes back.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from receptionist.voice.completeness import LONG_MS, silence_needed_ms
from receptionist.voice.floor_words import is_backchannel, is_echo, words_of
from receptionist.voice.turn_events import (
    AbandonSpeech,
    ActionRunning,
    AskForPerson,
    AskRepeat,
    AskStillThere,
    AttemptEmpty,
    AttemptFailed,
    ClearSpeech,
    CommitAttempt,
    CutMonologue,
    Decision,
    DropAttempt,
    EagerEnd,
    Final,
    Key,
    KeysEntered,
    OfferMessage,
    Partial,
    ReplyComplete,
    ReplyHeard,
    ReplyStarted,
    Resumed,
    ResumeSpeech,
    SayGoodbyeAndEnd,
    SpeechBegan,
    StartAttempt,
    TransferPending,
    TurnEnded,
    TurnEvent,
)
from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped

__all__ = [
    "AbandonSpeech",
    "ActionRunning",
    "AskForPerson",
    "AskRepeat",
    "AskStillThere",
    "AttemptEmpty",
    "AttemptFailed",
    "ClearSpeech",
    "CommitAttempt",
    "CutMonologue",
    "Decision",
    "DropAttempt",
    "EagerEnd",
    "Final",
    "Key",
    "KeysEntered",
    "OfferMessage",
    "Partial",
    "ReplyComplete",
    "ReplyHeard",
    "ReplyStarted",
    "ResumeSpeech",
    "Resumed",
    "SayGoodbyeAndEnd",
    "SpeechBegan",
    "StartAttempt",
    "TransferPending",
    "TurnConfig",
    "TurnEnded",
    "TurnEvent",
    "TurnMachine",
    "VoiceStarted",
    "VoiceStopped",
]


class State(Enum):
    """Who has the floor."""

    LISTENING = "listening"
    CALLER_SPEAKING = "caller_speaking"
    THINKING = "thinking"
    SPEAKING = "speaking"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """How patient we are, in milliseconds of media time."""

    barge_in_ms: int = 100
    false_interruption_ms: int = 1200
    longest_interruption_ms: int = 2500
    no_endpoint_ms: int = 700
    noise_wait_ms: int = 1200
    no_words_ms: int = 1500
    shortest_speech_ms: int = 600
    longest_wordless_ms: int = 10_000
    keys_pause_ms: int = 2000
    silence_ms: int = 8000
    thinking_ms: int = 30_000
    speaking_ms: int = 120_000
    longest_monologue_ms: int = 60_000
    longest_call_ms: int = 1_800_000
    least_confidence: float = 0.35


class TurnMachine:
    """Events in, decisions out."""

    def __init__(self, config: TurnConfig | None = None) -> None:
        self._config = config or TurnConfig()
        self.state = State.LISTENING
        self._out: list[Decision] = []
        self._now = 0
        self._since = 0
        self._finals: list[str] = []
        self._partial = ""
        self._taken: tuple[list[str], str] = ([], "")
        self._confidence = 0.0
        self._ended = self._speech_final = False
        self._voice = False
        self._voice_ms = self._quiet_ms = self._word_ms = 0
        self._turn_ms = 0
        self._barge_ms: int | None = None
        self._keys = ""
        self._key_ms = 0
        self._live = self._eager = False
        self._eager_text = ""
        self._action = self._transfer = False
        self._failures = 0
        self._asked = False
        self._spoken: deque[str] = deque(maxlen=12)

    def receive(self, event: TurnEvent, at_ms: int) -> tuple[Decision, ...]:
        """Take one event."""
        if self.state is State.ENDED:
            return ()
        self._now = max(self._now, at_ms)
        self._take(event)
        self._settle()
        return self._decisions()

    @property
    def deadline_ms(self) -> int | None:
        """When to call `expire`; None only after the end."""
        if self.state is State.ENDED:
            return None
        return min(self._state_deadline(), self._config.longest_call_ms)

    def expire(self, at_ms: int) -> tuple[Decision, ...]:
        """Let time pass; does nothing before the deadline."""
        self._now = max(self._now, at_ms)
        self._settle()
        return self._decisions()

    def _decisions(self) -> tuple[Decision, ...]:
        out, self._out = tuple(self._out), []
        return out

    def _take(self, event: TurnEvent) -> None:
        match event:
            case VoiceStarted(at_ms=began_ms):
                self._voice_started(min(began_ms or self._now, self._now))
            case VoiceStopped(at_ms=ended_ms):
                self._voice, self._barge_ms = False, None
                self._quiet_ms = min(ended_ms or self._now, self._now)
            case SpeechBegan():
                pass
            case Partial(text=text):
                self._words(text, final=False)
            case Final(text=text, confidence=confidence, speech_final=ended):
                self._words(text, final=True, confidence=confidence, ended=ended)
            case EagerEnd(text=text):
                self._eager_end(text)
            case Resumed():
                self._ended = self._speech_final = False
                self._drop_eager()
            case TurnEnded(text=text):
                self._turn_ended(text)
            case Key(digit=digit):
                self._key(digit)
            case ActionRunning(running=running):
                self._action = running
            case TransferPending():
                self._transfer = True
            case _:
                self._reply_event(event)

    def _reply_event(self, event: TurnEvent) -> None:
        match event:
            case ReplyStarted(text=text):
                self._reply_started(text)
            case ReplyComplete():
                self._live = self._live and self._eager
            case AttemptEmpty() | AttemptFailed() if self._live:
                self._live = self._eager = False
                if self.state is State.THINKING:
                    self._listen()
                    if isinstance(event, AttemptFailed) and not self._finals:
                        self._out.append(AskRepeat())
            case ReplyHeard() if self.state in (State.SPEAKING, State.INTERRUPTED):
                if self.state is State.INTERRUPTED:
                    self._out.append(ResumeSpeech())
                if self._live:
                    self._go(State.THINKING)
                else:
                    self._listen()
            case _:
                pass

    # What the caller does.

    def _voice_started(self, began_ms: int) -> None:
        self._voice, self._voice_ms = True, began_ms
        if self.state is State.SPEAKING:
            self._barge_ms = began_ms
        elif self.state is State.LISTENING:
            self._caller_speaks(began_ms)

    def _words(
        self, text: str, *, final: bool, confidence: float = 1.0, ended: bool = False
    ) -> None:
        if not words_of(text):
            self._speech_final = self._speech_final or (final and ended)
            return
        if not self._admitted(text):
            return
        self._word_ms = self._now
        self._asked = False
        self._ended = False
        self._speech_final = ended
        self._confidence = max(self._confidence, confidence)
        if final:
            self._finals.append(text.strip())
            self._partial = ""
        else:
            self._partial = text.strip()
        if self._eager and not self._same(self._text(), self._eager_text):
            self._drop_eager()

    def _admitted(self, text: str) -> bool:
        """Give the caller the floor for these words, unless they do not ask for it."""
        if self.state is State.LISTENING:
            self._caller_speaks(self._now)
        if self.state is State.CALLER_SPEAKING:
            return True
        if self._same(text, self._taken[1]) or is_backchannel(text) or is_echo(text, self._spoken):
            return False
        if not (self._action or self._transfer):
            self._take_floor()
        return True

    def _take_floor(self) -> None:
        if self.state is State.THINKING:
            self._drop_attempt()
            finals, partial = self._taken
            self._finals = [*finals, *self._finals]
            self._partial = partial
        else:
            if self.state is State.SPEAKING:
                self._out.append(ClearSpeech())
            self._out.append(AbandonSpeech())
        self._live = self._eager = False
        self._caller_speaks(self._now)

    def _caller_speaks(self, began_ms: int) -> None:
        self._turn_ms = began_ms
        self._taken = ([], "")
        self._barge_ms = None
        self._go(State.CALLER_SPEAKING)

    def _eager_end(self, text: str) -> None:
        self._merge(text, final=False)
        if self.state is State.CALLER_SPEAKING and not self._live and words_of(text):
            self._live = self._eager = True
            self._eager_text = self._text()
            self._out.append(StartAttempt(self._eager_text, eager=True))

    def _turn_ended(self, text: str) -> None:
        self._merge(text, final=True)
        self._ended = True

    def _merge(self, text: str, *, final: bool) -> None:
        """The recogniser's whole turn: what the finals do not hold already is added."""
        known = " ".join(words_of(" ".join(self._finals)))
        whole = " ".join(words_of(text))
        if not whole or (known and known.endswith(whole)):
            return
        if known and whole.startswith(known):
            self._finals = []
        self._words(text, final=final)

    def _key(self, digit: str) -> None:
        self._asked = False
        self._key_ms = self._now
        if self._action or self._transfer:
            self._keys += digit
            return
        if self.state in (State.SPEAKING, State.INTERRUPTED, State.THINKING):
            self._take_floor()
        elif self.state is State.LISTENING:
            self._caller_speaks(self._now)
        if digit == "0" and not self._keys:
            self._begin(AskForPerson())
            return
        self._keys += digit
        if digit == "#":
            self._keys_entered()

    # What we do.

    def _reply_started(self, text: str) -> None:
        self._spoken.append(text)
        if self.state in (State.THINKING, State.LISTENING, State.CALLER_SPEAKING):
            self._eager = False
            self._go(State.SPEAKING)
            if self._voice:
                self._barge_ms = self._now
            if self._text() and not (self._action or self._transfer):
                self._barge_ms = self._now
        elif self.state is State.SPEAKING:
            self._since = self._now

    def _begin(self, decision: Decision) -> None:
        self._drop_attempt()
        self._live = True
        self._out.append(decision)
        self._go(State.THINKING)

    def _keys_entered(self) -> None:
        keys, self._keys = self._keys.strip("#*"), ""
        if self._text():
            self._finals = [self._text(), keys] if keys else [self._text()]
            self._partial = ""
            self._finish_turn()
        elif keys:
            self._begin(KeysEntered(keys))
        else:
            self._listen()

    def _finish_turn(self) -> None:
        text = self._text()
        self._failures = 0
        self._taken = (self._finals, self._partial)
        self._forget_words()
        if self._eager and self._same(text, self._eager_text):
            self._eager = False
            self._out.append(CommitAttempt())
            self._go(State.THINKING)
        else:
            self._begin(StartAttempt(text))

    def _forget_words(self) -> None:
        self._finals, self._partial = [], ""
        self._ended = self._speech_final = False
        self._confidence = 0.0

    def _fail_recognition(self) -> None:
        self._forget_words()
        self._drop_attempt()
        self._failures += 1
        if self._failures == 1:
            self._listen()
            self._out.append(AskRepeat())
        else:
            self._failures = 0
            self._begin(OfferMessage())

    def _drop_attempt(self) -> None:
        if self._live:
            self._out.append(DropAttempt())
        self._live = self._eager = False

    def _drop_eager(self) -> None:
        if self._eager:
            self._drop_attempt()

    def _listen(self) -> None:
        self._transfer = False
        self._go(State.LISTENING)
        if self._finals or self._partial or self._keys:
            self._caller_speaks(self._now)

    def _go(self, state: State) -> None:
        self.state, self._since = state, self._now

    # Time.

    def _settle(self) -> None:
        """Do what is due, one step: each step moves the next deadline on."""
        if self.state is State.ENDED or self.deadline_ms is None or self._now < self.deadline_ms:
            return
        if self._now >= self._config.longest_call_ms:
            self._goodbye("too_long")
            return
        match self.state:
            case State.LISTENING:
                self._silence()
            case State.CALLER_SPEAKING:
                self._caller_due()
            case State.THINKING:
                self._drop_attempt()
                self._action = False
                self._listen()
                self._out.append(AskRepeat())
            case State.SPEAKING:
                self._speaking_due()
            case _:
                self._interrupted_due()

    def _silence(self) -> None:
        if self._asked:
            self._goodbye("silence")
            return
        self._asked = True
        self._listen()
        self._out.append(AskStillThere())

    def _goodbye(self, reason: str) -> None:
        if self.state is State.INTERRUPTED:
            self._out.append(AbandonSpeech())
            self._live = False
        self._drop_attempt()
        self._out.append(SayGoodbyeAndEnd("silence" if reason == "silence" else "too_long"))
        self.state = State.ENDED

    def _caller_due(self) -> None:
        if self._keys:
            self._keys_entered()
            return
        if self._text():
            if self._confidence < self._config.least_confidence:
                self._fail_recognition()
                return
            if self._now >= self._turn_ms + self._config.longest_monologue_ms:
                self._cut()
                return
            self._finish_turn()
            return
        spoke_ms = (self._now if self._voice else self._quiet_ms) - self._voice_ms
        if spoke_ms >= self._config.shortest_speech_ms:
            self._fail_recognition()
            return
        self._listen()
        return

    def _cut(self) -> None:
        text = self._text()
        self._taken = (self._finals, self._partial)
        self._forget_words()
        self._begin(CutMonologue(text))

    def _speaking_due(self) -> None:
        if self._barge_ms is not None:
            self._barge_ms = None
            if self._action or self._transfer:
                return
            self._out.append(ClearSpeech())
            self._go(State.INTERRUPTED)
            if self._text():
                self._take_floor()
            return
        # Marks that never come back must not leave the caller waiting for us.
        self._action = False
        self._drop_attempt()
        self._listen()

    def _interrupted_due(self) -> None:
        self._out.append(ResumeSpeech())
        self._go(State.SPEAKING)

    def _state_deadline(self) -> int:
        config = self._config
        match self.state:
            case State.LISTENING:
                return self._since + config.silence_ms
            case State.CALLER_SPEAKING:
                return self._caller_deadline()
            case State.THINKING:
                return self._since + config.thinking_ms
            case State.SPEAKING:
                if self._barge_ms is not None:
                    return self._barge_ms + config.barge_in_ms
                return self._since + config.speaking_ms
            case _:
                voiced = self._voice
                wait = config.longest_interruption_ms if voiced else config.false_interruption_ms
                return self._since + wait

    def _caller_deadline(self) -> int:
        config = self._config
        if self._keys:
            return self._key_ms + config.keys_pause_ms
        if not self._text():
            if self._voice:
                return self._turn_ms + config.longest_wordless_ms
            return max(self._quiet_ms, self._since) + config.no_words_ms
        return min(self._words_deadline(), self._turn_ms + config.longest_monologue_ms)

    def _words_deadline(self) -> int:
        config = self._config
        wait_ms = silence_needed_ms(self._text())
        if self._voice:
            patience = config.noise_wait_ms if self._ended else 2 * config.noise_wait_ms
            return self._word_ms + patience + wait_ms
        quiet_ms = self._quiet_ms if self._quiet_ms >= self._turn_ms else self._word_ms
        if self._ended:
            return quiet_ms + (LONG_MS if wait_ms == LONG_MS else 0)
        if self._speech_final:
            return quiet_ms + wait_ms
        return max(quiet_ms, self._word_ms) + wait_ms + config.no_endpoint_ms

    def _text(self) -> str:
        return " ".join(part for part in (*self._finals, self._partial) if part)

    def _same(self, text: str, other: str) -> bool:
        return bool(other) and words_of(text) == words_of(other)
