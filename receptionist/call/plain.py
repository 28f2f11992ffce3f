"""Plain mode: one webhook a turn, Twilio hears and speaks.

Used when no speech vendor is configured, and as the net under those that are.
"""

import asyncio

from receptionist.call import phrases
from receptionist.call.file import CallFile
from receptionist.call.instructions import Dial, HangUp, Instruction, Listen
from receptionist.call.reply import Reply, whole_reply
from receptionist.conversation.router import Router
from receptionist.ports.function_handler import EndCall, TransferCaller

# Twilio gives a webhook 15 s in all: https://www.twilio.com/docs/usage/webhooks
REPLY_BUDGET_S = 12.0
LOWEST_CONFIDENCE = 0.25


class PlainMode:
    """Take one posted turn, give the next instruction."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def greet(self, file: CallFile) -> Listen:
        """The first thing the caller hears."""
        text = file.greeting
        file.conversation.greet(text)
        file.record_turn(0, caller="", receptionist=text, heard=text)
        return self._listen(file, [text])

    def again(self, file: CallFile) -> Instruction:
        """The last answer once more, for a retried webhook."""
        last = list(file.plain.get("last", []))
        if file.next == "hang_up":
            return HangUp(last)
        if file.next == "transfer" and file.transfer_number:
            return Dial(file.transfer_number, last)
        return Listen(last, int(file.plain["turn"]))

    async def go_on(self, file: CallFile, note: str) -> Instruction:
        """Answer something that happened on the line rather than something said."""
        file.conversation.note(note)
        return await self._answer(file, caller=file.take_pending())

    async def take_over(self, file: CallFile) -> Instruction:
        """The stream has no ears or no voice any more; the caller hardly notices.

        First comes what they have not heard of the last answer, or that answer, if it was
        never made. When all was heard, what they said, if anything, was lost.
        """
        had_unheard = bool(file.unheard)
        again = file.broken_off()
        if not file.answered:
            return await self._answer(file, caller=file.take_pending())
        return self._say(file, again if had_unheard else [phrases.GO_AHEAD])

    def _say(self, file: CallFile, sentences: list[str]) -> Listen:
        text = " ".join(sentences)
        file.record_turn(file.next_turn(), caller="", receptionist=text, heard=text)
        return self._listen(file, sentences)

    def is_news(
        self, file: CallFile, number: int, *, speech: str, digits: str, confidence: float
    ) -> bool:
        """Whether these are words to be answered, and not a retried webhook's."""
        understood = bool(speech.strip()) and not digits and confidence >= LOWEST_CONFIDENCE
        return understood and file.next == "plain" and number >= int(file.plain.get("turn", 0))

    async def turn(
        self, file: CallFile, number: int, *, speech: str, digits: str, confidence: float
    ) -> Instruction:
        """Answer what Twilio heard. The same `number` again is a retry: the same answer again."""
        if number < int(file.plain.get("turn", 0)) or file.next in ("hang_up", "transfer"):
            return self.again(file)
        if digits:
            return await self._keys(file, digits)
        if not speech.strip():
            return self._silence(file)
        if confidence < LOWEST_CONFIDENCE:
            return await self._not_understood(file)
        file.plain.update(silences=0, failures=0)
        file.conversation.begin_turn(speech.strip())
        return await self._answer(file, caller=speech.strip())

    async def _keys(self, file: CallFile, digits: str) -> Instruction:
        file.plain.update(silences=0, failures=0)
        if digits == "0":
            file.conversation.note(phrases.PRESSED_ZERO)
        else:
            file.conversation.begin_turn(digits)
        return await self._answer(file, caller=digits)

    def _silence(self, file: CallFile) -> Instruction:
        silences = int(file.plain.get("silences", 0)) + 1
        file.plain["silences"] = silences
        if silences == 1:
            return self._listen(file, [phrases.STILL_THERE])
        file.ended("receptionist")
        file.plain["last"] = [phrases.SILENCE_GOODBYE]
        file.plan("hang_up")
        return HangUp([phrases.SILENCE_GOODBYE])

    async def _not_understood(self, file: CallFile) -> Instruction:
        failures = int(file.plain.get("failures", 0)) + 1
        file.plain.update(silences=0, failures=failures % 2)
        if failures < 2:
            return self._listen(file, [phrases.REPEAT_PLEASE])
        return await self.go_on(file, phrases.NOT_UNDERSTOOD)

    async def _answer(self, file: CallFile, *, caller: str) -> Instruction:
        file.refresh_clock()
        number = file.next_turn()
        try:
            async with asyncio.timeout(REPLY_BUDGET_S):
                reply = await whole_reply(self._router, file)
        except TimeoutError:
            reply = Reply([phrases.TROUBLE])
        if not reply.sentences and reply.effect is None:
            reply.sentences.append(phrases.TROUBLE)
        file.record_turn(
            number,
            caller=caller,
            receptionist=reply.text,
            heard=reply.text,
            timings=reply.timings,
        )
        return self._instruction(file, reply)

    def _instruction(self, file: CallFile, reply: Reply) -> Instruction:
        file.plain["last"] = list(reply.sentences)
        match reply.effect:
            case EndCall():
                file.ended("receptionist")
                file.plan("hang_up")
                return HangUp(reply.sentences)
            case TransferCaller(reason=reason) if file.practice.transfer_number:
                file.plan("transfer", transfer_reason=reason)
                return Dial(file.practice.transfer_number, reply.sentences)
            case _:
                return self._listen(file, reply.sentences)

    def _listen(self, file: CallFile, sentences: list[str]) -> Listen:
        number = int(file.plain.get("turn", 0)) + 1
        file.plain.update(turn=number, last=list(sentences))
        file.plan("plain")
        return Listen(sentences, number)
