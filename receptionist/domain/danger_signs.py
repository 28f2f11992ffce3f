"""How people say that a life may be in danger: their own wish to die, and emergencies.

Tables of named, short patterns, read by `emergencies.py`. Patterns fit anywhere in what
was said, in any case, with straight apostrophes.
"""

from collections.abc import Mapping

_SELF = r"(?:my ?self|your ?self|our ?selves|him ?self|her ?self|them ?sel(?:f|ves)|oneself)"
_MINE = r"(?:my|his|her|their|your|one'?s)(?: own)?"
_WHOSE = r"(?:my|his|her|their|the|your|baby'?s)"
_CANNOT = r"(?:can'?t|can not|cannot|could ?n[o']t|couldn'?t|unable to|not able to)"
_ACCIDENT = (
    r"(?! (?:at|while|when|playing|lifting|by|in|falling|shaving|cooking|chopping|slicing"
    r"|accidentally|opening|on (?!purpose)|with (?:a|the|some|hot|boiling|my) ?(?:kitchen|bread"
    r"|knife|can|glass|paper|tool|saw|stove|water|oil|iron|pan)))"
)
ATTACK = r"(?:heart attack|cardiac arrest|stroke)"
BREATH = (
    r"(?:(?:shortness|short) of breath|(?:difficulty|difficulties|trouble|hard time|problems?)"
    r" (?:in |with )?(?:breathing|catching (?:my|his|her) breath)"
    r"|hard(?:er)? (?:for (?:me|him|her) )?to (?:breathe|catch (?:my|his|her) breath)"
    r"|breathing (?:is |has been |feels )?(?:difficult|hard|labou?red|heavily)"
    r"|(?:crushing |sharp |bad )?chest (?:pains?|tightness|pressure))"
)

CRISIS: Mapping[str, str] = {
    "killing_oneself": rf"""
        \b(?:kill|kills|killing|killed|off|hang|hanging|hanged|drown|drowning) {_SELF}\b
        \b(?:shoot|shooting|starve|starving|poison|poisoning|suffocat(?:e|ing)) {_SELF}\b
        \bnoose\b|\b(?:a gun|pistol) (?:to|at|in) my (?:head|mouth)\b
    """,
    "hurting_oneself": rf"""
        \b(?:harm|harming|mutilat(?:e|ing)|punish(?:ing)?|injuring|hurting|cutting) {_SELF}\b
        \b(?:hurt|cut|burn|burning|injure) {_SELF}\b{_ACCIDENT}
        \b(?:want|wanna|need|urge|feel like|ways?|how (?:do i|can i|to)) .{{0,20}}\b(?:hurt|cut|
            burn|injure) {_SELF}\b
        \bself[- ]?(?:harm|injur|mutilat|hate|hatred)\w*
    """,
    "suicide": r"""
        \bsuicid\w*
        \bunalive\b
        \bkms\b
        \beuthani[sz](?:e|ing) my ?self\b
    """,
    "wishing_to_die": r"""
        \b(?:want|wants|wanted|wanna|wish|rather|ready|hope|deserve|plan|planning|try|tried|
            trying) (?:to |i could )?(?:just |only |simply )?(?:die|be dead|not exist|disappear)\b
        \b(?:want|wants|wanted|going|ready|plan|planning|try|tried|trying) to (?:just )?end
            \s(?:it|things|it all|everything|my life)\b
        \bgoing to (?:let my ?self die|take my own life)\b
        \bwish i (?:was|were) (?:dead|never born|not alive|gone)\b
        \bwish i (?:could|would|had) (?:just )?(?:die|died|not wake up|never been born)\b
        \bwant (?:it|everything|this) (?:all )?to (?:be over|end|stop) for ?(?:good|ever)\b
    """,
    "ending_a_life": rf"""
        \b(?:end|ends|ending|ended|take|takes|taking|took) {_MINE} (?:life|lives)\b
        \bend(?:ing)? it all\b
        \b(?:giv(?:e|en|ing)|gave) up on (?:life|living)\b
    """,
    "not_wanting_to_live": r"""
        \b(?:don'?t|do not|no longer|can'?t|not|never) (?:really |even )?(?:want|wanna|deserve|
            bear) (?:to )?(?:live|be alive|be here any ?more|wake up|exist|go on|carry on)\b
        \bcan'?t (?:go|carry|keep) (?:on )?(?:living|like this|any ?more)\b
        \b(?:tired|sick|done|fed up) (?:of|with) (?:living|life|being alive|existing)\b
        \bhate (?:being alive|living)\b
    """,
    "is_life_worth_it": r"""
        \bworth (?:me |my |it )?(?:being alive|living|staying alive|to live)\b
        \b(?:no|any|reason|point|reasons) (?:reason |point |more )?(?:to|in|for|of) (?:me )?(?:to )?
            (?:live|living|be alive|being alive|staying alive|go on|going on|life)\b
        \bnothing (?:left )?to live for\b
        \bhopeless\b.{0,30}\b(?:live|life|alive|die)\b
    """,
    "cutting": rf"""
        \b(?:cut|cuts|cutting|slit|slitting|slash|slashing|slice) (?:open )?{_MINE} (?:wrists?|
            arms?|legs?|thighs?|throat|skin|veins?)\b(?! (?:on|at|while|when|shaving|cooking))
        \b(?:hide|hiding|cover|covering)(?: up)? (?:my |the |self )?(?:cuts|scars|self)\b
        \bcut(?:ting)? (?:deep|deeper) (?:enough|without)\b
    """,
    "thoughts_of_death": r"""
        \bthoughts? (?:of|about) (?:ending it|dying|death|my death|not being here)\b
        \bthink(?:ing)? (?:about|of) (?:dying|ending it|not being here|death a lot)\b
        \bbetter off (?:dead|without me|if i)\b
        \b(?:no ?one|nobody|anyone|anybody|parents|family|they|everyone|people)
            \s(?:would |will |to )?(?:even )?(?:miss me|care if i|notice if i)\b
        \bmiss me (?:if|when|after) i(?:'m| am| die)\b
        \bworld (?:would be )?(?:is )?better without me\b
        \b(?:goodbye|farewell|last) (?:letter|note|message)s? (?:to|for) (?:my|the) (?:family|
            parents|kids|children|wife|husband|loved)\b
    """,
    "jumping": r"""
        \bjump(?:ing)? (?:off|from|in front of|out of) (?:a |the |my )?(?:bridge|building|roof|
            cliff|balcony|train|window|car|truck|bus)\b
    """,
    "ways_to_die": r"""
        \b(?:painless|quick|quickest|easy|easiest|fastest|best|peaceful|least painful|simple|
            ways?|methods?)\b.{0,25}\b(?:to|of) (?:die|dying|kill|commit|overdose|hang|end)\b
        \bhow (?:many|much)\b.{0,60}\b(?:to|would|will|could|does) (?:it take to )?(?:die|
            kill me|kill you|kill a person|overdose|end it|be (?:lethal|fatal|deadly))\b
        \bhow (?:can i|do i|to|would i|do you) (?:overdose|die)\b
        \b(?:lethal|fatal|deadly) (?:dose|amount|combination)\b
    """,
    "purging": r"""
        \b(?:stop|keep|keeping|prevent|starve) my ?self from eating\b
        \b(?:make|making|made|force|forcing) my ?self (?:to )?(?:throw up|vomit|puke|sick|purge)\b
        \b(?:throw(?:ing)? up|vomit(?:ing)?|purg(?:e|ing)) (?:after|what i|my|every) (?:i eat|
            meals?|
            eating|food|eat)\b
        \blaxatives?\b.{0,40}\b(?:lose|losing|weight|thin|skinny)\b
        \bpro[- ]?(?:ana|mia)\b
        \bthinspo\w*
    """,
    "dangerous_thinness": r"""
        \b(?:ribs?|ribcage|hip ?bones?|bones|collarbones?)\b.{0,25}\b(?:stick|show|visible|poke)
            \w*(?! through)
        \b(?:so|dangerously|extremely|really) (?:skinny|thin|underweight)\b.{0,40}\b(?:that|fast|
            quick)\b
        \bhow (?:do i|can i|to) (?:become|get|be) (?:anorexic|bulimic|anorexia|bulimia)\b
        \bthigh gap\b
        \b(?:encourage|promote|glorif\w+|benefits of) (?:an )?(?:anorexia|bulimia|
            eating disorders?)\b
    """,
    "starving": r"""
        \b(?:without eating|not eat(?:ing)?|stop eating|live on|eat nothing|no food|fast(?:ing)?)\b
            .{0,30}\b(?:week|weeks|month|days)\b.{0,40}\b(?:lose|thin|skinny|weight)\b
        \b(?:eat|eating|live on|survive on) (?:only |less than |under |just )?(?:\d{2,3}|
            one hundred|
            two hundred|three hundred|five hundred) calories\b
        \b(?:hide|hiding) (?:my |an )?(?:eating disorder|anorexia|bulimia)\b
        \bhide (?:it |that )?(?:from .{1,20} )?(?:that )?i(?:'m| am)? (?:not eating|don'?t eat|
            starving)\b
    """,
}

EMERGENCY: Mapping[str, str] = {
    "breathing": rf"""
        \b{BREATH}\b
        \b(?:{_CANNOT}|isn'?t|is not|not|stopped|hardly|barely|struggling to|gasping|struggling for
            |fighting for|gasping for) (?:even )?(?:able to )?(?:breath(?:e|ing)?|air)\b
        \b{_CANNOT} (?:catch|get) {_WHOSE} breath\b
        \b{_CANNOT} get (?:any |enough )?air\b
        \b(?:gasping|suffocating|no pulse|breathless)\b
        \b(?:stopped|quit) breathing\b
    """,
    "choking": r"""
        \b(?:am|is|are|'s|'m|started|starts|been|he|she) choking\b
        ^choking\b
        \bchok(?:ing|ed) on\b
        \bstuck in (?:my|his|her|the) (?:throat|airway|windpipe)\b
    """,
    "chest": r"""
        \bheart pains?\b
        \b(?:pain|pains|pressure|tightness|tight feeling|squeezing|burning|heaviness|hurts)\b
            .{0,12}\b(?:in|on|across) (?:my|his|her|the) (?:chest|heart)\b
        \bchest (?:hurts|is hurting|is tight|is pounding|feels? (?:tight|heavy)|is killing|ache)\b
        \b(?:my|his|her) chest\b.{0,15}\b(?:hurt|hurts|hurting|tight|crushing)\b
        \bpain\b.{0,25}\b(?:down|into|in) (?:my|his|her) left arm\b
        \b(?:heart) (?:stopped|has stopped|isn'?t beating)\b
    """,
    "attack": rf"""
        \b(?:having|has|think|maybe|might be|may be|could be|looks like|just had|had|suffered|
            signs of|symptoms of|possible|it'?s|it is|like|suffering) (?:\w+ ){{0,5}}{ATTACK}\b
            (?! (?:clinic|follow|check|last|risk|rehab|in \d{{4}}))
    """,
    "stroke": rf"""
        \bslurr(?:ed|ing)\b
        \b(?:face|mouth|one side)\b.{{0,15}}\b(?:droop\w*|sagging|gone numb|is numb)\b
        \b{_CANNOT} (?:speak|talk|see anything|feel {_WHOSE} (?:face|arm|leg|legs|side))\b
        \b{_CANNOT} move (?:{_WHOSE}|one) (?:\w+ )?(?:arm|leg|side|face|body)s?\b
        \b(?:speech|talking)\b.{{0,15}}\b(?:funny|garbled|makes no sense|not making sense)\b
        \b(?:worst|sudden|thunderclap|sudden severe) headache\b
        \bsudden(?:ly)? (?:can'?t see|went blind|lost (?:my |his |her |all )?(?:vision|sight))\b
        \bsudden(?:ly)? (?:numb\w*|weak\w*|confus\w*)\b
        \b(?:arm|leg|side)\b.{{0,20}}\b(?:numb|weak)\b.{{0,30}}\b(?:speech|face|talk)
    """,
    "blood": r"""
        \b(?:cough|throw|spit|vomit|puk)(?:ing|ed|s)?(?: up)?(?: some| a lot of|
            \sbright red| lots of| fresh| dark)? blood\b
        \bvomit\w* blood\b
        \b(?:threw|throwing|throws|bringing|brought|spat) up (?:some |a lot of )?blood\b
        \bblood (?:everywhere|is gushing|is pouring|is spurting|won'?t stop|will not stop)\b
        \bbleeding (?:everywhere|will not stop|does not stop|doesn'?t stop|won'?t stop)\b
        \bbleeding\b.{0,20}\b(?:it|and) won'?t stop\b
        \bit won'?t stop\b(?! (?:itch|hurt|ring|drip|beep|buzz)\w*)
        \bbleeding (?:heavily|badly|a lot|out|profusely|so much|like crazy|from (?:the|my|his|
            her) (?:head|ears?|eyes?|neck))\b
        \b(?:severe(?:ly)?|heavy|heavily|uncontrolled|massive) bleeding\b
        \b(?:won'?t|can'?t|doesn'?t|not) stop (?:the )?bleeding\b
        \b(?:losing|lost) (?:a lot of|so much|too much) blood\b
        \b(?:gushing|spurting)\b
    """,
    "consciousness": rf"""
        \bunconscious\b
        \bunresponsive\b
        \bpassed out\b(?! at work)
        \bblack(?:ed|ing) out\b
        \blost consciousness\b
        \bcollapsed\b(?! (?:lung|disc|disk|vein|arch))
        \b(?:not|won'?t|isn'?t|doesn'?t|n'?t) (?:responding|respond|wake up|waking up)\b
        \b(?:he|she|baby|body|they|husband|wife|mother|father|son|daughter|child|\w*mom|\w*dad)
            \s(?:is not|isn'?t|won'?t|'s not|does not|doesn'?t) (?:moving|move)\b
        \b{_CANNOT} wake (?:him|her|them|my \w+)\b
    """,
    "seizure": r"""
        \bseizures? (?:now|right now)\b
        \b(?:having|had|has|having had) an? (?:\w+ )?(?:seizure|fit|convulsion)\b
        \b(?:convulsing|convulsions)\b
        \b(?:is|was|started|been) seizing\b
    """,
    "poisoning": r"""
        \boverdos(?:e|ed|ing)\b
        \b(?:took|taken|takes) (?:way )?(?:too many|a whole bottle|the whole bottle|a bottle|all)\b
            .{0,12}(?:pills|tablets|medic\w+|meds)?\b
        \b(?:swallowed|drank|ate|ingested|consumed|got into|drunk|eaten|
            swallows?)\b.{0,25}\b(?:bleach|
            poison(?! ivy| oak)|batter(?:y|ies)|bait|pills|tablets|cleaner|detergent|antifreeze|
            magnets?|chemicals?|medicine|medication|berries|caustic|laundry|pods?|mushrooms?|coin)\b
        \bpoisoned\b
        \bcarbon monoxide\b
        \b(?:bitten|bit) by a (?:\w+ )?(?:snake|rattlesnake|viper|black widow)\b|\bsnake ?bite\b
    """,
    "allergy": r"""
        \banaphyla\w+\b
        \ballergic reaction\b.{0,40}\b(?:breath|throat|swell|face|now)\w*
        \b(?:throat|tongue|lips?|airway|face)\b.{0,12}\b(?:swelling|swollen|closing|swelled)\b
        \b(?:swelling|swollen) (?:throat|tongue|lips?|face|airway)\b
        \bturn(?:ing|ed|s) (?:blue|purple|grey|gray)\b
        \b(?:lips|face|fingers) (?:are|is|look|looks|went) (?:blue|purple)\b
    """,
    "injury": r"""
        \b(?:been|got|was|he'?s|she'?s|were) (?:shot|stabbed|electrocuted|hit by a car|run over)\b
        \b(?:drown(?:ing|ed)|electrocuted)\b
        \b(?:hit|banged|smashed|cracked|struck|bumped) (?:my|his|her|their|the) head\b
        \bhead (?:hit|struck|injury)\b
        \bcracked (?:my|his|her) skull\b
        \b(?:just|been in|in|had) an? (?:bad |terrible |serious )?(?:car|motorcycle|bike) (?:crash|
            wreck)\b
        \bfell (?:off|from|out of|down) (?:a |the |his |her |my )?(?:\w+ )?(?:roof|ladder|balcony|
            window|tree|stairs)\b
        \b(?:cut|chopped|sliced|tore|ripped) off (?:my|his|her|a|part of) ?\w* (?:finger|thumb|hand|
            toe|foot)\b
        \bbones? (?:is |are )?(?:sticking|poking) (?:out|through)\b
        \b(?:severely|badly) burn(?:ed|t)\b|\bthird[- ]degree burns?\b
    """,
    "asking_for_help": r"""
        \b(?:need|call|send|get|want|calling) (?:me |us |him |her )?an ambulance\b
        \b(?:should i|do i|gonna|going to|need to|have to) (?:call|dial) (?:911|999|112)\b
        \b(?:this is|it'?s|it is|i have|we have|there'?s) an? (?:\w+ )?emergency\b(?! (?:contact|
            number|room|exit|dentist|appointment|visit|refill))
        \b(?:life[- ]threatening|life or death|medical emergency)\b
        \b(?:i think|i feel like|i'?m afraid) (?:i'?m|i am|he'?s|she'?s|he is|
            she is) (?:going to die|
            dying|gonna die|about to die)\b
    """,
    "childbirth": r"""
        \bwaters? (?:just |has |have )?(?:broke|broken)\b
        \bbaby is coming\b
        \b(?:fetus|baby) (?:has |is |'s )?(?:stopped|not|isn'?t) (?:moving|breathing|kicking)\b
        \b(?:baby|newborn|infant) (?:is |looks |went )?(?:limp|blue|floppy)\b
        \bpregnant\b.{0,25}\bbleeding\b|\bbleeding\b.{0,25}\bpregnant\b
    """,
}

NOT_NOW: Mapping[str, str] = {
    "long_ago": r"""
        \b(?:years?|months?|weeks?) ago\b
        \b(?:in the past|used to|back then|as a (?:kid|child|teenager))\b
        \blast (?:year|month|spring|summer|fall|autumn|winter)\b
        \bin (?:19|20)\d\d\b
    """,
    "others_history": r"""
        \bdied (?:of|from|due)\b
        \bhistory of\b
        \brecover\w+ (?:from|after)\b
        \b(?:after|since|because of) (?:my|his|her|the|a) (?:\w+ )?stroke\b
    """,
    "asking_in_general": r"""
        \bin case of\b
        \b(?:what|which) (?:are|is) (?:the |a |an |some )?(?:\w+ )?(?:signs?|symptoms?|causes?|
            treatments?|risks?|effects?|chances)\b
        \bwhat (?:is|are) (?:an? |the )?(?:heart|stroke|seizure|shortness|chest|anaphyla|overdose|
            concussion)\w*
        \b(?:what|which) causes?\b
        \b(?<!have )(?<!having )(?<!has )(?<!with )(?<!got )(?<!shows )(?<!showing )(?:signs?|
            symptoms?|causes?|risks?|treatments?|chances?) (?:of|for)\b
        \b(?:patient with|prevent|prevention|preventing)\b
        \bhow (?:do|can) (?:you|i|we) (?:tell|know|prevent)\b
    """,
    "errands": r"""
        \b(?:follow[- ]up|x-?ray|course|screening|class(?:es)?|training|test results?|insurance)\b
    """,
}
"""In the same clause: told of another time, of somebody's past, or of nobody."""

PAST_ATTACK: Mapping[str, str] = {
    "somebody_died": r"""
        \bpassed(?: away)?\b(?! out)
        \bdied\b
    """,
    "long_ago": r"""
        \byears? ago\b|\blast year\b
        \bwhen (?:she|he|i|they) (?:was|were)\b
        \bin (?:his|her|their|my) (?:late |early |mid )?(?:twenties|thirties|forties|fifties|
            sixties|seventies|eighties|nineties)\b
        \bthen i had (?:the|a) stroke\b
    """,
    "family": r"""
        \bruns? in (?:my|the|our) family\b
        \bin the family\b
    """,
}
"""Beside an attack or a stroke anywhere in the same words: told of the past."""
