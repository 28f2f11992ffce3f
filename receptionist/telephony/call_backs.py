"""Calling a caller back, as Twilio asks for it: first the staff's phone, then the caller's.

Whoever picks up the staff's phone hears whose practice it is and nothing about the
caller until they have pressed 1.
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter

from receptionist.domain.practice import Practice
from receptionist.errors import NumberRefused, ProviderLimited
from receptionist.limits.spending import Spending
from receptionist.ports.records import Database, UnitOfWork
from receptionist.ports.staff import MessageEvent
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.answering import Answer, Refused, verified
from receptionist.telephony.requests import Webhook
from receptionist.telephony.signature import RequestVerifier
from twiml import ask_before_connecting, connect_caller, say_and_hang_up

LONGEST_ID = 64
NOTHING_TO_DO = "This message is not there any more. Goodbye."
NOT_PRESSED = "Nobody pressed one. Goodbye."
NOT_ALLOWED = "This number may not be called from the practice's line. Goodbye."

AnswerAbout = Callable[[str, Webhook], Awaitable[str | None]]


class CallBacks:
    """Answers to the webhooks of a call that staff began."""

    def __init__(
        self,
        database: Database,
        verifier: RequestVerifier,
        addresses: Addresses,
        refused: Refused,
        spending: Spending,
    ) -> None:
        self._spending = spending
        self._database = database
        self._verifier = verifier
        self._addresses = addresses
        self._refused = refused

    def router(self) -> APIRouter:
        """`/voice/call-back…?message=ID`."""
        router = APIRouter(include_in_schema=False)
        answers: dict[str, AnswerAbout] = {
            "": self._answered,
            "/pressed": self._pressed,
            "/over": self._over,
            "/status": self._status,
        }
        for step, answer in answers.items():
            endpoint = verified(_about(answer), self._verifier, self._refused)
            router.add_api_route(f"/voice/call-back{step}", endpoint, methods=["POST"])
        return router

    async def _answered(self, message_id: str, webhook: Webhook) -> str:
        async with self._database.reading() as uow:
            message = await uow.messages.get(message_id)
            practice = None if message is None else await uow.practices.get(message.practice_id)
        if message is None or practice is None or message.phone is None:
            return say_and_hang_up(NOTHING_TO_DO)
        return ask_before_connecting(
            f"{practice.name}. To be put through to your call back, press one.",
            pressed_url=self._address("pressed", message_id),
            otherwise=NOT_PRESSED,
        )

    async def _pressed(self, message_id: str, webhook: Webhook) -> str:
        if webhook.get("Digits") != "1":
            return say_and_hang_up(NOT_PRESSED)
        async with self._database.reading() as uow:
            message = await uow.messages.get(message_id)
            practice = None if message is None else await uow.practices.get(message.practice_id)
            begun = await _call_back(uow, message_id)
        if message is None or practice is None or message.phone is None or not begun:
            return say_and_hang_up(NOTHING_TO_DO)
        if any(event.kind == "call_back_ended" for event in begun):
            return say_and_hang_up(NOTHING_TO_DO)  # An old request, sent again.
        # The caller has left this number, and it may be one that costs whoever calls it.
        if not await self._may_call(practice, message.phone, webhook.call_sid):
            await self._ended(message_id, "refused")
            return say_and_hang_up(NOT_ALLOWED)
        if all(event.kind != "call_back_connected" for event in begun):
            async with self._database.transaction() as uow:
                await uow.messages.record(message_id, "call_back_connected", by=begun[0].actor)
        return connect_caller(
            message.phone,
            caller_id=practice.numbers[0],
            action_url=self._address("over", message_id),
        )

    async def _may_call(self, practice: Practice, number: str, call_sid: str) -> bool:
        try:
            await self._spending.take_call(practice, number, f"call-back:{call_sid}")
        except (NumberRefused, ProviderLimited):
            return False
        return True

    async def _over(self, message_id: str, webhook: Webhook) -> str:
        """The caller's end of it is over."""
        await self._ended(message_id, webhook.get("DialCallStatus", "failed"))
        return say_and_hang_up("")

    async def _status(self, message_id: str, webhook: Webhook) -> None:
        """The staff's end of it is over, with or without the caller's."""
        await self._ended(message_id, None)

    async def _ended(self, message_id: str, dial_status: str | None) -> None:
        """Kept once, whichever of the two is told first."""
        async with self._database.transaction() as uow:
            since = await _call_back(uow, message_id)
            kinds = {event.kind for event in since}
            if not since or "call_back_ended" in kinds:
                return
            was_connected = "call_back_connected" in kinds
            status = dial_status or ("completed" if was_connected else "not-accepted")
            await uow.messages.record(
                message_id, "call_back_ended", by="telephony", detail={"status": status[:20]}
            )

    def _address(self, step: str, message_id: str) -> str:
        return self._addresses.webhook(f"call-back/{step}?message={message_id}")


def _about(answer: AnswerAbout) -> Answer:
    """The message that the address of the webhook names."""
    return lambda webhook: answer(webhook.get("message", "")[:LONGEST_ID], webhook)


async def _call_back(uow: UnitOfWork, message_id: str) -> list[MessageEvent]:
    """The last call back to this caller and what has come of it; empty when there is none."""
    history = list(await uow.messages.history(message_id))
    begun = [number for number, event in enumerate(history) if event.kind == "call_back"]
    return history[begun[-1] :] if begun else []
