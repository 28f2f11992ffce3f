"""What our own last words asked for, so that "three" is known for a time and not for people."""

import re

from receptionist.domain.spoken_patterns import one_of, words

WHOSE = one_of("your", "the patient'?s", "the caller'?s")
NUMBER = r"(?:best |contact )?(?:phone |mobile |telephone |callback )?number"
"""We may offer to tell a practice's number or address; asked for is the caller's own."""
QUESTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (asked, re.compile(rf"\b{pattern}\b", re.IGNORECASE))
    for asked, pattern in (
        ("date_of_birth", rf"(?:{WHOSE} (?:date of birth|birth ?(?:date|day))|were you born)"),
        ("postcode", rf"{WHOSE} (?:post ?code|zip(?: ?code)?|postal code)"),
        ("phone", rf"(?:{WHOSE} {NUMBER}|number (?:can|should|could|may) (?:i|we))"),
        ("first_name", rf"{WHOSE} first name"),
        ("last_name", rf"{WHOSE} (?:last name|family name|surname)"),
        ("name", rf"(?:{WHOSE} (?:full )?name|who am i speaking)"),
        ("people", "how many (?:people|guests|of you)"),
        ("time", "(?:what|which) (?:time|hour)"),
        ("date", "(?:what|which) (?:day|date)"),
        ("doctor", "(?:which|what) (?:doctor|dentist|therapist)"),
        ("reason", one_of("reason for", "what is it for", "brings you", "seems to be the")),
    )
)
ASKING = re.compile(
    rf"(?:and |so |ok(?:ay)?,? |thanks?,? |thank you,? )*"
    rf"{words('what which when who may can could please tell and')}\b",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
WHEN = re.compile(r"\bwhen\b", re.IGNORECASE)


def asked_for(previous: str) -> str:
    """What the last question of `previous` asks for; several with a space between; or nothing."""
    sentences = SENTENCE_END.split(previous.strip())
    questions = [each for each in sentences if each.endswith("?") or ASKING.match(each)]
    if not questions:
        return ""
    asked = [name for name, pattern in QUESTIONS if pattern.search(questions[-1])]
    if not asked and WHEN.match(questions[-1]):
        return "date time"
    return " ".join(asked)
