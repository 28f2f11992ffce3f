"""What a question and an answer may have in common besides the same words.

Stems instead of words, phrases that are one word, words that mean nearly the same,
and what answers to a kind of question usually hold.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from receptionist.domain.stemming import stem

_WORD = re.compile(r"[a-z0-9]+")
_HYPHENED = re.compile(r"\b([a-z]{1,4})-([a-z]+)\b")
"""Written in one word as often: "wi-fi", "pre-med"."""
_STOP_WORDS = frozenset(
    """
    a about also am an and any are arent as at be been but by can cant could did do does dont
    er etc for from getting go going got had has have he hello her hey hi his how i id if
    im in into is isnt it its ive just know like lot make may me might much must my need needs
    not of on one or others our out please really she should so some such tell than thank
    thanks that the their them then there theres these they this those to uh um up us very
    want was we were what whats when where which who will with would you your youre
    """.split()
)
_FORMS = {
    "died": "die", "dying": "die", "children": "child", "kids": "kid", "women": "woman",
    "men": "man", "feet": "foot", "teeth": "tooth", "people": "person", "bought": "buy",
    "paid": "pay", "brought": "bring", "taken": "take", "taking": "take", "took": "take",
    "seen": "see", "gotten": "get", "lost": "lose",
}  # fmt: skip
_PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), word)
    for pattern, word in (
        (r"united states|u\.s(?:\.a)?|the us", "usa"),
        (r"covid[- ]?19", "covid"),
        (r"high blood pressure", "hypertension"),
        (r"heart attack", "infarction"),
        (r"x[- ]rays?", "xray"),
        (r"check[- ]?ups?", "checkup"),
        (r"e[- ]?mails?", "email"),
        (r"how much (?:is|are|does|do|will|would)", "cost"),
        (r"opening (?:hours|times)|hours of operation|business hours", "open hours"),
        (r"how old|what age", "age"),
        (r"public transport\w*|subway|metro|trains?", "bus"),
        (r"how do i get (?:to|there)|how to get (?:to|there)", "directions"),
        (
            r"where (?:\w+ )?(?:are you"
            r"|is (?:the|your) (?:clinic|office|practice|surgery|building|place))",
            "located",
        ),
        (r"(?:run|ran|running) out of|(?:nearly|almost) out of", "refill"),
        (r"phone number", "telephone"),
        (r"sign(?:ed|ing)? up", "register"),
    )
)
"""Beside the words of such a phrase, these count as said."""

_ALIKE = """
    covid coronavirus corona ncov
    mask facemask
    plane airplane aircraft flight flying
    arrive enter entry
    travel trip journey
    job work employment employer
    sick ill illness disease unwell
    infect infection infected infectious contract catch
    chance risk likelihood probability
    protect prevent prevention avoid safety safe protection precaution
    spread transmit transmission contagious infectious
    symptom sign
    treat treatment cure therapy remedy
    medicine medication drug tablet pill meds
    prescription refill repeat renew medication medicine
    vaccine vaccination shot jab immunization inoculation
    doctor physician provider clinician gp
    dentist dental tooth
    pediatrician child
    cost price fee charge pay payment expensive copay
    pay payment card cash credit invoice bill
    eligible qualify eligibility qualification requirement
    cover covered coverage included include
    insurance insured coverage insurer network medicare medicaid aetna cigna humana kaiser
    apply application sign enroll register
    register registration enroll join
    help assist assistance support
    fill complete
    spouse husband wife partner
    dependent child family
    parent mother father
    change update edit modify
    transfer move
    disagree appeal dispute
    document evidence record file paperwork
    form application
    telephone phone call contact number
    appointment visit booking consultation
    result report outcome
    test testing screen screening exam
    diagnose diagnosis
    park parking car garage drive
    address location located directions find street map
    bus directions
    accept take
    wheelchair accessible accessibility ramp disabled disability elevator stairs walker
    child kid baby infant toddler newborn son daughter
    bring carry
    id identification passport licence license
    cancel cancellation
    late delay
    school class education college university
    company business employer workplace
    animal pet dog cat
    money payment benefit fund
    pregnant pregnancy
    different other another
    long duration
    old elderly older age senior
    hospital facility clinic center
    building entrance door
    neighbour neighborhood community neighbor
    die dead death deceased burial
    recover recovery immune immunity
    twice again
    wash clean disinfect
    country international abroad foreign
    home house household
    person someone somebody
    name called
    begin start
    stop end quit
    buy purchase
    mail letter email
    online internet website web portal
    language interpreter translator speak spanish
    emergency urgent
    wait waiting
    privacy private confidential
    open hours close
    referral refer
    first new initial
    new register moved
    hear find told get
    act action do measure step
"""

_EXPECTED = (
    (r"\b(?:eligible|qualify|who can|can i get)\b", "eligible qualify must true meet requirement"),
    (r"\bhow (?:long|soon)\b|\bwhen\b", "day week month year hour minute date"),
    (r"\bhow much\b|\bcosts?\b|\bprices?\b|\bpay\b", "cost pay free amount dollar fee copay price"),
    (r"\bhow (?:do|can|should) (?:i|we)\b|\bhow to\b", "apply call online submit form step sign"),
    (r"\bwhat happens\b", "receive notice letter let email"),
    (r"\bwho (?:do|can|should)\b|\bcontact\b", "call number phone"),
    (r"\bhelp\b", "call representative"),
    (
        r"\bwhat to do\b|\bhow to act\b|\bwhat (?:should|do|can) (?:i|we) do\b",
        "stay call avoid follow keep wash contact",
    ),
    (r"\bwhen\b|\bhow long\b", "until after before within"),
)
"""How a kind of question is asked, and words its answers often hold."""


def terms(text: str) -> list[str]:
    """The stems of the words that matter, in order."""
    plain = text.casefold().replace("’", "'")
    for pattern, word in _PHRASES:
        plain = pattern.sub(rf"\g<0> {word}", plain)
    plain = _HYPHENED.sub(r"\g<0> \1\2", plain)
    found = _WORD.findall(plain.replace("'", ""))
    return [stem(_FORMS.get(word, word)) for word in found if word not in _STOP_WORDS]


def expected(question: str) -> frozenset[str]:
    """Terms that answers to such a question often hold."""
    asked = question.casefold()
    return frozenset(term for pattern, likely in _KINDS if pattern.search(asked) for term in likely)


def alike(rows: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Which terms mean nearly the same, from rows of words that do."""
    groups = [frozenset(terms(row)) for row in rows]
    every = frozenset[str]().union(*groups)
    return {
        term: frozenset[str]().union(*(group for group in groups if term in group)) - {term}
        for term in every
    }


def in_one_word(groups: Iterable[Sequence[str]]) -> Callable[[str], str]:
    """Says the first of a group for any of its words and phrases, whatever case and plural."""
    first = {
        " ".join(words.casefold().split()): group[0] for group in groups for words in group[1:]
    }
    if not first:
        return lambda text: text
    longest = sorted(first, key=len, reverse=True)
    any_of = "|".join(r"\s+".join(map(re.escape, words.split())) for words in longest)
    pattern = re.compile(rf"\b({any_of})(?:e?s)?\b", re.IGNORECASE)

    def said(match: re.Match[str]) -> str:
        return first[" ".join(match[1].casefold().split())]

    return lambda text: pattern.sub(said, text)


ALIKE_ROWS = tuple(row.strip() for row in _ALIKE.strip().splitlines())
_KINDS = tuple((re.compile(pattern), frozenset(terms(likely))) for pattern, likely in _EXPECTED)
