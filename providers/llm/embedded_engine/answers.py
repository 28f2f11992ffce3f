"""Words that answer what was just asked: a yes, a no, a choice, a message's text."""

import re

from providers.llm.embedded_engine import agreement, filling
from providers.llm.embedded_engine.reading import Reading
from providers.llm.embedded_engine.state import Dialogue, Task

CHANGING = re.compile(
    r"\b(?:the )?(?P<what>time|day|date|name|number|phone|doctor|service|message)\b"
)
NOTHING = re.compile(r"\b(?:nothing|never ?mind|forget it|cancel|leave it|don'?t book|stop)\b")
MOST_WORDS_OUT = 6
"""A longer sentence is the message, whatever it begins with."""
NO_MORE = frozenset({"thanks", "goodbye", "nevermind"})
NOTHING_MORE = re.compile(
    r"^(?:no |nope |ok |okay )?(?:that'?s|that is|that'?ll be|that will be|that would be) "
    r"(?:it|all|everything)\b"
)
INSTEAD = re.compile(r"\b(?:instead|rather|another (?:day|time)|different (?:day|time))\b")
OUT_OF_A_MESSAGE = frozenset({"goodbye", "human", "nevermind", "repeat"})
FAMILY = re.compile(
    r"\b(?:my|our) (?:son|daughter|wife|husband|mother|father|mom|dad|partner|child)\b"
)


def answered(state: Dialogue, reading: Reading) -> bool:
    """Whether the words were the answer, so that nothing else needs to be read from them."""
    match state.expecting:
        case "confirm":
            return _confirmation(state, reading)
        case "change":
            return _change(state, reading)
        case "choice":
            return _choice(state, reading)
        case "message_text":
            return _message(state, reading)
        case "guess":
            return _guess(state, reading)
        case "offer_message" | "offer_person":
            return _offer(state, reading)
        case "offer_list":
            return _offer_list(state, reading)
        case "anything_else":
            return _anything_else(state, reading)
        case "day" | "service" | "birth":
            return _dont_know(state, reading)
        case "" | "task" | "greeted":
            return _wants_nothing(state, reading)
        case _:
            return False


def _confirmation(state: Dialogue, reading: Reading) -> bool:
    """A yes confirms what was read back and nothing else; a correction changes just its part."""
    before = state.mark()
    filling.collect(state, reading)
    if state.mark() != before:
        state.wish.confirmed = False
        return reading.task in (None, state.wish.task, "book", "move")
    if reading.heard.first == "other_options" and state.wish.offers and not reading.says_yes:
        filling.other_offers(state, reading)
        return True
    if reading.says_yes:
        return _agreed(state, reading)
    if _adds_to_message(state, reading):
        return True
    if not reading.says_no or reading.task not in (None, "end", state.wish.task):
        return False
    return _refuse(state, reading)


def _agreed(state: Dialogue, reading: Reading) -> bool:
    """A yes to all of it; "yes, but" and a yes to something else are none."""
    same = (None, state.wish.task, "end", "book" if state.wish.task == "wait" else None)
    rest = reading.wishes_after_yes()
    if agreement.BUT.search(reading.plain) or (reading.task not in same and not rest):
        return False
    state.wish.confirmed = True
    state.waiting += rest
    return True


def _adds_to_message(state: Dialogue, reading: Reading) -> bool:
    """ "I was charged twice", while the message is read back: it belongs to it."""
    wish = state.wish
    if wish.task != "message" or reading.says_no or reading.count < 4 or reading.task is not None:
        return False
    wish.message = f"{(wish.message or '').rstrip('.?! ')}. {reading.text.strip()}"
    return True


def _refuse(state: Dialogue, reading: Reading) -> bool:
    wish = state.wish
    if reading.task == "end":
        state.begin("end")
        state.report = "All right, I'll leave it."
    elif wish.task == "cancel" or NOTHING.search(reading.plain):
        state.finish("All right, I'll leave it as it is.")
    elif wish.task == "message":
        wish.message = None
        state.report = "All right, let's do it again."
    elif what := CHANGING.search(reading.plain):
        _drop(state, what["what"])
    else:
        state.expecting = "change"
        wish.confirmed = False
    return True


def _change(state: Dialogue, reading: Reading) -> bool:
    before = state.mark()
    filling.collect(state, reading)
    if state.mark() != before:
        state.expecting = ""
        return True
    if NOTHING.search(reading.plain) or reading.heard.opening == "deny":
        state.finish(
            "All right, I won't book anything." if state.wish.task == "book" else "All right."
        )
        return True
    what = CHANGING.search(reading.plain)
    if what is None:
        return False
    _drop(state, what["what"])
    return True


def _drop(state: Dialogue, what: str) -> None:
    """Ask for that part anew; the rest stays."""
    wish = state.wish
    match what:
        case "name":
            state.name, state.wrong_name = None, state.name
        case "number" | "phone":
            state.phone, state.asks_number = None, True
        case "service":
            wish.service = None
            wish.search_again()
        case "doctor":
            wish.person = None
            wish.search_again()
        case "message":
            wish.message = None
        case _:
            day = filling.start_of(wish.chosen).date() if wish.chosen else None
            wish.any_time()
            if what == "time":
                wish.first = wish.last = day
    state.expecting = f"changing {what}"


def _choice(state: Dialogue, reading: Reading) -> bool:
    """With one time on offer a yes takes it, and so does a name; it is read back later."""
    wish = state.wish
    if not wish.offers:
        return False
    before, known = state.mark(), state.name
    filling.collect(state, reading)
    one = len(wish.offers or []) == 1
    if one and wish.chosen is None and (reading.says_yes or state.name != known):
        wish.chosen = (wish.offers or [])[0]
    if state.mark() != before:
        return reading.task in (None, "book", wish.task)
    if reading.heard.first == "other_options":
        filling.other_offers(state, reading)
        return True
    if reading.says_no and reading.task not in ("end", "person", "message"):
        wish.any_time()
        state.report = "All right."
        return True
    if reading.says_yes:
        # Which of them is not said: the first is put to them by itself.
        wish.offers = wish.offers[:1]
        return True
    return False


def _message(state: Dialogue, reading: Reading) -> bool:
    kind = reading.heard.first
    if kind in OUT_OF_A_MESSAGE and reading.count <= MOST_WORDS_OUT:
        return False
    state.wish.message = reading.text.strip()
    if filling.URGENT.search(reading.plain):
        state.wish.urgency = "urgent"
    return True


def _guess(state: Dialogue, reading: Reading) -> bool:
    guess, state.guess = state.guess, None
    if guess is None:
        return False
    if reading.says_yes:
        kind, value = guess
        if kind == "service":
            state.wish.service = value
            state.begin("book" if state.wish.task is None else state.wish.task)
        else:
            state.begin(_as_task(value))
        state.expecting = ""
        return True
    if reading.says_no and reading.count <= 3:
        state.report, state.expecting = "Sorry about that.", "greeted"
        return True
    state.expecting = ""
    return _goes_on(state, reading, *guess)


def _goes_on(state: Dialogue, reading: Reading, kind: str, value: str) -> bool:
    """Neither a yes nor a no, but the next thing to say about what was guessed."""
    if kind != "task" or reading.task is not None:
        return False
    if value in ("cancel", "move") and INSTEAD.search(reading.plain):
        filling.existing(state, reading, "move")
        return True
    if value != "book" or not (reading.when.says_anything or reading.service):
        return False
    state.begin("book")
    filling.collect(state, reading)
    return True


def _as_task(value: str) -> Task:
    tasks: tuple[Task, ...] = ("book", "move", "cancel", "look_up", "message", "person")
    return next(task for task in tasks if task == value)


def _offer(state: Dialogue, reading: Reading) -> bool:
    task: Task = "message" if state.expecting == "offer_message" else "person"
    if reading.task in ("message", "person", "book", "move", "cancel", "look_up"):
        return False
    if reading.says_yes and reading.heard.first not in ("faq", "question"):
        state.begin(task)
        if task == "message" and state.unanswered:
            state.wish.message = f"Question: {state.unanswered}"
        if task == "message":
            filling.collect(state, reading)
        return True
    if reading.says_no:
        if reading.task == "end":
            state.begin("end")
        else:
            state.report, state.expecting = "All right.", "anything_else"
        return True
    return False


def _offer_list(state: Dialogue, reading: Reading) -> bool:
    """On a yes the waiting list; another day is searched like any other."""
    before = state.mark()
    filling.collect(state, reading)
    if state.mark() != before:
        state.begin("book")
        return True
    if reading.says_yes:
        state.begin("wait")
    elif reading.says_no:
        state.finish(
            "All right.", "offer_message" if reading.task == "message" else "anything_else"
        )
    return reading.says_yes or reading.says_no


def _anything_else(state: Dialogue, reading: Reading) -> bool:
    ends = reading.task == "end" or reading.heard.first in NO_MORE
    ends = (
        ends or "goodbye" in reading.heard.rules or NOTHING_MORE.search(reading.plain) is not None
    )
    if reading.task not in (None, "end"):
        return False
    if ends or (reading.says_no and reading.count <= 6):
        state.begin("end")
        return True
    if reading.says_yes and reading.count <= 4:
        state.expecting = "greeted"
        return True
    return False


def _wants_nothing(state: Dialogue, reading: Reading) -> bool:
    """A bare no, where nothing was offered."""
    if state.wish.task is None and reading.says_no and reading.count <= 2 and state.previous:
        state.report, state.expecting = "All right.", "anything_else"
        return True
    return False


def _dont_know(state: Dialogue, reading: Reading) -> bool:
    """Not known, or all the same: go on without it where that is possible."""
    kind = reading.heard.first
    if kind not in ("dont_know", "dont_care") and not filling.SOON.search(reading.plain):
        return False
    if state.expecting == "day":
        today = state.now.date()
        before = state.mark()
        filling.collect(state, reading)
        if state.mark() == before:
            state.wish.first, state.wish.last = today, today + filling.SOON_DAYS
        return True
    if kind != "dont_know":
        return False
    if state.expecting == "service":
        state.report = "That's all right, someone can call you back about it."
        state.wish.task = None
        state.expecting = "offer_message"
        return True
    if state.expecting == "birth":
        state.expecting = "birth_or_phone"
        return True
    return False
