"""What is being said on the softphone in one go, and what of it was heard.

A stretch begins when the receptionist takes the floor and ends when she loses it. Sans-IO:
no clock and no socket; a browser reports what it has played.
"""

CHARACTERS_PER_SECOND = 10
"""A slow voice: how long a browser that reports nothing is given to play a text."""


class Speech:
    """One stretch after another."""

    def __init__(self) -> None:
        self.stretch = 0
        """Counts stretches, so that a late report is not taken for the present one's."""
        self._said: list[tuple[str, bool]] = []
        self._played: str | None = None
        self._reports = False
        """Whether this browser reports at all; one that does not has shown everything."""

    def begin(self) -> None:
        """A new stretch: nothing of it said or heard yet."""
        self.stretch += 1
        self._said, self._played = [], None

    def say(self, text: str, *, counts: bool) -> None:
        """A sentence goes out. Fillers and words of our own do not count as the answer."""
        self._said.append((text, counts))

    def report(self, claimed: str) -> None:
        """The browser has played this much; it is not believed beyond what was said."""
        self._reports = True
        self._played = _common_start(self._whole(), claimed)

    @property
    def all_heard(self) -> bool:
        """Whether everything said so far was reported as played."""
        return (self._played or "") == self._whole()

    @property
    def cut_short(self) -> bool:
        """Whether some of the answer has not been heard."""
        return self.heard_answer() != " ".join(text for text, counts in self._said if counts)

    @property
    def playing_s(self) -> float:
        """How long what is not yet reported may take to be played."""
        return (len(self._whole()) - len(self._played or "")) / CHARACTERS_PER_SECOND

    def heard_answer(self) -> str:
        """What of the answer itself was heard."""
        unreported = "" if self._reports else self._whole()
        left = unreported if self._played is None else self._played
        heard = []
        for text, counts in self._said:
            part, left = left[: len(text)].rstrip(), left[len(text) + 1 :]
            if counts and part:
                heard.append(part)
        return " ".join(heard)

    def _whole(self) -> str:
        return " ".join(text for text, _ in self._said)


def _common_start(said: str, claimed: str) -> str:
    length = 0
    for ours, theirs in zip(said, claimed, strict=False):
        if ours != theirs:
            break
        length += 1
    return said[:length].rstrip()
