"""The routes Twilio asks about text messages: one came in, one of ours got somewhere."""

import structlog
from fastapi import APIRouter

from receptionist.booking.text_answers import TextAnswers
from receptionist.telephony.answering import Answer, Refused, verified
from receptionist.telephony.guard import CallGuard
from receptionist.telephony.requests import Webhook
from receptionist.telephony.signature import RequestVerifier
from twiml import reply_by_text

log = structlog.get_logger()


class TwilioTexts:
    """Answers to the webhooks of text messages. `refused` keeps an unsigned request."""

    def __init__(
        self,
        answers: TextAnswers,
        verifier: RequestVerifier,
        refused: Refused,
        guard: CallGuard,
    ) -> None:
        self._guard = guard
        self._answers = answers
        self._verifier = verifier
        self._refused = refused

    def router(self) -> APIRouter:
        """The routes; GET is answered as well, since a number can be set up so."""
        router = APIRouter(include_in_schema=False)
        answers: dict[str, Answer] = {"incoming": self._incoming, "status": self._status}
        for name, answer in answers.items():
            router.add_api_route(
                f"/messages/{name}",
                verified(answer, self._verifier, self._refused),
                methods=["POST", "GET"],
            )
        return router

    async def _incoming(self, webhook: Webhook) -> str:
        answer = await self._answers.received(
            _sid(webhook),
            webhook.get("From", ""),
            webhook.get("To", ""),
            webhook.get("Body", ""),
            # Twilio says so when it has answered STOP, START or HELP with words of its own.
            answered="OptOutType" in webhook or await self._guard.answers_too_often(webhook),
        )
        return reply_by_text(answer)

    async def _status(self, webhook: Webhook) -> None:
        status = webhook.get("MessageStatus", webhook.get("SmsStatus", ""))
        if status in ("failed", "undelivered"):
            log.info("text_failed", error_code=webhook.get("ErrorCode", "")[:8])
        await self._answers.status(_sid(webhook), status)


def _sid(webhook: Webhook) -> str:
    return webhook.get("MessageSid", webhook.get("SmsSid", ""))[:64]
