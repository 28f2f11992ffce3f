"""Having the phone company delete a recording whose call was erased: `recording.delete`."""

from receptionist.booking.outbox import Job
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.telephony import TelephonyControl

DELETE_RECORDING = "recording.delete"


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
