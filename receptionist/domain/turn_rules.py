"""What the receptionist's last words asked for, and the answers they make likely.

"Make it three" is a no to "shall I book two o'clock?", and "nothing, thanks" a no to
"anything else?". Texts are plain (`intent_rules.plain`).
"""

from collections.abc import Mapping

from receptionist.domain.pattern_tables import named

ANYTHING_ELSE = "Is there anything else I can help you with?"
ASKED: Mapping[str, str] = {
    "to_confirm": r"""
        \b(?:confirm\w*|correct|is (?:that|this) (?:right|ok|okay|alright)|shall i|should i)\b
        \b(?:do i have|just to be sure|sounds? (?:good|right)|do you want me to)\b
    """,
    "to_book": r"""
        \b(?:want|like|wish|need)(?: me)? to (?:book|make|schedule|be scheduled|set up|reserve|
            get|see)\b
        \b(?:want|like) an? (?:appointment|booking)\b
    """,
    "for_more": r"""
        \b(?:any ?(?:thing|other)|some ?thing|what) (?:\w+ )?(?:else|more|other|further|i can)\b
        \bhelp you (?:further|with)
    """,
    "openly": r"""
        \bhow (?:can|may) (?:i|we) help
        \bwhat can i do for you\b
        ^$
    """,
}
"""Kinds of question to the caller."""

ANSWERED: Mapping[str, str] = {
    "change": r"""
        \b(?:actually|instead|rather|make (?:it|that)|change|wait|meant|switch)\b
        \b(?:let'?s do|can you make)\b
    """,
    "search": r"""
        \b(?:find|search\w*|look(?:ing)?|locate|recommend\w*|suggest)\b
    """,
    "farewell": r"""
        \b(?:good ?bye|bye|see (?:you|ya))\b
    """,
    "later": r"""
        ^(?:no\b.*|maybe )?(?:later|another time|some other time|not (?:yet|now))\b
    """,
    "agreement": r"""
        \b(?:that|it|this)(?: one)? (?:works|suits|sounds|looks|is|will do) ?(?:good|great|fine|
            right|perfect|correct|okay|ok|lovely)?\b(?! (?:not|wrong|too))
        \b(?:sounds|looks) ?(?:good|great|fine|right|perfect|okay|lovely)?\b(?! (?:not|wrong|too))
    """,
    "yes": r"""
        ^(?:yes|yeah|yep|yup|sure|correct|ok(?:ay)?|right|perfect|great)\b
    """,
    "undoing": r"""
        \b(?:cancel\w*|delete|remove|erase|clear)\b
    """,
}
"""Kinds of answer; one may be several."""

_ASKED, _ANSWERED = named(ASKED), named(ANSWERED)


def asked(previous: str) -> frozenset[str]:
    """What was asked for."""
    return frozenset(name for name, pattern in _ASKED if pattern.search(previous))


def answered(text: str) -> frozenset[str]:
    """What kind of answer it is."""
    return frozenset(name for name, pattern in _ANSWERED if pattern.search(text))
