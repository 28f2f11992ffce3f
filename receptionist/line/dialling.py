"""`<Dial>`: ringing a person, the whisper they hear, and what became of it."""

from urllib.parse import urljoin

from receptionist.line.caller import Caller, CallOptions
from receptionist.line.document import Next, Verb, action, number, parse, words
from receptionist.line.script import HangUp
from receptionist.line.webhooks import CallIdentity, WebhookFailed, Webhooks, new_sid


class Dialling:
    """One attempt to reach a person."""

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

    async def ring(self, verb: Verb) -> Next:
        """Ring, connect and talk; returns what is asked for next."""
        callee = self._options.callee
        timeout_s = number(verb, "timeout", 30)
        outcome = callee.outcome
        if isinstance(self._caller.next_step(), HangUp):
            outcome = "canceled"
        elif outcome == "answered" and callee.rings_s > timeout_s:
            outcome = "no-answer"
        self._caller.note("line", f"dialling: {outcome}")
        await self._caller.let_pass(timeout_s if outcome == "no-answer" else callee.rings_s)
        result = {"DialCallSid": new_sid("CA"), "DialCallStatus": outcome}
        if outcome == "answered":
            result |= await self._answered(verb, result["DialCallSid"])
        return action(verb, self._url, result) if verb.get("action") else None

    async def _answered(self, verb: Verb, callee_sid: str) -> dict[str, str]:
        callee = self._options.callee
        is_there = await self._whisper(verb.find("Number"), callee_sid)
        if not is_there or callee.hangs_up_on_whisper:
            status = self._options.doubts.unbridged_status
            return {"DialCallStatus": status, "DialBridged": "false", "DialCallDuration": "0"}
        await self._caller.let_pass(callee.talk_s)
        return {
            "DialCallStatus": "completed",
            "DialBridged": "true",
            "DialCallDuration": str(int(callee.talk_s)),
        }

    async def _whisper(self, callee: Verb | None, callee_sid: str) -> bool:
        """What the callee hears first; False when the document hangs up on them."""
        if callee is None or not (path := callee.get("url")):
            return True
        parameters = {
            **self._identity.parameters("in-progress"),
            "CallSid": callee_sid,
            "ParentCallSid": self._identity.call_sid,
            "Direction": "outbound-dial",
            "To": words(callee),
            "Called": words(callee),
        }
        url = urljoin(self._url, path)
        try:
            document = await self._webhooks.document(url, parameters, callee.get("method", "POST"))
            root = parse(document)
        except WebhookFailed as exc:
            self._caller.error(str(exc))
            return True
        for verb in root if root is not None else ():
            if verb.tag == "Say":
                self._caller.note("callee", words(verb))
            elif verb.tag == "Hangup":
                return False
        return True
