"""One call while one vendor fails: what the caller heard of it, and what is stored."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from benchmarks.booking_caller import BookingCaller
from receptionist.line.report import CallReport, Line
from receptionist.line.script import HangUp, Say, Step, Wait
from receptionist.line.voice import MS_PER_CHARACTER, is_audible
from tests.emulators.spoken_audio import speak

Vendor = Literal["stt", "llm", "tts", "calendar", "booking", "texts", "redis", "database"]
"""`booking`: the calendar as well, for a caller who books; `texts`: the phone company's."""
Phase = Literal["greeting", "listening", "thinking", "in a handler", "speaking", "transferring"]
VENDORS: tuple[Vendor, ...] = get_args(Vendor)
PHASES: tuple[Phase, ...] = get_args(Phase)
BOOKERS: tuple[Vendor, ...] = ("booking", "texts", "redis", "database")
"""Those of which most is wanted while an appointment is made."""
QUESTION = "is there somewhere i can park"
"""Not in the practice's own words: those are answered without a model."""
PERSON = "can i speak to a person please"
FREE = "what is free for a check-up with dr lee tomorrow morning"
PARKING = re.compile("free parking behind the building")
TIMES = re.compile(r"\b[AP] ?M\b|o'clock|\bmessage\b", re.I)
"""Times that are free, or, without a calendar to look into, the offer of a message."""
BOOKED = re.compile(r"you're booked|is booked|all set", re.I)
INSTEAD = re.compile(r"\bmessage\b", re.I)
"""What is offered where nothing can be booked."""
UNCONFIRMED = re.compile(r"couldn't confirm|not confirmed", re.I)
YES = "yes please"
MOST_SAID = 4
ASKED_TO_WAIT = re.compile(
    r"(moment,? please|in a moment|moment more|on it|than usual|check|look that up|book that)\W*$",
    re.I,
)
WAIT_S, MOST_WAITED = 1.0, 6
SAME_MS = 60


class FaultCaller:
    """Asks until there is an answer, and tells when a phase begins. Is the line's voice as well."""

    def __init__(self, vendor: Vendor, phase: Phase, fail: Callable[[float], None]) -> None:
        self.phase = phase
        self.asks, self._answer = (FREE, TIMES) if vendor == "calendar" else (QUESTION, PARKING)
        if phase == "transferring":
            self.asks = PERSON
        self.aloud: list[Line] = []
        """What was said on a stream."""
        self._fail = fail
        self._has_failed = False
        self._said = self._waited = 0
        self._speaks = False

    async def speak(self, text: str) -> bytes:
        """The line's voice, which only streams need."""
        self._speaks = True
        return speak(text)

    def begin(self, in_ms: float) -> None:
        """The phase begins then."""
        if not self._has_failed:
            self._has_failed = True
            self._fail(in_ms / 1000)

    def decide(self, report: CallReport) -> Step | None:
        """The line's `ad_lib`."""
        if self.is_answered(report) or self._said >= MOST_SAID:
            return HangUp()
        said = [line.text for line in report.transcript[-8:] if line.side == "receptionist"]
        if self._waited < MOST_WAITED and ASKED_TO_WAIT.search(" ".join(said)):
            self._waited += 1
            return Wait(WAIT_S)
        self._said += 1
        self._waited = 0
        return Say(self.asks)

    def is_answered(self, report: CallReport) -> bool:
        """Whether they have what they called for."""
        said = " ".join(report.said_by("receptionist"))
        return bool(self._answer.search(said)) or bool(report.said_by("callee"))

    def noticed(self, line: Line) -> None:
        """The line's `on_event`."""
        if line.side == "caller":
            if self._speaks:
                self.aloud.append(line)
            self._speaks = False
            length_ms = len(line.text) * MS_PER_CHARACTER
            if self.phase == "listening":
                self.begin(length_ms / 2)
            elif self.phase in ("thinking", "transferring"):
                self.begin(length_ms)
        elif line.side == "receptionist" and self._said and self.phase == "speaking":
            self.begin(0)


class BookingFaultCaller(FaultCaller):
    """Books; the moments are those around the words with which it is made."""

    def __init__(self, vendor: Vendor, phase: Phase, fail: Callable[[float], None]) -> None:
        super().__init__(vendor, phase, fail)
        day = datetime.now(UTC).date() + timedelta(days=3)
        self._caller = BookingCaller(0, day)
        self.asks = self._caller.says("wish")

    def decide(self, report: CallReport) -> Step | None:
        """The line's `ad_lib`."""
        if self.is_answered(report):
            return HangUp()
        step = self._caller.decide(report)
        if step == Say(YES):
            self._said = 1
        return step

    def is_answered(self, report: CallReport) -> bool:
        """It is booked, or a message was offered."""
        said = " ".join(report.said_by("receptionist"))
        return bool(BOOKED.search(said) or INSTEAD.search(said))

    def noticed(self, line: Line) -> None:
        """The line's `on_event`."""
        if line.side == "caller" and line.text != YES:
            if self._speaks:
                self.aloud.append(line)
            self._speaks = False
            return
        super().noticed(line)


def caller_of(vendor: Vendor, phase: Phase, fail: Callable[[float], None]) -> FaultCaller:
    """Who calls so that the vendor is wanted."""
    if vendor in BOOKERS and phase != "transferring":
        return BookingFaultCaller(vendor, phase, fail)
    return FaultCaller(vendor, phase, fail)


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one call."""

    vendor: str
    fault: str
    phase: str
    silence_ms: int
    kept: bool
    reached: bool
    whole: bool
    notes: list[str] = field(default_factory=list)
    asked: bool = True
    """Whether the vendor was asked for anything once it had broken down."""

    def is_good(self, longest_ms: int) -> bool:
        """Nothing lost, and no silence longer than that."""
        return self.kept and self.reached and self.whole and self.silence_ms <= longest_ms


def judge(
    vendor: str,
    fault: str,
    caller: FaultCaller,
    report: CallReport,
    stored: dict[str, Any],
) -> Cell:
    """Compare what the caller saw with what is stored."""
    turns = stored["turns"]
    numbers = [turn["number"] for turn in turns]
    told = [turn["caller"] for turn in turns if turn["caller"]]
    whole = (
        bool(stored["ended_by"])
        and numbers == list(range(len(numbers)))
        and caller.asks in " ".join(told)
        and _is_as_heard(report, len(stored.get("booked", ())))
    )
    kept = stored["ended_by"] in ("caller", "transfer") and report.ended_by != "error"
    notes = [f"{line.at_ms / 1000:.1f} {line.side}: {line.text}" for line in report.transcript]
    if not whole:
        booked = len(stored.get("booked", ()))
        notes.append(
            f"turns {numbers}, caller said {told}, ended by {stored['ended_by']}, {booked} booked"
        )
    return Cell(
        vendor,
        fault,
        caller.phase,
        longest_silence_ms(report, caller.aloud),
        kept,
        caller.is_answered(report),
        whole,
        notes,
    )


def _is_as_heard(report: CallReport, booked: int) -> bool:
    """Booked once if that was said; at most once if it was said that it is not known."""
    said = " ".join(report.said_by("receptionist"))
    if BOOKED.search(said):
        return booked == 1
    return booked <= bool(UNCONFIRMED.search(said))


def longest_silence_ms(report: CallReport, aloud: Collection[Line]) -> int:
    """The longest time the caller waited for us: until we spoke, or until they asked again.

    `aloud`: what the caller said on a stream, where words take their time.
    """
    sounds = _sounds(report, aloud)
    longest, silent_since, ours = 0, 0, False
    for began_ms, ended_ms, is_ours in sounds:
        if is_ours or not ours:
            longest = max(longest, began_ms - silent_since)
        silent_since, ours = max(silent_since, ended_ms), is_ours
    return longest


def _sounds(report: CallReport, aloud: Collection[Line]) -> list[tuple[int, int, bool]]:
    """Stretches of sound, ours or the caller's, in order; until somebody else is rung."""
    heard = [piece.at_ms for piece in report.heard if is_audible(piece.mulaw)]
    sounds = [(at, at + 20, True) for at in heard]
    rung_ms = report.duration_ms
    for line in report.transcript:
        ends_ms = line.at_ms + len(line.text) * MS_PER_CHARACTER
        if line.side == "caller":
            sounds.append((line.at_ms, ends_ms if line in aloud else line.at_ms, False))
        elif line.side == "receptionist":
            if not any(abs(at - line.at_ms) <= SAME_MS for at in heard):
                sounds.append((line.at_ms, ends_ms, True))
        elif line.text.startswith("dialling"):
            rung_ms = min(rung_ms, line.at_ms)
    return sorted(s for s in sounds if s[0] <= rung_ms)
