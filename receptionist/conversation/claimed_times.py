"""The day and time in a claim, against the appointments this call has to show for it.

"You're booked for Tuesday at three" must not be heard when the committed row says two.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from receptionist.conversation.context import CommittedAction
from receptionist.domain.contacts import says_day_first
from receptionist.domain.spoken_dates import read_moments
from receptionist.ports.function_handler import CallFacts


def truth_about(
    sentence: str, committed: Sequence[CommittedAction], facts: CallFacts
) -> str | None:
    """How the appointment is really spoken of; None when the sentence names nothing else.

    A sentence may name other times beside ("moved from Tuesday to Friday"), so it is
    wrong only when none of its days, or none of its times, is an appointment's.
    """
    rows = list(_appointments(committed))
    if not rows:
        return None
    starts = [datetime.fromisoformat(row["start"]).astimezone(facts.practice.zone) for row in rows]
    said = read_moments(sentence, facts.now, day_first=says_day_first(facts.practice))
    days, times = said.dates(), said.times_of_day()
    on_the_day = not days or any(start.date() in days for start in starts)
    at_the_time = not times or any(
        (start.hour % 12, start.minute) == (at.hour % 12, at.minute)
        for start in starts
        for at in times
    )
    return None if on_the_day and at_the_time else str(rows[-1].get("spoken") or "")


def _appointments(committed: Sequence[CommittedAction]) -> Iterator[Mapping[str, Any]]:
    for action in committed:
        for row in (action.result, *(action.result.get("appointments") or ())):
            if isinstance(row.get("start"), str):
                yield row
