"""Which approved answer fits a question, if any does."""

from collections.abc import Sequence
from functools import lru_cache

from receptionist.domain.practice import Faq
from receptionist.domain.retrieval import Passage, PassageIndex

THRESHOLD = 1.0
"""Lower than for documents: among a few approved answers a word is soon a rare one."""


def best_faq(question: str, faqs: Sequence[Faq]) -> Faq | None:
    """The approved answer to this question; None when nothing fits well enough."""
    ranking = _index(tuple(faqs)).search(question)
    return faqs[int(ranking.scores[0][0])] if ranking.best >= THRESHOLD else None


@lru_cache(maxsize=64)
def _index(faqs: tuple[Faq, ...]) -> PassageIndex:
    return PassageIndex(
        [Passage(str(place), faq.answer, faq.question) for place, faq in enumerate(faqs)]
    )
