"""What the API answers, as its OpenAPI document says it. Field names are a contract."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from receptionist.ports.records import EndedBy
from receptionist.ports.staff import MessageKind, MessageStatus, Urgency

Item = TypeVar("Item")
Time = Annotated[
    datetime,
    # With its offset as digits, which every reader of ISO 8601 understands.
    PlainSerializer(lambda at: at.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _no_text(value: object) -> object:
    if isinstance(value, str | bool):
        raise ValueError("expected a whole number")
    return value


Version = Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_no_text)]


class Listed(BaseModel, Generic[Item]):
    """A page of a list; `next` goes into `after` of the following one."""

    items: list[Item]
    next: str | None


class Call(BaseModel):
    """One call of a list."""

    model_config = ConfigDict(populate_by_name=True)

    call_sid: str
    from_: str | None = Field(alias="from")
    to: str | None
    channel: str
    started_at: Time
    ended_at: Time | None
    outcome: str | None
    ended_by: EndedBy | None
    erased_at: Time | None


class Turn(BaseModel):
    """One exchange; `heard` is what the caller heard of `receptionist`. Timings are in ms."""

    number: int
    at: Time
    caller: str
    receptionist: str
    heard: str
    timings: dict[str, float]


class Action(BaseModel):
    """One function called."""

    name: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    at: Time


class WholeCall(Call):
    """A call as a conversation."""

    turns: list[Turn]
    actions: list[Action]
    heard: str


class Message(BaseModel):
    """A message or task for the staff."""

    id: str
    call_sid: str | None
    caller_name: str
    phone: str | None
    message: str
    urgency: Urgency
    recipient: str | None
    status: MessageStatus
    created_at: Time
    kind: MessageKind
    assignee: str | None
    version: int
    escalated_at: Time | None


class MessageChange(BaseModel):
    """What may be changed of a message. With `version`, only if nobody else has changed it."""

    status: MessageStatus
    version: Version | None = None


class Appointment(BaseModel):
    """One appointment."""

    id: str
    call_sid: str | None
    service: str
    practitioner: str
    start: Time
    end: Time
    caller_name: str
    phone: str | None
    status: Literal["held", "booked", "cancelled"]
    calendar_event_id: str | None


class AuditEntry(BaseModel):
    """One link of the chain."""

    id: int
    at: Time
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class Percentiles(BaseModel):
    """Milliseconds over `turns` turns."""

    turns: int
    p50: float
    p95: float
    p99: float


class OpenMessages(BaseModel):
    """What waits for somebody now."""

    open: int
    urgent: int


class Stats(BaseModel):
    """How the calls of a time went. `latency` is by stage, over the newest turns of that time."""

    calls: int
    outcomes: dict[str, int]
    ended_by: dict[str, int]
    messages: OpenMessages
    latency: dict[str, Percentiles]


class Problem(BaseModel):
    """What was wrong, in words."""

    detail: str
