"""One phone call running on a media stream.

The IO shell around the pure turn machine: it turns frames, words and marks
into events, and decisions into audio, model requests and records. Policy is in
`voice.turn_taking`; here is no `if` about whose turn it is.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Literal, assert_never

import structlog

from receptionist.call import phrases
from receptionist.call.alarm import Alarm
from receptionist.call.answering import Answering, Attempt
from receptionist.call.ending import CallOver, Ending
from receptionist.call.exchange import Exchanges
from receptionist.call.falling_back import FallingBack
from receptionist.call.file import CallFile
from receptionist.call.hearing import Hearing
from receptionist.call.live import UNWATCHED, Watched
from receptionist.call.media_clock import MediaClock
from receptionist.call.media_socket import MediaSocket
from receptionist.call.outgoing import Outgoing
from receptionist.call.speaking import Speaker
from receptionist.call.speech_cache import SpeechCache
from receptionist.call.steering import Steering
from receptionist.call.transcripts import turn_event, words_of
from receptionist.call.warm import Vendors
from receptionist.conversation.events import (
    ActionDone,
    ActionStarted,
    EffectRequested,
    RouterEvent,
    Sentence,
    SentenceForeseen,
    TurnTimings,
)
from receptionist.conversation.router import Router
from receptionist.observability import Metrics
from receptionist.ports.function_handler import Effect, EndCall, TransferCaller
from receptionist.ports.speech_to_text import TranscriptEvent
from receptionist.ports.voice_detector import VoiceListening
from receptionist.voice import media_stream
from receptionist.voice import turn_events as turns
from receptionist.voice.turn_config import TurnConfig
from receptionist.voice.turn_taking import TurnMachine
from receptionist.voice.voice_activity import VoiceEdge, VoiceStopped

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StreamServices:
    """What every stream call of a process shares."""

    router: Router
    vendors: Vendors
    cache: SpeechCache
    metrics: Metrics
    live: Watched = UNWATCHED
    turns: TurnConfig = field(default_factory=TurnConfig)


class TwilioCallHandler:
    """Work one call from the stream's first message to its last."""

    def __init__(
        self,
        socket: MediaSocket,
        file: CallFile,
        hearing: Hearing,
        listening: VoiceListening,
        services: StreamServices,
    ) -> None:
        self._socket = socket
        self._file = file
        self._hearing = hearing
        self._listening = listening
        self._metrics = services.metrics
        self._live = services.live
        self._protocol = media_stream.MediaStreamProtocol()
        self._machine = TurnMachine(services.turns)
        self._clock = MediaClock()
        self._outgoing = Outgoing(socket, on_sent=lambda: self._exchanges.reached("first_frame"))
        self._alarm = Alarm(self._clock, ring=self._expire, failed=lambda: self._ending.lose())
        self._reply_complete = False
        self._repeating = False
        """What is said now is in the conversation already, from before the stream broke off."""
        self._group = asyncio.TaskGroup()
        self._speaker = Speaker(
            services.vendors.voices,
            services.cache,
            language=file.practice.language,
            stream=self._protocol,
            send=self._outgoing.put,
            now_ms=lambda: self._clock.now_ms,
            on_first_audio=lambda: self._exchanges.reached("first_audio"),
            on_lost=lambda: self._fallback.mute(),
            metrics=services.metrics,
        )
        self._exchanges = Exchanges(file, self._speaker)
        self._ending = Ending(file, self._exchanges.finish)
        self.steering = Steering(file, self._ending)
        self._answering = Answering(
            services.router,
            file,
            deliver=self._deliver,
            foresee=self._speaker.foresee,
            finished=self._attempt_finished,
            failed=self._attempt_failed,
        )
        self._fallback = FallingBack(
            file, self._speaker, self._ending, lambda: self._answering.running
        )

    async def run(self) -> None:
        """Hold the call until it ends, is handed on, or is lost."""
        try:
            async with self._group as group:
                group.create_task(self._receive())
                group.create_task(self._send())
                group.create_task(self._speaker.run())
                group.create_task(self._ending.wait())
                self._alarm.set(self._machine.deadline_ms)
        except* CallOver:
            pass
        finally:
            # Frames and words go on coming while the call is handed over.
            self._machine.end()
            self._alarm.set(None)
            self._hearing.stop()
            self._exchanges.finish()
            self._count_anomalies()
            await self._file.handed_over()
            await self._socket.close()

    # In: the stream.

    async def _receive(self) -> None:
        await self._socket.listen(self._message)
        self._ending.lose()

    def _message(self, message: str | bytes) -> None:
        event = self._protocol.receive(message)
        if event is not None:
            self._stream_event(event)

    def _stream_event(self, event: media_stream.StreamEvent) -> None:
        match event:
            case media_stream.Media(mulaw=mulaw, timestamp_ms=at_ms):
                now_ms = self._clock.frame(at_ms)
                self._hearing.feed(mulaw)
                for edge in self._listening.feed(mulaw, at_ms):
                    self._voice_edge(edge)
                self._alarm.reached(now_ms)
            case media_stream.Started():
                self._started(event)
            case media_stream.MarkEchoed(name=name):
                self._speaker.echoed(name)
                self._exchanges.keep(answered=self._file.answered)
                self._check_heard()
            case media_stream.Dtmf(digit=digit):
                self._feed(turns.Key(digit))
            case media_stream.Stopped():
                self._ending.caller_hung_up()
            case media_stream.Connected():
                pass
            case _:
                assert_never(event)

    def _started(self, event: media_stream.Started) -> None:
        if event.call_sid != self._file.call_sid:
            log.warning("stream_for_another_call")
            self._ending.refuse()
            return
        if self._file.is_new and not self._file.conversation.messages:
            self._greet()
        elif self._file.cut_off:
            self._take_up()
        else:
            self._answer_note(self._file.take_pending())
        self._hearing.attach(self._words, self._fallback.deaf)

    async def _send(self) -> None:
        await self._outgoing.run()
        self._ending.lose()

    def _count_anomalies(self) -> None:
        for kind, count in self._protocol.anomalies.items():
            self._metrics.stream_anomalies.labels(kind).inc(count)

    # In: words and voice.

    def _words(self, event: TranscriptEvent) -> None:
        self._feed(turns.HeardSoFar(self._speaker.said(), self._speaker.heard()))
        self._feed(turn_event(event))
        if words := words_of(event):
            self._live.say(self._file.call_sid, "caller", words)

    def _voice_edge(self, edge: VoiceEdge) -> None:
        if isinstance(edge, VoiceStopped):
            self._exchanges.voice_stopped(self._clock.wall_at(edge.at_ms))
            self._hearing.voice_stopped()
        else:
            self._exchanges.voice_started()
            self._hearing.voice_started()
        self._feed(edge)

    # Whose turn it is: events in, decisions out.

    def _feed(self, event: turns.TurnEvent) -> None:
        for decision in self._machine.receive(event, self._clock.now_ms):
            self._decide(decision)
        self._alarm.set(self._machine.deadline_ms)

    def _expire(self) -> None:
        for decision in self._machine.expire(self._clock.now_ms):
            self._decide(decision)
        self._alarm.set(self._machine.deadline_ms)

    def _decide(self, decision: turns.Decision) -> None:
        match decision:
            case turns.StartAttempt(text=text, eager=eager):
                self._answer(text, eager=eager)
            case turns.KeysEntered(digits=text) | turns.CutMonologue(text=text):
                self._answer(text)
            case turns.CommitAttempt():
                self._exchanges.keep(answered=False)
                self._answering.commit()
            case turns.DropAttempt():
                self._answering.drop()
                self._exchanges.drop()
            case turns.ClearSpeech():
                self._outgoing.drop()
                self._speaker.hold()
            case turns.ResumeSpeech():
                self._speaker.resume()
            case turns.AbandonSpeech():
                self._abandon()
            case turns.AskStillThere():
                self._say_alone(phrases.STILL_THERE)
            case turns.AskRepeat(trouble=trouble):
                self._say_alone(phrases.TROUBLE if trouble else phrases.REPEAT_PLEASE)
            case turns.OfferMessage():
                self._note(phrases.NOT_UNDERSTOOD)
            case turns.AskForPerson(text=text):
                self._note(phrases.PRESSED_ZERO, caller=text)
            case turns.SayGoodbyeAndEnd(reason=reason):
                self._goodbye(reason)
            case turns.HandOver():
                self._ending.go_plain()
            case _:
                assert_never(decision)

    # Out: answers.

    def _greet(self) -> None:
        self._say_alone(self._file.greeting, number=0)

    def _take_up(self) -> None:
        """The conversation goes on where its last stream, or its last process, broke off."""
        again = self._file.broken_off()
        if not again and self._file.answered:
            self._note(phrases.RECONNECTED)
            return
        self._begin()
        for sentence in (phrases.CUT_OFF, *again):
            self._say(sentence)
        if again:
            self._repeating = True
            self._complete()
        else:
            self._answering.start(self._group, None, eager=False)

    def _answer_note(self, caller: str = "") -> None:
        """The conversation's last entry is a note about what happened on the line."""
        self._begin(caller)
        self._answering.start(self._group, None, eager=False)

    def _answer(self, text: str, *, eager: bool = False) -> None:
        self._begin(text)
        # An eager one as well: a process that takes the call over would answer these words.
        self._exchanges.keep(answered=False)
        self._answering.start(self._group, text, eager=eager)

    def _begin(self, caller: str = "", number: int | None = None) -> None:
        self._repeating = False
        self._exchanges.begin(caller, number)

    def _note(self, note: str, *, caller: str = "") -> None:
        if caller:
            self._file.conversation.begin_turn(caller)
        self._file.conversation.note(note)
        self._answer_note(caller)

    def _say_alone(self, text: str, *, number: int | None = None) -> None:
        """A sentence by rule, outside any turn of the model's."""
        self._file.conversation.greet(text)
        self._begin("", number)
        self._say(text)
        self._complete()

    def _goodbye(self, reason: Literal["silence", "too_long"]) -> None:
        self._answering.cancel()
        self._ending.when_heard(self._ending.hang_up, self._group)
        self._say_alone(phrases.GOODBYES[reason])

    def _deliver(self, event: RouterEvent) -> None:
        match event:
            case Sentence(text=text, filler=filler):
                self._exchanges.reached("model_first_token")
                self._exchanges.reached("first_sentence")
                self._say(text, filler=filler)
            case ActionStarted():
                self._feed(turns.ActionRunning(True))
            case ActionDone():
                self._feed(turns.ActionRunning(False))
            case EffectRequested(effect=effect):
                self._take_effect(effect)
            case TurnTimings() | SentenceForeseen():
                self._exchanges.reached("model_first_token")
            case _:
                assert_never(event)

    def _take_effect(self, effect: Effect) -> None:
        match effect:
            case EndCall():
                self._ending.when_heard(self._ending.hang_up, self._group)
            case TransferCaller(reason=reason):
                self._feed(turns.TransferPending())
                self._ending.when_heard(lambda: self._ending.transfer(reason), self._group)
            case _:
                assert_never(effect)

    def _say(self, text: str, *, filler: bool = False) -> None:
        self._reply_complete = False
        self._feed(turns.ReplyStarted(text))
        self._speaker.say(text, filler=filler)
        self._live.say(self._file.call_sid, "receptionist", text)
        self._exchanges.keep(answered=False)

    def _attempt_finished(self, attempt: Attempt) -> None:
        if attempt.dropped:
            return
        if self._speaker.said_anything:
            self._complete()
        elif self._ending.pending:
            self._ending.all_heard()
        else:
            self._feed(turns.AttemptEmpty())

    def _attempt_failed(self) -> None:
        """What was said before it failed is still heard to its end."""
        self._feed(turns.AttemptFailed())
        if self._speaker.said_anything:
            self._complete()

    def _complete(self) -> None:
        """Everything of this reply has been queued; what remains is that it is heard."""
        self._reply_complete = True
        self._exchanges.keep(answered=True)
        self._feed(turns.ReplyComplete())
        self._check_heard()

    def _check_heard(self) -> None:
        if not self._reply_complete or self._speaker.anything_unheard:
            return
        self._reply_complete = False
        self._exchanges.finish()
        if self._ending.pending:
            self._ending.all_heard()
        else:
            self._feed(turns.ReplyHeard())
            self._fallback.said()

    def _abandon(self) -> None:
        """The caller has taken the floor: the model's context holds only what was heard."""
        heard = self._speaker.heard()
        self._answering.cancel()
        self._ending.forget()
        self._exchanges.finish()
        if not self._repeating:
            self._file.conversation.heard(heard)
        self._speaker.abandon()
        self._reply_complete = False
        self._exchanges.forget()
