"""How many people come: "for two", "me and my three kids", "7 of us"."""

import re

from receptionist.domain.spoken_dates import SpokenMoments
from receptionist.domain.spoken_patterns import one_of, words

COUNT = one_of(r"[0-9]{1,2}", "an?", "one", "two", "a couple of", "another")
KIN = words(
    "wife husband partner son daughter mum mom mother dad father brother sister baby girlfriend "
    "boyfriend friend boss cousin twin triplet other sis grandson granddaughter grandmother "
    "grandfather guy child kid parents? sibling family colleague neighbou?r grandma grandpa"
)
PEOPLE = one_of(
    words("people persons? guests? adults? children toddlers? bab(?:y|ies) infants? couples?"),
    words("heads? mates? members men women ladies gentlemen boys? girls? diners? patients?"),
    "co ?workers?",
    words("seniors? teenagers?"),
    rf"{KIN}s?",
)
KIND_OF = one_of("of my", *"other more young small family".split())
SOME = rf"(?:{words('the my all')} ){{0,3}}{COUNT} (?:{KIND_OF} )?{PEOPLE}"
OURS = rf"{words('my our her his the')} (?:{one_of(COUNT, 'three', 'four', 'five')} )?{PEOPLE}"
ONE = one_of(SOME, OURS, "me", "myself", "i")
NUMBER = r"[0-9]{1,2}|one"
TOGETHER = re.compile(rf"(?<!\w){ONE}(?: (?:and |plus )?{ONE})+(?!\w)")
COUNTED = re.compile(rf"(?<!\w){SOME}(?! of (?:minutes|hours|days|weeks))(?!\w)")
OF_US = re.compile(rf"(?<!\w)(?P<n>(?:the )?(?:{NUMBER})) of (?:us|them|you)(?!\w)")
SEATING = words(
    "tables? party group booking booked book reservation reserve room space seats? seating "
    "sitting family one it place total"
)
NO_COUNT = rf"(?![\w:])(?! {words('am pm oclock of days? nights? weeks?')}\b)(?! in the)"
PARTY = re.compile(
    rf"\b{SEATING}(?: \w+){{0,3}}? (?:for|of) (?P<n>(?:the |all )?(?:{NUMBER})){NO_COUNT}"
)
SEATED = re.compile(rf"(?<!\w)(?P<n>(?:a )?\d{{1,2}}) {words('top seater person seating')}(?!\w)")
LEADS = one_of("for", "we are", "seat all", "to include", "only include", "there will be")
FOLLOWS = one_of(r" (?:at|on|please|for|and|in all|attending|together)\b", " #", r" \.", "$")
FOR_COUNT = re.compile(rf"\b{LEADS} (?P<n>(?:the )?\d{{1,2}})(?={FOLLOWS})")
OPENING = one_of(words("for just only the please um uh are"), "make it", "there are", "we are")
LONE = re.compile(rf"^(?:\W|\b{OPENING}\b)*(?P<n>\d{{1,2}})\b")


def find_people(text: str, found: SpokenMoments, *, asked: bool = False) -> str | list[str] | None:
    """The words that say how many people, or None. `asked`: it was just asked for."""
    sentence = found.plain.text
    for spoken in found.times:
        if ":" in sentence[spoken.start : spoken.end] or spoken.said_half or not asked:
            sentence = _blotted(sentence, spoken.start, spoken.end)
    for day in found.days:
        sentence = _blotted(sentence, day.start, day.end)
    forms = (TOGETHER, SEATED, COUNTED, OF_US, PARTY, FOR_COUNT, *([LONE] if asked else []))
    match = next((m for form in forms if (m := form.search(sentence))), None)
    if match is None:
        return None
    return found.plain.quote(*(match.span("n") if "n" in match.groupdict() else match.span()))


def _blotted(text: str, start: int, end: int) -> str:
    return text[:start] + "#" * (end - start) + text[end:]
