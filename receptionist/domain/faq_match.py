"""Which approved answer fits a question, if any does."""

from collections.abc import Sequence
from functools import lru_cache

from receptionist.domain.practice import Faq, Synonyms
from receptionist.domain.retrieval import Passage, PassageIndex

THRESHOLD = 1.0
"""Lower than for documents: among a few approved answers a word is soon a rare one."""


def best_faq(question: str, faqs: Sequence[Faq], synonyms: Sequence[Synonyms] = ()) -> Faq | None:
    """The approved answer to this question; None when nothing fits well enough."""
    ranking = _index(tuple(faqs), tuple(synonyms)).search(question)
    return faqs[int(ranking.scores[0][0])] if ranking.best >= THRESHOLD else None


def same(synonyms: Sequence[Synonyms]) -> list[tuple[str, ...]]:
    """Synonyms as a `PassageIndex` takes them."""
    return [(each.word, *each.others) for each in synonyms]


@lru_cache(maxsize=64)
def _index(faqs: tuple[Faq, ...], synonyms: tuple[Synonyms, ...]) -> PassageIndex:
    passages = [Passage(str(place), faq.answer, faq.question) for place, faq in enumerate(faqs)]
    return PassageIndex(passages, same=same(synonyms))
