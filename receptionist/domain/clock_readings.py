"""Which times of day an hour and a minute can mean."""

from datetime import time
from typing import Literal

SpokenHalf = Literal["am", "pm", "morning", "afternoon", "evening", "night"]
OPENS_AT = 8
"""A bare hour from here to eleven is a morning's, an earlier one an afternoon's: what
practices are open for."""


def clock_readings(
    hour: int, minute: int, half: SpokenHalf | None = None, *, padded: bool = False
) -> tuple[time, ...]:
    """Every reading, likeliest first; none for no time at all. `padded`: as on a 24-hour clock."""
    if not (0 <= hour <= 24 and 0 <= minute <= 59):
        return ()
    hour %= 24
    if hour > 12 or padded:
        later = hour < 12 and half in ("pm", "afternoon")
        return (time(hour + 12 if later else hour, minute),)
    if half is not None:
        return (time(_in_half(hour, half), minute),)
    if hour == 0:
        return (time(0, minute),)
    early, late = time(hour % 12, minute), time(hour % 12 + 12, minute)
    return (early, late) if OPENS_AT <= hour < 12 else (late, early)


def _in_half(hour: int, half: SpokenHalf) -> int:
    """The hour on the 24-hour clock. A night's small hours are after midnight."""
    if half in ("am", "morning"):
        return hour % 12
    if half == "night" and (hour % 12) < 5:
        return hour % 12
    if half == "evening" and hour % 12 == 0:
        return 0
    return hour % 12 + 12
