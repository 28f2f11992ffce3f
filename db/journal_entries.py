"""What the journal is given, as values: they can be kept in a file and written later."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from receptionist.inbox.recordings import keep_voicemail
from receptionist.ports.records import (
    ActionRecord,
    CallRecord,
    EndedBy,
    StaffMessage,
    TurnRecord,
    UnitOfWork,
)
from receptionist.ports.staff import Recording

Kind = Literal["arrived", "turn", "action", "state", "outcome", "ended", "message", "voicemail"]
SOUND = "recording_"
"""Before the names of a recording's fields, beside those of its message."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One write. `again`: it comes from a process that died, and may be older than the row."""

    kind: Kind
    call_sid: str
    body: Mapping[str, Any]
    again: bool = False

    @property
    def replaces(self) -> tuple[Any, ...] | None:
        """Of entries with the same key only the last one counts."""
        match self.kind:
            case "state":
                return ("state", self.call_sid)
            case "turn":
                return ("turn", self.call_sid, self.body["number"])
            case _:
                return None


def arrived(record: CallRecord) -> Entry:
    """A call came while nothing could be asked of the database."""
    return Entry("arrived", record.call_sid, asdict(record))


def turn(record: TurnRecord) -> Entry:
    """A turn."""
    return Entry("turn", record.call_sid, _fields(record))


def action(record: ActionRecord) -> Entry:
    """An action."""
    return Entry("action", record.call_sid, _fields(record))


def state(call_sid: str, of_call: Mapping[str, Any]) -> Entry:
    """What another process needs to go on."""
    return Entry("state", call_sid, {"state": of_call})


def outcome(call_sid: str, what: str) -> Entry:
    """What the call came to."""
    return Entry("outcome", call_sid, {"outcome": what})


def ended(call_sid: str, by: EndedBy, at: datetime) -> Entry:
    """How the call ended."""
    return Entry("ended", call_sid, {"by": by, "at": at})


def message(left: StaffMessage, recording: Recording | None) -> Entry:
    """A message for the staff, written or spoken."""
    sid = left.call_sid or ""
    if recording is None:
        return Entry("message", sid, asdict(left))
    # One level deep: only so a time is kept in the local file as a time.
    sound = {f"{SOUND}{name}": value for name, value in asdict(recording).items()}
    return Entry("voicemail", sid, {**asdict(left), **sound})


def latest(entries: Sequence[Entry]) -> list[Entry]:
    """Without those that a later one replaces, in their order."""
    last = {entry.replaces: at for at, entry in enumerate(entries) if entry.replaces is not None}
    return [e for at, e in enumerate(entries) if e.replaces is None or last[e.replaces] == at]


async def write(entries: Sequence[Entry], uow: UnitOfWork) -> None:
    """Put them where they belong, those of a kind at once; harmless the second time.

    What a call came to and how it ended are last: an older process's state is no news after that.
    """
    for entry in entries:
        if entry.kind == "arrived":
            await _arrive(CallRecord(**entry.body), uow)
    await uow.turns.save([TurnRecord(**e.body) for e in entries if e.kind == "turn"])
    await uow.actions.save([ActionRecord(**e.body) for e in entries if e.kind == "action"])
    states = [e for e in entries if e.kind == "state" and (not e.again or await _is_news(e, uow))]
    await uow.calls.set_states({e.call_sid: e.body["state"] for e in states})
    for entry in entries:
        await _write_one(entry, uow)


async def _arrive(call: CallRecord, uow: UnitOfWork) -> None:
    if await uow.calls.add(call):
        await uow.audit.append(
            actor="telephony", action="call.arrived", subject=f"call:{call.call_sid}"
        )


async def _write_one(entry: Entry, uow: UnitOfWork) -> None:
    sid, body = entry.call_sid, entry.body
    match entry.kind:
        case "outcome":
            await uow.calls.set_outcome(sid, body["outcome"])
        case "ended":
            # What the call held for the caller is free again.
            await uow.calls.end(sid, body["by"], body["at"])
            await uow.appointments.release_holds(sid)
        case "message":
            await _leave(StaffMessage(**body), uow)
        case "voicemail":
            left = {name: v for name, v in body.items() if not name.startswith(SOUND)}
            sound = {name.removeprefix(SOUND): v for name, v in body.items() if name not in left}
            await keep_voicemail(uow, StaffMessage(**left), Recording(**sound))
        case _:
            pass


async def _is_news(entry: Entry, uow: UnitOfWork) -> bool:
    """Another process may have gone on with the call since."""
    record = await uow.calls.get(entry.call_sid)
    if record is None or record.ended_by is not None:
        return False
    return _progress(entry.body["state"]) >= _progress(record.state)


def _progress(of_call: Mapping[str, Any]) -> tuple[int, int]:
    return int(of_call.get("resumes", 0)), int(of_call.get("turn", 0))


async def _leave(left: StaffMessage, uow: UnitOfWork) -> None:
    kept = await uow.messages.add(left)
    if kept.id == left.id:
        await uow.audit.append(
            actor="receptionist",
            action="message.taken",
            subject=f"message:{kept.id}",
            detail={"call_sid": left.call_sid},
        )


def _fields(record: TurnRecord | ActionRecord) -> dict[str, Any]:
    """One level deep: what is below is handed over as it is."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
