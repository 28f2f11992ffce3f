"""A yes and a no, in all their forms. What is in doubt is neither: it is asked again.

What the intent rules call an opening is a hint only: "I am so hungry" opens like "I am".
"""

import re

from receptionist.domain.intents import Heard

AFTER_ALL = re.compile(
    r"^no,? (?:problem|worries|(?:yeah|yes)|"
    r"(?:that|it)(?:'s| is| sounds?) (?:right|fine|correct|good|"
    r"perfect|great|ok|okay|all right|alright)(?! not))"
)
YES_ANYWHERE = re.compile(
    r"\b(?:yes|yeah|yep|yup|go for it|please do|"
    r"(?<!i )go ahead(?! and (?!book|schedule|do|take|make|put))|"
    r"(?:do|book|take|schedule) (?:it|that|this)|"
    r"(?:book|make|schedule) (?:me in|the appointment|that appointment)|i'?ll take (?:it|that)|"
    r"that'?s (?:right|correct|fine|it|good|great|perfect)|correct|"
    r"that (?:works|would be (?:great|fine|good|lovely|perfect|nice|wonderful|ideal)|"
    r"is (?:right|correct|fine|good|great))|sounds (?:good|great|fine|perfect))\b"
)
WEAK = re.compile(
    r"^(?:i (?:do|am|would|did|think|guess|believe|suppose)|right|please|that'?s|that is|"
    r"thanks|thank you|why not|good|fine|cool)\b"
)
"""Openings that are a yes only when nothing of another kind follows."""
BUT = re.compile(r"\b(?:but|except|only if|as long as|wait|hold on)\b")
CHANGES = re.compile(
    r"\b(?:actually|instead|rather|make (?:it|that)|change|meant|switch|don'?t|can'?t|won'?t|not)\b"
)
FEW_WORDS = 3
SURE = 0.6


def is_yes(plain: str, heard: Heard) -> bool:
    """Whether the words agree to what was asked."""
    if AFTER_ALL.match(plain):
        return True
    if heard.opening == "deny" or "wrong" in heard.rules:
        return False
    if YES_ANYWHERE.search(plain):
        return plain[-1:] != "?" or heard.opening == "affirm"
    is_short = len(plain.split()) <= FEW_WORDS
    if WEAK.match(plain):
        return is_short and not {"goodbye", "thanks"} & heard.rules
    if heard.opening == "affirm":
        return True
    agrees = heard.opening == "acknowledge" and "goodbye" not in heard.rules
    return is_short and (agrees or (heard.first == "affirm" and heard.score("affirm") >= SURE))


def is_no(plain: str, heard: Heard) -> bool:
    """Whether the words refuse or take back."""
    if AFTER_ALL.match(plain) or heard.opening == "affirm":
        return False
    if heard.opening == "deny":
        return True
    takes_back = CHANGES.search(plain) is not None or bool({"wrong", "nevermind"} & heard.rules)
    return heard.first == "deny" and takes_back
