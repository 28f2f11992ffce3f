"""Which approved answer fits a question, if any does."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from receptionist.domain.practice import Faq, Synonyms
from receptionist.domain.retrieval import Passage, PassageIndex

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SHORT = (
    (re.compile(r"\b(what|where|when|who|how|there|that|it)'s\b"), r"\1 is"),
    (re.compile(r"\b(what|where|when|who|how|you|they|we)'re\b"), r"\1 are"),
)
_AROUND = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|um|uh|yes|yeah|well|so|and|okay|ok"
    r"|please|excuse me|sorry|thanks|thank you|quick question|i have a question"
    r"|(?:can|could|would) you (?:please )?tell me|tell me|do you know|i (?:want|need) to know"
    r"|i(?: would|'d) like to know|i(?: was|'m| am) (?:just )?wondering|i(?: was|'m| am) (?:just )?"
    r"calling to (?:ask|find out)|i just wanted to ask)\b"
    r"|\b(?:please|thanks|thank you|then|if i may ask)$"
)
THRESHOLD = 1.0
"""Lower than for documents: among a few approved answers a word is soon a rare one."""


def best_faq(question: str, faqs: Sequence[Faq], synonyms: Sequence[Synonyms] = ()) -> Faq | None:
    """The approved answer to this question; None when nothing fits well enough."""
    ranking = _index(tuple(faqs), tuple(synonyms)).search(question)
    return faqs[int(ranking.scores[0][0])] if ranking.best >= THRESHOLD else None


def certain_faq(said: str, faqs: Sequence[Faq]) -> Faq | None:
    """The question that was asked in its own words; None when any of them is another.

    What is around a question ("hi, could you tell me … please") does not count, nor that its
    words change places when it is asked indirectly ("… where I can park").
    """
    return _by_words(tuple(faqs)).get(_words(said))


@lru_cache(maxsize=64)
def _by_words(faqs: tuple[Faq, ...]) -> Mapping[tuple[str, ...], Faq]:
    asked = Counter(_words(faq.question) for faq in faqs)
    asked[()] = 0
    return {_words(faq.question): faq for faq in faqs if asked[_words(faq.question)] == 1}


def _words(question: str) -> tuple[str, ...]:
    text = question.casefold().replace("\u2019", "'")
    for short, whole in _SHORT:
        text = short.sub(whole, text)
    text = " ".join(_WORD.findall(text))
    while (bare := _AROUND.sub("", text).strip()) != text:
        text = bare
    return tuple(sorted(text.split()))


def same(synonyms: Sequence[Synonyms]) -> list[tuple[str, ...]]:
    """Synonyms as a `PassageIndex` takes them."""
    return [(each.word, *each.others) for each in synonyms]


@lru_cache(maxsize=64)
def _index(faqs: tuple[Faq, ...], synonyms: tuple[Synonyms, ...]) -> PassageIndex:
    passages = [Passage(str(place), faq.answer, faq.question) for place, faq in enumerate(faqs)]
    return PassageIndex(passages, same=same(synonyms))
