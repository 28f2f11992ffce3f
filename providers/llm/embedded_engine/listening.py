"""How the caller's words change the dialogue."""

import re

from providers.llm.embedded_engine import answers, filling
from providers.llm.embedded_engine.reading import QUESTION_WORDS, Reading, read
from providers.llm.embedded_engine.state import Dialogue, Row, Task, Wish
from receptionist.domain.document_answers import is_written_down
from receptionist.domain.emergencies import emergency_reply
from receptionist.domain.spoken_dates import SpokenWhen
from receptionist.domain.spoken_visits import find_reason

NO_ADVICE = (
    "I'm sorry, I can't give medical advice. I can book you an appointment, take a message, "
    "or put you through to someone."
)
NO_ADVICE_NOBODY = (
    "I'm sorry, I can't give medical advice. I can book you an appointment or take a message."
)
HELLO = "Hello."
HEARS = re.compile(
    r"\b(?:can|do) you (?:still )?hear me\b|\b(?:are you|anybody|anyone) (?:still )?there\b"
)
OUT_OF_SCOPE = "I'm afraid I can't help with that."
UNSURE_OF_IT = 0.6
"""How likely "none of our business" has to be before it is said so."""
GUESSES = {
    "book": "make an appointment",
    "move": "move an appointment",
    "cancel": "cancel an appointment",
    "look_up": "hear when your appointment is",
    "message": "leave a message",
    "person": "speak to a person",
}
ABOUT_TIMES = frozenset({"other_options", "book", "find_provider", "check_appointment"})
ASKS = frozenset({"faq", "question", "faq_detail"})
EXISTING = re.compile(
    r"\b(?:my|the|an?|existing|other) (?:\w+ )?(?:appointments?|bookings?|visits?)\b"
)
WAITING_LIST = re.compile(
    r"\b(?:waiting|wait|cancell?ation|standby) ?list\b"
    r"|\bif (?:something|anything|a time|one) (?:opens|comes|frees) (?:up|free)"
)
UNWELL = re.compile(r"\b(?:unwell|sick|ill|hurts?|aches?|pain|fever|cough|sore|rash)\b")
AVAILABLE = re.compile(
    r"\b(?:have|got|is there|are there|see) (?:you )?(?:anything|something|any|an?)\b"
    r"|\bany (?:openings?|slots?|times?|appointments?)\b|^(?:and )?(?:what|how) about\b"
)
THAT_ONE = re.compile(r"\b(?:it|that|this|the one)\b")
THE_SAME = re.compile(r"\b(?:the same|another one|one (?:more|as well|too)|one)\b.*\bfor my\b")
NEW_ONE = re.compile(r"\b(?:new|another|second|book|make|schedule)\b")


def hear(state: Dialogue, text: str) -> None:
    """Take in what the caller said, or a note about what happened on the line."""
    state.report, state.question, state.repeats, state.ended = "", None, False, False
    if state.expecting != "guess":
        state.guess = None
    # Whoever still speaks after a goodbye has not hung up: it is over and forgotten.
    if state.expecting == "anything_else" or state.wish.task == "end":
        state.wish = Wish()
    if text.startswith("(") and text.endswith(")"):
        _note(state, text)
        return
    reading = _read(state, text)
    if reading.is_empty:
        state.report = "Sorry?"
        return
    if _safety_first(state, reading):
        return
    _note_birth(state)
    before, expected = state.mark(), state.expecting
    first, *rest = reading.wishes() if state.expecting != "message_text" else [text]
    if rest:
        state.waiting += rest
        reading = _read(state, first)
    _take(state, reading)
    if not state.repeats and (state.mark() == before or _leads_nowhere(state, expected)):
        _not_understood(state, reading)
    else:
        state.misses = 0
    next_wish(state)


def _note_birth(state: Dialogue) -> None:
    """Asked for with the name; heard to be missing at the read-back, it is not asked for again."""
    if state.expecting == "name":
        state.birth_missing = state.wish.task == "book" and state.born is None
    elif state.expecting == "confirm":
        state.birth_missing = False


def _leads_nowhere(state: Dialogue, expected: str) -> bool:
    """A detail was heard, but not what it is for."""
    answers_it = state.report or state.question or state.guess or state.waiting
    return state.wish.task is None and not answers_it and state.expecting == expected


def _read(state: Dialogue, text: str) -> Reading:
    said, asked = state.previous, state.expecting
    return read(text, state.practice, state.now, previous=said, expecting=asked)


def next_wish(state: Dialogue) -> None:
    """Begin what else was asked for, once the last thing is done."""
    while state.wish.task is None and state.question is None and state.waiting:
        report, expecting = state.report, state.expecting
        state.report = ""
        reading = read(state.waiting.pop(0), state.practice, state.now)
        state.expecting = ""
        filling.collect(state, reading)
        _change_task(state, reading)
        report = "" if report == HELLO else report
        state.report = f"{report} {state.report}".strip()
        if state.wish.task is None:
            state.expecting = expecting


def _note(state: Dialogue, text: str) -> None:
    lowered = text.casefold()
    if "pressed 0" in lowered:
        state.begin("person")
    elif "not answered" in lowered:
        state.finish("I'm sorry, nobody could take the call just now.", "offer_message")
    elif "understood" in lowered:
        state.report = "I'm sorry, I have trouble hearing you."
        state.expecting = "offer_message"
    elif "cut off" in lowered:
        state.report = "Sorry, we were cut off."


def _safety_first(state: Dialogue, reading: Reading) -> bool:
    """Danger comes before everything; advice is declined unless it is a message's text."""
    kind = reading.safety
    if kind in ("crisis", "emergency"):
        state.report = emergency_reply(state.practice, kind)
        state.expecting = state.offer_help
        state.wish.task = None
        state.alarmed = True
        return True
    if kind == "medical_advice" and state.expecting not in ("message_text", "name", "birth"):
        filling.collect(state, reading)
        state.report = NO_ADVICE if state.offer_help == "offer_person" else NO_ADVICE_NOBODY
        if reading.task in ("book", "message", "person") and state.wish.task is None:
            state.begin(_task(reading.task))
        elif state.wish.task is None:
            state.expecting = "declined"
        state.misses = 0
        return True
    return False


def _take(state: Dialogue, reading: Reading) -> None:
    if "repeat" in reading.heard.rules and reading.heard.first == "repeat":
        state.repeats = True
        return
    if state.proposed and reading.says_yes:
        _accept(state, reading.when)
    elif reading.says_no:
        state.proposed = ""
    if state.wish.task == "cancel" and answers.INSTEAD.search(reading.plain):
        _move_instead(state, reading)
        return
    if answers.answered(state, reading):
        return
    filling.collect(state, reading)
    _change_task(state, reading)


def _move_instead(state: Dialogue, reading: Reading) -> None:
    """Another day is wished for: what there is now stays until that is agreed on."""
    which, found, target = state.wish.which, state.wish.found, state.wish.target
    filling.existing(state, reading, "move")
    state.wish.which, state.wish.found, state.wish.target = which, found, target


def _accept(state: Dialogue, said: SpokenWhen) -> None:
    """A yes to a time that another model offered: looked for again, and read back by us."""
    offered = read(state.proposed, state.practice, state.now, expecting="choice")
    if offered.when.says_anything:
        state.begin("book" if state.wish.task is None else state.wish.task)
        state.expecting = ""
        filling.collect(state, offered)
        if said.first is not None:
            state.wish.first, state.wish.last = said.first, said.last


def _task(name: str | None) -> Task:
    known: dict[str, Task] = {
        "book": "book",
        "move": "move",
        "cancel": "cancel",
        "look_up": "look_up",
        "message": "message",
        "person": "person",
    }
    return known.get(name or "", "end")


def _change_task(state: Dialogue, reading: Reading) -> None:
    wanted = reading.task
    if WAITING_LIST.search(reading.plain) and "join_waiting_list" in state.functions:
        state.wish.task = None
        state.begin("wait")
        return
    if wanted is not None and _may_begin(state, reading, wanted):
        _begin(state, reading, _task(wanted))
    elif state.last_booked is not None and THE_SAME.search(reading.plain):
        _the_same_again(state, state.last_booked, reading)
    elif state.wish.task is None and _means_booking(state, reading):
        state.begin("book")
    elif not filling.filled(state):
        _small_talk(state, reading)


def _the_same_again(state: Dialogue, booked: Row, reading: Reading) -> None:
    """ "And the same for my wife": right after what was just booked, unless they say when."""
    state.begin("book")
    state.wish.service, state.wish.person = str(booked["service"]), booked.get("practitioner")
    state.expecting = ""
    filling.collect(state, reading)
    if state.wish.first is None:
        start = filling.start_of(booked)
        state.wish.first = state.wish.last = start.date()
        state.wish.earliest = start.time()


def _means_booking(state: Dialogue, reading: Reading) -> bool:
    """ "A cleaning on Friday", "check-up", "do you have anything today": nobody says what for."""
    wish = state.wish
    if AVAILABLE.search(reading.plain) and (reading.when.says_anything or wish.service):
        return True
    if not (wish.service or wish.person) or reading.heard.first in ASKS:
        return False
    return wish.first is not None or filling.is_short_answer(reading)


def _may_begin(state: Dialogue, reading: Reading, wanted: str) -> bool:
    now = state.wish.task
    if now is None:
        return True
    if wanted == now:
        return False
    if wanted == "book":
        return now not in ("move", "cancel", "look_up") or (
            NEW_ONE.search(reading.plain) is not None and state.expecting not in ("day", "choice")
        )
    if wanted == "move" and now == "book":
        return EXISTING.search(reading.plain) is not None
    if wanted == "end":
        return reading.heard.first == "goodbye" and not filling.filled(state)
    if wanted == "look_up":
        return not filling.filled(state) and "check_appointment" in reading.heard.rules
    return True


def _begin(state: Dialogue, reading: Reading, task: Task) -> None:
    if task == "cancel" and state.wish.task == "book" and not EXISTING.search(reading.plain):
        state.finish("All right, I won't book anything.")
        return
    if task in ("move", "cancel", "look_up"):
        filling.existing(state, reading, task)
        _the_one_just_booked(state, reading)
        return
    state.begin(task)
    if task == "message":
        filling.message_in(state, reading)
    elif task == "book":
        state.expecting = ""
        filling.collect(state, reading)


def _the_one_just_booked(state: Dialogue, reading: Reading) -> None:
    """ "Actually, move it to Friday", right after a booking."""
    if state.last_booked is None or EXISTING.search(reading.plain):
        return
    if THAT_ONE.search(reading.plain):
        state.wish.target = state.last_booked


def _small_talk(state: Dialogue, reading: Reading) -> None:
    """What asks for nothing that is kept: answered, and the conversation goes on."""
    kind = reading.heard.first
    if kind == "bot_question":
        state.report = f"I'm the automated receptionist of {state.practice.name}."
    elif HEARS.search(reading.plain):
        state.report = "Yes, I can hear you."
    elif kind == "nevermind" and state.wish.task is not None:
        state.waiting.clear()
        state.finish("All right.")
    elif kind == "other_options" and state.wish.offers:
        filling.other_offers(state, reading)
    elif state.wish.task is None and _is_pleasantry(reading):
        _pleasantry(state, kind)
    elif kind in ASKS or QUESTION_WORDS.search(reading.plain):
        _ask(state, reading)
    elif state.wish.task == "book" and find_reason(reading.text) is not None:
        state.report = "Thanks for telling me."


def _is_pleasantry(reading: Reading) -> bool:
    kind = reading.heard.first
    if kind == "greet":
        return reading.heard.opening == "greet"
    return kind in ("thanks", "help", "nevermind")


def _pleasantry(state: Dialogue, kind: str) -> None:
    match kind:
        case "greet":
            state.report = HELLO
            state.expecting = "greeted"
        case "thanks":
            state.report = "You're welcome."
            state.expecting = "anything_else"
        case "nevermind":
            state.report = "All right."
            state.expecting = "anything_else"
        case _:
            state.expecting = "capabilities"


def _ask(state: Dialogue, reading: Reading) -> None:
    """A question for the practice's answers; what is plainly none of its business is said so."""
    if state.wish.task in ("book", "move") and AVAILABLE.search(reading.plain):
        return
    if state.wish.task in ("book", "move") and reading.heard.first in ABOUT_TIMES:
        state.report = "I'll look in a moment."
        return
    strange = reading.heard.first == "out_of_scope"
    sure = strange and reading.heard.score("out_of_scope") >= UNSURE_OF_IT
    if sure and not is_written_down(reading.text, state.practice):
        state.report = OUT_OF_SCOPE
        state.misses = 0
        if state.wish.task is None:
            state.expecting = "capabilities"
        return
    state.question = reading.text


def _not_understood(state: Dialogue, reading: Reading) -> None:
    """Guess and ask, or ask again; the third time offer a person or a message."""
    if _guessed(state, reading):
        return
    if state.wish.task is None and reading.heard.first == "out_of_scope" and reading.count > 3:
        _ask(state, reading)
        return
    state.misses += 1
    if state.misses >= 3:
        state.misses = 0
        state.wish.task = None
        state.report = "I'm sorry, I have trouble understanding you."
        state.expecting = state.offer_help
    elif state.misses == 2:
        state.report = f"I'm sorry, I still didn't get that. {_hint(state)}".strip()
    else:
        state.report = "I'm sorry, I didn't catch that."


def _hint(state: Dialogue) -> str:
    """An example of what would be understood."""
    if state.wish.task is None:
        return "You can say, for example, that you'd like to book an appointment."
    return {
        "day": "You can say a day, such as Tuesday, or as soon as possible.",
        "choice": "You can say the first one, or name another day.",
        "confirm": "Please say yes or no.",
        "birth": "Please say the day, the month and the year.",
        "phone": "Please say the number digit by digit.",
        "name": "Please say your first and last name.",
    }.get(state.expecting, "")


def _guessed(state: Dialogue, reading: Reading) -> bool:
    """ "Did you say…": what the words may have been."""
    if state.expecting in ("service", "", "task", "greeted", "anything_else", "capabilities"):
        service = reading.service_meant()
        if service is not None and state.wish.service is None:
            state.guess = ("service", service)
            state.report, state.expecting = f"Did you say {service}?", "guess"
            return True
    task = "book" if UNWELL.search(reading.plain) else reading.guess
    if state.wish.task is None and task in GUESSES:
        state.guess = ("task", task)
        state.report, state.expecting = f"Did you want to {GUESSES[task]}?", "guess"
        return True
    return False
