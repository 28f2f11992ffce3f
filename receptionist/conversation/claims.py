"""Claims: a sentence that tells the caller that something has been done.

Promise 2: what was said to be done is done. A sentence that says so without a
committed action of this call to show for it must not be heard.

Judged clause by clause, so that offers, questions, conditions and negations
("shall I book", "once it's cancelled", "I haven't moved it") pass.
"""

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

from receptionist.conversation.context import CommittedAction


class Claim(Enum):
    """What a sentence says was done, with what the model is told when it was not."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MESSAGE = "message"
    WAITING = "on the waiting list"
    DONE = "done"
    OTHER_TIME = "at another time"


_MADE_BY = {
    Claim.BOOKED: frozenset({"schedule_appointment", "reschedule_appointment"}),
    Claim.MOVED: frozenset({"reschedule_appointment"}),
    Claim.CANCELLED: frozenset({"cancel_appointment"}),
    Claim.MESSAGE: frozenset({"take_message"}),
    Claim.WAITING: frozenset({"join_waiting_list"}),
    Claim.DONE: frozenset(
        {
            "schedule_appointment",
            "reschedule_appointment",
            "cancel_appointment",
            "take_message",
            "join_waiting_list",
        }
    ),
}
_FUNCTION = {
    Claim.BOOKED: "schedule_appointment",
    Claim.MOVED: "reschedule_appointment",
    Claim.CANCELLED: "cancel_appointment",
    Claim.MESSAGE: "take_message",
    Claim.WAITING: "join_waiting_list",
    Claim.DONE: "the function it needs",
}

_I_HAVE = r"(?:i've|i have|we've|we have|i|we)(?: (?:just|now|also|already))*"
_YOU_ARE = r"(?:you're|you are|you've been|you have been)(?: (?:all|now|both))*"
_IT_IS = (
    r"(?:(?:it|that|appointment|visit|booking|check-?up|cleaning|consultation|everything|time|slot"
    r"|reservation)(?:'s| is| was| has been| is now| has now been)|is(?= (?:booked|confirmed)))"
    r"(?: (?:all|now))*"
)
_BOOK = r"(?:booked|scheduled|reserved|confirmed|arranged|set up|put you down|penciled you in)"
_MOVE = r"(?:moved|rescheduled|changed|switched|shifted|pushed back|brought forward)"
_CANCEL = r"(?:cancell?ed|removed|called off)"
_DAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|then|next|at \S+"
    r"|on (?:the )?\S+|in \S+)"
)

# What only an action of this call makes true.
_ACTS = (
    (Claim.BOOKED, rf"\b{_I_HAVE} (?:got )?(?:you |that |it |your \w+ )?{_BOOK}\b"),
    (Claim.BOOKED, rf"\b{_I_HAVE} (?:made|got|put) (?:you|that|it|an?|the|your)\b.*"
                   r"\b(?:booked|scheduled|in for|down for|appointment)\b"),
    (Claim.MOVED, rf"\b{_I_HAVE} (?:\w+ )?{_MOVE} (?:you|your|that|it|the|this)\b"),
    (Claim.MOVED, rf"\b(?:{_YOU_ARE}|{_IT_IS}) "
                  r"(?:moved|rescheduled|pushed back|brought forward)\b"),
    (Claim.MOVED, r"\b(?:has|have)(?: now)? been (?:moved|rescheduled|changed to)\b"),
    (Claim.CANCELLED, rf"\b{_I_HAVE} (?:\w+ )?{_CANCEL} (?:you|your|that|it|the|this)\b"),
    (Claim.MESSAGE, rf"\b{_I_HAVE} (?:passed|sent|forwarded|taken|left|given|let)\b"
                    r".*\b(?:message|that|it|note|team|doctor|staff|know|down|on|along|details)\b"),
    (Claim.MESSAGE, r"\b(?:message|note|request) (?:is|has been|was|'s been) "
                    r"(?:\w+ )?(?:sent|passed|taken|left|delivered|forwarded)\b"),
    (Claim.WAITING, r"\b(?:on|onto|to) (?:the|our) (?:wait(?:ing)?|cancell?ation) ?list\b"),
    (Claim.DONE, r"\b(?:you|we|that|it)(?:'re|'s| are| is) all (?:set|sorted|done)\b"),
    (Claim.DONE, r"^(?:all done|done|that's done|it's done|that is done|all set"
                 r"|consider it done)\b"),
)  # fmt: skip

# What an appointment that was looked up makes true as well.
_STATES = (
    (Claim.BOOKED, rf"\b(?:{_YOU_ARE}|{_IT_IS}) (?:{_BOOK}|in for|down for)\b"),
    (Claim.BOOKED, r"\b(?:i|we)(?:'ve| have) (?:got )?you (?:\w+ )?(?:down|in|booked|scheduled)\b"),
    (Claim.BOOKED, rf"\b(?:see|seeing) you(?: (?:this|next|on|back))* {_DAY}\b"),
    (Claim.BOOKED, r"\b(?:expects?|expecting|be waiting for|looks? forward to seeing) you\b"),
    (Claim.BOOKED, r"\b(?:has|have)(?: now)? been (?:booked|scheduled|confirmed|reserved)\b"),
    (Claim.BOOKED, rf"\b{_I_HAVE} .*\b(?:booked|reserved|scheduled) (?:for|with|in)\b"),
    (Claim.BOOKED, r"\b(?:you're|you are)(?: all)? set for\b|\byou have an appointment\b"),
    (Claim.BOOKED, r"^(?:appointment |and )?(?:booked|confirmed)$|\bbooking is complete\b"),
    (Claim.CANCELLED, rf"\b{_IT_IS} {_CANCEL}\b|\b(?:has|have)(?: now)? been {_CANCEL}\b"),
)  # fmt: skip
_ACT_PATTERNS = tuple((claim, re.compile(pattern)) for claim, pattern in _ACTS)
_STATE_PATTERNS = tuple((claim, re.compile(pattern)) for claim, pattern in _STATES)

_NOT_A_CLAIM = re.compile(
    r"n't\b|\b(?:not|never|cannot|no|nothing|once|when|if|until|unless|before|after|as soon as"
    r"|whether|can|could|would|shall|should|may|might|let me|going to|about to|trying to"
    r"|want|like|need|have to|fully booked|booked up|booked out|already booked|already taken"
    r"|is that|are you|were you|did you|do you|sorry)\b"
)
_CLAUSE = re.compile(r"[,;:.!?—–]+\s*|\s+(?:and|but|so)\s+")


@lru_cache(maxsize=128)
def claims(sentence: str) -> frozenset[tuple[Claim, bool]]:
    """What the sentence says was done; True with those that a looked-up appointment also backs."""
    text = " ".join(sentence.replace("’", "'").casefold().split())
    text = text.replace("gone ahead and ", "")
    clauses = [clause for clause in _CLAUSE.split(text) if clause]
    if text.endswith("?") and clauses:
        clauses.pop()
    found: set[tuple[Claim, bool]] = set()
    for clause in clauses:
        if _NOT_A_CLAIM.search(clause):
            continue
        acts = {(claim, False) for claim, pattern in _ACT_PATTERNS if pattern.search(clause)}
        states = {(claim, True) for claim, pattern in _STATE_PATTERNS if pattern.search(clause)}
        found |= acts | states
    return frozenset(found)


def unbacked(sentence: str, committed: Sequence[CommittedAction]) -> Claim | None:
    """A claim of the sentence that nothing committed in this call backs; None when all hold."""
    for claim, may_be_looked_up in sorted(claims(sentence), key=lambda item: item[0].value):
        names = {action.name for action in committed}
        if names & _MADE_BY[claim]:
            continue
        if may_be_looked_up and any(_found_appointments(action) for action in committed):
            continue
        return claim
    return None


def correction(claim: Claim) -> str:
    """What the model is told once."""
    if claim is Claim.OTHER_TIME:
        return (
            "You were about to name a day or time that is not the appointment's. The caller has "
            "not heard it. Say it again with the day and time that the function answered."
        )
    return (
        f"You were about to tell the caller that something was done ({claim.value}), but no "
        f"function has done it in this call. The caller has not heard it. Call "
        f"{_FUNCTION[claim]} first, or ask for what is missing, or say honestly that it is not "
        "done yet."
    )


HONEST = {
    Claim.BOOKED: "I haven't been able to book that yet.",
    Claim.MOVED: "I haven't been able to move that yet.",
    Claim.CANCELLED: "I haven't been able to cancel that yet.",
    Claim.MESSAGE: "I haven't passed that on yet.",
    Claim.WAITING: "I haven't put you on the waiting list yet.",
    Claim.DONE: "I haven't been able to do that yet.",
    Claim.OTHER_TIME: "Let me say that properly.",
}
"""Said instead when the model claims it again; an offer follows it."""


def _found_appointments(action: CommittedAction) -> bool:
    return action.name == "find_appointments" and any(
        isinstance(value, list) and value for value in action.result.values()
    )
