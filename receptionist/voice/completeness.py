"""Whether what the caller has said so far sounds finished.

Decides from the words alone how long a silence must last before it is the end
of the turn. A wrong "finished" cuts a person off; a wrong "unfinished" costs a
second. So dictation and dangling words wait, plain answers do not.
"""

import re

from receptionist.voice.floor_words import words_of

SHORT_MS = 150
USUAL_MS = 450
LONG_MS = 1500

_JOINING = frozenset(
    words_of(
        "and or but so because if when while that which than then also like um uh er erm the a an"
        " my your our his her their is are was i'm i'd i'll it's that's there's plus double triple"
    )
)
_LEADING = frozenset(
    words_of("to for of at on in with from about between until till by after before around as")
)
_OPENING = re.compile(
    r"\b(?:my (?:\w+ ){0,2}(?:name|number|address|e-?mail|birth|birthday|postcode|code)"
    r"|(?:it|that|this|name|number) is|i(?: would|'d) (?:like|love|prefer)|i (?:want|need|have)"
    r"|i was (?:born|wondering|calling)|(?:can|could|may) (?:i|you|we)|tell me|do you know"
    r"|the (?:(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|\w+teen|\w+tie)th|\d+(?:st|nd|rd|th))"
    r"|let me (?:see|think|check)|hold on|one (?:moment|second)|wait)$"
)
_ANSWERS = frozenset(
    words_of(
        "yes yeah yep no nope okay ok sure correct exactly absolutely right thanks thank goodbye"
        " bye please hello hi course all"
    )
)
_AROUND_ANSWERS = frozenset(
    words_of("you very much so that's that is it for now then of not really good day nice a have")
)
_COURTESIES = frozenset({"please", "thanks", "goodbye", "bye"})
_QUESTION = re.compile(r"(?:what|when|where|who|how|which|do|does|are|is) ")
LEAST_QUESTION_WORDS = 4

_DIGITS = frozenset(words_of("zero oh one two three four five six seven eight nine"))
_NUMBER_GIVEN = re.compile(r"\b(?:number|phone|mobile|cell|telephone|landline|reach me|call me)\b")
_POSTCODE = re.compile(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}$")
_YEAR = re.compile(r"(?:19|20)\d\d")
# What is written in digits and is no dictation: 8:30, 10 a.m., 3/4, 11/12/2026.
_CLOCK_OR_DATE = re.compile(
    r"\b\d{1,2}[:.]\d\d\b|(?<![\d/-])\d{1,2}([/-])\d{1,2}(?:\1\d{2,4})?(?![\d/-])"
    r"|\b[ap]\.? ?m\b\.?",
    re.IGNORECASE,
)
# "May" and "march" are also other words, and end a date less often than a sentence.
_MONTH = re.compile(
    r"(?:january|february|april|june|july|august|september|october|november|december)$"
)
_DAY_OR_IN = re.compile(r"(?:\d+(?:st|nd|rd|th)?|\w+(?:st|nd|rd|th)|of|in|next|this|last|until)$")
_BIRTH = re.compile(r"\b(?:born|birth|birthday)\b")


def silence_needed_ms(text: str) -> int:
    """How long a silence after these words must be to end the turn."""
    words = words_of(_CLOCK_OR_DATE.sub(" clock ", text))
    if not words or sounds_unfinished(words, asked=text.rstrip().endswith("?")):
        return LONG_MS
    return SHORT_MS if _sounds_finished(words, text) else USUAL_MS


def sounds_unfinished(words: list[str], *, asked: bool = False) -> bool:
    """A dangling word, an opening without its rest, half a date, or half a dictation.

    `asked`: a question mark, behind which "who do I talk to" is whole.
    """
    said = " ".join(words)
    if words[-1] in _JOINING or (words[-1] in _LEADING and not asked):
        return not _spells_a_postcode(words)
    return bool(_OPENING.search(said)) or _half_a_date(words, said) or _dictating(words, said)


def _sounds_finished(words: list[str], text: str) -> bool:
    if all(word in _ANSWERS or word in _AROUND_ANSWERS for word in words):
        return not _ANSWERS.isdisjoint(words)
    if words[-1] in _COURTESIES or words[-2:] == ["thank", "you"] or text.rstrip().endswith("?"):
        return True
    if _QUESTION.match(" ".join(words)):
        return len(words) >= LEAST_QUESTION_WORDS
    return _NUMBER_GIVEN.search(" ".join(words)) is not None and _digits(words) >= _full(words)


def _half_a_date(words: list[str], said: str) -> bool:
    if _MONTH.match(words[-1]):
        whole = len(words) > 1 and bool(_DAY_OR_IN.match(words[-2]))
        return not whole or bool(_BIRTH.search(said))
    return bool(_BIRTH.search(said)) and bool(re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", words[-1]))


def _dictating(words: list[str], said: str) -> bool:
    if _is_letter(words[-1]) and len(words) > 1 and (_is_letter(words[-2]) or _is_digit(words[-2])):
        return not _spells_a_postcode(words)
    if not _is_digit(words[-1]) or (
        _YEAR.fullmatch(words[-1]) and _digits(words) <= len("31121999")
    ):
        return False
    given = bool(_NUMBER_GIVEN.search(said)) or (
        len(words) > 1 and (_is_digit(words[-2]) or _is_letter(words[-2]))
    )
    return given and _digits(words) < _full(words)


def _spells_a_postcode(words: list[str]) -> bool:
    tail = "".join(word for word in words[-7:] if _is_letter(word) or any(map(str.isdigit, word)))
    return bool(_POSTCODE.search(tail))


def _digits(words: list[str]) -> int:
    return sum(len(word) if word.isdigit() else 1 for word in words if _is_digit(word))


def _full(words: list[str]) -> int:
    """How many digits a telephone number has that begins like this."""
    first = next((word for word in words if _is_digit(word)), "")
    # A trunk or country code comes before the ten.
    return 11 if first[:1] in ("0", "1") or first in ("zero", "oh", "one") else 10


def _is_digit(word: str) -> bool:
    return word.isdigit() or word in _DIGITS


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
