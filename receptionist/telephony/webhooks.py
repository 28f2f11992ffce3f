"""The routes Twilio asks: what happens next on a call.

Each verifies the signature, lets the front desk decide, and answers TwiML.
A refused request leaves an audit row and gets 403.
"""

import asyncio
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter

from receptionist.call import phrases
from receptionist.call.active import ActiveCalls
from receptionist.call.arrival import Ring
from receptionist.call.desk import ANSWERED_STATUSES, FINAL_STATUSES, FrontDesk
from receptionist.call.instructions import ConnectStream, Dial, HangUp, Instruction, Listen
from receptionist.call.voicemail import Voicemail, Voicemails
from receptionist.errors import DatabaseAway
from receptionist.observability import Metrics
from receptionist.ports.records import Database, EndedBy
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.answering import Answer, verified
from receptionist.telephony.asking_again import asking_again
from receptionist.telephony.guard import CallGuard
from receptionist.telephony.requests import Webhook
from receptionist.telephony.signature import RequestVerifier
from twiml import (
    announce_caller,
    ask,
    connect_stream,
    dial_person,
    hang_up_after,
    say_and_hang_up,
    thank_for_voicemail,
    voicemail,
    wait_and_redirect,
)

FALLBACK_BUDGET_S = 6.0
"""The caller has waited for the webhook that failed, and waits on."""
RESTART_PAUSE_S = 5
"""Twice this and the sentences: by then this machine's next process answers."""

log = structlog.get_logger()


class TwilioWebhooks:
    """Answers to every webhook of a call."""

    def __init__(
        self,
        desk: FrontDesk,
        voicemails: Voicemails,
        database: Database,
        verifier: RequestVerifier,
        addresses: Addresses,
        metrics: Metrics,
        active: ActiveCalls,
        guard: CallGuard,
    ) -> None:
        self._guard = guard
        self._desk = desk
        self._voicemails = voicemails
        self._database = database
        self._verifier = verifier
        self._addresses = addresses
        self._metrics = metrics
        self._active = active

    def router(self) -> APIRouter:
        """The routes; GET is answered as well, since a number can be set up so."""
        router = APIRouter(include_in_schema=False)
        answers: dict[str, Answer] = {
            "incoming": self._incoming,
            "ended": self._ended,
            "turn": self._turn,
            "transfer": self._transfer,
            "announce": self._announce,
            "fallback": self._fallback,
            "recording": self._recording,
            "status": self._status,
            "stream-status": self._stream_status,
        }
        for name, answer in answers.items():
            router.add_api_route(
                f"/voice/{name}",
                verified(asking_again(name, answer, self._addresses), self._verifier, self.refused),
                methods=["POST", "GET"],
            )
        return router

    async def refused(self, path: str) -> None:
        """Keep a request with a wrong signature where staff can see it."""
        self._metrics.signature_failures.inc()
        log.warning("signature_refused", path=path)
        await self._audit("signature.refused", path)

    async def token_refused(self, path: str) -> None:
        """Keep a stream whose token is unknown, used or late."""
        log.warning("stream_token_refused")
        await self._audit("stream.refused", path)

    async def _audit(self, action: str, path: str) -> None:
        if not await self._guard.is_kept(path):
            return
        try:
            async with self._database.transaction() as uow:
                await uow.audit.append(actor="unknown", action=action, subject=path)
        except DatabaseAway:
            log.error("not_audited", action=action)

    async def _incoming(self, webhook: Webhook) -> str:
        log.info("call_arrived")
        turned_away = await self._guard.turned_away(webhook)
        if turned_away is not None:
            return say_and_hang_up(turned_away)
        return await self._next(await self._desk.incoming(_ring(webhook)), webhook)

    async def _ended(self, webhook: Webhook) -> str:
        status = webhook.get("CallStatus", "")
        return await self._next(await self._desk.ended(_ring(webhook), status), webhook)

    async def _turn(self, webhook: Webhook) -> str:
        instruction = await self._desk.plain_turn(
            _ring(webhook),
            _whole_number(webhook.get("turn", "")),
            speech=webhook.get("SpeechResult", "")[:2000],
            digits=webhook.get("Digits", "")[:40],
            confidence=_confidence(webhook.get("Confidence", "")),
        )
        return await self._next(instruction, webhook)

    async def _transfer(self, webhook: Webhook) -> str:
        dialled = webhook.get("DialCallStatus", "")
        # Picked up, but put down during the announcement: nobody has spoken with the caller.
        if dialled in ANSWERED_STATUSES and webhook.get("DialBridged") == "false":
            dialled = "no-answer"
        status = webhook.get("CallStatus", "")
        if dialled not in ANSWERED_STATUSES and status in FINAL_STATUSES:
            await self._desk.status(webhook.call_sid, status)
            return self._document(HangUp(), webhook)
        if await self._guard.is_over(webhook):
            return self._document(HangUp(), webhook)
        return await self._next(await self._desk.transfer_ended(webhook.call_sid, dialled), webhook)

    async def _announce(self, webhook: Webhook) -> str:
        call_sid = webhook.get("call", webhook.get("ParentCallSid", ""))
        return announce_caller(await self._desk.announcement(call_sid))

    async def _fallback(self, webhook: Webhook) -> str:
        """A webhook of ours failed: the call goes on if it can, else there is a voicemail."""
        log.error("webhook_failed", error_code=webhook.get("ErrorCode", ""))
        document = None
        try:
            async with asyncio.timeout(FALLBACK_BUDGET_S):
                document = await self._rescued(webhook)
        except Exception:  # whatever is broken, the caller still gets the tone
            log.exception("fallback_failed")
        if document is not None:
            return document
        return voicemail(
            phrases.VOICEMAIL,
            done_url=self._addresses.webhook("recording"),
            recording_url=self._addresses.webhook("recording"),
        )

    async def _rescued(self, webhook: Webhook) -> str | None:
        failed = urlsplit(webhook.get("ErrorUrl", "")).path.rpartition("/")[2]
        instruction = await self._desk.rescued_before(
            webhook.call_sid, failed=failed, request_id=webhook.request_id
        )
        if instruction is not None:
            return await self._next(instruction, webhook)
        turned_away = await self._guard.turned_away(webhook)
        if turned_away is not None:
            return say_and_hang_up(turned_away)
        instruction = await self._desk.rescued(
            _ring(webhook),
            failed=failed,
            call_status=webhook.get("CallStatus", ""),
            request_id=webhook.request_id,
        )
        return None if instruction is None else await self._next(instruction, webhook)

    async def _recording(self, webhook: Webhook) -> str | None:
        url = webhook.get("RecordingUrl", "")
        if url and webhook.get("RecordingStatus", "completed") == "completed":
            await self._voicemails.left(_voicemail(webhook, url))
        # The verb's action wants a document; the status callback does not.
        return None if "RecordingStatus" in webhook else thank_for_voicemail()

    async def _status(self, webhook: Webhook) -> None:
        status = webhook.get("CallStatus", "")
        if status in FINAL_STATUSES:
            self._active.asks_no_more(webhook.call_sid)
        await self._desk.status(webhook.call_sid, status)

    async def _stream_status(self, webhook: Webhook) -> None:
        event = webhook.get("StreamEvent", "")
        log.info("stream_status", stream_event=event, failed=bool(webhook.get("StreamError")))

    async def _next(self, instruction: Instruction, webhook: Webhook) -> str:
        match instruction:
            case Dial(number=number) if not await self._guard.may_dial(webhook, number):
                # As if nobody had picked up: the conversation goes on and offers a message.
                instruction = await self._desk.transfer_ended(webhook.call_sid, "refused")
        return self._document(instruction, webhook)

    def _document(self, instruction: Instruction, webhook: Webhook) -> str:
        if isinstance(instruction, Listen):
            self._active.asks_again(webhook.call_sid)
        else:
            self._active.asks_no_more(webhook.call_sid)
        match instruction:
            case ConnectStream() | Listen() if self._active.handing_over:
                again = self._addresses.webhook("ended")
                return wait_and_redirect(phrases.RESTARTING, again, pause_s=RESTART_PAUSE_S)
            case ConnectStream(token=token):
                return connect_stream(
                    stream_url=self._addresses.stream(token),
                    ended_url=self._addresses.webhook("ended"),
                    stream_status_url=self._addresses.webhook("stream-status"),
                )
            case Listen(sentences=sentences, turn=turn):
                return ask(sentences, action_url=self._addresses.webhook(f"turn?turn={turn}"))
            case Dial(number=number, sentences=sentences):
                return dial_person(
                    number,
                    action_url=self._addresses.webhook("transfer"),
                    announcement_url=self._addresses.webhook(f"announce?call={webhook.call_sid}"),
                    sentences=sentences,
                )
            case HangUp(sentences=sentences) if sentences:
                return hang_up_after(sentences)
            case HangUp():
                return say_and_hang_up("")


def _ring(webhook: Webhook) -> Ring:
    return Ring(webhook.call_sid, webhook.caller, webhook.get("To", ""))


def _voicemail(webhook: Webhook, url: str) -> Voicemail:
    has_left = webhook.get("Digits") == "hangup" or webhook.get("CallStatus") in FINAL_STATUSES
    # The verb's action comes while the caller waits to be thanked, unless they have hung up.
    ended_by: EndedBy = "caller" if has_left else "receptionist"
    return Voicemail(
        ring=_ring(webhook),
        recording_url=url,
        # The URL ends in the SID, should a webhook ever name only that.
        recording_sid=webhook.get("RecordingSid", url.rpartition("/")[2])[:64],
        seconds=_whole_number(webhook.get("RecordingDuration", "")) or None,
        ended_by=None if "RecordingStatus" in webhook else ended_by,
    )


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _confidence(text: str) -> float:
    """Twilio sends it beside SpeechResult; without one there is nothing to doubt."""
    try:
        return float(text)
    except ValueError:
        return 1.0
