"""How a time of day can be put, and which numbers are times at all.

Pure. A form is a pattern, whose group `span` is the time, and a function that tells by the
words around it whether a match is one: in "for two" and "two kids" two is no hour.
"""

import re
from collections.abc import Callable

from receptionist.domain.spoken_patterns import one_of, words

BLOT = "#"
"""Stands where a day was."""
FOUND = "~"
"""Stands where a time was found."""
HOUR = r"(?:[01]?\d|2[0-4])"
MINUTE = r"[0-5]\d"
PART = r"(?:morning|afternoon|evening|night)"
TO = r"(?:to|till|til|of|before)"
PAST = r"(?:past|after)"
LEADS = one_of(
    words("at around about by after before until till til since past approximately exactly"),
    words("roughly from"),
    "(?:later|earlier|sooner) than",
)
CALLED_HALF = rf" (?P<half>[ap]m)(?: (?:in the )?{PART})?"
PART_OF_DAY = rf"(?: oclock)?(?: (?:{words('in at during of')} (?:the )?)?(?P<part>{PART}))"
OCLOCK = r" oclock(?: (?P<late>[ap]m))?"
HALF = rf"{one_of(CALLED_HALF, PART_OF_DAY, OCLOCK)}?"
FIRST = rf"(?:(?P<lead>{PART}) (?:at |around |about |by )?)?"
NOUN = words(
    "people persons? guests? adults? kids? child(?:ren)? couples? friends? heads? seats? diners? "
    "patients? appointments? pills? tablets? times? min(?:ute)?s? hours? hrs? days? weeks? "
    "months? years? nights? pounds? dollars? euros? percent stars? degrees miles? blocks? "
    "doctors? dentists? things? questions? options? mg slots?"
)
"""What numbers count when they are no times."""
ADJECTIVE = rf"(?!{words('in at on for with is and or to please this')} )[a-z]+ "
COUNTED = rf" (?:(?:to|or|-) \d+ )?(?:{ADJECTIVE})?{NOUN}\b"
UNCOUNTED = rf"(?! (?:of|more|others?)\b)(?!{COUNTED})"
SAID = frozenset(
    "um uh er yes yeah ok okay sure no so well maybe actually let 's say make it how about what "
    "for is it that the then fine would works work me be please thanks thank you i'd like i want "
    "prefer we can get there better good great perfect do will that sounds i'll ish of go with "
    "it . by at around".split()
)
"""Words beside which a lone number is the answer to "what time?"."""


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/:.]){pattern}(?![\w/:])")


NAMED = _form(r"(?P<span>(?:12 )?(?P<name>noon(?:ish)?|mid ?day|mid ?night))")
NAMED_HOUR = rf"(?P<h>{HOUR}|noon|mid ?day|mid ?night)"
HALF_PAST = _form(rf"(?P<span>{FIRST}half (?P<past>past |after )?{NAMED_HOUR}{HALF})")
QUARTER = _form(rf"(?P<span>{FIRST}(?P<m>quarter) (?:(?P<to>{TO})|{PAST}) {NAMED_HOUR}{HALF})")
MINUTES = _form(
    rf"(?P<span>{FIRST}(?P<m>[1-5]?\d) (?P<unit>min(?:ute)?s? )?(?:(?P<to>{TO})|{PAST}) "
    rf"{NAMED_HOUR}{HALF})"
)
DIGITAL = _form(rf"(?P<span>{FIRST}(?P<h>{HOUR})(?P<mark>[:.])(?P<m>{MINUTE}){HALF})")
SPACED = _form(
    rf"(?P<span>{FIRST}(?P<h>{HOUR}) (?:(?:oh|o|0) (?P<single>[1-9])|(?P<m>{MINUTE}))"
    rf"(?P<tail>{HALF})){UNCOUNTED}"
)
RUN = _form(
    rf"(?P<span>{FIRST}(?P<zero>(?:oh|o|00?) )?(?P<h>{HOUR})(?P<m>{MINUTE})"
    rf"(?P<tail> hours?| hrs?|{HALF})){UNCOUNTED}"
)
SIGNED = _form(rf"(?P<span>(?P<h>{HOUR}) ?(?:hr?|hrs)(?: ?(?P<m>{MINUTE}))?)")
OTHER_END = rf"{HOUR}(?: {MINUTE})?{HALF}(?! ?[:/\d]){UNCOUNTED}"
PAIR = re.compile(
    rf"(?<![\w/:.])(?<!\d )(?:(?P<way>between|from) )?"
    rf"(?P<span>(?P<h>{HOUR})(?: (?P<ahead>[ap]m|oclock))?) "
    rf"{words('and to until till til -')} (?=(?:at )?(?:~|{OTHER_END}))"
)
HOURS = _form(rf"(?P<span>{FIRST}(?P<h>{HOUR})(?P<tail>(?: ?ish)?{HALF})){UNCOUNTED}(?! ?[:/])")
NEARBY = 60
"""Characters on either side that can tell whether a number is a time."""
ANSWER = 12
"""Words, at most, of an answer to "what time?"."""
LED = re.compile(rf"\b(?:{LEADS}|at time|time is) $")
LED_RUN = re.compile(rf"\b{LEADS} $")
RANGED = re.compile(r"\b(?:from|between) $")
AFTER_DAY = re.compile(rf"{BLOT} (?:at |for |say )?$")
BEFORE_DAY = re.compile(rf" (?:on (?:the )?)?{BLOT}")
COUNTS = re.compile(rf"\b{words('for of just with in are be')} $")
BEFORE_TIME = re.compile(rf" or (?:at |maybe )*{FOUND}")
AFTER_TIME = re.compile(rf"{FOUND} {words('or and to - until till')} $")
FOR_TIME_OR = re.compile(rf"\bfor {FOUND}+ or $")
CORRECTS = re.compile(r"\b(?:make (?:it|that)|i meant?|sorry|no|rather|actually) (?:at )?$")
"""After these a number says again what was said before it."""
A_YEAR = re.compile(r"(?:19|20)\d\d$")

Accepts = Callable[[re.Match[str], bool], bool]
"""Whether a match is a time, given whether a time was just asked for."""


def words_before(match: re.Match[str]) -> str:
    """What comes shortly before the time."""
    start = match.start("span")
    return match.string[max(0, start - NEARBY) : start]


def words_after(match: re.Match[str]) -> str:
    """What comes shortly after the time."""
    end = match.end("span")
    return match.string[end : end + NEARBY]


def _always(match: re.Match[str], asked: bool) -> bool:
    return True


def _is_minutes(match: re.Match[str], asked: bool) -> bool:
    """ "5 to 8" is a time, "2 to 4" two of them."""
    minute = int(match["m"])
    if match["unit"] or not match["to"]:
        return True
    ranged = RANGED.search(words_before(match)) and minute <= 12
    return minute in (5, 10, 15, 20, 25) and not ranged


def _is_half(match: re.Match[str], asked: bool) -> bool:
    return bool(match["past"]) or (match["h"].isdigit() and 1 <= int(match["h"]) <= 12)


def _is_digital(match: re.Match[str], asked: bool) -> bool:
    """With a point it may be a price or a version."""
    return match["mark"] == ":" or _is_led(match, asked)


def _is_spaced(match: re.Match[str], asked: bool) -> bool:
    return _is_led(match, asked) or bool(match["single"])


def _is_run(match: re.Match[str], asked: bool) -> bool:
    if match["tail"].strip() or match["zero"]:
        return True
    if not LED_RUN.search(words_before(match)) and not (asked and _stands_alone(match, asked)):
        return False
    return not A_YEAR.match(match["span"])


def _is_pair(match: re.Match[str], asked: bool) -> bool:
    if match["way"] or match["ahead"]:
        return True
    opens = match.start() == 0 or " " not in match.string[: match.start()].strip()
    return " and " not in match[0] and (asked or opens or match.string[match.end()] == FOUND)


def _is_led(match: re.Match[str], asked: bool) -> bool:
    """Whether the words around a number make it a time."""
    groups = match.groupdict()
    if any(groups.get(k) for k in ("half", "late", "part", "lead")) or "oclock" in match["span"]:
        return True
    if (groups.get("tail") or "").strip().startswith("ish"):
        return True
    before = words_before(match)
    if LED.search(before):
        return True
    if AFTER_DAY.search(before) or BEFORE_DAY.match(words_after(match)):
        return not COUNTS.search(before)
    if BEFORE_TIME.match(words_after(match)):
        return not COUNTS.search(before)
    if AFTER_TIME.search(before):
        return not FOR_TIME_OR.search(before)
    if FOUND in before and CORRECTS.search(before):
        return True
    return _stands_alone(match, asked)


def _stands_alone(match: re.Match[str], asked: bool) -> bool:
    """Whether there is nothing beside it but the talk that goes with an answer."""
    start, end = match.span("span")
    if len(match.string) - (end - start) > 2 * NEARBY:
        return False
    rest = [*match.string[:start].split(), *match.string[end:].split()]
    if len(rest) > (ANSWER if asked else 3):
        return False
    if not asked and match.string[:start].endswith("for "):
        return False
    return all(word in SAID or not word.strip(FOUND + BLOT) for word in rest)


FORMS: tuple[tuple[re.Pattern[str], Accepts], ...] = (
    (HALF_PAST, _is_half),
    (QUARTER, _always),
    (MINUTES, _is_minutes),
    (DIGITAL, _is_digital),
    (NAMED, _always),
    (PAIR, _is_pair),
    (RUN, _is_run),
    (SPACED, _is_spaced),
    (SIGNED, _always),
    (HOURS, _is_led),
)
