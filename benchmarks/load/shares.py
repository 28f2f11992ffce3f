"""Our share of each turn: from the caller's last word to our first audio, without the vendors.

A turn on the wire: the caller stops (`spoken`); the recogniser sends final words (`final`);
the model is asked (`asked`) and has written its first sentence (`answered`, or at once); the
voice is asked (`voice asked`) and sends audio (`voiced`); the caller hears it (`heard`). What lies
between a vendor's answer and the next vendor's being asked is ours, and so is the way from the
voice to the caller.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from benchmarks.load.vendors import REFERENCE
from receptionist.line.load.tally import Spread
from receptionist.line.report import Answer

Note = tuple[str, str, float]
OF_THE_TURN = ("final", "asked", "answered")
"""What came again was not enough before."""
STAGES = (
    "final words to model asked",
    "model thinks",
    "model answers to voice asked",
    "voice takes",
    "voice sends to caller hears",
)
OF_VENDORS = ("model thinks", "voice takes")


def shares(answers: Iterable[Answer], notes: Sequence[Note]) -> dict[str, Spread]:
    """Milliseconds a stage, of turns whose every step was seen, and of the vendors' part."""
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    for event, reference, at_s in notes:
        # The last request and the first audio count: what came between is the turn's.
        if event in OF_THE_TURN or event not in seen[reference]:
            seen[reference][event] = at_s
    found: dict[str, Spread] = defaultdict(Spread)
    for answer in answers:
        references = REFERENCE.findall(answer.text)
        steps = seen.get(references[-1], {}) if references else {}
        if not {"final", "asked", "voiced"} <= steps.keys():
            continue
        found["end of speech to final words"].add((steps["final"] - answer.spoken_s) * 1000)
        found["whole turn"].add((answer.answered_s - answer.spoken_s) * 1000)
        answered = steps.get("answered", steps["asked"])
        told = steps.get("voice asked", steps["voiced"])
        times = [steps["final"], steps["asked"], answered, told, steps["voiced"], answer.answered_s]
        if times != sorted(times):
            found["voice asked early"].add(0)  # With a sentence that was not whole yet.
            continue
        lengths = [(late - soon) * 1000 for soon, late in pairwise(times)]
        for name, length_ms in zip(STAGES, lengths, strict=True):
            found[name].add(length_ms)
        ours = [
            length for name, length in zip(STAGES, lengths, strict=True) if name not in OF_VENDORS
        ]
        found["our share"].add(sum(ours))
    return found
