"""What a function answered, and what it means for the conversation."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from providers.llm.embedded_engine.filling import meant, start_of
from providers.llm.embedded_engine.state import Dialogue, Row, Wish
from providers.llm.embedded_engine.steps import either, visit

NOTED_REASON = re.compile(r"next times\.\s*(?P<reason>[^.]+\.)")
CLOSED = re.compile(r"\bwe're closed [^.]+\.", re.IGNORECASE)
MOST_READ_OUT = 3


def take_result(state: Dialogue, name: str, result: Mapping[str, Any]) -> None:
    """Take in what a function answered."""
    is_ok = result.get("ok") is True
    match name:
        case "answer_faq":
            _take_answer(state, result)
        case "check_availability":
            _take_offers(state, result) if is_ok else _no_search(state, _error(result))
        case "schedule_appointment" if is_ok:
            state.finish(f"You're booked for {visit(result)}.")
            state.last_booked = result
        case "reschedule_appointment" if is_ok:
            state.finish(f"It's moved. You now have {visit(result)}.")
            state.last_booked = result
        case "schedule_appointment" | "reschedule_appointment":
            _not_booked(state, result)
        case "find_appointments":
            _take_found(state, result)
        case "cancel_appointment":
            done = f"I've cancelled {visit(result, 'your')}."
            _finish(state, is_ok, done, "I'm sorry, I couldn't cancel it.")
        case "take_message":
            _message_taken(state, result)
        case "join_waiting_list":
            _waiting(state, result)
        case "transfer_call" if not is_ok:
            state.finish(_nobody(_error(result)), "offer_message")
        case "end_call":
            state.finish("")
            state.ended = True
        case _:
            state.finish("", "task")


def adopt(state: Dialogue, name: str, arguments: Mapping[str, Any]) -> None:
    """What a call tells of the conversation, also where another model made it."""
    wish = state.wish
    if text := arguments.get("caller_name"):
        state.name = str(text)
    if (born := _day(arguments.get("date_of_birth"))) is not None:
        state.born = born
    match name:
        case "check_availability":
            if wish.task is None:
                state.begin("book")
                wish = state.wish
            wish.service = str(arguments.get("service") or wish.service or "") or None
            wish.first = _day(arguments.get("date_from")) or wish.first
            wish.last = _day(arguments.get("date_to")) or wish.first
        case "find_appointments":
            if wish.task is None:
                state.begin("look_up")
        case _:
            pass


def _error(result: Mapping[str, Any]) -> str:
    return str(result.get("error") or "").casefold()


def _finish(state: Dialogue, is_ok: bool, done: str, failed: str) -> None:
    if is_ok:
        state.finish(done)
    else:
        state.finish(failed, "offer_message")


def _take_answer(state: Dialogue, result: Mapping[str, Any]) -> None:
    question, state.question = state.question, None
    if result.get("known") and result.get("answer"):
        state.report = f"{state.report} {result['answer']}".strip()
        state.misses = 0
        if state.wish.task is None:
            state.expecting = "anything_else"
        return
    state.unanswered = question
    state.report = f"{state.report} I'm sorry, I don't know that.".strip()
    if state.wish.task is None:
        state.expecting = "offer_message"


def _take_offers(state: Dialogue, result: Mapping[str, Any]) -> None:
    wish = state.wish
    wish.offers = [row for row in result.get("offers") or () if "start" in row]
    if not wish.offers:
        _nothing_free(state)
        return
    exact = [row for row in wish.offers if _at(wish, row) and _in_days(wish, row)]
    if exact:
        wish.chosen = exact[0]
    elif result.get("note") or (wish.at and not any(_at(wish, row) for row in wish.offers)):
        reason = NOTED_REASON.search(str(result.get("note") or ""))
        nothing = reason["reason"] if reason else "I have nothing just then."
        state.report = f"{state.report} {nothing}".strip()
        wish.part = wish.earliest = wish.latest = None


def _at(wish: Wish, row: Row) -> bool:
    return start_of(row).time() == wish.at


def _in_days(wish: Wish, row: Row) -> bool:
    """One single time was wished for, on a day that was named."""
    if wish.first is None or wish.last not in (None, wish.first):
        return False
    return start_of(row).date() == wish.first


def _nothing_free(state: Dialogue) -> None:
    wish = state.wish
    state.report = "I'm sorry, I can't find a free time in the coming weeks."
    if wish.task == "move":
        state.finish(f"{state.report} I'll leave your appointment as it is.", "offer_message")
        return
    wish.task, wish.offers = None, None
    can_wait = "join_waiting_list" in state.functions
    state.expecting = "offer_list" if can_wait else "offer_message"


def _no_search(state: Dialogue, error: str) -> None:
    """It could not even be looked for: ask for what was wrong with it."""
    wish = state.wish
    wish.search_again()
    if "no such service" in error and wish.service is not None:
        wish.service, state.report = None, "I'm sorry, we don't offer that."
    elif "is done by" in error and (wish.person or wish.without):
        able = [name for name in _people(state) if name.casefold() in error]
        who = f" You can see {either(able)} for that." if able else ""
        state.report = f"I'm sorry, that can't be arranged.{who}"
        wish.person = wish.without = None
    elif "past" in error and wish.first is not None:
        wish.any_time()
        state.report = "I'm sorry, that day is already past."
    else:
        state.finish("I'm sorry, I can't see our diary just now.", "offer_message")


def _people(state: Dialogue) -> list[str]:
    return [person.name for person in state.practice.practitioners]


def _not_booked(state: Dialogue, result: Mapping[str, Any]) -> None:
    """Say why, and ask for what would make it possible."""
    wish, error = state.wish, _error(result)
    wish.confirmed = False
    offers = [row for row in result.get("offers") or () if "start" in row]
    if offers or "taken" in error:
        wish.search_again()
        wish.offers = offers or None
        wish.at = wish.other_half = None
        state.report = "I'm sorry, that time has just been taken."
    elif "phone number" in error:
        _other_number(state)
    elif "date of birth" in error:
        state.born = None
        state.report = "I'm sorry, that date of birth can't be right. I'll do without it."
    elif "no such service" in error and wish.task == "book":
        wish.service = None
        wish.search_again()
        state.report = "I'm sorry, we don't offer that."
    elif reason := _why_not_then(error):
        wish.any_time()
        state.report = reason
    elif "confirmed" in error:
        # Whether it was done is not known.
        state.finish("I'm sorry, I couldn't confirm that just now.", "offer_message")
    else:
        state.finish("I'm sorry, I couldn't do that just now.", "offer_message")


def _why_not_then(error: str) -> str | None:
    """Why that time cannot be, where another one may."""
    closed = CLOSED.search(error)
    if closed:
        sentence = closed[0]
        return f"I'm sorry, {sentence}"
    reasons = (
        ("in the past", "I'm sorry, that time is already past."),
        ("minutes ahead", "I'm sorry, that's too soon for this kind of visit."),
        ("days ahead", "I'm sorry, we don't book that far ahead."),
        ("does not fit", "I'm sorry, it doesn't fit into our opening hours then."),
        ("cannot see anybody", "I'm sorry, nobody can see you then."),
        ("is done by", "I'm sorry, that can't be arranged with them."),
    )
    return next((said for words, said in reasons if words in error), None)


def _take_found(state: Dialogue, result: Mapping[str, Any]) -> None:
    wish, error = state.wish, _error(result)
    if result.get("ok") is not True and "date of birth" not in error:
        state.finish("I'm sorry, I can't look that up just now.", "offer_message")
        return
    wish.found = [row for row in result.get("appointments") or () if "appointment_id" in row]
    if not wish.found and (state.born is not None or state.phone is not None):
        state.finish("I'm sorry, I can't find an appointment under those details.", "offer_message")
    elif wish.found and wish.task == "look_up":
        rows = meant(wish, wish.found)[:MOST_READ_OUT]
        state.finish(f"You have {either([visit(row) for row in rows], 'and')}.")
        state.last_booked = rows[0] if len(rows) == 1 else None


def _message_taken(state: Dialogue, result: Mapping[str, Any]) -> None:
    if result.get("ok") is True:
        state.finish("I've passed that on.")
        state.unanswered, state.alarmed = None, False
    elif "phone number" in _error(result) and state.phone is not None:
        _other_number(state)
    else:
        state.finish("I'm sorry, I couldn't write that down.", "anything_else")


def _waiting(state: Dialogue, result: Mapping[str, Any]) -> None:
    if "mobile number" in _error(result):
        _other_number(state)
        return
    done = "You're on the waiting list. You'll get a text message when a time comes free."
    failed = "I'm sorry, I couldn't put you on the list."
    _finish(state, result.get("ok") is True, done, failed)


def _other_number(state: Dialogue) -> None:
    state.wish.confirmed = False
    state.phone, state.asks_number = None, True
    state.report = "I'm sorry, that number doesn't work."


def _nobody(error: str) -> str:
    if "closed" in error:
        return "I'm sorry, nobody is there just now, we're closed."
    return "I'm sorry, nobody can take your call just now."


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
