"""Which passages answer a question, and whether any does.

Okapi BM25 over stems, where a word may also be met by one that means nearly the
same or is spelled nearly so, and by what tells an answer from other talk: the
sections beside it, a title that is the question, an answer that begins with yes.
Every score is in units of one rare word matched by chance, so that a question of
two words and a letter of a hundred can be judged by the same threshold.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from receptionist.domain.search_words import ALIKE_ROWS, alike, expected, in_one_word, terms

THRESHOLD = 1.25
"""Below it nothing answers the question."""

_SATURATION = 1.2
_LENGTH = 0.75
_TITLE = 1.5
_ALIKE = 0.7
_SPELLED_ALIKE = 0.6
_LEAST_LIKENESS = 0.65
_EXPECTED = 0.2
_PAIR = 0.3
_BESIDE = 0.3
_YES_OR_NO = 0.12
_OWN_QUESTION = 0.15
_ASKED_IN_TITLE = 0.8
_TITLE_OF_LETTER = 1.0
_LETTER_WORDS = 25
_PIECE = 3
_GROWTH = 0.4
"""How the score to expect grows with the length of a question."""

_SUBJECT = re.compile(r"([^.?!]{3,80})[.]\s+\S")
_ASKS_YES_OR_NO = re.compile(
    r"\W*(?:can|could|do|does|did|is|are|am|will|would|should|has|have|may|must)\b", re.IGNORECASE
)
_SAYS_YES_OR_NO = re.compile(r"\W*(?:yes|no|it depends|not)\b", re.IGNORECASE)
_OPENS_WITH_QUESTION = re.compile(r"[^.!?]{5,120}\?")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that may answer a question."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages that have anything to do with a question, best first."""

    scores: tuple[tuple[str, float], ...]

    @property
    def best(self) -> float:
        """The highest score; 0 of none."""
        return self.scores[0][1] if self.scores else 0.0

    @property
    def is_answerable(self) -> bool:
        """Whether the best of them is likely to answer it."""
        return self.best >= THRESHOLD


class PassageIndex:
    """Passages, ready to be searched.

    `synonyms` are rows of words that mean nearly the same here; `same` are groups of words and
    phrases that mean the first of them.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        synonyms: Iterable[str] = (),
        *,
        same: Iterable[Sequence[str]] = (),
    ) -> None:
        self._in_one_word = in_one_word(same)
        self._passages = tuple(
            Passage(each.id, self._in_one_word(each.text), self._in_one_word(each.title))
            for each in passages
        )
        self._words = [(terms(each.title), terms(each.text)) for each in self._passages]
        self._alike = alike((*ALIKE_ROWS, *synonyms))
        self._weigh_terms()
        self._note_shapes()

    def search(self, question: str) -> Ranking:
        """Rank every passage that shares something with the question."""
        question = self._in_one_word(question)
        asked = _asked(question)
        if not asked:
            return Ranking(())
        scores = self._matched(asked)
        self._add_expected(scores, asked, question)
        self._add_pairs(scores, question)
        self._add_beside(scores)
        unit = self._unit(asked)
        ranked = [
            (self._passages[at].id, score * self._shape(at, asked, question) / unit)
            for at, score in scores.items()
        ]
        return Ranking(tuple(sorted(ranked, key=lambda item: (-item[1], item[0]))))

    def _unit(self, asked: Counter[str]) -> float:
        """What a question so long scores by chance; words that are everywhere hardly count."""
        told = sum(min(1.0, self._idf.get(term, self._unseen) / self._rare) for term in asked)
        return self._rare * float(max(told, 1.0) ** _GROWTH)

    def _weigh_terms(self) -> None:
        size = len(self._passages)
        self._titles = [frozenset(title) for title, _ in self._words]
        counts = [_counted(title, text) for title, text in self._words]
        lengths = [sum(count.values()) for count in counts]
        mean = sum(lengths) / max(size, 1) or 1.0
        found_in = Counter(term for count in counts for term in count)
        self._idf = {term: _idf(size, found) for term, found in found_in.items()}
        self._rare = _idf(max(size, 1), 1)
        self._unseen = _idf(max(size, 1), 0)
        self._weights: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self._spelled: defaultdict[str, set[str]] = defaultdict(set)
        for at, count in enumerate(counts):
            norm = _SATURATION * (1 - _LENGTH + _LENGTH * lengths[at] / mean)
            for term, times in count.items():
                self._weights[term].append((at, times * (_SATURATION + 1) / (times + norm)))
        for term in found_in:
            for piece in _pieces(term):
                self._spelled[piece].add(term)

    def _note_shapes(self) -> None:
        self._pairs: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        sections: defaultdict[str, list[int]] = defaultdict(list)
        for at, passage in enumerate(self._passages):
            for words in self._words[at]:
                for pair in pairwise(words):
                    self._pairs[pair].add(at)
            if passage.title:
                sections[passage.title].append(at)
        self._sections = [group for group in sections.values() if len(group) > 1]

    def _matched(self, asked: Counter[str]) -> defaultdict[int, float]:
        scores: defaultdict[int, float] = defaultdict(float)
        for term, times in asked.items():
            best: dict[int, float] = {}
            for likely, worth in self._meant(term, asked):
                for at, weight in self._weights.get(likely, ()):
                    best[at] = max(best.get(at, 0.0), worth * weight)
            for at, score in best.items():
                scores[at] += (1 + math.log(times)) * score
        return scores

    def _meant(self, term: str, asked: Counter[str]) -> Iterator[tuple[str, float]]:
        """The term itself and those that may stand for it, with what a match is worth."""
        own = self._idf.get(term, self._unseen)
        if term in self._idf:
            yield term, own
        else:
            for near, likeness in self._near(term):
                yield near, _SPELLED_ALIKE * likeness * self._idf[near]
        for other in self._alike.get(term, ()):
            if other in self._idf and other not in asked:
                yield other, _ALIKE * min(self._idf[other], own)

    def _near(self, term: str) -> Iterator[tuple[str, float]]:
        pieces = _pieces(term)
        shared = Counter(other for piece in pieces for other in self._spelled.get(piece, ()))
        for other, common in shared.items():
            likeness = 2 * common / (len(pieces) + len(_pieces(other)))
            if likeness >= _LEAST_LIKENESS:
                yield other, likeness

    def _add_expected(self, scores: dict[int, float], asked: Counter[str], question: str) -> None:
        if _is_letter(question):
            return
        for term in expected(question) - asked.keys():
            for at, weight in self._weights.get(term, ()):
                if at in scores:
                    scores[at] += _EXPECTED * self._idf[term] * weight

    def _add_pairs(self, scores: defaultdict[int, float], question: str) -> None:
        for pair in set(pairwise(terms(question))):
            for at in self._pairs.get(pair, ()):
                scores[at] += _PAIR * (self._idf[pair[0]] + self._idf[pair[1]]) / 2

    def _add_beside(self, scores: defaultdict[int, float]) -> None:
        """A section gains by the best of those under the same title."""
        for group in self._sections:
            own = {at: scores.get(at, 0.0) for at in group}
            best, second = sorted(own.values())[-1:-3:-1]
            if best:
                for at, score in own.items():
                    gain = _BESIDE * (second if score == best else best)
                    if gain:
                        scores[at] += gain

    def _shape(self, at: int, asked: Counter[str], question: str) -> float:
        passage = self._passages[at]
        factor = 1.0
        if _SAYS_YES_OR_NO.match(passage.text):
            factor += _YES_OR_NO if _ASKS_YES_OR_NO.match(question) else -_YES_OR_NO
        if "?" in passage.title:
            worth = _TITLE_OF_LETTER if _is_letter(question) else _ASKED_IN_TITLE
            factor *= 1 + worth * self._asked_share(self._titles[at], asked)
        elif _OPENS_WITH_QUESTION.match(passage.text):
            factor *= 1 - _OWN_QUESTION
        return factor

    def _asked_share(self, title: frozenset[str], asked: Counter[str]) -> float:
        """How much of a title the question holds."""
        whole = sum(self._idf[term] for term in title)
        met = sum(
            self._idf[term] * (1.0 if term in asked else _ALIKE)
            for term in title
            if term in asked or not self._alike.get(term, frozenset()).isdisjoint(asked)
        )
        return met / whole if whole else 0.0


def _asked(question: str) -> Counter[str]:
    """The question's terms; those in the subject line of a letter twice."""
    asked = Counter(terms(question))
    subject = _SUBJECT.match(question) if _is_letter(question) else None
    if subject:
        asked.update(terms(subject[1]))
    return asked


def _is_letter(question: str) -> bool:
    return len(question.split()) > _LETTER_WORDS


def _counted(title: Iterable[str], text: Iterable[str]) -> dict[str, float]:
    count: defaultdict[str, float] = defaultdict(float)
    for term in title:
        count[term] += _TITLE
    for term in text:
        count[term] += 1
    return count


def _idf(size: int, found_in: int) -> float:
    return math.log(1 + (size - found_in + 0.5) / (found_in + 0.5))


@lru_cache(maxsize=16_384)
def _pieces(term: str) -> frozenset[str]:
    whole = f"<{term}>"
    return frozenset(whole[at : at + _PIECE] for at in range(len(whole) - _PIECE + 1))
