"""What happens to a call when the phone company asks.

Every answer is decided from stored state, so that any process can give it:
after a kill -9, a deploy or a lost socket alike.
"""

import asyncio
from contextlib import suppress

import structlog

from receptionist.call import phrases
from receptionist.call.arrival import Ring, record_of
from receptionist.call.background import Background
from receptionist.call.file import CallFile, Clock, open_file, utc_now
from receptionist.call.instructions import ConnectStream, Dial, HangUp, Instruction
from receptionist.call.live import do
from receptionist.call.memory import CallMemory, KnownCall
from receptionist.call.neighbours import Neighbours
from receptionist.call.plain import PlainMode
from receptionist.call.stream_tokens import StreamTokens, addressed
from receptionist.call.warm import WarmLines
from receptionist.call.ways import Ways
from receptionist.domain.practice import Practice
from receptionist.errors import DatabaseAway
from receptionist.ports.records import CallRecord, Database

log = structlog.get_logger()
# A stream that is lost this often goes on in plain mode.
MOST_RESUMES = 3
AGAIN_EVERY_S = 2.0
FINAL_STATUSES = ("completed", "busy", "failed", "no-answer", "canceled")
ANSWERED_STATUSES = ("completed", "answered")


class FrontDesk:
    """Take a call in, and say what comes next whenever the line asks."""

    def __init__(
        self,
        database: Database,
        memory: CallMemory,
        plain: PlainMode,
        warm: WarmLines,
        tokens: StreamTokens,
        background: Background,
        *,
        streaming: bool,
        ways: Ways | None = None,
        neighbours: Neighbours | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """`streaming`: there are vendors for streams; `ways` tells whether they can be used now.

        `neighbours` are the processes of this machine that a stream may go to instead.
        """
        self._database = database
        self._memory = memory
        self._plain = plain
        self._warm = warm
        self._tokens = tokens
        self._background = background
        self._streaming = streaming
        self._ways = ways
        self._neighbours = neighbours
        self._clock = clock

    async def incoming(self, ring: Ring) -> Instruction:
        """A call arrives, or its webhook is retried."""
        practice, is_new = await self._arrived(ring)
        if practice is None:
            return HangUp([phrases.UNKNOWN_NUMBER])
        file = None if is_new else await self._file(ring.call_sid)
        if file is not None and file.plain:
            return self._plain.again(file)
        if self._stream_is_open:
            return await self._connect(ring.call_sid, practice)
        file = file or await self._file(ring.call_sid)
        if file is None:
            return HangUp([phrases.UNKNOWN_NUMBER])
        if practice.fallback_number and self._is_full and file.is_new:
            file.pass_on(practice.fallback_number, phrases.TOO_BUSY)
            return await self._kept(file, Dial(practice.fallback_number, file.parting))
        return await self._kept(file, self._plain.greet(file))

    async def rescued_before(
        self, call_sid: str, *, failed: str, request_id: str
    ) -> Instruction | None:
        """What the request that `rescued` the call was answered; None if it was not this one.

        It is repeated when its answer was lost. Nothing happens twice for that.
        """
        file = await self._file(call_sid) if request_id else None
        if file is None or file.rescued_by != request_id:
            return None
        if file.next == "conversation" and (failed == "transfer" or not file.plain):
            return await self._connect(call_sid, file.practice)
        if file.plain:
            return self._plain.again(file)
        if file.next == "transfer" and file.transfer_number:
            return Dial(file.transfer_number, file.parting)
        return HangUp(file.parting)

    async def rescued(
        self, ring: Ring, *, failed: str, call_status: str, request_id: str = ""
    ) -> Instruction | None:
        """A webhook of the call failed: how a conversation goes on, or None for a voicemail.

        `failed` is its name. Once a call: whoever comes here again is not sent in circles.
        `request_id` tells the same request, should it be repeated.
        """
        practice, _ = await self._arrived(ring)
        if practice is None:
            return HangUp([phrases.UNKNOWN_NUMBER])
        file = await self._file(ring.call_sid)
        if file is None or file.rescued or not failed:
            return None
        if not (file.plain or file.turn or file.next != "conversation"):
            return None
        file.rescued, file.rescued_by = True, request_id
        file.save_state()
        await file.kept()
        if failed == "transfer":
            return await self.transfer_ended(ring.call_sid, "failed")
        if file.plain:
            return await self.incoming(ring)
        return await self.ended(ring, call_status)

    async def ended(self, ring: Ring, call_status: str) -> Instruction:
        """The stream ended: hang up, dial, go on in plain mode, or resume on a new stream.

        A call that is on the line and not in the records begins now.
        """
        file = await self._file(ring.call_sid)
        if file is None:
            return HangUp() if call_status in FINAL_STATUSES else await self.incoming(ring)
        if file.next == "hang_up":
            return HangUp(file.parting)
        if call_status in FINAL_STATUSES:
            await self._closed(file)
            return HangUp()
        file.lost = False
        if file.next == "transfer" and file.transfer_number:
            return Dial(file.transfer_number, file.parting)
        if file.next == "plain":
            if self._ways is not None:
                self._ways.look()
            return await self._kept(file, await self._plain.take_over(file))
        if file.resumes >= MOST_RESUMES or not self._stream_is_open:
            return await self._kept(file, await self._plain.go_on(file, phrases.RECONNECTED))
        file.resumes += 1
        file.take_up()
        await file.kept()
        return await self._connect(ring.call_sid, file.practice)

    async def plain_turn(
        self, ring: Ring, number: int, *, speech: str, digits: str, confidence: float
    ) -> Instruction:
        """One turn in plain mode."""
        file = await self._file(ring.call_sid)
        if file is None:
            return await self.incoming(ring)
        await self._do_as_staff_ask(file)
        is_news = self._plain.is_news(
            file, number, speech=speech, digits=digits, confidence=confidence
        )
        if is_news and self._may_return(file):
            file.return_with(speech.strip())
            await file.kept()
        if file.returns and file.next == "conversation":
            # The webhook that moved it may be asked again.
            return await self._connect(ring.call_sid, file.practice)
        instruction = await self._plain.turn(
            file, number, speech=speech, digits=digits, confidence=confidence
        )
        return await self._kept(file, instruction)

    async def transfer_ended(self, call_sid: str, dial_status: str) -> Instruction:
        """The person was reached and the call is over, or the conversation goes on."""
        file = await self._file(call_sid)
        if file is None:
            return HangUp()
        if dial_status in ANSWERED_STATUSES:
            file.outcome("transferred")
            file.ended("transfer")
            file.plan("hang_up")
            return await self._kept(file, HangUp())
        await self._audit("transfer.unanswered", call_sid)
        if file.channel == "plain" or not self._stream_is_open:
            note = phrases.TRANSFER_UNANSWERED
            return await self._kept(file, await self._plain.go_on(file, note))
        file.resume_with(phrases.TRANSFER_UNANSWERED)
        await file.kept()
        return await self._connect(call_sid, file.practice)

    async def announcement(self, call_sid: str) -> str:
        """What the person picking up a transfer hears first."""
        try:
            file = await self._file(call_sid)
        except DatabaseAway:
            # They are put through all the same.
            return ""
        if file is None:
            return ""
        return phrases.announcement(file.practice.name, file.transfer_reason)

    async def status(self, call_sid: str, call_status: str) -> None:
        """A status callback: any order, any number of times."""
        if call_status not in FINAL_STATUSES:
            return
        try:
            await self._over(call_sid)
        except DatabaseAway:
            # Nobody is told a second time.
            self._background.spawn(self._over_later(call_sid), "call-over")

    async def _over(self, call_sid: str) -> None:
        file = await self._file(call_sid)
        if file is not None:
            await self._closed(file)

    async def _over_later(self, call_sid: str) -> None:
        while True:
            await asyncio.sleep(AGAIN_EVERY_S)
            with suppress(DatabaseAway):
                await self._over(call_sid)
                return

    async def _arrived(self, ring: Ring) -> tuple[Practice | None, bool]:
        """The practice that was called, and whether the call is new."""
        try:
            return await self._recorded(ring)
        except DatabaseAway:
            practice = self._memory.practice_of(ring.to_number)
            if practice is None:
                raise
        if self._memory.recall(ring.call_sid) is not None:
            return practice, False
        record = self._record(ring, practice)
        self._memory.remember(KnownCall(record, practice, called_before=False, is_newest=True))
        self._memory.arrived(record)
        return practice, True

    async def _recorded(self, ring: Ring) -> tuple[Practice | None, bool]:
        async with self._database.transaction() as uow:
            practice = await uow.practices.by_number(ring.to_number)
            is_new = await uow.calls.add(self._record(ring, practice))
            if is_new:
                action = "call.arrived" if practice else "call.refused.unknown_number"
                await uow.audit.append(
                    actor="telephony", action=action, subject=f"call:{ring.call_sid}"
                )
            if practice is None:
                await uow.calls.set_outcome(ring.call_sid, "refused")
                await uow.calls.end(ring.call_sid, "refused", self._clock())
        return practice, is_new

    def _record(self, ring: Ring, practice: Practice | None) -> CallRecord:
        channel = "stream" if self._stream_is_open else "plain"
        return record_of(ring, practice, self._clock(), channel=channel)

    async def _connect(self, call_sid: str, practice: Practice) -> ConnectStream:
        beside = self._neighbours
        number = beside.pick() if beside else None
        is_here = beside is None or number == beside.number
        if is_here:
            self._warm.prepare(call_sid, practice)
        token, is_stored = await self._tokens.issue(call_sid, self._clock())
        if not is_stored:
            # Nobody else knows this ticket.
            number = beside.number if beside else None
        if beside is not None and number is not None:
            beside.name(number)
            token = addressed(token, number)
        return ConnectStream(token)

    @property
    def _stream_is_open(self) -> bool:
        return self._streaming and (self._ways is None or self._ways.stream_is_open)

    @property
    def _is_full(self) -> bool:
        return self._streaming and self._ways is not None and self._ways.is_full

    def _may_return(self, file: CallFile) -> bool:
        """Not when it was the streams that broke again and again."""
        if self._ways is None or file.resumes >= MOST_RESUMES:
            return False
        return self._ways.may_return(file.returns)

    async def _closed(self, file: CallFile) -> None:
        if file.is_over:
            return
        file.ended("lost" if file.lost else "caller")
        file.plan("hang_up")
        await file.kept()

    async def _file(self, call_sid: str) -> CallFile | None:
        return await open_file(self._database, self._memory, call_sid, self._clock)

    async def _do_as_staff_ask(self, file: CallFile) -> None:
        """Nobody holds a call in plain mode: what is wanted of it has waited until now."""
        if self._memory.is_away:
            return
        async with self._database.reading() as uow:
            waiting = await uow.staff_requests.waiting([file.call_sid])
        if not waiting:
            return
        async with self._database.transaction() as uow:
            for request in await uow.staff_requests.take([file.call_sid]):
                do(request, file)

    async def _audit(self, action: str, call_sid: str) -> None:
        try:
            async with self._database.transaction() as uow:
                await uow.audit.append(actor="telephony", action=action, subject=f"call:{call_sid}")
        except DatabaseAway:
            log.error("not_audited", action=action)

    async def _kept(self, file: CallFile, instruction: Instruction) -> Instruction:
        await file.kept()
        return instruction
