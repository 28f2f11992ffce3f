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
_DANGLING = frozenset(
    [
        "and",
        "or",
        "but",
        "so",
        "because",
        "the",
        "a",
        "an",
        "my",
        "your",
        "to",
        "for",
        "of",
        "at",
        "on",
        "in",
        "with",
        "from",
        "um",
        "uh",
        "er",
        "erm",
        "like",
        "is",
        "i'm",
        "i'd",
        "it's",
        "that's",
        "if",
        "when",
        "about",
        "between",
        "until",
        "by",
        "after",
        "before",
        "than",
        "also",
        "then",
    ]
)
_SHORT_ANSWERS = frozenset(
    [
        "yes",
        "no",
        "yeah",
        "yep",
        "nope",
        "okay",
        "ok",
        "sure",
        "correct",
        "exactly",
        "thanks",
        "goodbye",
        "bye",
        "please",
        "hello",
        "hi",
    ]
)
_DIGIT_WORDS = frozenset(
    [
        "zero",
        "oh",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "double",
        "triple",
        "hundred",
    ]
)
_OPENINGS = re.compile(
    r"\b(my (?:\w+ )?(?:name|number|address|e-?mail|date of birth|birthday)(?: is|'s)?"
    r"|(?:it|that)(?:'s| is)|i (?:would like|want|need|was born)(?: to| on| in)?|the \w+ of"
    r"|the (?:first|second|third|\w+th)|(?:can|could) (?:i|you)|let me (?:see|think|check)"
    r"|hold on|one (?:moment|second)|wait)$"
)
_QUESTION = re.compile(
    r"^(what|when|where|who|how|which|do|does|can|could|are|is|will|would)\b.*\w+"
)
LEAST_QUESTION_WORDS = 4
FULL_NUMBER_DIGITS = 10


def silence_needed_ms(text: str) -> int:
    """How long a silence after these words must be to end the turn."""
    words = words_of(text)
    if not words or sounds_unfinished(words):
        return LONG_MS
    if all(word in _SHORT_ANSWERS for word in words):
        return SHORT_MS
    asks = _QUESTION.match(" ".join(words)) and len(words) >= LEAST_QUESTION_WORDS
    return SHORT_MS if asks or text.rstrip().endswith("?") else USUAL_MS


def sounds_unfinished(words: list[str]) -> bool:
    """A dangling word, an opening without its rest, or dictation that has not come to its end."""
    last = words[-1]
    if last in _DANGLING or _OPENINGS.search(" ".join(words)):
        return True
    return _dictating(words)


def _dictating(words: list[str]) -> bool:
    tail = words[-2:]
    if not all(_is_digit(word) or _is_letter(word) for word in tail):
        return False
    digits = sum(len(word) if word.isdigit() else 1 for word in words if _is_digit(word))
    letters = len(tail) > 1 and all(_is_letter(word) for word in tail)
    return letters or (len(words) > 1 and 1 < digits < FULL_NUMBER_DIGITS)


def _is_digit(word: str) -> bool:
    return word.isdigit() or word in _DIGIT_WORDS


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
