"""Words that say what a caller wants, whatever else the sentence holds.

A rule that fits is a hint to the linear model (`intents.py`), which has learnt how far each
is to be trusted. `FIRM` ones are a clinic's own and hold against the model.
"""

import re
from collections.abc import Mapping

from receptionist.domain.pattern_tables import named, one_of

_PERSON = one_of(
    r"""
    human(?: being)?|person|people|someone|somebody|one of you|receptionist|reception
    front desk|agent|representative|rep|operator|staff|nurse|manager|supervisor|advisor
    colleague|team|adult|employee|associate|assistant|consultant|secretary|clerk|owner|boss
    helpdesk|help desk|switchboard|call cent(?:er|re)|customer (?:services?|care|support)
    members? of (?:the |your )?(?:staff|team)
    """
)
_VISIT = one_of(
    r"""
    appointments?|appts?|bookings?|visits?|reservations?|slots?|consultations?|meetings?
    sessions?|check-? ?ups?|cleanings?|event
    """
)
_DOCTOR = one_of(
    r"""
    doctors?|dr\.?|physicians?|gp|dentists?|dermatologists?|gyna?ecologists?
    ophthalmologists?|pediatricians?|paediatricians?|therapists?|psychologists?
    psychiatrists?|counsell?ors?|specialists?|practitioners?|salons?|stylists?|barbers?
    hairdressers?|optometrists?|physio(?:therapist)?s?|chiropractors?|surgeons?
    family counselors?
    """
)

OPENINGS: Mapping[str, str] = {
    "greet": r"""
        hi|hello|hey|hiya|heyo?|howdy|good (?:morning|afternoon|evening|day)|greetings|yo
    """,
    "deny": r"""
        no(?! (?:idea|clue|preference|problem|worries|one\b|matter))|nope|nah|nay
        not (?:really|at all|quite|right|now|today|true|it|that|this|exactly|correct|yet|
            anymore|for me)
        negative|never(?! ?mind)
        (?:that'?s|that is|it'?s|it is|this is) (?:not|wrong|incorrect|false|inaccurate|
            erroneous)
        wrong|incorrect|absolutely not|definitely not|don'?t(?! know| mind| care)
        i don'?t (?:think so|want|need)|i'?d rather not|i'?m (?:good|fine|okay|ok) thanks?
        nothing
    """,
    "affirm": r"""
        yes|yeah|yea|yep|yup|ye|aye|ya|sure|correct|right|absolutely|definitely|certainly
        indeed|exactly|precisely|totally|affirmative|of course|by all means|please do
        go (?:ahead|for it|on(?: then)?)|do it|that (?:is|'s|was) (?:right|correct|it|true)
        that'?s (?:right|correct|true|the one|fine|good|great|perfect)
        sounds? (?:good|great|fine|perfect|lovely)
        that (?:works|one works|will do|would be (?:great|fine|good|lovely|perfect|nice|
            wonderful|ideal)|suits)
        that'?d be|that'?ll do|works for me|fine by me
        i (?:do|am|would|did|think so|guess so|believe so)\b(?! ?(?:n't|not))|why not
        you bet|please|uh huh|mm-?hm+|yes please|book it|perfect|lovely
    """,
    "acknowledge": r"""
        ok(?:ay)?|all right|alright|got (?:it|you)|i (?:see|understand|get it)|understood
        fair enough|sure thing|oh,? (?:really|i see|ok(?:ay)?|right)|right,? so|great|good
        cool|that'?s (?:great|good|fine|helpful),? (?:then|so|but)|makes sense|noted
    """,
    "thanks": r"""
        (?:many )?thanks|thank you|thx|cheers|ta|(?:much |i )?appreciate(?:d)?
    """,
}
"""What the first words are. One to a line, or several short ones."""

ANYWHERE: Mapping[str, str] = {
    "bot_question": r"""
        \b(?:are you|is this|am i (?:talking|speaking) (?:to|with)) (?:a |an |the |in fact |
            actually |just )*(?:real |live |actual )?(?:robot|bot|human|machine|computer|ai|
            person|recording|program|automated|virtual)\b
        \bwhat(?:'s| is) your name\b
        \bwho are you\b
    """,
    "human": rf"""
        \b(?:speak|talk|speaking|talking|chat|through|connect|connected|transfer|
            transferred|get|put|give|want|need|have)\b.{{0,25}}\b(?:to|with|me|on|by|a|an|
            the)\b ?(?:a |an |the |some|any|your |my |one of the )?(?:real |live |actual |
            other )?(?:{_PERSON})\b(?! appointment)
        \b(?:human|operator|representative|real person|agent|receptionist|
            live person) (?:please|now)
        ^(?:a |the )?(?:human|operator|representative|agent|(?:real|live|actual) (?:person|
            human)|receptionist|reception|front desk|person)(?: please)?$
        \btransfer (?:me|my call)\b
        \bput me through\b
        \b(?:real|live|actual) (?:person|human)\b
        \bsomeone (?:real|who can help|in charge)\b
        \bis (?:there )?(?:anyone|anybody|someone) there\b
        \bdon'?t want to (?:talk|speak) to (?:you|an? (?:machine|robot|computer|bot))\b
        \b(?:get|find) (?:me )?(?:someone|somebody) (?:to|who)\b
        \b(?:want|need|get|prefer|said|asked for|give me|like|call|fetch) (?:a |an |the |your |
            some )*(?:real |live |actual )?(?:human|operator|agent|representative|rep|person|
            receptionist|advisor|supervisor|manager|customer service|colleague)\b
        \b(?:speak|talk|chat)\b.{{0,20}}\b(?:directly|in person|by phone|on the phone)\b
        \b(?:done|finished|stop|not|hate) (?:talking|speaking|chatting) (?:to|with) (?:you|this)\b
        \b(?:i give up|where is (?:everybody|everyone|the staff|the receptionist))\b
        \b(?:call|phone|ring|contact|reach) (?:you|them|reception|the (?:desk|reception|office|
            practice|surgery|clinic|manager)) (?:directly|on the phone|by phone|myself)\b
        \b(?:pass|hand|patch|forward|redirect) (?:me|us|this call|my call)\b
        \bescalate\b
        \b(?:deal|discuss|sort|reach|contact|get hold)\b.{{0,25}}\b(?:with|to|of|by|a|an|the|your|
            some)\b ?(?:a |an |the |your |real |live |actual |other )*(?:{_PERSON})\b
        \b(?:human|live|real|manual) (?:help|assistance|support|service|agent|operator|being|
            voice)\b
        \b(?:any|some|real|actual|other|is there an?) (?:\w+ )?(?:people|humans?|staff|
            persons?) (?:i|there|available|around|who|that|to|working|at)\b
        \b(?:someone|somebody|anyone|anybody) (?:i can (?:speak|talk)|at the|from (?:the|your)|
            to (?:speak|talk|help))\b
        \b(?:(?:make|file|lodge|register|have) a complaint|complain (?:to|about))\b
        \bnot (?:to )?(?:a |an |with a |to a )?(?:machine|robot|computer|bot|recording)\b
    """,
    "goodbye": r"""
        \b(?:good ?bye|bye(?: ?bye)?|farewell|so long|take care|see (?:you|ya))\b
        \b(?:catch you later)\b
        \b(?:have a (?:nice|good|great|lovely|wonderful) (?:day|one|evening|weekend|
            afternoon|night))\b
        \b(?:talk (?:to you )?(?:later|soon))\b
        \b(?:that'?s (?:all|everything|it for (?:now|today))|that is (?:all|everything))\b
        \b(?:that(?:'ll| will| would) be (?:all|it|everything)|that'?ll do it)\b
        \b(?:nothing else|nothing more)\b
        \b(?:(?:don'?t|do not|won'?t) need anything(?: else| more)?|i'?m (?:all set|done))\b
        \b(?:all set|i(?:'ve| have) got everything|hang(?:ing)? up|gotta go|have to go)\b
        \b(?:got to go|need to go|(?:that's|that is|was) (?:all|everything) (?:i|for))\b
    """,
    "reschedule": rf"""
        \b(?:reschedul\w*|re-schedul\w*|postpon\w+|rebook\w*|rearrang\w+)\b
        \b(?:move|change|shift|push|bring|put|delay|amend|modify|adjust|swap|switch|alter|
            update|extend)\b.{{0,30}}\b(?:{_VISIT}|check-?in|it|my|time|date|day|back|forward|
            name)\b
        \bcome (?:on )?(?:a )?(?:different|another|earlier|later) (?:day|
            time)\b.*\binstead\b
        \b(?:running|be) (?:a bit |slightly )?late (?:for|to)\b
        \b(?:make|have) (?:it|that|my {_VISIT}) (?:earlier|later)\b
    """,
    "cancel": rf"""
        \b(?:cancel\w*|call(?:ing)? off|delete|remove|erase|annul|scrap|get rid of|clear)\b
        \b(?:drop|take (?:off|away))\b
        \b(?:won'?t|can'?t|cannot|not going to|unable to|
            not able to) (?:be able to )?(?:come|make|attend|keep|be there)\b
        \bnot (?:gonna|going to) (?:need|make)\b.{{0,20}}\b{_VISIT}\b
        \b(?:don'?t|no longer) (?:need|want)\b.{{0,25}}\b{_VISIT}\b
        \b(?:nix|dismiss|unreserve|unbook|unschedule|wipe)\b
        \b(?:make|process) an? (?:\w+ )?cancellation\b
    """,
    "check_appointment": rf"""
        \b(?:when|what time|what day|which day|where)\b.{{0,25}}\bmy (?:next |upcoming |
            last )?\w* ?{_VISIT}\b
        \b(?:do i have|have i got|check|confirm|verify|look up|find|see|make sure|
            is)\b.{{0,25}}\b(?:an?|my|any|the) (?:\w+ )?{_VISIT}\b
        \bam i (?:booked|down|scheduled|still on|busy|free)\b
        \bwhat (?:do i have|have i got|(?:is|'s) (?:on )?my (?:calendar|schedule|agenda))\b
        \b{_VISIT} (?:do|did) i have\b
        \bmy (?:schedule|calendar|agenda|events)\b
    """,
    "message": r"""
        \b(?:leave|take|pass on|pass along|give|send|get)\b.{0,25}\bmessage\b
        \b(?:tell|let|ask|inform|notify) (?:the )?(?:dr|doctor|nurse|him|her|them|staff|
            reception|the practice|the office)\b
        \b(?:call|phone|ring) (?:me|us|her|him) back\b
        \bcall ?back\b
        \bask .{1,25} to (?:call|ring|phone)\b
        \b(?:refill|repeat prescription|prescription refill|renew (?:my|a|the))\b
        \b(?:(?:my|a|the) prescription)\b
        \b(?:test|lab|blood|scan|x-?ray) results?\b
        \b(?:sick|doctor'?s|fit) note\b
        \breferral\b
    """,
    "book": rf"""
        \b(?:book|schedule|make|set ?up|arrange|reserve|get|need|want|like|have|fix|
            organi[sz]e|require)\b.{{0,30}}\b(?:{_VISIT}|cleaning|blood tests?|shots?|
            vaccinations?|exams?|physical|table|room)\b
        \bbook(?:ed)? (?:me|it|a|an|in|us|my)\b
        \b(?:see|seen by) (?:the |a |my )?{_DOCTOR}\b
        \b(?:any|next|first|earliest) (?:free |open |available )?(?:{_VISIT}|availabilit\w+|
            openings?)\b
        \bcan (?:i|you) (?:come|fit|squeeze|get) (?:me )?in\b
        \bremind me\b
        \bset (?:a |an |up )?(?:reminder|alarm|event|notification)\b
    """,
    "find_provider": rf"""
        \b(?:find|look(?:ing)? for|look up|search|recommend|suggest|need|want|visit|
            know)\b.{{0,35}}\b(?:an? |some |the )?(?:\w+ ){{0,2}}{_DOCTOR}\b
        \b(?:find|recommend) (?:me )?(?:one|a place)\b
    """,
    "other_options": r"""
        \b(?:some(?:thing|one|where|body)|any(?:thing|one|where|body)|who|what|where|
            nothing) else\b
        \b(?:any|some|the|other|another|different|alternative|more) (?:others?|options?|
            ones?|choices?|alternatives?|places?|doctors?|dentists?|salons?|times?|days?|slots?|
            dates?|suggestions?)\b
        \banother (?:one|place|option)?\b
        \bdifferent\b
        \bnone of (?:them|those|these)\b
        \bother than\b
        \b(?:later|earlier|sooner)\b
        \binstead\b
    """,
    "faq_detail": r"""
        \b(?:phone|contact|telephone) ?(?:number|details|info\w*)?\b
        \b(?:what(?:'s| is)|give me|tell me|know|have|get)\b.{0,30}\b(?:their|her|his|its|
            the|that) (?:\w+ )?(?:number|address|rating|location|price|fees?)\b
        \b(?:address|ratings?|located|unisex|cosmetic)\b
        \b(?:do|does|are|is|will) (?:they|he|she|it|the (?:place|salon|dentist|doctor))\b
    """,
    "repeat": r"""
        \b(?:say|repeat|tell|run|go over|explain)\b.{0,30}\bagain\b
        \b(?:repeat|pardon|come again|rephrase|restate|clarify|elaborate|explain)\b
        \bwhat (?:did you (?:just )?(?:say|mean)|was that|do you mean)\b
        \bsay again\b
        \b(?:didn'?t|did not|can'?t|couldn'?t|not) (?:quite )?(?:catch|hear|get|understand|
            clear)\b
        \bone more time\b
        ^(?:what|sorry|pardon(?: me)?|excuse me|huh|eh)\??$
    """,
    "nevermind": r"""
        \b(?:never ?mind|forget (?:it|about it|that)|scratch that|leave it)\b
        \b(?:stop(?: it| that)?|quit|shut (?:up|down)|be quiet|just cancel)\b
        ^(?:cancel|stop|abort)(?: (?:please|that|it|this))*$
        \bcancel (?:that|my) (?:last )?(?:command|request|order|question)\b
    """,
    "dont_know": r"""
        \b(?:don'?t|do not|dunno|didn'?t|can'?t) (?:really |quite |honestly |even |
            exactly )?(?:know|remember|recall)\b
        \bdunno\b
        \b(?:not|n't|un) ?(?:sure|certain|confident)\b
        \bno (?:idea|clue)\b
        \b(?:forgot|forgotten)\b
        \b(?:maybe|perhaps|possibly|might be|could be|possible|it depends|i guess)\b
        \b(?:undecided|50/50|haven'?t (?:a clue|decided|the))\b
    """,
    "dont_care": r"""
        \b(?:don'?t|do not|doesn'?t|does not|not) (?:really )?(?:care|mind|matter|bother)\b
        \bany(?:thing|one| one| of (?:them|those)| ?time| day)? (?:is|would be|will be|
            works?|will do|suits?|good|fine|okay)\b
        \bwhichever\b
        \bwhatever\b
        \bno preference\b
        \beither (?:one|is|works|way)?\b
        \byour (?:choice|call|pick)\b
        \bup to you\b
        \byou (?:choose|decide|pick)\b
    """,
    "help": r"""
        ^help\b
        \bwhat (?:all |else |things |kinds? of things |sorts? of things )?can (?:you|
            i) (?:do|help|ask|say)\b
        \bwhat (?:do|are) you (?:do|able|capable)\b
        \bhow can you help\b
        \bwhat (?:kinds?|sorts?|types?) of\b.{0,25}\b(?:questions?|things?|topics?|help|
            ask)\b
        \bwhat (?:topics|questions|subjects)\b
    """,
    "thanks": r"""
        \b(?:thanks|thank you|thx|appreciat\w+|grateful|thankful|good job|great job)\b
        \b(?:nice work|well done|awesome|helpful|cheers)\b
    """,
    "question": r"""
        \?$
        \b(?:what|when|where|which|who|how|why)\b.{3,}
        ^(?:do you|does|is there|are there|can i|could i|can you|is it|is the|do i)\b
        \b(?:tell me|i (?:want|need|would like) to know|wondering|explain)\b
    """,
    "upset": r"""
        \b(?:you(?:'re| are)|(?:this|it)(?:'s| is)) (?:getting |just |so |really |
            very |absolutely |completely |totally )*(?:useless|hopeless|frustrat\w+|annoying|
            ridiculous|absurd|pathetic|stupid|crazy|nonsense|a joke|no (?:help|use))\b
        \b(?:waste|wasting) (?:of |my )?(?:my )?time\b
        \b(?:fed up|had enough|sick of|tired of|losing (?:my )?patience|
            going (?:round )?in circles)\b
        \b(?:going|getting|get|got) (?:me |us )?nowhere\b
        \byou(?:'re| are)(?: not|n'?t) (?:helping|listening)\b
        ^(?:this|it)(?:'s| is)(?: not|n'?t) (?:working|helping)$
        \byou (?:can'?t|cannot|don'?t|won'?t|do not|never) (?:help|listen)\b
        \bi(?:'m| am) (?:so |really |very |getting )*(?:frustrated|annoyed|angry|upset|
            furious)\b
        \b(?:do|does|did)(?:n'?t| not) make (?:any )?sense\b
        \b(?:unacceptable|for (?:god|heaven|christ|goodness)'?s sake)\b
    """,
    "wrong": r"""
        \b(?:not (?:right|correct|true|it|what i|quite)|incorrect(?:ly)?|wrong(?:ly)?)\b
        \b(?:false|inaccurate|messed up|mistake|(?:is|be|say|was) ["']?no$)\b
        \b(?:don'?t (?:need|want)|do not (?:need|want|believe|think))\b
    """,
    "right": r"""
        \b(?:(?:is|say|be) ["']?yes|confirm(?:ed)?|correct(?:ly)?|exactly|perfect(?:ly)?)\b
        \b(?:true|accurate|that would work)\b
    """,
    "faq": r"""
        \b(?:opening|hours|open|closed?|parking|park|directions?|address|insurance|cost)\b
        \b(?:price|pay|fees?|wheelchair|where are you|located|accept)\b
        \b(?:do you (?:take|offer|do|have|accept))\b
        \bhow (?:do|can) (?:i|we) get (?:to|there)\b
        \b(?:take|accept|do|does|have) (?:\w+ )?reservations\b
    """,
}

FIRM = frozenset({"human", "message", "bot_question"})
_OPENINGS = tuple((name, re.compile(rf"{one_of(table)}\b")) for name, table in OPENINGS.items())
_ANYWHERE = named(ANYWHERE)
_FILLER = re.compile(
    r"^(?:(?:um+|uh+|er+|erm|hm+|well|so|oh|ah|look|listen|actually|sorry|wait)[, ]+)+(?=\w)"
)


def plain(text: str) -> str:
    """Lower case, one kind of apostrophe, single spaces, no hesitation at the start."""
    lowered = " ".join(text.casefold().replace("’", "'").split()).rstrip(".! ")
    return _FILLER.sub("", lowered)


def opening(text: str) -> str | None:
    """What the first words say: a yes, a no, a greeting…; `text` is plain."""
    return next((name for name, pattern in _OPENINGS if pattern.match(text)), None)


def fitting(text: str) -> list[str]:
    """Every rule whose words are anywhere in the sentence; `text` is plain."""
    return [name for name, pattern in _ANYWHERE if pattern.search(text)]
