"""How callers ask what only a clinician may answer, and what illnesses are called.

Tables of named, short patterns, read by `medical_advice.py`.
"""

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "what_to_do": r"""
        (?<!bus )(?<!train )(?<!steps )(?<!road )\bshould i (?:take|stop (?:taking|using)|
            keep taking|go to (?:the )?(?:er\b|
            hospital|emergency)|worry|be (?:worried|concerned)|see an? (?!nurse)|increase|
            reduce|apply|avoid) ?\b
    """,
    "how_much": r"""
        \b(?:how much|how many|how often|what dose|what dosage)\b.{0,30}\b(?:mg|milligrams?|
            pills?|tablets?|doses?|drops|spoons)\b
        \bhow (?:much|often) (?:\w+ ){0,2}(?:should|can|do|must|may) (?:i|he|she|we|my \w+)
            \s(?:take|give)\b(?! out)
    """,
    "is_it_serious": r"""
        \bis (?:it|this|that) (?:\w+ )?(?:safe|dangerous|normal|serious|contagious|cancer|
            infected|bad for)\b(?! time)
    """,
    "is_it_allowed": r"""
        \b(?:can|may) i (?:stop taking|drink (?:alcohol|on|with|while)|(?:take|mix|combine|
            double) (?:\w+ ){1,4}(?:with|while|if|after|before|dose|together|tonight))\b
    """,
    "what_to_take": r"""
        \bwhat (?:medicines?|medications?|drugs?|pills?|tablets?|painkillers?|
            should i (?:take|do (?:about|for)))\b
    """,
    "what_have_i": r"""
        \b(?:do|could|might|does) (?:i|he|she|it) (?:have|be) (?:cancer|an? (?:infection|
            tumou?r|ulcer|fracture)|diabetes|covid|the flu|pregnant|broken)\b
    """,
    "what_is_an_illness": r"""
        \bwhat(?:'s| is| are| causes?)\b(?! your).{0,40}\b(?:symptoms?|rash|pain|disease|syndrome|
            side effects?|treatments?|complications?|cure|remed(?:y|ies)|diagnosis|prognosis|
            outlook|risk factors)\b
    """,
    "treating_it": r"""
        ^(?:\W*)what causes\b
        \bhow (?:to|do you|do i|can i|can you|is) (?:prevent|diagnose[d]?|treat(?:ed)?|
            cure[d]?|stop (?:the|my|a) (?:pain|bleeding|itching|cough|swelling|fever))\b
        \bhow (?:to|do you|do i|can i|can you) (?:get rid of|reduced?|lower)\b(?!.{0,20}\b(?:bill|
            cost|price|copay|payment|fee|wait)\w*)
    """,
    "side_effects": r"""
        \bside effects? (?:of|from)\b
        \b(?:treatments?|cure|remedy|medicine|medication|symptoms) (?:for|of) (?!(?:my|the|
            a) (?:appointment|son|daughter))\w+
    """,
    "outlook": r"""
        \bis (?:\w+ ){1,4}(?:inherited|genetic|contagious|hereditary|curable)\b
        \bwhat (?:is|are) the (?:stages|types|genetic changes|causes|chances)\b
    """,
    "facts": r"""
        \bhow many people (?:are affected|have|get)\b
        \bwho is at risk for\b
        \bwhat research\b.{0,30}\bbeing done\b
        \bwhere to find support for\b
    """,
}
"""How callers ask what only a clinician may answer."""

ILLNESSES = r"""
    diseases?|disorders?|syndromes?|cancers?|tumou?rs?|diabet\w+|hypertension
    blood pressure|infections?|allerg\w+|symptoms?|diagnos\w+|treat(?:ments?|ed|ing)?
    therap\w+|surgery|medic(?:ines?|ations?)|drugs?|dos(?:e|es|age)|pills?|tablets?
    vitamins?|vaccines?|condition|pain|swelling|swollen|itch\w*|rash(?:es)?|fever|cough
    weak(?:ness)?|illness|health|cures?|chronic|patients?|syndromes?|genetic|deficien\w+
    depression|anxiety|autis\w+|asthma|arthritis|strokes?|seizures?|lice|acne|snoring
    obes\w+|jaundice|sepsis|cyst|ulcers?|hernia|migraines?|concussion|fractures?|eczema
    transplant|kidneys?|liver|heart|lungs?|thyroid|prostate|bladder|skin problems?
    bacteri\w+|virus\w*
    [a-z]{3,}(?:itis|osis|emia|aemia|algia|pathy|noma|plegia|uria|ectomy|rrhea|phobia)
    [a-z]{3,}(?:plasia|trophy|cillin)
"""

ASKING: Mapping[str, str] = {
    "asking": r"""
        \?
        \b(?:how|what|why|which|who) (?:to|can|do|does|is|are|should|would|could|might|
            causes?|if|many|much|long)\b
        \b(?:can|could|should|will|would|is there|are there|does|do) (?:you|i|it|this|we|
            any|he|she|they)\b
        \b(?:want|like|wish|need) to (?:know|learn|ask|enquire|inquire|find out)\b
        \b(?:information|advice|advise|suggest\w*|inform me|let me know|help me)\b
        \b(?:please help|wonder\w*|curious|looking for|recommend\w*)\b
    """
}
