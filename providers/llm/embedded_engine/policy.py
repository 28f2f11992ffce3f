"""What comes next: one function call, or one thing said and at most one thing asked."""

from providers.llm.embedded_engine.booking import book, choose_time, confirm_move, wait
from providers.llm.embedded_engine.filling import fitting, meant
from providers.llm.embedded_engine.results import take_result
from providers.llm.embedded_engine.state import Dialogue
from providers.llm.embedded_engine.steps import (
    GOODBYE,
    Ask,
    Call,
    Step,
    call,
    either,
    visit,
)
from receptionist.domain.contacts import read_back
from receptionist.domain.turn_rules import ANYTHING_ELSE

CAPABLE = (
    "I can book, move or cancel an appointment, answer questions, or take a message. "
    "What would you like?"
)
ASKED_WHEN_IDLE = {
    "offer_message": "Would you like to leave a message?",
    "offer_list": "Shall I put you on the waiting list?",
    "offer_person": "Would you like me to put you through to someone?",
    "anything_else": ANYTHING_ELSE,
}
MOST_READ_OUT = 3


def next_step(state: Dialogue) -> Step:
    """The next step; a function that may not be called is taken as one that failed."""
    step = decide(state)
    while isinstance(step, Call) and step.name not in state.functions:
        take_result(state, step.name, {"ok": False})
        step = decide(state)
    return step


def decide(state: Dialogue) -> Step:
    """The next step of the conversation, whatever functions there are."""
    _settle(state)
    if state.question is not None:
        return Call("answer_faq", {"question": state.question})
    if state.guess is not None:
        return Ask(state.report, "guess")
    step = _task_step(state)
    if not state.report:
        return step
    if isinstance(step, Ask):
        return Ask(f"{state.report} {step.text}".strip(), step.expecting)
    return Call(step.name, step.arguments, f"{state.report} {step.say}") if step.say else step


def _settle(state: Dialogue) -> None:
    """What follows from what is known."""
    wish, services = state.wish, state.practice.services
    if wish.task in ("book", "wait") and wish.service is None and len(services) == 1:
        wish.service = services[0].name
    if wish.task in ("move", "cancel", "look_up") and wish.target is None and wish.found:
        fitting = meant(wish, wish.found)
        if len(fitting) == 1:
            wish.target = fitting[0]
    if wish.task == "move" and wish.target is not None:
        wish.service, wish.person = str(wish.target["service"]), wish.target.get("practitioner")


def _task_step(state: Dialogue) -> Step:
    if state.ended:
        return Ask("" if state.report else "Goodbye.", "")
    match state.wish.task:
        case "book":
            return _changing(state) or book(state)
        case "wait":
            return wait(state)
        case "move" | "cancel" | "look_up":
            return _changing(state) or _existing(state)
        case "message":
            return _changing(state) or _message(state)
        case "person":
            return Call("transfer_call", {"reason": "the caller asks for a person"})
        case "end":
            return Call("end_call", {}, GOODBYE)
        case None:
            return _idle(state)


def _changing(state: Dialogue) -> Ask | None:
    """After a no to what was read back."""
    if state.expecting != "change":
        return None
    parts = {
        "book": "the time, the name or the number",
        "move": "the time or the day",
        "message": "the message, the name or the number",
    }
    return Ask(f"What should I change: {parts.get(state.wish.task or '', 'the time')}?", "change")


def _idle(state: Dialogue) -> Ask:
    if state.expecting == "offer_message" and state.alarmed:
        return Ask("Would you like to leave an urgent message?", "offer_message")
    if state.expecting in ASKED_WHEN_IDLE:
        return Ask(ASKED_WHEN_IDLE[state.expecting], state.expecting)
    if state.expecting == "declined":
        return Ask("Which would you like?", "task")
    if state.expecting == "capabilities":
        return Ask(CAPABLE, "task")
    return Ask("How can I help you?", "task")


def _existing(state: Dialogue) -> Step:
    wish = state.wish
    if wish.target is None:
        return _find(state)
    found = visit(wish.target)
    if wish.task == "look_up":
        return Ask(f"You have {found}. {ANYTHING_ELSE}", "anything_else")
    if wish.task == "cancel":
        if wish.confirmed:
            return Call("cancel_appointment", {"appointment_id": wish.target["appointment_id"]})
        sorry = "" if fitting(wish, [wish.target]) else "I can't find that one. "
        return Ask(f"{sorry}I found {found}. Shall I cancel it?", "confirm")
    step = choose_time(state)
    if isinstance(step, Ask) and step.expecting == "day":
        return Ask(f"I found {found}. What day would suit you better?", "day")
    return step or confirm_move(state)


def _find(state: Dialogue) -> Step:
    wish = state.wish
    if state.name is None:
        return Ask("What name is it under, please?", "name")
    if " " not in state.name and not state.last_name_asked:
        return Ask(f"And your last name, {state.name}?", "last_name")
    if state.expecting == "birth_or_phone" and state.phone is None:
        return Ask("Then what phone number did you give us?", "phone")
    if wish.found is None:
        if state.number is None and state.born is None:
            return Ask("And your date of birth?", "birth")
        return call(
            "find_appointments",
            caller_name=state.name,
            date_of_birth=state.born.isoformat() if state.born else None,
            phone=state.phone,
        )
    if wish.found:
        rows = either([visit(row) for row in meant(wish, wish.found)[:MOST_READ_OUT]])
        return Ask(f"I found {rows}. Which one do you mean?", "which")
    return Ask("I can't find it yet. What is your date of birth?", "birth")


def _message(state: Dialogue) -> Step:
    wish, number = state.wish, state.number
    if state.name is None:
        return Ask("May I have your full name?", "name")
    if wish.message is None:
        whom = wish.person or "them"
        return Ask(f"What should I tell {whom}?", "message_text")
    if number is None:
        return Ask("What number can they call you back on?", "phone")
    if not wish.confirmed:
        urgent = "urgent message" if wish.urgency == "urgent" else "message"
        whom = f" for {wish.person}" if wish.person else ""
        return Ask(
            f"Your {urgent}{whom} is: {wish.message.rstrip('.?! ')}. From {state.name}, on "
            f"{read_back(number)}. Is that right?",
            "confirm",
        )
    return call(
        "take_message",
        caller_name=state.name,
        message=wish.message,
        urgency=wish.urgency,
        phone=state.phone,
        recipient=wish.person,
    )
