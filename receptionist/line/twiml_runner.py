"""Obey TwiML as Twilio would (PROTOCOLS B), with a scripted caller on the line.

Every verb returns what comes next: another document, the end of the call, or
None for the next verb. Must not know how a server makes its documents.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin
from xml.etree import ElementTree

from receptionist.line.caller import Caller, CallOptions
from receptionist.line.media_stream import CallerStream, StreamFailed, StreamPlace, open_stream
from receptionist.line.script import HangUp, Interrupt, Keys, Play, Say, Wait
from receptionist.line.voice import MS_PER_CHARACTER
from receptionist.line.webhooks import (
    DOCUMENT_PARSE_FAILURE,
    CallIdentity,
    Document,
    WebhookFailed,
    Webhooks,
    new_sid,
)

MOST_DOCUMENTS = 300
SPOKEN_STEPS = (Say, Play, Interrupt)


@dataclass(frozen=True, slots=True)
class Goto:
    """Ask for another document."""

    url: str
    method: str = "POST"
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """The call is over."""

    outcome: str
    ended_by: str


Next = Goto | End | None
CALLER_HUNG_UP = End("completed", "caller")


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

    async def run(self, first: Goto) -> End:
        """From the first request to the end of the call."""
        step: Next = first
        for _ in range(MOST_DOCUMENTS):
            if not isinstance(step, Goto):
                return step or End("completed", "receptionist")
            step = await self._go(step)
        self._caller.error(f"more than {MOST_DOCUMENTS} documents in one call")
        return End("application error", "error")

    async def obey_text(self, twiml: str) -> End:
        """Go on with a document given by REST."""
        document = Document(self._url, "text/xml", twiml.encode())
        try:
            step = await self._obey(document)
        except WebhookFailed as exc:
            self._caller.error(str(exc))
            return End("application error", "error")
        return await self.run(step) if isinstance(step, Goto) else step or _fell_off()

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
        return End("application error", "error")

    async def _ask(self, goto: Goto) -> Next:
        status = "in-progress" if self.answered else "ringing"
        parameters = {
            **self._identity.parameters(status),
            **self._options.parameters,
            **goto.parameters,
        }
        document = await self._webhooks.document(goto.url, parameters, goto.method)
        self._url = document.url
        return await self._obey(document) or _fell_off()

    async def _obey(self, document: Document) -> Next:
        if document.content_type.startswith("audio/"):
            self.answered = True
            self._caller.note("receptionist", "(audio)")
            return End("completed", "receptionist")
        root = _parse(document)
        if root is None:
            self.answered = True
            self._hear(document.body.decode(errors="replace"))
            return End("completed", "receptionist")
        for index, verb in enumerate(root):
            step = await self._verb(verb, first=index == 0)
            if step is not None:
                return step
        return None

    async def _verb(self, verb: ElementTree.Element, *, first: bool) -> Next:
        if verb.tag == "Reject":
            if first and not self.answered:
                return End("busy" if verb.get("reason") == "busy" else "rejected", "receptionist")
            return End("completed", "receptionist")
        self.answered = True
        match verb.tag:
            case "Say" | "Play" | "Pause":
                await self._listen_to(verb)
            case "Gather":
                return await self._gather(verb)
            case "Redirect":
                url = urljoin(self._url, (verb.text or "").strip())
                return Goto(url, verb.get("method", "POST"))
            case "Hangup":
                return End("completed", "receptionist")
            case "Connect":
                return await self._connect(verb)
            case "Dial":
                return await self._dial(verb)
            case "Record":
                return await self._record(verb)
            case _:
                self._caller.error(f"12200: <{verb.tag}> is not a verb this line knows")
        return None

    def _action(self, verb: ElementTree.Element, parameters: Mapping[str, str]) -> Goto:
        """The verb's `action`; without one Twilio asks the current URL again."""
        url = urljoin(self._url, verb.get("action", ""))
        return Goto(url, verb.get("method", "POST"), parameters)

    async def _pass(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self._options.pace)

    def _hear(self, text: str) -> None:
        if self._caller.report.first_audio_ms is None:
            self._caller.report.first_audio_ms = self._caller.now_ms
        self._caller.note("receptionist", text)

    async def _listen_to(self, verb: ElementTree.Element) -> None:
        if verb.tag == "Pause":
            await self._pass(_number(verb, "length", 1))
        elif verb.tag == "Say":
            text = " ".join("".join(verb.itertext()).split())
            self._hear(text)
            await self._pass(len(text) * MS_PER_CHARACTER / 1000)
        else:
            audio = await self._webhooks.fetch(urljoin(self._url, (verb.text or "").strip()))
            self._hear("(audio)")
            await self._pass(len(audio) / 8000)

    async def _gather(self, verb: ElementTree.Element) -> Next:
        for nested in verb:
            if nested.tag not in ("Say", "Play", "Pause"):
                self._caller.error(f"12200: <{nested.tag}> inside <Gather>")
            else:
                await self._listen_to(nested)
        kinds = verb.get("input", "dtmf").split()
        timeout_s = _number(verb, "timeout", 5)
        while (step := self._caller.next_step()) is not None:
            if isinstance(step, HangUp):
                return CALLER_HUNG_UP
            self._caller.step_taken()
            if isinstance(step, Wait):
                await self._pass(min(step.seconds, timeout_s))
                if step.seconds >= timeout_s:
                    return self._nothing_gathered(verb)
                continue
            return self._gathered(verb, step, kinds)
        return CALLER_HUNG_UP

    def _gathered(
        self, verb: ElementTree.Element, step: Say | Play | Interrupt | Keys, kinds: list[str]
    ) -> Next:
        if isinstance(step, Keys):
            self._caller.note("caller", f"[keys {step.digits}]")
            digits = _digits(step.digits, verb)
            if "dtmf" in kinds and digits:
                return self._action(verb, {"Digits": digits})
            return self._nothing_gathered(verb)
        self._caller.note("caller", step.text)
        if "speech" in kinds and step.text:
            spoken = {"SpeechResult": step.text, "Confidence": "0.92", "Language": "en-US"}
            return self._action(verb, spoken)
        return self._nothing_gathered(verb)

    def _nothing_gathered(self, verb: ElementTree.Element) -> Next:
        if verb.get("actionOnEmptyResult", "false").lower() == "true":
            return self._action(verb, {})
        return None

    async def _connect(self, verb: ElementTree.Element) -> Next:
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
        try:
            socket = await open_stream(place, self._options)
        except StreamFailed as exc:
            self._caller.error(str(exc))
            await self._stream_status(stream, place, "stream-error", str(exc))
            # Reports say Twilio falls through to the next verb (PROTOCOLS K4).
            return None
        await self._stream_status(stream, place, "stream-started")
        call = CallerStream(socket, place, self._caller, self._options)
        try:
            await call.run()
        finally:
            await self._stream_status(stream, place, "stream-stopped")
        if call.hung_up:
            return CALLER_HUNG_UP
        return self._action(verb, {}) if verb.get("action") else None

    async def _stream_status(
        self, stream: ElementTree.Element, place: StreamPlace, event: str, error: str = ""
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

    async def _dial(self, verb: ElementTree.Element) -> Next:
        callee = self._options.callee
        timeout_s = _number(verb, "timeout", 30)
        outcome = callee.outcome
        if outcome == "answered" and callee.rings_s > timeout_s:
            outcome = "no-answer"
        self._caller.note("line", f"dialling: {outcome}")
        await self._pass(timeout_s if outcome == "no-answer" else callee.rings_s)
        result = {"DialCallSid": new_sid("CA"), "DialCallStatus": outcome}
        if outcome == "answered":
            bridged = await self._whisper(verb.find("Number"), result["DialCallSid"])
            if bridged:
                await self._pass(callee.talk_s)
            result["DialCallStatus"] = "completed" if bridged else "no-answer"
            result["DialBridged"] = str(bridged).lower()
            result["DialCallDuration"] = str(int(callee.talk_s) if bridged else 0)
        return self._action(verb, result) if verb.get("action") else None

    async def _whisper(self, number: ElementTree.Element | None, callee_sid: str) -> bool:
        """What the callee hears first; False when the document hangs up on them."""
        if number is None or not (path := number.get("url")):
            return True
        parameters = {
            **self._identity.parameters("in-progress"),
            "CallSid": callee_sid,
            "ParentCallSid": self._identity.call_sid,
            "Direction": "outbound-dial",
            "To": (number.text or "").strip(),
            "Called": (number.text or "").strip(),
        }
        url = urljoin(self._url, path)
        try:
            document = await self._webhooks.document(url, parameters, number.get("method", "POST"))
            root = _parse(document)
        except WebhookFailed as exc:
            self._caller.error(str(exc))
            return True
        verbs = root.iter() if root is not None else iter(())
        for verb in verbs:
            if verb.tag == "Say":
                self._caller.note("callee", " ".join("".join(verb.itertext()).split()))
            elif verb.tag == "Hangup":
                return False
        return True

    async def _record(self, verb: ElementTree.Element) -> Next:
        step = self._caller.next_step()
        if isinstance(step, HangUp):
            return CALLER_HUNG_UP
        if not isinstance(step, SPOKEN_STEPS):
            return None
        self._caller.step_taken()
        self._caller.note("caller", step.text)
        seconds = max(1, len(step.text) * MS_PER_CHARACTER // 1000)
        await self._pass(seconds)
        recording_sid = new_sid("RE")
        account = self._identity.account_sid
        recording = {
            "RecordingSid": recording_sid,
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{account}"
            f"/Recordings/{recording_sid}",
            "RecordingDuration": str(seconds),
        }
        if callback := verb.get("recordingStatusCallback"):
            done = {
                "AccountSid": account,
                "CallSid": self._identity.call_sid,
                **recording,
                "RecordingStatus": "completed",
                "RecordingChannels": "1",
                "RecordingSource": "RecordVerb",
                "RecordingTrack": "inbound",
            }
            await self.notify(urljoin(self._url, callback), done)
        return self._action(verb, {**recording, "Digits": "#"})


def _fell_off() -> End:
    """No verb left: Twilio hangs up."""
    return End("completed", "receptionist")


def _parse(document: Document) -> ElementTree.Element | None:
    """The document's `<Response>`; None for plain text that is to be read aloud."""
    if not document.body.strip() and not document.content_type:
        return ElementTree.Element("Response")
    try:
        # The server under test is ours; expat refuses entity bombs by itself since 2.4.
        root = ElementTree.fromstring(document.body)  # noqa: S314
    except ElementTree.ParseError as exc:
        if document.content_type == "text/plain":
            return None
        raise WebhookFailed(DOCUMENT_PARSE_FAILURE, document.url, f"not XML: {exc}") from exc
    if root.tag != "Response":
        raise WebhookFailed(
            DOCUMENT_PARSE_FAILURE, document.url, f"expected <Response>, got <{root.tag}>"
        )
    return root


def _number(verb: ElementTree.Element, name: str, default: float) -> float:
    """A numeric attribute; words such as `auto` mean the default."""
    try:
        return float(verb.get(name, default))
    except ValueError:
        return default


def _digits(pressed: str, verb: ElementTree.Element) -> str:
    finish = verb.get("finishOnKey", "#")
    for index, key in enumerate(pressed):
        if key in finish:
            pressed = pressed[:index]
            break
    most = verb.get("numDigits")
    return pressed[: int(most)] if most and most.isdigit() else pressed
