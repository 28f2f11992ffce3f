"""Whom and what for: the doctor that was named, and the reason that was given."""

import re

from receptionist.domain.spoken_names import STOPS
from receptionist.domain.spoken_patterns import one_of, words

TITLE = re.compile(r"\b(?P<title>dr|doctor|nurse|prof|professor)\b\.?\s+", re.IGNORECASE)
CREDENTIALS = re.compile(
    r"(?P<name>(?:[A-Z][\w'-]*\.?\s+){1,3}[A-Z][\w'-]+),?\s+(?:M\.?D|D\.?D\.?S|D\.?O|D\.?M\.?D)\b"
)
ROLE = re.compile(
    r"\b(?:dentist|therapist|doctor|hygienist|physician|psychologist|counsell?or)(?:'s name)?"
    r"(?: is| named| called|,)? (?P<name>[A-Z][\w'-]+(?: [A-Z][\w'.-]*){1,3})"
)
TITLES = {"nurse": "Nurse", "prof": "Prof.", "professor": "Prof."}
PARTICLES = frozenset("de da di la le van von der den el al".split())
"""Written small within a surname."""
CAPITALISED = re.compile(rf"(?:(?:{'|'.join(sorted(PARTICLES))}) )*[A-Z]")
NO_SURNAME = STOPS | frozenset(
    "please said says told about visit office offices practice surgery today's number either "
    "appointment's told think thinks prescribed gave wants wanted's tells call calls called see "
    "sees help text send come whoever whichever anybody everybody nobody hold wait".split()
)
SYMPTOMS = one_of(
    words("pains? aches? aching hurts? hurting sore swollen swelling fever temperature cough"),
    words(r"coughing cold flu rash itch\w* dizz\w+ nause\w+ vomit\w* headaches? migraines?"),
    words(r"toothache earache backache stomach\w* infection infected bleeding burn\w* cramps?"),
    words(r"fatigue tired weak\w* insomnia anxi\w+ depress\w+ allerg\w+ asthma diarrh\w+"),
    words(r"sick ill injur\w+ broke broken sprain\w* numb\w* lump chipped cracked cavity"),
    words(r"symptoms? sugar diabetes breath\w*"),
    "blood pressure",
)
ERRANDS = one_of(
    words(r"check[-\s]?up physical cleaning vaccin\w* jab shots? results prescription refill"),
    words(r"follow[-\s]?up x-?ray screening smear consultation filling crown extraction"),
    words(r"whitening braces examination medical physio\w*"),
    *("blood tests?", "test results?", "root canal", "eye test", "hearing test"),
)
TOLD = r"[^.?!]{0,200}"
BECAUSE = re.compile(
    rf"\b(?:because(?: of)?|since|as) (?P<reason>(?:i|my|i've|i'm|of) {TOLD})", re.IGNORECASE
)
HAVE = one_of(
    "i (?:have|had|got|feel|am feeling)",
    "i've(?: been| had| got)?(?: having| feeling)?",
    "i'm (?:having|feeling)",
    "(?:he|she) (?:has|is having)",
    "suffering from",
    "complaining of",
    "there is",
    "with",
)
SYMPTOM = re.compile(rf"\b{SYMPTOMS}\b(?=(?P<rest>{TOLD}))", re.IGNORECASE)
HAVING = re.compile(rf"\b{HAVE} (?P<reason>)", re.IGNORECASE)
HURTING = re.compile(r"\b(?P<reason>)my ", re.IGNORECASE)
NEARBY = 80
"""Characters between "I have" and the symptom, at most."""
ERRAND = re.compile(
    rf"\b(?:for|need|want|have|get) (?P<reason>(?:an? |my |some )?(?:[\w-]+ ){{0,2}}?{ERRANDS})\b",
    re.IGNORECASE,
)
HESITATION = r"(?:(?:um+|uh+|er|well|yes|yeah|ok|okay|so|hi|hello|sure|oh)[,. ]+)*"
OPENINGS = one_of(
    r"(?:it'?s|it is|that's)(?: just)?(?: for| about| because(?: of)?)? ",
    r"i(?:'ve| have)(?: been)?(?: having| got| had| experiencing| feeling)? ",
    r"i'?m (?:having|feeling|experiencing|suffering from) ",
    r"i am (?:having|feeling) ",
    r"i (?:had|feel) ",
    r"(?:just )?for ",
    r"because(?: of)? ",
    r"my symptoms are ",
    r"about ",
)
LEAD_IN = re.compile(rf"^{HESITATION}{OPENINGS}?", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.?!]")
TAIL = re.compile(r"[\s.,!?]*(?:,? ?(?:please|thanks|thank you))?[\s.,!?]*$", re.IGNORECASE)


POLITE = one_of("i'd like", "i would like", "i want", "i prefer", "can i", "could i", "i think")
BEFORE_NAME = words("um uh yes yeah well preferably maybe with to see get have")
PREFERENCE = re.compile(rf"^(?:(?:{BEFORE_NAME}|{POLITE})[, ]+)*", re.IGNORECASE)
NOT_WITH = re.compile(rf"\b{words('not but except')} (?:with )?$|\bother than $", re.IGNORECASE)
NO_ANSWER = re.compile(
    r"(?:yes|yeah|no|nope|nothing|none|(?:i )?(?:don't|do not) (?:really )?know|not sure|"
    r"(?:i'd )?rather not(?: say)?|(?:can|could) (?:i|you) .*)\b[\W]*$",
    re.IGNORECASE,
)


def find_doctor(text: str, *, asked: bool = False) -> str | None:
    """The practitioner's name as it would be on the door: "Dr. Lee". `asked`: just asked for."""
    for match in TITLE.finditer(text):
        name = _surname(text[match.end() :])
        if name and not NOT_WITH.search(text, max(0, match.start() - 20), match.start()):
            return f"{TITLES.get(match['title'].casefold(), 'Dr.')} {name}"
    named = CREDENTIALS.search(text) or ROLE.search(text)
    if named:
        return named["name"]
    if not asked:
        return None
    words = _surname(PREFERENCE.sub("", text.strip()))
    return words or None


def find_reason(text: str, *, asked: bool = False) -> str | None:
    """What the visit is for, in the caller's words. `asked`: it was just asked for."""
    if asked:
        told = TAIL.sub("", LEAD_IN.sub("", text.strip()))
        if NO_ANSWER.match(text.strip()) or NO_ANSWER.match(told):
            return None
        return told if re.search(r"[^\W\d]{3,}", told) else None
    because, errand = BECAUSE.search(text), ERRAND.search(text)
    complaint = None if because else _complaint(text, HAVING) or _complaint(text, HURTING)
    said = because["reason"] if because else complaint or (errand and errand["reason"])
    return TAIL.sub("", said) if said else None


def _complaint(text: str, lead: re.Pattern[str]) -> str | None:
    """From what `lead` leads to, past the symptom, to the end of the sentence."""
    for symptom in SYMPTOM.finditer(text):
        sentence = SENTENCE_END.split(text[max(0, symptom.start() - NEARBY) : symptom.start()])[-1]
        led = lead.search(sentence)
        if led is not None:
            return sentence[led.start("reason") :] + symptom[0] + symptom["rest"]
    return None


def _surname(text: str) -> str:
    """The name at the beginning: capitalised words, or one word where nothing is capitalised."""
    words: list[str] = []
    initials = bool(CAPITALISED.match(text))
    for piece in re.findall(r"[\w'’-]+\.?|[^\w\s]", text):
        word = piece.rstrip(".")
        if not word or not word[0].isalpha() or word.casefold() in NO_SURNAME or len(words) == 4:
            break
        if initials and not (word[0].isupper() or word in PARTICLES):
            break
        words.append(piece if len(word) == 1 else word)
        if piece.endswith(".") and len(word) > 2:
            break
        if not initials and len(words) == 2:
            break
    words = words if initials else words[:1]
    return " ".join(w if w in PARTICLES and initials else w[:1].upper() + w[1:] for w in words)
