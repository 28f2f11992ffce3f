"""The routes Twilio asks: what happens next on a call.

Each verifies the signature, lets the front desk decide, and answers TwiML.
A refused request leaves an audit row and gets 403.
"""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Request, Response

from receptionist.call import phrases
from receptionist.call.desk import FrontDesk, Ring
from receptionist.call.instructions import ConnectStream, Dial, HangUp, Instruction, Listen
from receptionist.observability import Metrics
from receptionist.ports.records import Database
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.requests import Webhook, read_webhook
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
)

log = structlog.get_logger()
Answer = Callable[[Webhook], Awaitable[str | None]]


class TwilioWebhooks:
    """Answers to every webhook of a call."""

    def __init__(
        self,
        desk: FrontDesk,
        database: Database,
        verifier: RequestVerifier,
        addresses: Addresses,
        metrics: Metrics,
    ) -> None:
        self._desk = desk
        self._database = database
        self._verifier = verifier
        self._addresses = addresses
        self._metrics = metrics

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
            router.add_api_route(f"/voice/{name}", self._verified(answer), methods=["POST", "GET"])
        return router

    def _verified(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            webhook = await read_webhook(request, self._verifier)
            if webhook is None:
                await self.refused(request.url.path)
                return Response(status_code=403)
            with structlog.contextvars.bound_contextvars(call_sid=webhook.call_sid):
                document = await answer(webhook)
            if document is None:
                return Response(status_code=204)
            return Response(document, media_type="text/xml")

        return endpoint

    async def refused(self, path: str) -> None:
        """Keep a refused request where staff can see it."""
        self._metrics.signature_failures.inc()
        log.warning("signature_refused", path=path)
        async with self._database.transaction() as uow:
            await uow.audit.append(actor="unknown", action="signature.refused", subject=path)

    async def _incoming(self, webhook: Webhook) -> str:
        ring = Ring(webhook.call_sid, webhook.get("From", ""), webhook.get("To", ""))
        log.info("call_arrived")
        return self._document(await self._desk.incoming(ring), webhook)

    async def _ended(self, webhook: Webhook) -> str:
        status = webhook.get("CallStatus", "")
        return self._document(await self._desk.ended(webhook.call_sid, status), webhook)

    async def _turn(self, webhook: Webhook) -> str:
        instruction = await self._desk.plain_turn(
            webhook.call_sid,
            _whole_number(webhook.get("turn", "")),
            speech=webhook.get("SpeechResult", "")[:2000],
            digits=webhook.get("Digits", "")[:40],
            confidence=_confidence(webhook.get("Confidence", "")),
        )
        return self._document(instruction, webhook)

    async def _transfer(self, webhook: Webhook) -> str:
        status = webhook.get("DialCallStatus", "")
        return self._document(await self._desk.transfer_ended(webhook.call_sid, status), webhook)

    async def _announce(self, webhook: Webhook) -> str:
        call_sid = webhook.get("call", webhook.get("ParentCallSid", ""))
        return announce_caller(await self._desk.announcement(call_sid))

    async def _fallback(self, webhook: Webhook) -> str:
        log.error("webhook_failed", error_code=webhook.get("ErrorCode", ""))
        return voicemail(
            phrases.VOICEMAIL,
            done_url=self._addresses.webhook("recording"),
            recording_url=self._addresses.webhook("recording"),
        )

    async def _recording(self, webhook: Webhook) -> str | None:
        url = webhook.get("RecordingUrl", "")
        if url and webhook.get("RecordingStatus", "completed") == "completed":
            await self._desk.voicemail(
                webhook.call_sid,
                webhook,
                recording_sid=webhook.get("RecordingSid", ""),
                recording_url=url,
            )
        # The verb's action wants a document; the status callback does not.
        return None if "RecordingStatus" in webhook else thank_for_voicemail()

    async def _status(self, webhook: Webhook) -> None:
        await self._desk.status(webhook.call_sid, webhook.get("CallStatus", ""))

    async def _stream_status(self, webhook: Webhook) -> None:
        event = webhook.get("StreamEvent", "")
        log.info("stream_status", stream_event=event, failed=bool(webhook.get("StreamError")))

    def _document(self, instruction: Instruction, webhook: Webhook) -> str:
        match instruction:
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


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _confidence(text: str) -> float:
    """Twilio sends it beside SpeechResult; without one there is nothing to doubt."""
    try:
        return float(text)
    except ValueError:
        return 1.0
