"""What comes next: one function call, or one thing said and at most one thing asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from providers.llm.embedded_engine.state import Dialogue
from receptionist.domain.contacts import read_back

ANYTHING_ELSE = "Is there anything else I can help you with?"
GOODBYE = "Thank you for calling. Goodbye."


@dataclass(frozen=True, slots=True)
class Call:
    """Call this function; `say` is said with it."""

    name: str
    arguments: Mapping[str, Any]
    say: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Say this; the caller's next words are taken as the answer to `expecting`."""

    text: str
    expecting: str


Step = Call | Ask


def decide(state: Dialogue) -> Step:
    """The next step of the conversation."""
    if state.question is not None:
        return Call("answer_faq", {"question": state.question})
    step = _task_step(state)
    if isinstance(step, Ask) and state.report:
        return Ask(f"{state.report} {step.text}".strip(), step.expecting)
    return step


def _task_step(state: Dialogue) -> Step:
    match state.task:
        case "book":
            return _book(state)
        case "move" | "cancel" | "look_up":
            return _existing(state)
        case "message":
            return _message(state)
        case "person":
            return Call("transfer_call", {"reason": "the caller asks for a person"})
        case "end":
            return Call("end_call", {}, GOODBYE)
        case None:
            return _idle(state)


def _idle(state: Dialogue) -> Ask:
    match state.expecting:
        case "offer_message":
            return Ask("Would you like to leave a message?", "offer_message")
        case "task" if state.report:
            return Ask("", "task")
        case "anything_else" if state.report:
            return Ask(ANYTHING_ELSE, "anything_else")
        case _ if state.report:
            return Ask("How can I help you?", "task")
        case _:
            return Ask(
                "I can book, move or cancel an appointment, answer questions, "
                "or take a message. What would you like?",
                "task",
            )


def _book(state: Dialogue) -> Step:
    services = state.practice.services
    if state.service is None and len(services) == 1:
        state.service = services[0].name
    if state.service is None:
        names = _either([service.name for service in services])
        return Ask(f"What is it for: {names}?", "service")
    step = _choose_time(state)
    if step is not None:
        return step
    chosen = state.chosen or {}
    if state.name is None:
        return Ask(f"{_spoken(chosen)}. What is your full name, please?", "name")
    if state.phone is None and state.caller_number is None:
        return Ask("What is the best phone number to reach you on?", "phone")
    if not state.confirmed:
        phone = f", and the number {read_back(state.phone)}" if state.phone else ""
        return Ask(
            f"That's a {state.service.lower()} for {state.name}, {_spoken(chosen)}{phone}. "
            "Shall I book it?",
            "confirm",
        )
    return Call("schedule_appointment", _booking(state, chosen))


def _booking(state: Dialogue, chosen: Mapping[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "service": state.service,
        "start": chosen["start"],
        "caller_name": state.name,
        "practitioner": chosen.get("practitioner"),
        "phone": state.phone,
        "date_of_birth": state.born.isoformat() if state.born else None,
    }
    return {key: value for key, value in arguments.items() if value is not None}


def _choose_time(state: Dialogue) -> Step | None:
    """Until a free time has been chosen: the day, the offers, the choice."""
    if state.chosen is not None:
        return None
    if state.offers is None:
        if state.first is None and (state.part or state.at):
            state.first, state.last = state.now.date(), state.now.date() + timedelta(days=7)
        if state.first is None:
            return Ask("What day would suit you?", "day")
        arguments: dict[str, Any] = {
            "service": state.service,
            "date_from": state.first.isoformat(),
            "date_to": (state.last or state.first).isoformat(),
        }
        if state.person:
            arguments["practitioner"] = state.person
        if state.part:
            arguments["part_of_day"] = state.part
        return Call("check_availability", arguments)
    if not state.offers:
        state.task = None
        state.report = "I'm sorry, I can't find a free time in the coming weeks."
        return Ask("Would you like to leave a message?", "offer_message")
    spoken = [_spoken(offer) for offer in state.offers]
    if len(spoken) == 1:
        return Ask(f"I have {spoken[0]}. Would that suit you?", "choice")
    return Ask(f"I have {_either(spoken)}. Which would you like?", "choice")


def _existing(state: Dialogue) -> Step:
    if state.target is None:
        step = _find(state)
        if step is not None:
            return step
    target = state.target or {}
    if state.task == "look_up":
        state.finish(f"You have {_spoken(target)}.")
        return Ask(ANYTHING_ELSE, "anything_else")
    if state.task == "cancel":
        if not state.confirmed:
            return Ask(f"I found {_spoken(target)}. Shall I cancel it?", "confirm")
        return Call("cancel_appointment", {"appointment_id": target["appointment_id"]})
    state.service = str(target.get("service"))
    state.person = target.get("practitioner")
    if state.first is None and state.at is None and state.part is None:
        return Ask(f"I found {_spoken(target)}. What day would suit you better?", "day")
    step = _choose_time(state)
    if step is not None:
        return step
    chosen = state.chosen or {}
    if not state.confirmed:
        return Ask(f"Shall I move it to {_spoken(chosen)}?", "confirm")
    return Call(
        "reschedule_appointment",
        {"appointment_id": target["appointment_id"], "start": chosen["start"]},
    )


def _find(state: Dialogue) -> Step | None:
    if state.name is None:
        return Ask("What name is it under, please?", "name")
    if state.found is None:
        if state.caller_number is None and state.phone is None and state.born is None:
            return Ask("And your date of birth?", "birth")
        arguments: dict[str, Any] = {"caller_name": state.name}
        if state.born is not None:
            arguments["date_of_birth"] = state.born.isoformat()
        if state.phone is not None:
            arguments["phone"] = state.phone
        return Call("find_appointments", arguments)
    if not state.found and state.born is None:
        state.found = None
        return Ask("I can't find it yet. What is your date of birth?", "birth")
    if not state.found:
        state.finish("I'm sorry, I can't find an appointment under that name and date of birth.")
        return Ask("Would you like to leave a message?", "offer_message")
    if len(state.found) == 1:
        state.target = state.found[0]
        return None
    spoken = [_spoken(row) for row in state.found[:3]]
    return Ask(f"I found {_either(spoken)}. Which one do you mean?", "which")


def _message(state: Dialogue) -> Step:
    if state.name is None:
        return Ask("May I have your full name?", "name")
    if state.message is None:
        return Ask("What should I tell them?", "message_text")
    number = state.phone or state.caller_number
    if number is None:
        return Ask("What number can they call you back on?", "phone")
    if not state.confirmed:
        return Ask(
            f"Your message is: {state.message.rstrip('.')}. From {state.name}, on "
            f"{read_back(number)}. Is that right?",
            "confirm",
        )
    arguments: dict[str, Any] = {
        "caller_name": state.name,
        "message": state.message,
        "urgency": state.urgency,
    }
    if state.phone is not None:
        arguments["phone"] = state.phone
    if state.person is not None:
        arguments["recipient"] = state.person
    return Call("take_message", arguments)


def take_result(state: Dialogue, name: str, result: Mapping[str, Any]) -> None:
    """Take in what a function answered."""
    is_ok = result.get("ok") is True
    match name:
        case "answer_faq":
            _take_answer(state, result)
        case "check_availability":
            state.offers = _wished(state, list(result.get("offers") or ()))
            if not is_ok:
                state.first = state.service = None
                state.offers = None
                state.report = "I'm sorry, that doesn't work."
            elif state.offers and result.get("note"):
                state.report = "I have nothing just then, but these are close."
        case "schedule_appointment" if is_ok:
            state.finish(f"You're booked: {_spoken(result)}.")
            state.expecting = "anything_else"
        case "reschedule_appointment" if is_ok:
            state.finish(f"It's moved. You now have {_spoken(result)}.")
            state.expecting = "anything_else"
        case "schedule_appointment" | "reschedule_appointment":
            state.chosen, state.confirmed = None, False
            state.offers = list(result.get("offers") or ()) or None
            if state.offers is None:
                state.first = state.last = state.at = None
            state.report = "I'm sorry, that time can't be booked any more."
        case "find_appointments":
            state.found = list(result.get("appointments") or ())
        case "cancel_appointment":
            done = f"I've cancelled {_spoken(result)}." if is_ok else ""
            state.finish(done or "I'm sorry, I couldn't cancel it.")
            state.expecting = "anything_else" if is_ok else "offer_message"
        case "take_message":
            state.finish(
                "I've passed that on." if is_ok else "I'm sorry, I couldn't write that down."
            )
            state.expecting = "anything_else"
        case "transfer_call" if not is_ok:
            state.finish("I'm sorry, nobody can take your call just now.")
            state.expecting = "offer_message"
        case _:
            state.finish("")


def _take_answer(state: Dialogue, result: Mapping[str, Any]) -> None:
    state.question = None
    if result.get("known") and result.get("answer"):
        state.report = str(result["answer"])
        state.misses = 0
        if state.task is None:
            state.expecting = "anything_else"
        return
    state.misses += 1
    state.report = "I'm sorry, I don't know that."
    if state.task is None:
        state.expecting = "offer_message"
    else:
        state.report = "I'm sorry, I didn't catch that."


def _wished(state: Dialogue, offers: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """When the caller named a time and it is among the offers, only that one."""
    if state.at is None:
        return offers
    exact = [o for o in offers if datetime.fromisoformat(o["start"]).time() == state.at]
    return exact[:1] or offers


def _spoken(row: Mapping[str, Any]) -> str:
    return str(row.get("spoken") or row.get("start") or "your appointment")


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, or {names[-1]}"
