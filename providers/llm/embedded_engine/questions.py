"""What another model asked, or our own words cut short: read off the words themselves."""

import re

ASKED = (
    (re.compile(r"put you through|transfer|connect you"), "offer_person"),
    (re.compile(r"waiting list"), "offer_list"),
    (re.compile(r"anything else|something else|else i can"), "anything_else"),
    (
        re.compile(r"what.{0,20}message|what should i (?:tell|say)|like me to (?:tell|say)"),
        "message_text",
    ),
    (re.compile(r"message"), "offer_message"),
    (re.compile(r"\bname\b.*\bbirth|\bbirth.*\bname\b"), "name"),
    (re.compile(r"date of birth|birthday|born"), "birth"),
    (re.compile(r"last name|surname"), "last_name"),
    (re.compile(r"your (?:full )?name|name .{0,12}under|who am i speaking"), "name"),
    (re.compile(r"phone|number"), "phone"),
    (re.compile(r"what (?:day|date)|which day|when would"), "day"),
    (re.compile(r"which"), "choice"),
)
LAST_QUESTION = re.compile(r"[^.?!]*\?")
TITLE = re.compile(r"\bDr\. ?")
SENTENCE = re.compile(r"[^.?!]+[.?!]?")
OFFERS = re.compile(
    r"\b(?:available|availability|free|opening|open slot|slot|i have|there is|there's|can do|"
    r"could do|book|schedule|how about|what about|work|suit|come in)\b",
    re.IGNORECASE,
)
REFUSES = re.compile(
    r"\b(?:unfortunately|sorry|no|not|isn't|aren't|conflict\w*|booked for you|unavailable|"
    r"closed)\b",
    re.IGNORECASE,
)
TIMED = re.compile(
    r"\d|\b(?:noon|today|tomorrow|tonight|o'?clock|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"appointment available)\b",
    re.IGNORECASE,
)
ACTING = frozenset({"confirm", "guess"})
"""Answers that act: they count only when every word of the question was heard."""


def proposal_in(text: str) -> str:
    """The sentences that put a free time to the caller; empty where none is."""
    plain = TITLE.sub("Dr ", text)
    sentences = [part.strip() for part in SENTENCE.findall(plain) if part.strip()]
    offering = [s for s in sentences[-3:] if OFFERS.search(s) and not REFUSES.search(s)]
    return " ".join(offering) if any(TIMED.search(s) for s in offering) else ""


def refuses(text: str) -> bool:
    """Whether what was offered before is said not to be free."""
    return REFUSES.search(text) is not None and TIMED.search(text) is not None


def question_in(text: str, otherwise: str) -> str:
    """What the last question of `text` expects; `otherwise` when its words do not tell.

    A yes never confirms what was not read back as a whole: then it is asked once more.
    """
    questions = LAST_QUESTION.findall(text.casefold())
    asked = questions[-1] if questions else text.casefold()
    found = next((kind for words, kind in ASKED if words.search(asked)), None)
    if found is not None:
        return found
    return "" if otherwise in ACTING else otherwise
