"""Filling in what the words say about the wish: service, when, which of the offers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from providers.llm.embedded_engine.callers import take_identity, take_patient
from providers.llm.embedded_engine.reading import Reading, read, surname
from providers.llm.embedded_engine.state import Dialogue, Row, Task, Wish
from providers.llm.embedded_engine.steps import either
from receptionist.domain.booking import PARTS
from receptionist.domain.opening_hours import open_on
from receptionist.domain.spoken_dates import SpokenWhen

PICKS = (
    (r"\b(?:first|earliest|earlier|soonest|1st|former)\b", 0),
    (r"\b(?:second|middle|2nd)\b", 1),
    (r"\b(?:third|3rd)\b", 2),
    (r"\b(?:last|latest|later|latter)\b", -1),
)
NOT_A_PICK = re.compile(
    r"\b(?:any|some|no)(?:thing|one)?\b.{0,20}\b(?:earlier|later|sooner|other)\b"
    r"|\b(?:bit|little|much) (?:earlier|later)\b|\bat first\b"
    r"|\b(?:first|last) (?:name|time i|week|month|year|appointment|visit)\b"
)
ANY_OF_THEM = re.compile(
    r"\b(?:any|either|whichever|whatever|don'?t mind|doesn'?t matter|you choose)\b"
)
ANY_TIME = re.compile(
    r"^(?:oh |well )?(?:any ?time|any day|whenever|any)\b(?! on| in| next| after)"
)
SOON = re.compile(
    r"\b(?:as soon as|soonest|asap|earliest|next available|first available|any ?(?:day|time)|"
    r"whenever|anything you have|soon)\b"
)
FROM_TO = re.compile(
    r"^(?P<old>.*\b(?:appointments?|bookings?|visits?|check-?ups?|cleanings?|one|it|from|my)\b.*?)"
    r"\b(?:to|for|until|instead)\b(?P<new>.*)$"
)
URGENT = re.compile(r"\burgent(?:ly)?\b|\bas soon as possible\b|\bemergency\b|\bright away\b")
MESSAGE_FRAME = re.compile(
    r"^(?:.*?\b)?(?:leave|take|pass on|pass along|give|send|get)\b.{0,20}\bmessage"
    r"(?: (?:for|to) (?:the )?(?:\w+\.? ?){1,3})?(?: please)?$"
)
WITH_MESSAGE = re.compile(
    r"^.*?\b(?:leave|take|pass on|pass along|give|send|get)\b.{0,20}?\bmessage"
    r"(?: (?:for|to) (?P<whom>(?:the |my |your )?[\w.'-]+(?: [\w.'-]+){0,2}?))?(?: please)?"
    r"(?:\s*[,.:;?]+\s*(?:that |and )?|\s+(?:that|saying|to say)\s+(?:that )?|\s+(?=about\b))"
    r"(?P<text>\S+ \S.*)$",
    re.IGNORECASE,
)
"""The message, and whom it is for, behind the wish to leave one."""
MORNING = re.compile(r"\b(?:a\.? ?m\.?|morning|earlier|early|first)(?!\w)")
NOT_MORNING = re.compile(r"\b(?:p\.? ?m\.?|afternoon|evening|night|later|late|second)(?!\w)")
CHOOSES = frozenset({"choice", "confirm", "change"})
"""Elsewhere one of the offers is taken only in place of another."""
ASKS_WHAT_OR_WHEN = frozenset({"", "task", "greeted", "service", "day"})
SOON_DAYS = timedelta(days=14)


def collect(state: Dialogue, reading: Reading) -> None:
    """Everything the sentence says that can be kept."""
    known = state.name
    take_identity(state, reading)
    if URGENT.search(reading.plain):
        state.wish.urgency = "urgent"
    if state.expecting in ("name", "last_name") and state.name != known and reading.count <= 4:
        return  # "April May" is nothing but a name.
    if state.wish.task == "message":
        state.wish.person = state.wish.person or reading.person
        return
    says_no_time = state.expecting == "birth" or reading.born or _takes_any(state, reading)
    when = SpokenWhen() if says_no_time else reading.when
    if state.expecting == "which":
        _which(state, reading, when)
    elif reading.born is None and _may_choose(state, reading):
        _choose(state, reading, when)
    take_when(state, reading, when)
    _service(state, reading)
    _person(state, reading)
    take_patient(state, reading)


def _may_choose(state: Dialogue, reading: Reading) -> bool:
    return bool(state.wish.offers) and (state.expecting in CHOOSES or reading.corrects)


def _takes_any(state: Dialogue, reading: Reading) -> bool:
    """ "Any time", of those that were offered."""
    return state.expecting == "choice" and ANY_TIME.match(reading.plain) is not None


def filled(state: Dialogue) -> bool:
    """Whether what was last asked for is known now."""
    wish = state.wish
    match state.expecting:
        case "name" | "last_name":
            return state.name is not None
        case "birth":
            return state.born is not None or state.phone is not None
        case "phone":
            return state.number is not None
        case "day":
            return any((wish.first, wish.part, wish.at, wish.earliest, wish.latest))
        case "service":
            return wish.service is not None
        case "choice":
            return wish.chosen is not None or wish.offers is None
        case "which":
            return wish.target is not None
        case "half":
            return wish.other_half is None
        case _:
            return False


def is_short_answer(reading: Reading) -> bool:
    """Hardly more than a name of something."""
    return reading.count <= 4


def take_when(state: Dialogue, reading: Reading, when: SpokenWhen) -> None:
    """A day, a time or a part of the day that was not there before."""
    wish = state.wish
    if wish.chosen is not None and _is_that(wish.chosen, when):
        return
    if wish.task in ("cancel", "look_up"):
        if when.first is not None or when.at is not None:
            wish.which = when
        return
    if state.expecting == "half":
        _half(wish, reading)
        return
    vague = when.first is None and wish.first is None and wish.task in (None, "book", "move")
    if state.expecting in ASKS_WHAT_OR_WHEN and vague and SOON.search(reading.plain):
        wish.first, wish.last = state.now.date(), state.now.date() + SOON_DAYS
    before = replace(wish)
    _merge(wish, when)
    if wish.at is not None and wish.at == when.at:
        wish.other_half = _open_too(state, wish) if when.also_at else None
    if wish != before:
        wish.search_again()


def _merge(wish: Wish, when: SpokenWhen) -> None:
    """The day stays when only another time is named; another day forgets the hour."""
    at = None if when.at == when.earliest else when.at
    if when.first is not None:
        narrows = wish.first and wish.first <= when.first <= (wish.last or wish.first)
        if not narrows:
            wish.at = wish.other_half = None
        wish.first, wish.last = when.first, when.last
    elif when.says_anything:
        _on_the_days_offered(wish)
    if when.part is not None and at is None and not _within(wish.at, when.part):
        wish.part, wish.at, wish.other_half = when.part, None, None
    if at is not None:
        wish.at, wish.other_half, wish.part = at, None, None
        wish.earliest = wish.latest = None
    elif when.earliest is not None or when.latest is not None:
        wish.earliest, wish.latest = when.earliest, when.latest
        wish.at = wish.other_half = None


def _on_the_days_offered(wish: Wish) -> None:
    """Only a time was named: it is meant for what was just spoken of."""
    if wish.chosen is not None:
        wish.first = wish.last = start_of(wish.chosen).date()
    elif wish.offers and wish.first is not None:
        days = [start_of(offer).date() for offer in wish.offers]
        if not any(wish.first <= day <= (wish.last or wish.first) for day in days):
            wish.first, wish.last = days[0], days[-1]


def _within(at: time | None, part: str) -> bool:
    begins, ends = PARTS[part]
    return at is not None and begins <= at < ends


def _open_too(state: Dialogue, wish: Wish) -> time | None:
    """The time in the other half of the day, where both are within opening hours."""
    at, day = wish.at, wish.first
    if at is None or day is None or wish.last not in (None, day):
        return None
    other = at.replace(hour=(at.hour + 12) % 24)
    return other if all(_opens(state, day, moment) for moment in (at, other)) else None


def _opens(state: Dialogue, day: date, at: time) -> bool:
    moment = datetime.combine(day, at, state.practice.zone)
    opening = open_on(state.practice, day)
    return moment > state.now and any(i.start <= moment < i.end for i in opening)


def _half(wish: Wish, reading: Reading) -> None:
    if wish.at is None or wish.other_half is None:
        return
    halves = sorted((wish.at, wish.other_half))
    early, late = MORNING.search(reading.plain), NOT_MORNING.search(reading.plain)
    when = reading.when
    if when.at in halves and not when.also_at:
        wish.at, wish.other_half = when.at, None
    elif bool(early) != bool(late):
        wish.at, wish.other_half = (halves[0] if early else halves[1]), None
    elif ANY_OF_THEM.search(reading.plain):
        wish.other_half = None


def _is_that(chosen: Row, when: SpokenWhen) -> bool:
    """Whether the words only say once more what was chosen."""
    start = start_of(chosen)
    if when.earliest or when.latest:
        return False
    if when.first is not None and not when.first <= start.date() <= (when.last or when.first):
        return False
    if when.at is not None and not _is_at(start, when):
        return False
    begins, ends = PARTS[when.part] if when.part else (time.min, time.max)
    return begins <= start.time() <= ends


def start_of(row: Row) -> datetime:
    """When it begins, aware."""
    return datetime.fromisoformat(str(row["start"]))


def _is_at(start: datetime, when: SpokenWhen) -> bool:
    """At the time said; at either reading of an hour said without its half of the day."""
    return start.time() in (when.at, *when.also_at)


def existing(state: Dialogue, reading: Reading, task: Task) -> None:
    """A wish about an appointment there is: when it is, and for a move when it shall be."""
    when, service = reading.when, state.wish.service
    state.wish.task = None
    state.begin(task)
    wish = state.wish
    wish.any_time()
    wish.found = wish.target = None
    wish.service = service
    if task != "move":
        wish.which = when
        return
    parted = FROM_TO.match(reading.plain)
    if parted is None:
        wish.which = when if "appointment" in reading.plain else SpokenWhen()
        when = SpokenWhen() if "appointment" in reading.plain else when
    else:
        old, new = (_part(reading, parted[side]) for side in ("old", "new"))
        wish.which, when = (old, new) if new.says_anything else (SpokenWhen(), old)
    _merge(wish, when)


def _part(reading: Reading, text: str) -> SpokenWhen:
    return read(text, reading.practice, reading.now).when


def meant(wish: Wish, found: list[Row]) -> list[Row]:
    """The appointments that the caller's words fit; all of them when they fit none."""
    return fitting(wish, found) or found


def fitting(wish: Wish, found: list[Row]) -> list[Row]:
    """The appointments that the caller's words fit."""
    which, fitting = wish.which, found
    if which.first is not None:
        last = which.last or which.first
        fitting = [row for row in fitting if which.first <= start_of(row).date() <= last]
    if which.at is not None:
        fitting = [row for row in fitting if _is_at(start_of(row), which)]
    if wish.service is not None:
        fitting = [row for row in fitting if row.get("service") == wish.service]
    if wish.person is not None:
        fitting = [row for row in fitting if row.get("practitioner") == wish.person]
    return fitting


def _which(state: Dialogue, reading: Reading, when: SpokenWhen) -> None:
    found = state.wish.found or []
    index = _picked(reading.plain)
    if found and index is not None:
        state.wish.target = found[min(index, len(found) - 1)]
    by_day = [row for row in found if when.first == start_of(row).date()]
    by_time = [row for row in found if when.at and _is_at(start_of(row), when)]
    named = [row for row in found if str(row.get("service", "")).casefold() in reading.plain]
    seen = [row for row in found if surname(str(row.get("practitioner", "-"))) in reading.plain]
    for rows in (seen, named, by_time, by_day):
        if len(rows) == 1:
            state.wish.target = rows[0]


def _choose(state: Dialogue, reading: Reading, when: SpokenWhen) -> None:
    chosen = _chosen(reading, when, state.wish.offers or [])
    if chosen is not None and chosen != state.wish.chosen:
        state.wish.chosen, state.wish.confirmed = chosen, False


def _chosen(reading: Reading, when: SpokenWhen, offers: Sequence[Row]) -> Row | None:
    if when.earliest is not None or when.latest is not None or reading.unwanted:
        return None
    fitting = list(offers)
    if when.first is not None and when.first == when.last:
        fitting = [offer for offer in fitting if start_of(offer).date() == when.first]
    if when.at is not None:
        fitting = [offer for offer in fitting if _is_at(start_of(offer), when)]
    if when.part is not None and when.first is None and when.at is None:
        begins, ends = PARTS[when.part]
        fitting = [offer for offer in fitting if begins <= start_of(offer).time() < ends]
        return fitting[0] if len(fitting) == 1 else None
    if when.first is not None or when.at is not None:
        return fitting[0] if len(fitting) == 1 or (fitting and when.at is not None) else None
    named = [o for o in fitting if surname(str(o.get("practitioner", "-"))) in reading.plain]
    if len(named) == 1 and len(fitting) > 1:
        return named[0]
    index = _picked(reading.plain)
    if index is None and ANY_OF_THEM.search(reading.plain):
        index = 0
    return fitting[min(index, len(fitting) - 1)] if fitting and index is not None else None


def _picked(plain: str) -> int | None:
    if NOT_A_PICK.search(plain):
        return None
    return next((index for pattern, index in PICKS if re.search(pattern, plain)), None)


def _service(state: Dialogue, reading: Reading) -> None:
    wish = state.wish
    service = reading.service
    if service is None and state.expecting == "service" and wish.service is None:
        service = _nth_service(state, reading)
    if wish.task in ("move", "cancel", "look_up") or service in (None, wish.service):
        return
    wish.service = service
    wish.search_again()


def _nth_service(state: Dialogue, reading: Reading) -> str | None:
    """ "The second one", of those that were read out."""
    plain = SOON.sub("", reading.plain)
    index, names = _picked(plain), [s.name for s in state.practice.services]
    was_read_out = names and names[-1].casefold() in state.previous.casefold()
    return None if index is None or not was_read_out else names[min(index, len(names) - 1)]


def _person(state: Dialogue, reading: Reading) -> None:
    person, wish = reading.person, state.wish
    if (unwanted := reading.unwanted) is not None and wish.task not in ("move", "cancel"):
        if unwanted != wish.without:
            wish.without, wish.person = unwanted, None
            wish.search_again()
        return
    if reading.stranger is not None and wish.task in (None, "book") and not wish.person:
        able = [who.name for who in state.practice.practitioners]
        state.report = f"We have no {reading.stranger} here. You can see {either(able)}."
    if person is None or person == wish.person or wish.task in ("move", "cancel"):
        return
    if wish.chosen is not None and wish.chosen.get("practitioner") == person:
        return
    wish.person, wish.without = person, None
    wish.search_again()


def other_offers(state: Dialogue, reading: Reading) -> None:
    """Look on from the last day that was offered, or before the first."""
    wish = state.wish
    offered = [start_of(row) for row in wish.offers or []]
    if re.search(r"\b(?:earlier|sooner)\b", reading.plain):
        wish.first, wish.last = state.now.date(), offered[0].date()
        wish.latest = offered[0].time() if wish.first == wish.last else None
    elif offered[0].date() == offered[-1].date() and re.search(r"\blater\b", reading.plain):
        wish.first = wish.last = offered[-1].date()
        wish.earliest = (offered[-1] + timedelta(minutes=1)).time()
    else:
        wish.first = offered[-1].date() + timedelta(days=1)
        wish.last = wish.first + SOON_DAYS
    wish.at = wish.other_half = None
    wish.search_again()


def message_in(state: Dialogue, reading: Reading) -> None:
    """A message may be in the very sentence that asks to leave one."""
    wish = state.wish
    framed = WITH_MESSAGE.match(reading.text.strip())
    bare = MESSAGE_FRAME.match(reading.plain)
    if wish.message is None and framed is not None:
        wish.message, wish.person = framed["text"].strip(), framed["whom"]
    elif wish.message is None and bare is None and reading.count >= 4:
        wish.message = reading.text.strip()
    if reading.person is not None:
        wish.person = reading.person
