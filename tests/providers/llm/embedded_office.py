"""A practice whose functions answer from memory, and a caller who talks to the engine.

The functions are offered and checked as the real ones are; what is free is reckoned by the
same rules. Nothing is stored but in the lists that tests look into.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from types import ModuleType
from typing import Any

from handlers import (
    answer_faq,
    cancel_appointment,
    check_availability,
    end_call,
    find_appointments,
    join_waiting_list,
    reschedule_appointment,
    schedule_appointment,
    take_message,
    transfer_call,
)
from handlers._slots import offered
from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.conversation.arguments import specification, validated
from receptionist.domain.booking import Slot, Wish, free_slots, offers, slot_at
from receptionist.domain.contacts import to_e164
from receptionist.domain.faq_match import best_faq
from receptionist.domain.identity import same_name
from receptionist.domain.opening_hours import Interval, describe_day, is_open, open_on
from receptionist.domain.practice import Faq, Practice, Practitioner, Service, TimeRange
from receptionist.errors import InvalidArguments
from receptionist.ports.function_handler import FunctionHandler
from receptionist.ports.language_model import (
    ChatMessage,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolCallRequested,
)

MODULES: tuple[ModuleType, ...] = (
    answer_faq,
    cancel_appointment,
    check_availability,
    end_call,
    find_appointments,
    join_waiting_list,
    reschedule_appointment,
    schedule_appointment,
    take_message,
    transfer_call,
)
HANDLERS: Mapping[str, FunctionHandler] = {m.HANDLER.name: m.HANDLER for m in MODULES}
WRITES = frozenset(
    {
        "schedule_appointment",
        "reschedule_appointment",
        "cancel_appointment",
        "take_message",
        "join_waiting_list",
    }
)
NINE_TO_FIVE = (TimeRange(time(9), time(17)),)
OPEN = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), NINE_TO_FIVE)
PRACTICE = Practice(
    name="Maple Street Clinic",
    timezone="America/New_York",
    numbers=("+12125550100",),
    greeting="Thank you for calling Maple Street Clinic. How can I help?",
    hours=OPEN,
    transfer_number="+12125550111",
    practitioners=(Practitioner("Dr. Lee"), Practitioner("Dr. Patel")),
    services=(Service("Check-up", 30), Service("Cleaning", 45, practitioners=("Dr. Lee",))),
    faqs=(Faq("Where can I park?", "There is free parking behind the building."),),
)
NOW = datetime(2026, 3, 9, 10, 0, tzinfo=PRACTICE.zone)
"""A Monday."""
CALLER = "+12125550123"


@dataclass
class Office:
    """What the functions answer, and what came of it."""

    practice: Practice = PRACTICE
    now: datetime = NOW
    caller: str | None = CALLER
    booked: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    failing: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What a function answers instead, once."""

    def has(
        self, name: str, start: datetime, *, service: str = "Check-up", person: str | None = None
    ) -> dict[str, Any]:
        """An appointment that is there already."""
        slot = slot_at(self.practice, self._service(service), start, person, self._busy())
        assert slot is not None
        row = {
            "appointment_id": f"a{len(self.booked)}",
            "service": service,
            "practitioner": slot.practitioner,
            "start": slot.start.isoformat(),
            "spoken": f"{service}, {slot.spoken(self.now.date())}",
        }
        self.booked.append({"name": name, "phone": self.caller, "born": None, **row})
        return row

    def answer(self, call: ToolCall) -> dict[str, Any]:
        """As the handler of that name would answer."""
        if call.name in self.failing:
            return self.failing.pop(call.name)
        try:
            _, arguments = validated(call, HANDLERS, self.now)
            return getattr(self, f"_{call.name}")(arguments.model_dump())
        except InvalidArguments as refused:
            return {"ok": False, "error": str(refused)}

    def _check_availability(self, asked: dict[str, Any]) -> dict[str, Any]:
        service = self._service(asked["service"])
        able = service.practitioners or tuple(p.name for p in self.practice.practitioners)
        for who in (asked["practitioner"], asked["not_practitioner"]):
            if who is not None and who not in able:
                raise InvalidArguments(f"{service.name} is done by: {', '.join(able)}")
        wish = Wish(
            service,
            asked["date_from"],
            asked["date_to"] or asked["date_from"],
            asked["practitioner"],
            asked["part_of_day"],
            asked["time_from"] or time.min,
            asked["time_to"] or time.max,
            (asked["not_practitioner"],) if asked["not_practitioner"] else (),
        )
        slots = self._best(wish)
        found: dict[str, Any] = {"ok": True, "offers": offered(slots, self.now.date())}
        if not slots:
            found["note"] = "nothing is free in the coming weeks; offer to take a message"
        elif not all(wish.fits(s.start) and s.start.date() <= wish.last for s in slots):
            is_closed = not open_on(self.practice, wish.first)
            reason = describe_day(self.practice, wish.first, self.now.date()) if is_closed else ""
            found["note"] = f"nothing free as asked; these are the next times. {reason}".strip()
        return found

    def _best(self, wish: Wish) -> list[Slot]:
        for tried in (wish, wish.wider(30)):
            slots = free_slots(self.practice, tried, self._busy(), self.now)
            if slots:
                return offers(slots)
        return []

    def _schedule_appointment(self, asked: dict[str, Any]) -> dict[str, Any]:
        phone = to_e164(asked["phone"], self.practice) if asked["phone"] else self.caller
        if phone is None:
            raise InvalidArguments("ask the caller for a phone number with its area code")
        name, start = asked["caller_name"], asked["start"]
        row = self.has(name, start, service=asked["service"], person=asked["practitioner"])
        self.booked[-1] |= {"phone": phone, "born": asked["date_of_birth"]}
        return {"ok": True, **row}

    def _find_appointments(self, asked: dict[str, Any]) -> dict[str, Any]:
        phone, born = asked["phone"] or self.caller, asked["date_of_birth"]
        if phone is None and born is None:
            raise InvalidArguments("ask for the date of birth or the phone number on file")
        mine = [
            {
                key: row[key]
                for key in ("appointment_id", "service", "practitioner", "start", "spoken")
            }
            for row in self.booked
            if same_name(asked["caller_name"], row["name"])
            and ((born and row["born"] == born) or (phone and row["phone"] == phone))
        ]
        return {"ok": True, "appointments": mine}

    def _reschedule_appointment(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self._row(asked["appointment_id"])
        self.booked.remove(row)
        moved = self.has(row["name"], asked["start"], service=row["service"])
        return {"ok": True, **moved}

    def _cancel_appointment(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self._row(asked["appointment_id"])
        self.booked.remove(row)
        return {"ok": True, "service": row["service"], "spoken": row["spoken"]}

    def _row(self, appointment_id: str) -> dict[str, Any]:
        for row in self.booked:
            if row["appointment_id"] == appointment_id:
                return row
        raise InvalidArguments("there is no such appointment")

    def _take_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.messages.append(asked)
        return {"ok": True, "message_id": "m1"}

    def _answer_faq(self, asked: dict[str, Any]) -> dict[str, Any]:
        faq = best_faq(asked["question"], self.practice.faqs)
        if faq is None:
            return {"ok": True, "known": False, "answer": ""}
        return {"ok": True, "known": True, "answer": faq.answer}

    def _transfer_call(self, asked: dict[str, Any]) -> dict[str, Any]:
        if is_open(self.practice, self.now):
            return {"ok": True}
        return {"ok": False, "error": "nobody is there now, the practice is closed"}

    def _end_call(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    def _join_waiting_list(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["phone"] is None and self.caller is None:
            raise InvalidArguments("ask the caller for a mobile number with its area code")
        self.waiting.append({key: value for key, value in asked.items() if value is not None})
        return {"ok": True}

    def _service(self, name: str) -> Service:
        service = self.practice.service(name)
        if service is None:
            raise InvalidArguments("there is no such service; the services are: …")
        return service

    def _busy(self) -> dict[str, list[Interval]]:
        busy: dict[str, list[Interval]] = {}
        for row in self.booked:
            start = datetime.fromisoformat(row["start"]).astimezone(UTC)
            taken = Interval(
                start, start + timedelta(minutes=self._service(row["service"]).minutes)
            )
            busy.setdefault(row["practitioner"], []).append(taken)
        return busy


class Talk:
    """A conversation with the engine, as the router would hold it."""

    def __init__(self, office: Office | None = None, *, without: str = "", waiting: bool = False):
        self.office = office or Office()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.said: list[str] = []
        self.messages = [ChatMessage("system", "You are the receptionist.")]
        offered = [name for name in HANDLERS if waiting or name != "join_waiting_list"]
        self._tools = [specification(HANDLERS[name]) for name in offered if name != without]
        self._model = EmbeddedLanguageModel()
        self.hears(self.office.practice.greeting)

    def hears(self, text: str) -> None:
        """The receptionist said this; it was not the engine's doing."""
        self.messages.append(ChatMessage("assistant", text))

    async def says(self, *texts: str) -> str:
        """What the engine answers to the last of these."""
        answer = ""
        for text in texts:
            self.messages.append(ChatMessage("user", text))
            answer = await self._answer()
            self.said.append(answer)
        return answer

    @property
    def done(self) -> list[str]:
        """The names of the functions called, in order."""
        return [name for name, _ in self.calls]

    def arguments(self, name: str) -> dict[str, Any]:
        """Those of the last call of that name."""
        return next(arguments for called, arguments in reversed(self.calls) if called == name)

    async def _answer(self) -> str:
        said: list[str] = []
        for _ in range(6):
            text, calls = await self._ask()
            said += [text] if text else []
            self.messages.append(ChatMessage("assistant", text, tuple(calls)))
            for call in calls:
                self.calls.append((call.name, json.loads(call.arguments)))
                content = json.dumps(self.office.answer(call), default=str)
                self.messages.append(ChatMessage("tool", content, tool_call_id=call.id))
            over = [call for call in calls if call.name in ("end_call", "transfer_call")]
            if not calls or (over and '"ok": true' in self.messages[-1].content):
                return " ".join(said) or f"({calls[0].name})"
        raise AssertionError("the engine goes round in circles")

    async def _ask(self) -> tuple[str, list[ToolCall]]:
        office = self.office
        request = ModelRequest(
            tuple(self.messages), tuple(self._tools), office.practice, office.now, office.caller
        )
        events = [event async for event in self._model.stream(request)]
        text = "".join(event.text for event in events if isinstance(event, TextDelta))
        return text, [event.call for event in events if isinstance(event, ToolCallRequested)]
