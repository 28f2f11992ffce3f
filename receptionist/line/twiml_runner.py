"""Obey TwiML as Twilio would (twilio.com/docs/voice/twiml), with a scripted caller on the line.

Every verb returns what comes next: another document, the end of the call, or
None for the next verb. Must not know how a server makes its documents.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin

from receptionist.line.caller import Caller, CallOptions
from receptionist.line.dialling import Dialling
from receptionist.line.document import (
    APPLICATION_ERROR,
    CALLER_HUNG_UP,
    FELL_OFF,
    End,
    Goto,
    Next,
    Verb,
    action,
    digits,
    number,
    parse,
    words,
)
from receptionist.line.media_stream import CallerStream, StreamFailed, StreamPlace, open_stream
from receptionist.line.recording import Recording
from receptionist.line.script import HangUp, Interrupt, Keys, Play, Say, Wait
from receptionist.line.voice import MS_PER_CHARACTER
from receptionist.line.webhooks import CallIdentity, Document, WebhookFailed, Webhooks

MOST_DOCUMENTS = 300
MOST_LOOPS = 1000


class TwimlRunner:
    """One call's way through its documents."""

    def __init__(
        self, webhooks: Webhooks, identity: CallIdentity, caller: Caller, options: CallOptions
    ) -> None:
        self._webhooks = webhooks
        self._identity = identity
        self._caller = caller
        self._options = options
        self.answered = False
        self._url = options.voice_url
        self._streams = 0

    async def run(self, first: Goto) -> End:
        """From the first request to the end of the call."""
        step: Next = first
        for _ in range(MOST_DOCUMENTS):
            if not isinstance(step, Goto):
                return step or FELL_OFF
            step = await self._go(step)
        self._caller.error(f"more than {MOST_DOCUMENTS} documents in one call")
        return APPLICATION_ERROR

    async def obey_text(self, twiml: str) -> End:
        """Go on with a document given by REST."""
        document = Document(self._url, "text/xml", twiml.encode())
        try:
            step = await self._obey(document)
        except WebhookFailed as exc:
            self._caller.error(str(exc))
            step = await self._fall_back(exc)
        return await self.run(step) if isinstance(step, Goto) else step or FELL_OFF

    async def _go(self, goto: Goto) -> Next:
        try:
            return await self._ask(goto)
        except WebhookFailed as exc:
            self._caller.error(str(exc))
            return await self._fall_back(exc)

    async def _fall_back(self, failure: WebhookFailed) -> Next:
        url = self._options.fallback_url
        if url is not None:
            extra = {"ErrorCode": str(failure.code), "ErrorUrl": failure.url}
            try:
                return await self._ask(Goto(url, "POST", extra))
            except WebhookFailed as exc:
                self._caller.error(str(exc))
        self._caller.note("line", "an application error has occurred")
        return APPLICATION_ERROR

    async def _ask(self, goto: Goto) -> Next:
        status = "in-progress" if self.answered else "ringing"
        parameters = {
            **self._identity.parameters(status),
            **self._options.parameters,
            **goto.parameters,
        }
        document = await self._webhooks.document(goto.url, parameters, goto.method)
        self._url = document.url
        return await self._obey(document) or FELL_OFF

    async def _obey(self, document: Document) -> Next:
        if document.content_type.startswith("audio/"):
            self.answered = True
            self._caller.note("receptionist", "(audio)")
            return FELL_OFF
        root = parse(document)
        if root is None:
            self.answered = True
            self._hear(document.body.decode(errors="replace"))
            return FELL_OFF
        for index, verb in enumerate(root):
            step = await self._verb(verb, first=index == 0)
            if step is not None:
                return step
        return None

    async def _verb(self, verb: Verb, *, first: bool) -> Next:
        if verb.tag == "Reject":
            if first and not self.answered:
                return End("busy" if verb.get("reason") == "busy" else "rejected", "receptionist")
            return FELL_OFF
        self.answered = True
        match verb.tag:
            case "Say" | "Play" | "Pause":
                await self._listen_to(verb)
            case "Gather":
                return await self._gather(verb)
            case "Redirect":
                return Goto(urljoin(self._url, words(verb)), verb.get("method", "POST"))
            case "Hangup":
                return FELL_OFF
            case "Connect":
                return await self._connect(verb)
            case "Dial":
                return await self._dial(verb)
            case "Record":
                return await self._record(verb)
            case _:
                self._caller.error(f"12200: <{verb.tag}> is not a verb this line knows")
        return None

    def _hear(self, text: str) -> None:
        if self._caller.report.first_audio_ms is None:
            self._caller.report.first_audio_ms = self._caller.now_ms
        self._caller.note("receptionist", text)

    async def _listen_to(self, verb: Verb) -> None:
        if verb.tag == "Pause":
            await self._caller.let_pass(number(verb, "length", 1))
            return
        if verb.tag == "Say":
            text = words(verb)
            seconds = len(text) * MS_PER_CHARACTER / 1000
        elif verb.get("digits"):
            text, seconds = "(keys)", 0.5
        else:
            text = "(audio)"
            seconds = len(await self._webhooks.fetch(urljoin(self._url, words(verb)))) / 8000
        # 0 is for ever, which no caller has ever waited for.
        for _ in range(int(number(verb, "loop", 1)) or MOST_LOOPS):
            self._hear(text)
            await self._caller.let_pass(seconds)

    async def _gather(self, verb: Verb) -> Next:
        for nested in verb:
            if nested.tag not in ("Say", "Play", "Pause"):
                self._caller.error(f"12200: <{nested.tag}> inside <Gather>")
            else:
                await self._listen_to(nested)
        kinds = verb.get("input", "dtmf").split()
        timeout_s = number(verb, "timeout", 5)
        while (step := self._caller.next_step()) is not None:
            if isinstance(step, HangUp):
                return CALLER_HUNG_UP
            self._caller.step_taken()
            if isinstance(step, Wait):
                await self._caller.let_pass(min(step.seconds, timeout_s))
                if step.seconds >= timeout_s:
                    return self._nothing_gathered(verb)
                continue
            return self._gathered(verb, step, kinds)
        return CALLER_HUNG_UP

    def _gathered(self, verb: Verb, step: Say | Play | Interrupt | Keys, kinds: list[str]) -> Next:
        if isinstance(step, Keys):
            self._caller.note("caller", f"[keys {step.digits}]")
            taken = digits(step.digits, verb)
            if "dtmf" in kinds and taken:
                return action(verb, self._url, {"Digits": taken})
            return self._nothing_gathered(verb)
        self._caller.note("caller", step.text)
        if "speech" in kinds and step.text:
            spoken = {"SpeechResult": step.text, "Confidence": "0.92", "Language": "en-US"}
            return action(verb, self._url, spoken)
        return self._nothing_gathered(verb)

    def _nothing_gathered(self, verb: Verb) -> Next:
        if verb.get("actionOnEmptyResult", "false").lower() == "true":
            return action(verb, self._url, {})
        return None

    async def _connect(self, verb: Verb) -> Next:
        stream = verb.find("Stream")
        if stream is None:
            self._caller.error("12200: <Connect> without <Stream>")
            return None
        place = StreamPlace(
            stream.get("url", ""),
            self._identity.account_sid,
            self._identity.call_sid,
            {p.get("name", ""): p.get("value", "") for p in stream.findall("Parameter")},
        )
        self._streams += 1
        try:
            if self._streams <= self._options.failing_streams:
                raise StreamFailed(31901, "connecting took too long")
            socket = await open_stream(place, self._options)
        except StreamFailed as exc:
            self._caller.error(str(exc))
            await self._stream_status(stream, place, "stream-error", str(exc))
            return self._without_stream(verb)
        await self._stream_status(stream, place, "stream-started")
        call = CallerStream(socket, place, self._caller, self._options)
        try:
            await call.run()
        finally:
            await self._stream_status(stream, place, "stream-stopped")
        if call.hung_up:
            return CALLER_HUNG_UP
        return self._after_stream(verb)

    def _without_stream(self, verb: Verb) -> Next:
        match self._options.doubts.failed_stream:
            case "action":
                return self._after_stream(verb)
            case "hang up":
                return FELL_OFF
        return None

    def _after_stream(self, verb: Verb) -> Next:
        parameters = self._options.doubts.ended_parameters
        return action(verb, self._url, parameters) if verb.get("action") else None

    async def _stream_status(
        self, stream: Verb, place: StreamPlace, event: str, error: str = ""
    ) -> None:
        if not (url := stream.get("statusCallback")):
            return
        parameters = {
            "AccountSid": place.account_sid,
            "CallSid": place.call_sid,
            "StreamSid": place.stream_sid,
            "StreamName": stream.get("name", place.stream_sid),
            "StreamEvent": event,
            "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        if error:
            parameters["StreamError"] = error
        await self.notify(urljoin(self._url, url), parameters)

    async def notify(self, url: str, parameters: Mapping[str, str]) -> None:
        """A callback; its failure is noted and changes nothing."""
        try:
            await self._webhooks.notify(url, parameters)
        except WebhookFailed as exc:
            self._caller.error(str(exc))

    async def _dial(self, verb: Verb) -> Next:
        webhooks, identity = self._webhooks, self._identity
        dialling = Dialling(webhooks, identity, self._caller, self._options, self._url)
        step = await dialling.ring(verb)
        return await self._unless_hung_up(step)

    async def _record(self, verb: Verb) -> Next:
        webhooks, identity = self._webhooks, self._identity
        recording = Recording(webhooks, identity, self._caller, self._options, self._url)
        step = await recording.record(verb)
        return await self._unless_hung_up(step)

    async def _unless_hung_up(self, step: Next) -> Next:
        """A caller who is gone: Twilio still tells the action, and does not obey the answer."""
        if not isinstance(self._caller.next_step(), HangUp):
            return step
        if isinstance(step, Goto):
            parameters = {**self._identity.parameters("completed"), **step.parameters}
            await self.notify(step.url, parameters)
        return CALLER_HUNG_UP
