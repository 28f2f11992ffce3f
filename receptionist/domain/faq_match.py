"""Which approved answer fits a question, if any does."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from receptionist.domain.practice import Faq

THRESHOLD = 0.28
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "at",
        "be",
        "by",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "get",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "tell",
        "that",
        "the",
        "there",
        "this",
        "to",
        "us",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
        "about",
        "know",
        "need",
        "want",
        "like",
    ]
)
SYNONYMS = {
    "car": "park",
    "parking": "park",
    "price": "cost",
    "fee": "cost",
    "charge": "cost",
    "expensive": "cost",
    "much": "cost",
    "pay": "pay",
    "payment": "pay",
    "card": "pay",
    "cash": "pay",
    "refill": "prescription",
    "repeat": "prescription",
    "medication": "prescription",
    "located": "address",
    "location": "address",
    "directions": "address",
    "street": "address",
    "insured": "insurance",
    "cover": "insurance",
    "coverage": "insurance",
    "accessible": "wheelchair",
    "accessibility": "wheelchair",
    "kid": "child",
    "children": "child",
    "cancellation": "cancel",
}
ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s")


def best_faq(question: str, faqs: Sequence[Faq]) -> Faq | None:
    """The approved answer to this question; None when nothing fits well enough."""
    wanted = set(_terms(question))
    if not wanted or not faqs:
        return None
    documents = [Counter(_terms(f"{faq.question} {faq.question} {faq.answer}")) for faq in faqs]
    frequency = Counter(term for document in documents for term in document)
    weight = {term: math.log(1 + len(faqs) / (1 + frequency[term])) + 0.1 for term in wanted}
    total = sum(weight.values())
    scores = [
        sum(weight[term] * min(1.0, document[term] / 2 + 0.3) for term in wanted & document.keys())
        / total
        for document in documents
    ]
    best = max(range(len(faqs)), key=scores.__getitem__)
    return faqs[best] if scores[best] >= THRESHOLD else None


def _terms(text: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", text.casefold().replace("'", ""))
    return [_stem(SYNONYMS.get(word, word)) for word in words if word not in STOP_WORDS]


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            return SYNONYMS.get(base, base)
    return word
