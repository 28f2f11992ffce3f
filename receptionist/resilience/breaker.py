"""When an adapter is left alone, and when it is asked again.

    state     event                                        next
    closed    half of enough requests lately failed        open
    closed    very many failed in a row                    open
    open      its wait is over: one request is a probe     open, waiting for the probe
    open      the probe went well                          closed
    open      the probe failed                             open, a longer wait
    open      the probe was given up, or not heard of      open, the next one may probe

Failures in a row count by themselves, because after busy minutes it would take as many
failures as there were successes to make them a half.

Pure: no clock. `at_s` is monotonic and never goes back.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Literal

Change = Literal["opened", "closed"]


class Admission(Enum):
    """What becomes of a request before it is made."""

    MADE = "made"
    PROBE = "probe"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Rules:
    """When a breaker opens, and how long it waits."""

    window_s: float = 300.0
    least_requests: int = 6
    failing_share: float = 0.5
    most_in_a_row: int = 10
    wait_s: float = 15.0
    longest_wait_s: float = 120.0
    probe_s: float = 20.0
    """A probe that is not heard of for this long is given up."""


BUCKETS = 30


@dataclass(slots=True)
class _Bucket:
    began_s: float
    requests: int = 0
    failed: int = 0


class Breaker:
    """One adapter's."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._buckets: deque[_Bucket] = deque(maxlen=BUCKETS)
        self._in_a_row = 0
        self._wait_s = self._rules.wait_s
        self._open_until_s: float | None = None
        self._probe_since_s: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests are skipped, but for a probe."""
        return self._open_until_s is not None

    @property
    def is_well(self) -> bool:
        """Whether the last that is known of the adapter is good."""
        return not self.is_open and not self._in_a_row

    @property
    def wait_s(self) -> float:
        """How long it stays open before the next probe."""
        return self._wait_s

    def skips(self, at_s: float) -> bool:
        """Whether a request now would be skipped. Changes nothing."""
        if self._open_until_s is None:
            return False
        return at_s < self._open_until_s or self._is_probed(at_s)

    def admit(self, at_s: float) -> Admission:
        """A request is about to be made. A probe must be settled by one of the three below."""
        if not self.is_open:
            return Admission.MADE
        if self.skips(at_s):
            return Admission.SKIPPED
        self._probe_since_s = at_s
        return Admission.PROBE

    def succeeded(self, at_s: float, admission: Admission = Admission.MADE) -> Change | None:
        """An answer came."""
        if admission is Admission.PROBE:
            return self._close()
        if not self.is_open:
            self._count(at_s, failed=0)
            self._in_a_row = 0
        return None

    def failed(self, at_s: float, admission: Admission = Admission.MADE) -> Change | None:
        """It failed, or was too slow."""
        if admission is Admission.PROBE:
            self._wait_s = min(self._wait_s * 2, self._rules.longest_wait_s)
            self._open(at_s)
            return None
        if self.is_open:
            return None
        self._count(at_s, failed=1)
        self._in_a_row += 1
        if not self._has_failed_enough(at_s):
            return None
        self._wait_s = self._rules.wait_s
        self._open(at_s)
        return "opened"

    def given_up(self, admission: Admission) -> None:
        """We broke it off (a barge-in, a hang-up): that says nothing about the adapter."""
        if admission is Admission.PROBE:
            self._probe_since_s = None

    def checked(self, at_s: float) -> None:
        """Outside calls, a cheap request went well: the next call may find out whether it is so."""
        self._in_a_row = 0
        if self.is_open:
            self._open_until_s = at_s

    def adopt(self, at_s: float, *, is_open: bool, wait_s: float) -> None:
        """Another process has found out."""
        if is_open:
            self._wait_s = max(self._rules.wait_s, wait_s)
            self._open(at_s, wait_s)
        else:
            self._close()

    def _is_probed(self, at_s: float) -> bool:
        since_s = self._probe_since_s
        return since_s is not None and at_s - since_s < self._rules.probe_s

    def _open(self, at_s: float, wait_s: float | None = None) -> None:
        self._open_until_s = at_s + (self._wait_s if wait_s is None else wait_s)
        self._probe_since_s = None

    def _close(self) -> Change | None:
        was_open = self.is_open
        self._open_until_s = self._probe_since_s = None
        self._wait_s = self._rules.wait_s
        self._in_a_row = 0
        self._buckets.clear()
        return "closed" if was_open else None

    def _count(self, at_s: float, *, failed: int) -> None:
        if not self._buckets or at_s - self._buckets[-1].began_s >= self._rules.window_s / BUCKETS:
            self._buckets.append(_Bucket(at_s))
        self._buckets[-1].requests += 1
        self._buckets[-1].failed += failed

    def _has_failed_enough(self, at_s: float) -> bool:
        lately = [b for b in self._buckets if at_s - b.began_s < self._rules.window_s]
        requests, failed = sum(b.requests for b in lately), sum(b.failed for b in lately)
        if self._in_a_row >= self._rules.most_in_a_row:
            return True
        enough = requests >= self._rules.least_requests
        return enough and failed >= requests * self._rules.failing_share
