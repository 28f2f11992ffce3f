"""Voicemail: a caller whom nobody of ours could talk to has left a recording.

It is a message in the staff's inbox and a call in the records, each once, however
often and in whatever order the phone company tells of it.
"""

from dataclasses import dataclass
from uuid import uuid4

from receptionist.call.arrival import Ring, record_of
from receptionist.call.file import Clock, utc_now
from receptionist.call.memory import CallMemory, KnownCall
from receptionist.domain.practice import Practice
from receptionist.errors import DatabaseAway
from receptionist.inbox.recordings import keep_voicemail
from receptionist.ports.records import CallRecord, Database, EndedBy, StaffMessage
from receptionist.ports.staff import Recording

CHANNEL = "plain"


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A recording as its webhook describes it."""

    ring: Ring
    """Of a status callback only the call SID."""
    recording_url: str
    recording_sid: str
    seconds: int | None
    ended_by: EndedBy | None
    """None of a status callback, which may come before the call's end or long after it."""


class Voicemails:
    """Where the webhooks take them."""

    def __init__(self, database: Database, memory: CallMemory, clock: Clock = utc_now) -> None:
        self._database = database
        self._memory = memory
        self._clock = clock

    async def left(self, voicemail: Voicemail) -> None:
        """Keep it; with the database away through the journal. Raises `DatabaseAway`."""
        try:
            await self._keep(voicemail)
        except DatabaseAway:
            if not self._memory.practices:
                raise
            self._remember(voicemail)
            await self._memory.flush()

    async def _keep(self, voicemail: Voicemail) -> None:
        ring, now = voicemail.ring, self._clock()
        subject = f"call:{ring.call_sid}"
        async with self._database.transaction() as uow:
            call = await uow.calls.get(ring.call_sid)
            practice = await uow.practices.by_number((call and call.to_number) or ring.to_number)
            practices = [practice] if practice else await uow.practices.all()
            if not practices:
                return
            ended_by = voicemail.ended_by
            if call is None:
                ended_by = ended_by or "caller"
                call = record_of(ring, practices[0], now, channel=CHANNEL)
                await uow.calls.add(call)
                await uow.audit.append(actor="telephony", action="call.arrived", subject=subject)
            message = self._message(voicemail, practices[0], call)
            await keep_voicemail(uow, message, self._recording(voicemail))
            await uow.calls.set_outcome(ring.call_sid, "message")
            if ended_by is not None:
                await uow.calls.end(ring.call_sid, ended_by, now)

    def _remember(self, voicemail: Voicemail) -> None:
        ring, now = voicemail.ring, self._clock()
        known = self._memory.recall(ring.call_sid)
        ended_by = voicemail.ended_by
        if known is None:
            ended_by = ended_by or "caller"
            practice = self._memory.practice_of(ring.to_number) or self._memory.practices[0]
            record = record_of(ring, practice, now, channel=CHANNEL)
            known = KnownCall(record, practice, called_before=False)
            self._memory.remember(known)
            self._memory.arrived(record)
        message = self._message(voicemail, known.practice, known.record)
        self._memory.message(message, self._recording(voicemail))
        self._memory.outcome(ring.call_sid, "message")
        if ended_by is not None:
            self._memory.ended(ring.call_sid, ended_by, now)

    def _message(self, left: Voicemail, practice: Practice, call: CallRecord) -> StaffMessage:
        return StaffMessage(
            id=uuid4().hex,
            practice_id=practice.id,
            call_sid=call.call_sid,
            caller_name="Voicemail",
            phone=call.from_number,
            message=f"Voicemail of {left.seconds or '?'} seconds: {left.recording_url}",
            urgency="urgent",
            recipient=None,
            status="new",
            created_at=self._clock(),
            idempotency_key=f"recording:{left.recording_sid}",
        )

    def _recording(self, left: Voicemail) -> Recording:
        return Recording(left.recording_sid, left.ring.call_sid, self._clock(), left.seconds)
