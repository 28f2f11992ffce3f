"""Voicemails' recordings: kept with their message, deleted when their call is erased."""

from receptionist.booking.outbox import Job
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import UnitOfWork
from receptionist.ports.staff import Recording, StaffMessage
from receptionist.ports.telephony import TelephonyControl

DELETE_RECORDING = "recording.delete"
WRITE_DOWN = "recording.write_down"


async def keep_voicemail(uow: UnitOfWork, message: StaffMessage, recording: Recording) -> None:
    """A recorded message reaches the inbox, once, and is written down later."""
    if (await uow.messages.add(message)).id != message.id:
        return
    subject = f"call:{recording.call_sid}"
    await uow.audit.append(actor="telephony", action="voicemail.recorded", subject=subject)
    await uow.recordings.add(recording)
    payload = {"sid": recording.sid, "message_id": message.id}
    await uow.outbox.put(WRITE_DOWN, f"{WRITE_DOWN}:{recording.sid}", payload)


class RecordingDeletion:
    """Deleting what is gone already is as good."""

    def __init__(self, telephony: TelephonyControl) -> None:
        self._telephony = telephony

    def jobs(self) -> dict[str, Job]:
        """By kind."""
        return {DELETE_RECORDING: self.delete}

    async def delete(self, row: OutboxRow) -> None:
        """Raises `ProviderError` when it has to be tried again."""
        await self._telephony.delete_recording(str(row.payload["sid"]))
