"""How often something may happen: so many times within so long, evenly enough.

The generic cell rate algorithm: one number is kept a key, the time until which what has been
taken is paid for. Whoever stays below the rate is never held up, a burst may use all of it
at once, and what is refused is not counted.
"""

import re
from dataclasses import dataclass

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORM = re.compile(r"(\d{1,6})/(\d{0,4})([smhd])")


@dataclass(frozen=True, slots=True)
class Rate:
    """`times` within any `per_s` seconds."""

    times: int
    per_s: int

    @property
    def interval_s(self) -> float:
        """What one of them costs."""
        return self.per_s / self.times


def read_rate(text: str) -> Rate | None:
    """ "20/10m", "5/s"; None for "off". Raises `ValueError`."""
    words = text.strip().lower()
    if words == "off":
        return None
    found = _FORM.fullmatch(words)
    times = int(found[1]) if found else 0
    per_s = int(found[2] or 1) * _UNITS[found[3]] if found else 0
    if not (times and per_s):
        raise ValueError("expected a rate such as 20/10m (units s, m, h, d) or off")
    return Rate(times, per_s)


def taken(paid_until_s: float, now_s: float, rate: Rate) -> float | None:
    """Take one: until when it is paid for now; None when it is one too many."""
    until_s = max(paid_until_s, now_s) + rate.interval_s
    # A millionth of a second of rounding must not cost the last of the allowed ones.
    return None if until_s - now_s > rate.per_s + 1e-6 else until_s
