"""Whose turn it is: one pure machine, driven by media time.

    state            event                       next              decision
    listening        voice or words              caller_speaking
    listening        silence                     listening         ask, then a goodbye
    caller_speaking  end + silence + words       thinking          start or commit
    caller_speaking  a pause after words         caller_speaking   start, and say nothing yet
    caller_speaking  speech without words        listening         ask again, then a message
    caller_speaking  words nobody is sure of     listening         ask again, then a message
    thinking         a sentence is queued        speaking
    thinking         real words                  caller_speaking   drop; the texts are merged
    thinking         it fails, or takes too long listening         ask again, a message, hand over
    speaking         sustained voice             interrupted       clear
    speaking         real words, a key           caller_speaking   clear, abandon
    speaking         "yes" to a question of ours speaking          kept, answered next
    interrupted      no words in time            speaking          resume
    interrupted      real words, a key           caller_speaking   abandon
    interrupted      "yes" to a question of ours caller_speaking   abandon
    speaking         the last mark came back     listening
    any              the longest call            ended             goodbye

The voice detector is quick and knows no words; the recogniser is slow and knows
them. So voice alone may only silence us, and words decide. Every state but
`ended` has a deadline, and each deadline leads nearer to words or to a goodbye.
While a function changes the world, or a transfer is pending, words are kept for
the next turn and nothing is cancelled.

No clock, no task: `at_ms` is media time, and never goes back.
"""

from collections.abc import Callable
from typing import Literal

from receptionist.voice import turn_events as ev
from receptionist.voice.attempts import Attempts, Begin
from receptionist.voice.callers_turn import CallersTurn
from receptionist.voice.floor_words import is_backchannel, words_of
from receptionist.voice.our_reply import OurReply
from receptionist.voice.turn_config import State, TurnConfig
from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped


class TurnMachine:
    """Events in, decisions out."""

    def __init__(self, config: TurnConfig | None = None) -> None:
        self._config = config or TurnConfig()
        self.state = State.LISTENING
        self._out: list[ev.Decision] = []
        self._now = self._since = 0
        self._turn = CallersTurn(self._config)
        self._barge_ms: int | None = None
        self._attempts = Attempts(self._decide)
        self._reply = OurReply()
        self._misheard = 0
        self._asked_still_there = False

    def receive(self, event: ev.TurnEvent, at_ms: int) -> tuple[ev.Decision, ...]:
        """Take one event."""
        if self.state is State.ENDED:
            return ()
        self._now = max(self._now, at_ms)
        self._caller_event(event)
        self._settle()
        self._think_ahead(may_be_over=self._turn.may_be_over)
        return self._decisions()

    @property
    def deadline_ms(self) -> int | None:
        """When to call `expire`; None only after the end."""
        if self.state is State.ENDED:
            return None
        return min(self._state_deadline(), self._config.longest_call_ms)

    def expire(self, at_ms: int) -> tuple[ev.Decision, ...]:
        """Let time pass; does nothing before the deadline."""
        self._now = max(self._now, at_ms)
        self._settle()
        return self._decisions()

    def end(self) -> None:
        """Somebody else has the call: nothing is decided any more."""
        self.state = State.ENDED

    def _decide(self, decision: ev.Decision) -> None:
        self._out.append(decision)

    def _decisions(self) -> tuple[ev.Decision, ...]:
        out, self._out = tuple(self._out), []
        return out

    def _caller_event(self, event: ev.TurnEvent) -> None:
        match event:
            case VoiceStarted(at_ms=began_ms):
                self._voice_started(min(began_ms or self._now, self._now))
            case VoiceStopped(at_ms=ended_ms):
                self._barge_ms = None
                self._turn.voice_stopped(min(ended_ms or self._now, self._now))
            case ev.Partial(text=text, confidence=confidence):
                self._hear(text, confidence, self._turn.words.fresh)
            case ev.Final(text=text, confidence=confidence, speech_final=pause):
                self._hear(text, confidence, self._turn.words.fresh, final=True, pause=pause)
                self._turn.words.settle()
            case ev.EagerEnd(text=text):
                self._hear(text, None, self._turn.words.unknown)
                self._think_ahead(may_be_over=bool(self._turn.text))
            case ev.Resumed():
                self._turn.goes_on()
                self._attempts.drop_eager()
            case ev.TurnEnded(text=text):
                self._hear(text, None, self._turn.words.unknown, final=True)
                self._turn.ended()
            case ev.Key(digit=digit):
                self._key(digit)
            case _:
                self._our_event(event)

    def _our_event(self, event: ev.TurnEvent) -> None:
        match event:
            case ev.ReplyStarted(text=text):
                self._reply_started(text)
            case ev.ReplyComplete():
                self._attempts.complete()
            case ev.ReplyHeard():
                self._reply_heard()
            case ev.HeardSoFar(said=said, heard=heard):
                self._reply.heard_so_far(said, heard)
            case ev.AttemptEmpty() | ev.AttemptFailed():
                self._attempt_failed()
            case ev.ActionRunning(running=running):
                self._action_running(running)
            case ev.TransferPending():
                self._reply.transfer = True
            case _:
                pass

    def _voice_started(self, began_ms: int) -> None:
        self._turn.voice_started(began_ms)
        if self.state is State.SPEAKING:
            self._barge_ms = began_ms
        elif self.state is State.LISTENING:
            self._caller_speaks(began_ms)

    def _hear(
        self,
        text: str,
        confidence: float | None,
        news: Callable[[str], str],
        *,
        final: bool = False,
        pause: bool = False,
    ) -> None:
        """Take words; `news` tells which of them are not known yet."""
        self._turn.expect_late_words(self._now)
        new = news(text)
        if pause and not words_of(new):
            self._turn.paused()
        if not words_of(new) or not self._admitted(new):
            return
        self._asked_still_there = False
        # Taking the floor may have brought words of the last turn back.
        self._turn.hear(news(text), confidence, self._now, final=final, pause=pause)
        self._attempts.drop_eager(unless=self._turn.text)

    def _admitted(self, text: str) -> bool:
        """Give the caller the floor for these words, unless they do not ask for it."""
        if self.state is State.LISTENING:
            if self._reply.is_late_echo(text):
                return False
            self._caller_speaks(self._now)
        if self.state is State.CALLER_SPEAKING:
            return True
        if self._speaking and self._reply.is_answered_by(text):
            if self.state is State.INTERRUPTED:
                self._take_floor()
            return True
        if self._reply.goes_on_over(text):
            return False
        if not self._reply.busy:
            self._take_floor()
        return True

    @property
    def _speaking(self) -> bool:
        return self.state in (State.SPEAKING, State.INTERRUPTED)

    def _take_floor(self) -> None:
        if self.state is State.THINKING:
            self._attempts.drop()
            self._turn.words.untake()
        else:
            self._silence_us()
        self._caller_speaks(self._now)

    def _silence_us(self) -> None:
        """Nothing more of what we say is heard."""
        if self.state is State.SPEAKING:
            self._decide(ev.ClearSpeech())
        self._decide(ev.AbandonSpeech())
        self._attempts.abandon()

    def _caller_speaks(self, began_ms: int) -> None:
        self._turn.begin(began_ms)
        self._go(State.CALLER_SPEAKING)

    def _think_ahead(self, *, may_be_over: bool) -> None:
        """While a pause is not yet long enough to be the end, the model can answer already."""
        if may_be_over and self._config.preemptive and self.state is State.CALLER_SPEAKING:
            self._attempts.begin_early(self._turn.text)

    def _key(self, digit: str) -> None:
        self._asked_still_there = False
        if self._reply.busy:
            self._turn.press(digit, self._now)
            return
        if self._speaking or self.state is State.THINKING:
            self._take_floor()
        elif self.state is State.LISTENING:
            self._caller_speaks(self._now)
        if digit == "0" and not self._turn.keys:
            self._begin(ev.AskForPerson(self._turn.take(self._now)))
            return
        self._turn.press(digit, self._now)
        if digit == "#":
            self._keys_entered()

    def _reply_started(self, text: str) -> None:
        self._reply.started(text)
        if self.state is State.INTERRUPTED:
            return
        if self.state is not State.SPEAKING:
            # Whoever speaks already, or waits with words, is heard before us.
            waiting = bool(self._turn.text) and not is_backchannel(self._turn.text)
            if self._turn.voice or (waiting and not self._reply.busy):
                self._barge_ms = self._now
        self._go(State.SPEAKING)

    def _reply_heard(self) -> None:
        if self.state is State.INTERRUPTED:
            self._decide(ev.ResumeSpeech())
        if not self._speaking:
            return
        if self._attempts.live and not self._attempts.eager:
            self._go(State.THINKING)
        elif self._attempts.broken:
            self._recover()
        else:
            self._listen()

    def _action_running(self, running: bool) -> None:
        self._reply.action = running
        if not running and self.state is State.THINKING:
            self._since = self._now

    def _attempt_failed(self) -> None:
        # What was said before it broke off is heard first.
        if self._attempts.fail(spoken=self.state is not State.THINKING):
            self._recover()

    def _recover(self) -> None:
        """No answer: ask again, then offer a message, then give the line away."""
        self._attempts.broken = self._reply.action = False
        self._attempts.failed += 1
        if self._attempts.failed > 2:
            self._end(ev.HandOver())
        elif self._turn.anything:
            self._listen()
        elif self._attempts.failed == 2:
            self._begin(ev.OfferMessage())
        else:
            self._listen()
            self._decide(ev.AskRepeat(trouble=True))

    def _begin(self, decision: Begin) -> None:
        self._attempts.begin(decision)
        self._think()

    def _think(self) -> None:
        self._reply.action = False
        self._go(State.THINKING)

    def _keys_entered(self) -> None:
        spoken, keys = bool(self._turn.text), self._turn.take_keys()
        if spoken:
            self._finish_turn()
        elif keys:
            self._misheard = 0
            self._begin(ev.KeysEntered(self._turn.take(self._now)))
        else:
            self._listen()

    def _finish_turn(self) -> None:
        self._misheard = 0
        self._attempts.answer(self._turn.take(self._now))
        self._think()

    def _fail_recognition(self) -> None:
        self._turn.forget(self._now)
        self._attempts.drop()
        self._misheard += 1
        if self._misheard == 1:
            self._listen()
            self._decide(ev.AskRepeat())
        else:
            self._misheard = 0
            self._begin(ev.OfferMessage())

    def _listen(self) -> None:
        barging = self._barge_ms is not None
        self._reply.transfer = False
        self._go(State.LISTENING)
        if self._turn.anything or barging:
            self._caller_speaks(self._now)

    def _go(self, state: State) -> None:
        self.state, self._since = state, self._now
        if state is not State.SPEAKING:
            self._barge_ms = None

    def _end(self, decision: ev.Decision) -> None:
        self._decide(decision)
        self.state = State.ENDED

    def _settle(self) -> None:
        """Do what is due, one step: each step moves the next deadline on."""
        if self.deadline_ms is None or self._now < self.deadline_ms:
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
                self._attempts.drop()
                self._recover()
            case State.SPEAKING if self._barge_ms is not None:
                self._barge_in()
            case State.SPEAKING:
                # Marks that never come back must not leave the caller waiting for us.
                self._reply.action = False
                self._silence_us()
                self._listen()
            case _:
                self._decide(ev.ResumeSpeech())
                self._go(State.SPEAKING)

    def _silence(self) -> None:
        if self._asked_still_there:
            self._goodbye("silence")
        else:
            self._asked_still_there = True
            self._listen()
            self._decide(ev.AskStillThere())

    def _goodbye(self, reason: Literal["silence", "too_long"]) -> None:
        if self._speaking:
            self._silence_us()
        self._attempts.drop()
        self._end(ev.SayGoodbyeAndEnd(reason))

    def _caller_due(self) -> None:
        if self._turn.keys:
            self._keys_entered()
        elif self._turn.text and not self._turn.understood:
            self._fail_recognition()
        elif self._turn.text and self._turn.too_long(self._now):
            self._misheard = 0
            self._begin(ev.CutMonologue(self._turn.take(self._now)))
        elif self._turn.text:
            self._finish_turn()
        elif self._turn.was_speech(self._now):
            self._fail_recognition()
        else:
            self._listen()

    def _barge_in(self) -> None:
        self._barge_ms = None
        if not self._reply.busy:
            self._decide(ev.ClearSpeech())
            self._go(State.INTERRUPTED)
            if self._turn.text:
                self._take_floor()

    def _state_deadline(self) -> int:
        config = self._config
        extra_ms = config.action_ms if self._reply.action else 0
        match self.state:
            case State.LISTENING:
                return self._since + config.silence_ms
            case State.CALLER_SPEAKING:
                return self._turn.deadline_ms(self._since)
            case State.THINKING:
                return self._since + config.thinking_ms + extra_ms
            case State.SPEAKING if self._barge_ms is not None:
                return self._barge_ms + config.barge_in_ms
            case State.SPEAKING:
                return self._since + config.speaking_ms + extra_ms
            case _:
                if self._turn.voice:
                    return self._since + config.longest_interruption_ms
                return self._since + config.false_interruption_ms
