"""A model's text, as it streams, cut into sentences fit to be spoken.

Each sentence is handed on as soon as it is certain to have ended. Markdown is
for the eye and is taken out. Words are never lost.
"""

import re

LONGEST_WORDS = 40
_END = re.compile(r"[.!?…]+[\"')\]*_]*(?=\s)|\n+|[。！？]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|ave|rd|jr|sr|vs|no|approx|dept|ext|inc|mt|e\.g|i\.e|etc"
    r"|[a-z])|\b[ap]\.m)\.$",
    re.IGNORECASE,
)
_ENDING_ABBREVIATION = re.compile(r"(?:[ap]\.m|etc)\.$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:^|\n)\s*\d{1,2}\.$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|[-*•+]\s+|>\s+|\d{1,2}[.)]\s+(?=\S))", re.MULTILINE)
_MARKS = re.compile(r"\*\*|__|`+|(?<!\w)[*_](?=\w)|(?<=[\w.!?,])[*_](?!\w)")


class SentenceSplitter:
    """Text in pieces of any size, sentences out."""

    def __init__(self) -> None:
        self._text = ""

    def push(self, delta: str) -> list[str]:
        """Sentences that are certain with this piece."""
        self._text += delta
        found: list[str] = []
        while (end := _boundary(self._text)) is not None:
            found.append(self._text[:end])
            self._text = self._text[end:]
        return [clean for sentence in found if (clean := _clean(sentence))]

    @property
    def length(self) -> int:
        """Characters of the sentence that has not ended yet."""
        return len(self._text)

    @property
    def begun(self) -> str:
        """The sentence that has not ended yet."""
        return _clean(self._text)

    def flush(self) -> list[str]:
        """What is left at the end of the text."""
        rest, self._text = _clean(self._text), ""
        return [rest] if rest else []


def _boundary(text: str) -> int | None:
    for match in _END.finditer(text):
        before = text[: match.end()]
        if not before.strip():
            continue
        if "\n" in match.group() or not match.group().startswith("."):
            return match.end()
        following = text[match.end() :].lstrip()
        if not following:
            return None if _unsure(before) else match.end()
        if not _goes_on(before, following):
            return match.end()
    return _long(text)


def _unsure(before: str) -> bool:
    return bool(_ABBREVIATION.search(before) or _NUMBERED.search(before))


def _goes_on(before: str, following: str) -> bool:
    if _NUMBERED.search(before):
        return True
    if _ABBREVIATION.search(before):
        return not (_ENDING_ABBREVIATION.search(before) and following[0].isupper())
    return False


def _long(text: str) -> int | None:
    words = list(re.finditer(r"\S+\s", text))
    if len(words) <= LONGEST_WORDS:
        return None
    reach = words[LONGEST_WORDS - 1].end()
    comma = max(text.rfind(mark, 0, reach) for mark in (", ", "; ", ": "))
    return comma + 2 if comma > 0 else reach


def _clean(text: str) -> str:
    plain = _MARKS.sub("", _LINE_START.sub("", _LINK.sub(r"\1", text)))
    return " ".join(plain.split()) if re.search(r"\w", plain) else ""
