"""One phone call running on a media stream.

The IO shell around the pure turn machine: it turns frames, words and marks
into events, and decisions into audio, model requests and records. Policy is in
`voice.turn_taking`; here is no `if` about whose turn it is.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

import structlog

from receptionist.call import phrases
from receptionist.call.answering import Answering, Attempt
from receptionist.call.exchange import Exchange
from receptionist.call.file import CallFile
from receptionist.call.hearing import Hearing
from receptionist.call.media_socket import MediaSocket
from receptionist.call.speaking import Speaker
from receptionist.call.speech_cache import SpeechCache
from receptionist.call.warm import Vendors
from receptionist.conversation.events import (
    ActionDone,
    ActionStarted,
    EffectRequested,
    RouterEvent,
    Sentence,
    TurnTimings,
)
from receptionist.conversation.router import Router
from receptionist.observability import Metrics
from receptionist.ports.function_handler import Effect, EndCall, TransferCaller
from receptionist.ports.records import EndedBy
from receptionist.ports.speech_to_text import (
    EagerEndOfTurn,
    EndOfTurn,
    FinalTranscript,
    PartialTranscript,
    SpeechBegan,
    TranscriptEvent,
    TurnResumed,
)
from receptionist.ports.voice_detector import VoiceListening
from receptionist.voice import media_stream
from receptionist.voice import turn_taking as turns

log = structlog.get_logger()

GOODBYE_BUDGET_S = 20.0
"""The goodbye has been heard by then, or the call ends all the same."""


@dataclass(frozen=True, slots=True)
class StreamServices:
    """What every stream call of a process shares."""

    router: Router
    vendors: Vendors
    cache: SpeechCache
    metrics: Metrics


class _CallOver(Exception):
    """Leaves the call's task group; not an error."""


@dataclass(slots=True)
class _Clock:
    """Media time: the stream's own timestamps, carried on between frames by the wall."""

    media_ms: int = 0
    at: float = field(default_factory=time.monotonic)

    def frame(self, timestamp_ms: int) -> None:
        now = self.now_ms
        self.media_ms, self.at = max(timestamp_ms, now), time.monotonic()

    @property
    def now_ms(self) -> int:
        return self.media_ms + int((time.monotonic() - self.at) * 1000)


class TwilioCallHandler:
    """Work one call from the stream's first message to its last."""

    def __init__(
        self,
        socket: MediaSocket,
        file: CallFile,
        hearing: Hearing,
        listening: VoiceListening,
        services: StreamServices,
        config: turns.TurnConfig | None = None,
    ) -> None:
        self._socket = socket
        self._file = file
        self._hearing = hearing
        self._listening = listening
        self._metrics = services.metrics
        self._protocol = media_stream.MediaStreamProtocol()
        self._machine = turns.TurnMachine(config or turns.TurnConfig())
        self._clock = _Clock()
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._wake = asyncio.Event()
        self._over: asyncio.Future[EndedBy | None] = asyncio.get_running_loop().create_future()
        self._ending: Callable[[], None] | None = None
        self._reply_complete = False
        self._exchange: Exchange | None = None
        self._speech_ended: float | None = None
        self._group = asyncio.TaskGroup()
        language = file.practice.languages[0] if file.practice.languages else "en"
        self._speaker = Speaker(
            services.vendors.voices,
            services.cache,
            language=language,
            stream=self._protocol,
            send=self._outgoing.put_nowait,
            now_ms=lambda: self._clock.now_ms,
            on_first_audio=self._first_audio,
            on_lost=self._go_plain,
            metrics=services.metrics,
        )
        self._answering = Answering(
            services.router,
            file,
            deliver=self._deliver,
            finished=self._attempt_finished,
            failed=lambda: self._feed(turns.AttemptFailed()),
        )

    async def run(self) -> None:
        """Hold the call until it ends, is handed on, or is lost."""
        try:
            async with self._group as group:
                group.create_task(self._receive())
                group.create_task(self._send())
                group.create_task(self._speaker.run())
                group.create_task(self._expire_deadlines())
                group.create_task(self._leave_when_over())
        except* _CallOver:
            pass
        finally:
            self._hearing.stop()
            self._finish_exchange()
            self._count_anomalies()
            await self._file.kept()
            await self._socket.close()

    # In: the stream.

    async def _receive(self) -> None:
        while True:
            message = await self._socket.receive()
            if message is None:
                self._lost()
                return
            event = self._protocol.receive(message)
            if event is not None:
                self._stream_event(event)

    def _stream_event(self, event: media_stream.StreamEvent) -> None:
        match event:
            case media_stream.Media(mulaw=mulaw, timestamp_ms=at_ms):
                self._clock.frame(at_ms)
                self._hearing.feed(mulaw)
                for edge in self._listening.feed(mulaw, at_ms):
                    self._voice_edge(edge)
            case media_stream.Started():
                self._started(event)
            case media_stream.MarkEchoed(name=name):
                self._speaker.echoed(name)
                self._check_heard()
            case media_stream.Dtmf(digit=digit):
                self._feed(turns.Key(digit))
            case media_stream.Stopped():
                self._end("caller")
            case media_stream.Connected():
                pass
            case _:
                assert_never(event)

    def _started(self, event: media_stream.Started) -> None:
        if event.call_sid != self._file.call_sid:
            log.warning("stream_for_another_call")
            self._end(None)
            return
        self._hearing.attach(self._words, self._go_plain)
        if self._file.is_new and not self._file.conversation.messages:
            self._greet()
        else:
            self._answer_note()

    def _lost(self) -> None:
        """The socket is gone without a `stop`: stored state answers if Twilio asks again."""
        self._file.lost = True
        self._file.plan(self._file.next)
        self._end(None)

    # In: words and voice.

    def _words(self, event: TranscriptEvent) -> None:
        match event:
            case SpeechBegan():
                self._feed(turns.SpeechBegan())
            case PartialTranscript(text=text, confidence=confidence):
                self._feed(turns.Partial(text, confidence))
            case FinalTranscript(text=text, confidence=confidence, speech_final=final):
                self._feed(turns.Final(text, confidence, final))
            case EagerEndOfTurn(text=text):
                self._feed(turns.EagerEnd(text))
            case TurnResumed():
                self._feed(turns.Resumed())
            case EndOfTurn(text=text):
                self._feed(turns.TurnEnded(text))
            case _:
                assert_never(event)

    def _voice_edge(self, edge: turns.VoiceStarted | turns.VoiceStopped) -> None:
        if isinstance(edge, turns.VoiceStopped) and self._exchange is None:
            self._speech_ended = time.monotonic()
        self._feed(edge)

    # Whose turn it is: events in, decisions out.

    def _feed(self, event: turns.TurnEvent) -> None:
        for decision in self._machine.receive(event, self._clock.now_ms):
            self._decide(decision)
        self._wake.set()

    async def _expire_deadlines(self) -> None:
        while True:
            self._wake.clear()
            deadline = self._machine.deadline_ms
            wait_s = None if deadline is None else (deadline - self._clock.now_ms) / 1000
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                for decision in self._machine.expire(self._clock.now_ms):
                    self._decide(decision)

    def _decide(self, decision: turns.Decision) -> None:
        match decision:
            case turns.StartAttempt(text=text, eager=eager):
                self._begin_exchange(text)
                self._answering.start(self._group, text, eager=eager)
            case turns.CommitAttempt():
                self._answering.commit()
            case turns.DropAttempt():
                self._answering.drop()
                self._exchange = None
            case turns.ClearSpeech():
                self._drop_outgoing_audio()
                self._speaker.hold()
            case turns.ResumeSpeech():
                self._speaker.resume()
            case turns.AbandonSpeech():
                self._abandon()
            case turns.AskStillThere():
                self._say_alone(phrases.STILL_THERE)
            case turns.AskRepeat():
                self._say_alone(phrases.REPEAT_PLEASE)
            case turns.OfferMessage():
                self._note(phrases.NOT_UNDERSTOOD)
            case turns.AskForPerson():
                self._note(phrases.PRESSED_ZERO)
            case turns.KeysEntered(digits=digits):
                self._begin_exchange(digits)
                self._answering.start(self._group, digits, eager=False)
            case turns.CutMonologue(text=text):
                self._begin_exchange(text)
                self._answering.start(self._group, text, eager=False)
            case turns.SayGoodbyeAndEnd(reason=reason):
                self._goodbye(reason)
            case _:
                assert_never(decision)

    # Out: answers.

    def _greet(self) -> None:
        practice = self._file.practice
        text = phrases.greeting(practice.greeting, recording=practice.recording)
        self._file.conversation.greet(text)
        self._exchange = self._new_exchange(0, "")
        self._say(text)
        self._complete()

    def _answer_note(self) -> None:
        """The conversation goes on after a transfer or a lost stream: its last entry is a note."""
        self._begin_exchange("")
        self._answering.start(self._group, None, eager=False)

    def _note(self, note: str) -> None:
        self._file.conversation.note(note)
        self._begin_exchange("")
        self._answering.start(self._group, None, eager=False)

    def _say_alone(self, text: str) -> None:
        """A sentence by rule, outside any turn of the model's."""
        self._file.conversation.greet(text)
        self._finish_exchange()
        self._exchange = self._new_exchange(self._file.next_turn(), "")
        self._say(text)
        self._complete()

    def _goodbye(self, reason: str) -> None:
        self._answering.cancel()
        silent = reason == "silence"
        text = phrases.SILENCE_GOODBYE if silent else phrases.TOO_LONG_GOODBYE
        self._finish_when_heard(self._hang_up)
        self._say_alone(text)

    def _deliver(self, event: RouterEvent) -> None:
        match event:
            case Sentence(text=text, filler=filler):
                self._reached("model_first_token")
                self._reached("first_sentence")
                self._say(text, filler=filler)
            case ActionStarted():
                self._feed(turns.ActionRunning(True))
            case ActionDone():
                self._feed(turns.ActionRunning(False))
            case EffectRequested(effect=effect):
                self._take_effect(effect)
            case TurnTimings():
                self._reached("model_first_token")
            case _:
                assert_never(event)

    def _take_effect(self, effect: Effect) -> None:
        match effect:
            case EndCall():
                self._finish_when_heard(self._hang_up)
            case TransferCaller(reason=reason):
                self._feed(turns.TransferPending())
                self._finish_when_heard(lambda: self._transfer(reason))
            case _:
                assert_never(effect)

    def _say(self, text: str, *, filler: bool = False) -> None:
        self._reply_complete = False
        self._feed(turns.ReplyStarted(text))
        self._speaker.say(text, filler=filler)

    def _attempt_finished(self, attempt: Attempt) -> None:
        if attempt.dropped:
            return
        if self._speaker.said_anything:
            self._complete()
        elif self._ending is not None:
            self._ending()
        else:
            self._feed(turns.AttemptEmpty())

    def _complete(self) -> None:
        """Everything of this reply has been queued; what remains is that it is heard."""
        self._reply_complete = True
        self._feed(turns.ReplyComplete())
        self._check_heard()

    def _check_heard(self) -> None:
        if not self._reply_complete or self._speaker.anything_unheard:
            return
        self._reply_complete = False
        self._finish_exchange()
        if self._ending is not None:
            self._ending()
        else:
            self._feed(turns.ReplyHeard())

    def _abandon(self) -> None:
        """The caller has taken the floor: the model's context holds only what was heard."""
        heard = self._speaker.heard()
        self._answering.cancel()
        self._ending = None
        self._finish_exchange()
        self._file.conversation.heard(heard)
        self._speaker.abandon()
        self._reply_complete = False

    # Records and timings.

    def _begin_exchange(self, caller: str) -> None:
        self._finish_exchange()
        self._exchange = self._new_exchange(self._file.next_turn(), caller)

    def _new_exchange(self, number: int, caller: str) -> Exchange:
        self._speaker.begin_turn()
        speech_ended = self._speech_ended or time.monotonic()
        self._speech_ended = None
        return Exchange(number, caller, speech_ended)

    def _finish_exchange(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            return
        timings = exchange.timings() if exchange.caller else {}
        self._file.record_turn(
            exchange.number,
            caller=exchange.caller,
            receptionist=self._speaker.said(),
            heard=self._speaker.heard(),
            timings=timings,
        )

    def _reached(self, stage: str) -> None:
        if self._exchange is not None:
            self._exchange.stage_reached(stage)

    def _first_audio(self) -> None:
        self._reached("first_audio")

    # The end.

    def _finish_when_heard(self, ending: Callable[[], None]) -> None:
        """Once what has been said is heard, or the deadline is over."""
        self._ending = ending
        self._group.create_task(self._end_in_time(ending))

    async def _end_in_time(self, ending: Callable[[], None]) -> None:
        await asyncio.sleep(GOODBYE_BUDGET_S)
        if self._ending is ending:
            ending()

    def _hang_up(self) -> None:
        self._end("receptionist")

    def _transfer(self, reason: str) -> None:
        self._file.plan("transfer", transfer_reason=reason)
        self._end(None)

    def _go_plain(self) -> None:
        """Nobody hears or speaks any more: Twilio's own ears and voice take over."""
        self._file.plan("plain")
        self._end(None)

    def _end(self, by: EndedBy | None) -> None:
        """Leave the stream; `by` is None when the call itself goes on elsewhere."""
        if self._over.done():
            return
        if by is not None:
            self._finish_exchange()
            self._file.plan("hang_up")
            self._file.ended(by)
        self._over.set_result(by)

    async def _leave_when_over(self) -> None:
        await self._over
        raise _CallOver

    # Out: the socket.

    async def _send(self) -> None:
        while True:
            message = await self._outgoing.get()
            self._reached("first_frame")
            try:
                await self._socket.send(message)
            except ConnectionError:
                self._lost()
                return

    def _drop_outgoing_audio(self) -> None:
        """What has not left yet is cleared as well."""
        while not self._outgoing.empty():
            self._outgoing.get_nowait()

    def _count_anomalies(self) -> None:
        for kind, count in self._protocol.anomalies.items():
            self._metrics.stream_anomalies.labels(kind).inc(count)
