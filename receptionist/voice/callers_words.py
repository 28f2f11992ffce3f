"""The caller's words of one turn, put together from what a recogniser sends.

A recogniser repeats itself: a partial is said again by the final, a final by
the end of turn. A turn may be taken before its last partial became final; what
then comes late is known already. No word is lost, and none is counted twice.

Knows texts only: no time, no floor.
"""

from dataclasses import dataclass, replace

from receptionist.voice.floor_words import without, words_of


@dataclass(frozen=True, slots=True)
class _Said:
    text: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class _Taken:
    finals: tuple[_Said, ...]
    partial: _Said
    late: list[str]
    turn: list[str]
    old: int

    @property
    def parts(self) -> list[_Said]:
        return [*self.finals, *_some(self.partial)]


class CallersWords:
    """Words in, this turn's text out."""

    def __init__(self) -> None:
        self._finals: list[_Said] = []
        self._partial = _Said()
        # Of the recogniser's unfinished part and of its whole turn: what we took already.
        self._late: list[str] = []
        self._turn: list[str] = []
        # How many of this turn's words come from recogniser's turns that are over.
        self._old = 0
        self._taken: _Taken | None = None
        # A final has not come in time; and the turn it belongs to was opened again.
        self._overdue = self._reopened = False

    @property
    def text(self) -> str:
        """This turn so far."""
        return " ".join(said.text for said in self._parts)

    @property
    def confidence(self) -> float:
        """The mean over all words.

        One clear "um" does not vouch for ten that were guessed, and one guess does not
        void a clear sentence.
        """
        lengths = [len(words_of(said.text)) for said in self._parts]
        weighed = sum(said.confidence * n for said, n in zip(self._parts, lengths, strict=True))
        return weighed / sum(lengths) if sum(lengths) else 1.0

    def fresh(self, text: str) -> str:
        """Of a partial or final, what is not in an earlier turn already."""
        return without(text, self._late)

    def unknown(self, text: str) -> str:
        """Of the recogniser's whole turn, what its finals did not bring."""
        rest = without(text, self._turn)
        finals = words_of(" ".join(said.text for said in self._finals))
        whole = words_of(rest)
        for shared in range(min(len(finals), len(whole)), 0, -1):
            if finals[-shared:] == whole[:shared]:
                return without(rest, whole[:shared])
        return rest

    def add_partial(self, text: str, confidence: float) -> bool:
        """Replace the last partial; whether there are other words than before."""
        changed = words_of(text) != words_of(self._partial.text)
        self._partial = _Said(text, confidence)
        return changed

    def add_final(self, text: str, confidence: float) -> bool:
        """Keep words that will not change, in place of the last partial."""
        changed = words_of(text) != words_of(self._partial.text)
        if text:
            self._finals.append(_Said(text, confidence))
        self._partial = _Said()
        return changed

    def append(self, text: str) -> None:
        """Put something that was not spoken, a number keyed in, behind the words."""
        self._late = self._late + words_of(self._partial.text)
        self._finals += [*_some(self._partial), _Said(text)]
        self._partial = _Said()

    def settle(self) -> None:
        """The recogniser's part is final: whatever comes next is new."""
        self._late, self._overdue, self._reopened = [], False, False

    def stop_waiting(self) -> None:
        """It should be final by now, and still may not be."""
        if self._late and not self._reopened:
            self._late, self._overdue = [], True

    def end_turn(self) -> None:
        """The recogniser's turn is over: it repeats nothing from before."""
        self._late, self._turn = [], []
        self._finals, self._partial = self._parts, _Said()
        self._old = len(words_of(self.text))
        if self._taken is not None:
            words = [word for said in self._taken.parts for word in words_of(said.text)]
            self._taken = replace(self._taken, turn=[], old=len(words))

    def take(self) -> str:
        """The turn is over; its text."""
        text = self.text
        self._taken = _Taken(tuple(self._finals), self._partial, self._late, self._turn, self._old)
        self._late = self._late + words_of(self._partial.text)
        self._turn = self._turn + words_of(text)[self._old :]
        self._finals, self._partial, self._old = [], _Said(), 0
        self._overdue = self._reopened = False
        return text

    def untake(self) -> None:
        """The turn is not over after all: its words come before what has been said since."""
        if self._taken is None:
            return
        taken, self._taken = self._taken, None
        since_final = bool(self._finals)
        self._finals = [*taken.finals, *self._finals]
        if since_final or not self._late:
            # The part that was unfinished then has become final since.
            self._finals[len(taken.finals) : len(taken.finals)] = _some(taken.partial)
            if self._overdue:
                self._late, self._reopened = taken.late + words_of(taken.partial.text), True
        else:
            self._partial = _joined(taken.partial, self._partial)
            self._late = taken.late
        self._turn = taken.turn
        self._old += taken.old

    def close(self) -> None:
        """The turn taken last cannot come back."""
        self._taken = None

    @property
    def _parts(self) -> list[_Said]:
        return [*self._finals, *_some(self._partial)]


def _some(said: _Said) -> list[_Said]:
    return [said] if said.text else []


def _joined(first: _Said, second: _Said) -> _Said:
    text = f"{first.text} {second.text}".strip()
    return _Said(
        text, min(first.confidence, second.confidence) if second.text else first.confidence
    )
