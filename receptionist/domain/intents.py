"""What a caller wants, by the words they use. Names as in the interface of `understand`."""

import re

PATTERNS: tuple[tuple[str, str], ...] = (
    ("bot_question", r"\b(?:are you|is this|am i talking to) (?:a |an )?(?:real |live )?(?:robot|bot|human|machine|computer|ai|person|recording)\b"),
    ("human", r"\b(?:speak|talk|put me through|connect me|transfer me|get me)\b.{0,20}\b(?:to|with)? ?(?:a |an |the |some)?(?:real |live |actual )?(?:human|person|people|someone|somebody|receptionist|agent|representative|operator|staff|nurse|manager)\b|\b(?:human|operator|representative|real person|agent)\b (?:please|now)|^(?:a )?(?:human|operator|representative|agent|real person)$|\btransfer me\b|\bput me through\b"),
    ("goodbye", r"\b(?:good ?bye|bye(?: bye)?|have a (?:nice|good|great) (?:day|one|evening)|see you|that'?s all|that is all|nothing else|that will be all|that'?ll be all)\b"),
    ("reschedule", r"\b(?:reschedule|re-schedule|move|change|shift|push|postpone|bring forward)\b.{0,40}\b(?:appointment|booking|visit|check|it|my|time|date)\b|\breschedul\w+"),
    ("cancel", r"\bcancel(?:l?ing|l?ed)?\b|\bcall off\b|\bwon'?t be able to (?:come|make it)\b|\bcan'?t (?:come|make it) (?:to|on|for) my\b"),
    ("check_appointment", r"\b(?:when|what time)\b.{0,20}\bmy (?:next )?(?:appointment|booking|visit)\b|\b(?:do i have|have i got|check|confirm|look up|find)\b.{0,20}\b(?:an|my|any|the) (?:appointments?|bookings?)\b"),
    ("message", r"\b(?:leave|take|pass on|give|send)\b.{0,20}\bmessage\b|\b(?:tell|let) (?:the )?(?:dr|doctor|nurse|him|her|them|staff|someone)\b|\bcall(?:ed)? me back\b|\bask .{1,25} to call\b|\brepeat prescription for\b"),
    ("book", r"\b(?:book|schedule|make|set up|arrange|reserve|get|need|want|like|have)\b.{0,30}\b(?:appointment|appt|booking|check ?-?up|visit|cleaning|slot|consultation|blood test|shot|vaccination|exam|physical)\b|\bbook (?:me|it|a|an|in)\b|\b(?:see|seen by) (?:the |a )?(?:doctor|dr|dentist|nurse)\b|\b(?:any|next|first|earliest) (?:free |open |available )?(?:appointment|slot|availabilit\w+|opening)s?\b|\bcan i come in\b"),
    ("repeat", r"\b(?:say|repeat) (?:that|it)?(?: again)?\b.{0,12}\bagain\b|\b(?:repeat|pardon|come again)\b|\bwhat (?:did you say|was that)\b|\bsay again\b|\bdidn'?t (?:catch|hear|get) (?:that|you)\b"),
    ("nevermind", r"\b(?:never ?mind|forget (?:it|about it)|doesn'?t matter|leave it)\b"),
    ("dont_know", r"\b(?:i )?(?:don'?t|do not) (?:know|remember)\b|\bnot sure\b|\bno idea\b"),
    ("dont_care", r"\b(?:don'?t (?:care|mind)|doesn'?t matter|any(?:thing|one| of them| time)? (?:is fine|works|will do)|whichever|whatever|no preference|either)\b"),
    ("other_options", r"\b(?:anything|something|any other|another|other|different)\b.{0,15}\b(?:else|later|earlier|time|times|day|option|options|slot|slots)\b|\bnone of (?:them|those)\b"),
    ("help", r"^(?:help|what can you do|what can i say)\b|\bwhat can you (?:do|help)\b"),
    ("greet", r"^(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there)?[.!]?$"),
    ("thanks", r"^(?:ok(?:ay)?,? |great,? |perfect,? )?(?:thanks|thank you|cheers)\b"),
    ("deny", r"^(?:no|nope|nah|not really|no thank|negative|not (?:right|correct|quite)|that'?s (?:wrong|not right)|i'?m good|i'?m fine|nothing)\b"),
    ("affirm", r"^(?:yes|yeah|yep|yup|sure|correct|right|absolutely|definitely|of course|please do|go ahead|that'?s (?:right|correct|fine|good|it|great|perfect)|sounds (?:good|great|fine)|ok(?:ay)?|perfect|great|fine|exactly|please|that (?:works|one works|would be (?:great|fine|good)))\b|\byes please\b"),
    ("faq", r"\?$|^(?:what|when|where|which|who|how|do you|does|is there|are there|are you|can i|could i|can you|is it|is the)\b"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in PATTERNS)
_FIRM = {"bot_question", "human", "goodbye", "reschedule", "cancel", "message", "book"}


def intents(text: str) -> list[tuple[str, float]]:
    """Every intent the words allow, likeliest first, with a score from 0 to 1."""
    plain = " ".join(text.casefold().replace("’", "'").split()).rstrip(".! ")
    plain = re.sub(r"^(?:um+|uh+|er+|well|so|oh|hi|hello|hey)[, ]+(?=\w+ \w)", "", plain)
    found = [
        (name, 0.9 if name in _FIRM else 0.75)
        for name, pattern in _COMPILED
        if pattern.search(plain)
    ]
    return found or [("out_of_scope", 0.4)]


def intent_of(text: str) -> str:
    """The likeliest one."""
    return intents(text)[0][0]
