"""`<Record>`: what the caller leaves behind, and whom Twilio tells."""

from urllib.parse import urljoin

from receptionist.line.caller import Caller, CallOptions
from receptionist.line.document import Goto, Verb, action, number
from receptionist.line.script import HangUp, Interrupt, Keys, Play, Say, Step, Wait
from receptionist.line.voice import MS_PER_CHARACTER
from receptionist.line.webhooks import CallIdentity, WebhookFailed, Webhooks, new_sid


class Recording:
    """One recording."""

    def __init__(
        self,
        webhooks: Webhooks,
        identity: CallIdentity,
        caller: Caller,
        options: CallOptions,
        base_url: str,
    ) -> None:
        self._webhooks = webhooks
        self._identity = identity
        self._caller = caller
        self._options = options
        self._url = base_url

    async def record(self, verb: Verb) -> Goto | None:
        """Record the next thing said; None when nothing was."""
        step = await self._patiently(number(verb, "timeout", 5))
        if not isinstance(step, Say | Play | Interrupt):
            return None
        self._caller.step_taken()
        self._caller.note("caller", step.text)
        longest_s = number(verb, "maxLength", 3600)
        seconds = min(longest_s, max(1, len(step.text) * MS_PER_CHARACTER // 1000))
        await self._caller.let_pass(seconds)
        account, sid = self._identity.account_sid, new_sid("RE")
        address = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{sid}"
        recording = {
            "RecordingSid": sid,
            "RecordingUrl": address,
            "RecordingDuration": str(int(seconds)),
        }
        if callback := verb.get("recordingStatusCallback"):
            await self._tell(urljoin(self._url, callback), recording)
        return action(verb, self._url, {**recording, "Digits": self._digits(verb)})

    async def _patiently(self, timeout_s: float) -> Step | None:
        """What the caller does, unless they are silent for too long before it."""
        silent_s = 0.0
        while isinstance(step := self._caller.next_step(), Wait):
            self._caller.step_taken()
            await self._caller.let_pass(min(step.seconds, timeout_s))
            silent_s += step.seconds
            if silent_s >= timeout_s:
                return None
        return step

    def _digits(self, verb: Verb) -> str:
        """What ended the recording."""
        match self._caller.next_step():
            case HangUp():
                return self._options.doubts.recording_digits
            case Keys(digits=digits) if digits[:1] in verb.get("finishOnKey", "1234567890*#"):
                self._caller.step_taken()
                return digits[:1]
        return ""

    async def _tell(self, url: str, recording: dict[str, str]) -> None:
        done = {
            "AccountSid": self._identity.account_sid,
            "CallSid": self._identity.call_sid,
            **recording,
            "RecordingStatus": "completed",
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "RecordingTrack": "inbound",
        }
        try:
            await self._webhooks.notify(url, done)
        except WebhookFailed as exc:
            self._caller.error(str(exc))
