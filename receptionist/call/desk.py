"""What happens to a call when the phone company asks.

Every answer is decided from stored state, so that any process can give it:
after a kill -9, a deploy or a lost socket alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from receptionist.call import phrases
from receptionist.call.file import CallFile, Clock, open_file, utc_now
from receptionist.call.instructions import ConnectStream, Dial, HangUp, Instruction
from receptionist.call.plain import PlainMode
from receptionist.call.stream_tokens import issue_stream_token
from receptionist.call.warm import WarmLines
from receptionist.domain.contacts import to_e164
from receptionist.domain.practice import Practice
from receptionist.ports.records import CallRecord, Database, Journal, StaffMessage

# A stream that is lost this often goes on in plain mode.
MOST_RESUMES = 3
FINAL_STATUSES = ("completed", "busy", "failed", "no-answer", "canceled")
ANSWERED_STATUSES = ("completed", "answered")


@dataclass(frozen=True, slots=True)
class Ring:
    """An arriving call as its webhook describes it."""

    call_sid: str
    from_number: str
    to_number: str


class FrontDesk:
    """Take a call in, and say what comes next whenever the line asks."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        plain: PlainMode,
        warm: WarmLines,
        *,
        streaming: bool,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._journal = journal
        self._plain = plain
        self._warm = warm
        self._streaming = streaming
        self._clock = clock

    async def incoming(self, ring: Ring) -> Instruction:
        """A call arrives, or its webhook is retried."""
        async with self._database.transaction() as uow:
            practice = await uow.practices.by_number(ring.to_number)
            record = self._record(ring, practice)
            is_new = await uow.calls.add(record)
            if is_new:
                action = "call.arrived" if practice else "call.refused.unknown_number"
                await uow.audit.append(
                    actor="telephony", action=action, subject=f"call:{ring.call_sid}"
                )
            if practice is None:
                await uow.calls.set_outcome(ring.call_sid, "refused")
                await uow.calls.end(ring.call_sid, "refused", self._clock())
        if practice is None:
            return HangUp([phrases.UNKNOWN_NUMBER])
        if self._streaming:
            return await self._connect(ring.call_sid, practice)
        file = await self._file(ring.call_sid)
        if file is None:
            return HangUp([phrases.UNKNOWN_NUMBER])
        if not is_new and file.plain:
            return self._plain.again(file)
        return await self._kept(file, self._plain.greet(file))

    async def ended(self, call_sid: str, call_status: str) -> Instruction:
        """The stream ended: hang up, dial, go on in plain mode, or resume on a new stream."""
        file = await self._file(call_sid)
        if file is None or file.next == "hang_up":
            return HangUp()
        if call_status in FINAL_STATUSES:
            await self._closed(file)
            return HangUp()
        if file.next == "transfer" and file.practice.transfer_number:
            return Dial(file.practice.transfer_number)
        if file.next == "plain" or file.resumes >= MOST_RESUMES or not self._streaming:
            return await self._kept(file, await self._plain.go_on(file, phrases.RECONNECTED))
        file.resumes += 1
        file.resume_with(phrases.RECONNECTED)
        await file.kept()
        return await self._connect(call_sid, file.practice)

    async def plain_turn(
        self, call_sid: str, number: int, *, speech: str, digits: str, confidence: float
    ) -> Instruction:
        """One turn in plain mode."""
        file = await self._file(call_sid)
        if file is None:
            return HangUp([phrases.UNKNOWN_NUMBER])
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
        if file.channel == "plain" or not self._streaming:
            note = phrases.TRANSFER_UNANSWERED
            return await self._kept(file, await self._plain.go_on(file, note))
        file.resume_with(phrases.TRANSFER_UNANSWERED)
        await file.kept()
        return await self._connect(call_sid, file.practice)

    async def announcement(self, call_sid: str) -> str:
        """What the person picking up a transfer hears first."""
        file = await self._file(call_sid)
        if file is None:
            return ""
        return phrases.announcement(file.practice.name, file.transfer_reason)

    async def status(self, call_sid: str, call_status: str) -> None:
        """A status callback: any order, any number of times."""
        if call_status not in FINAL_STATUSES:
            return
        file = await self._file(call_sid)
        if file is not None:
            await self._closed(file)

    async def voicemail(
        self, call_sid: str, form: Mapping[str, str], *, recording_sid: str, recording_url: str
    ) -> None:
        """A recorded message reaches the staff inbox, once."""
        async with self._database.transaction() as uow:
            practice = await uow.practices.by_number(form.get("To", ""))
            practices = [practice] if practice else await uow.practices.all()
            if not practices:
                return
            seconds = form.get("RecordingDuration", "?")
            key = f"recording:{recording_sid or recording_url}"
            await uow.messages.add(
                StaffMessage(
                    id="",
                    practice_id=practices[0].id,
                    call_sid=call_sid,
                    caller_name="Voicemail",
                    phone=to_e164(form.get("From", ""), practices[0]),
                    message=f"Voicemail of {seconds} seconds: {recording_url}",
                    urgency="urgent",
                    recipient=None,
                    status="new",
                    created_at=self._clock(),
                    idempotency_key=key,
                )
            )
            await uow.calls.set_outcome(call_sid, "message")
            await uow.audit.append(
                actor="telephony", action="voicemail.recorded", subject=f"call:{call_sid}"
            )

    def _record(self, ring: Ring, practice: Practice | None) -> CallRecord:
        record = CallRecord(
            call_sid=ring.call_sid,
            practice_id=None,
            from_number=None,
            to_number=ring.to_number,
            started_at=self._clock(),
            channel="stream" if self._streaming else "plain",
        )
        if practice is None:
            return record
        caller = to_e164(ring.from_number, practice)
        return replace(record, practice_id=practice.id, from_number=caller)

    async def _connect(self, call_sid: str, practice: Practice) -> ConnectStream:
        self._warm.prepare(call_sid, practice)
        return ConnectStream(await issue_stream_token(self._database, call_sid, self._clock()))

    async def _closed(self, file: CallFile) -> None:
        file.ended("lost" if file.lost else "caller")
        file.plan("hang_up")
        await file.kept()

    async def _file(self, call_sid: str) -> CallFile | None:
        return await open_file(self._database, self._journal, call_sid, self._clock)

    async def _audit(self, action: str, call_sid: str) -> None:
        async with self._database.transaction() as uow:
            await uow.audit.append(actor="telephony", action=action, subject=f"call:{call_sid}")

    async def _kept(self, file: CallFile, instruction: Instruction) -> Instruction:
        await file.kept()
        return instruction
