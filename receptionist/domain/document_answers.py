"""The sentence of a practice's documents that answers a question, if one does.

Documents are cut into passages where a paragraph ends. A line that begins with "#", or stands
alone without a full stop, is the heading of what follows.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from receptionist.domain.faq_match import best_faq, same
from receptionist.domain.practice import Document, Practice, Synonyms
from receptionist.domain.retrieval import Passage, PassageIndex

MOST_WORDS = 80
"""Of a passage: a longer paragraph is cut between sentences."""
SAID_AT_ONCE = 220
"""Characters: a sentence is followed by the next while both together are no longer."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(\w])")
_HEADING = re.compile(r"#+\s*(?P<marked>.+)|(?P<bare>[^.!?]{2,80}[?:]?)")


def document_answer(
    question: str, documents: Sequence[Document], synonyms: Sequence[Synonyms] = ()
) -> str | None:
    """What the documents say to this question, in their own words; None when they do not."""
    passages, index = _indexed(tuple(documents), tuple(synonyms))
    ranking = index.search(question)
    if not ranking.is_answerable:
        return None
    return _sentences_for(question, passages[int(ranking.scores[0][0])], synonyms)


def is_written_down(question: str, practice: Practice) -> bool:
    """Whether an approved answer or a document says something to this question."""
    if best_faq(question, practice.faqs, practice.synonyms) is not None:
        return True
    return document_answer(question, practice.documents, practice.synonyms) is not None


def passages_of(documents: Sequence[Document]) -> list[Passage]:
    """The documents in pieces, numbered; a piece's title is its document's and its heading."""
    cut = [(title, text) for document in documents for title, text in _cut(document)]
    return [Passage(str(place), text, title) for place, (title, text) in enumerate(cut)]


@lru_cache(maxsize=16)
def _indexed(
    documents: tuple[Document, ...], synonyms: tuple[Synonyms, ...]
) -> tuple[list[Passage], PassageIndex]:
    passages = passages_of(documents)
    return passages, PassageIndex(passages, same=same(synonyms))


def _cut(document: Document) -> Iterator[tuple[str, str]]:
    title = document.title
    for paragraph in re.split(r"\n\s*\n", document.text):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        heading = _HEADING.fullmatch(lines[0]) if lines else None
        if heading:
            title = f"{document.title}. {heading['marked'] or heading['bare']}"
            lines = lines[1:]
        yield from ((title, text) for text in _pieces(" ".join(lines)))


def _pieces(text: str) -> Iterator[str]:
    held: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        if held and len(" ".join([*held, sentence]).split()) > MOST_WORDS:
            yield " ".join(held)
            held = []
        held.append(sentence)
    if text:
        yield " ".join(held)


def _sentences_for(question: str, passage: Passage, synonyms: Sequence[Synonyms]) -> str:
    sentences = _SENTENCE_END.split(passage.text)
    numbered = [Passage(str(place), each) for place, each in enumerate(sentences)]
    scores = PassageIndex(numbered, same=same(synonyms)).search(question).scores
    best = int(scores[0][0]) if scores else 0
    answer = sentences[best]
    for more in sentences[best + 1 :]:
        if len(answer) + len(more) >= SAID_AT_ONCE:
            break
        answer = f"{answer} {more}"
    return answer
