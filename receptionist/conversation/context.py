"""One call's dialogue: what was said, what was done, what was heard.

It is kept as entries (the caller's words, notes about what happened on the
line, and rounds of the model's answer) and rendered as chat messages. A
function call is rendered only together with its result, so the history is
whole wherever a turn was broken off.

It knows nothing of models, handlers or storage.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from receptionist.ports.function_handler import CallFacts
from receptionist.ports.language_model import ChatMessage, ToolCall
from receptionist.ports.records import ActionRecord

INTERRUPTED = "—"
"""Ends an answer that the caller cut short; the prompt explains it to the model."""

LONGEST_ENTRIES = 80
KEPT_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class CommittedAction:
    """A function that answered `ok` in this call."""

    name: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(slots=True)
class CallerEntry:
    """The caller's words, or a note in parentheses about what happened on the line."""

    text: str
    is_note: bool = False


@dataclass(slots=True)
class Round:
    """One answer of the model: sentences, then the functions it called and their results."""

    sentences: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    keep: bool = False
    """It changed the world; trimming keeps its calls."""
    sealed: bool = False
    """The caller interrupted; nothing more can have been said in it."""

    @property
    def text(self) -> str:
        """What was said in it."""
        return " ".join(self.sentences)

    def say(self, sentence: str) -> None:
        """Add a sentence, unless the caller has interrupted."""
        if not self.sealed:
            self.sentences.append(sentence)

    def unsay(self, sentence: str) -> None:
        """Take back a sentence that never left the router."""
        if not self.sealed and self.sentences and self.sentences[-1] == sentence:
            self.sentences.pop()

    def plan(self, calls: Sequence[ToolCall]) -> None:
        """Fix the order of this round's calls; each shows once it has its result."""
        self.calls = list(calls)

    def record(self, call_id: str, result: Mapping[str, Any], *, keep: bool) -> None:
        """The call has answered. May come after the turn was broken off."""
        self.results[call_id] = dict(result)
        self.keep = self.keep or keep

    @property
    def answered(self) -> tuple[ToolCall, ...]:
        """The calls that have a result."""
        return tuple(call for call in self.calls if call.id in self.results)

    def messages(self) -> list[ChatMessage]:
        """The assistant message and its tool messages; nothing when empty."""
        answered = self.answered
        if not answered and not self.sentences:
            return []
        said = ChatMessage("assistant", self.text, answered)
        return [said] + [
            ChatMessage("tool", dump(self.results[call.id]), tool_call_id=call.id)
            for call in answered
        ]


Entry = CallerEntry | Round


class Conversation:
    """The dialogue of one call, as chat messages and facts.

    A holder of the line calls `greet`, `begin_turn`, `note` and `heard`; the
    router adds rounds. `facts` may be replaced (a newer `now`).
    """

    def __init__(self, facts: CallFacts) -> None:
        self.facts = facts
        self.restored = False
        """It comes from a snapshot that may be older than the stored actions."""
        self._entries: list[Entry] = []

    # What the holder of the line reports.

    def greet(self, text: str) -> None:
        """The greeting was said."""
        self._entries.append(Round(sentences=[text]))

    def begin_turn(self, text: str) -> None:
        """The caller said `text`; the router answers it next."""
        self._trim()
        self._entries.append(CallerEntry(text))

    def note(self, text: str) -> None:
        """Something happened on the line, as "(The caller pressed 0.)"; parentheses are added."""
        self._trim()
        bare = text.strip()
        wrapped = bare if bare.startswith("(") and bare.endswith(")") else f"({bare})"
        self._entries.append(CallerEntry(wrapped, is_note=True))

    def heard(self, text: str) -> None:
        """The caller interrupted: of the last answer keep only `text`, which was heard.

        Close the router's answer first. Function calls that happened stay.
        An empty `text` means that nothing of it was heard.
        """
        left = " ".join(text.split())
        rounds = self._last_answer()
        for entry in rounds:
            entry.sealed = True
        spoken = [entry for entry in rounds if entry.sentences] or (rounds[-1:] if left else [])
        nothing_since = bool(self._entries) and isinstance(self._entries[-1], CallerEntry)
        if not spoken or (nothing_since and not left):
            return
        for entry in spoken:
            whole = " ".join(entry.text.split())
            if entry is not spoken[-1] and left.startswith(whole):
                left = left[len(whole) :].strip()
                continue
            entry.sentences = [left] if left else []
            left = ""
        spoken[-1].sentences.append(INTERRUPTED)

    def last_said(self) -> list[str]:
        """The sentences of the last answer; none when the caller cut it short."""
        rounds = (e for e in reversed(self._entries) if isinstance(e, Round) and e.sentences)
        sentences = next((entry.sentences for entry in rounds), [])
        return [] if INTERRUPTED in sentences else list(sentences)

    def unsay(self, sentences: Sequence[str]) -> None:
        """These ends of the last answer were not heard, and it is to be given again."""
        left = list(sentences)
        for entry in reversed(self._last_answer()):
            while left and entry.sentences and entry.sentences[-1] == left[-1]:
                entry.sentences.pop()
                left.pop()

    def drop_turn(self) -> None:
        """The caller went on talking: take back the last turn, unheard, and what was answered.

        Close the router's answer first. What changed the world stays.
        """
        place = len(self._entries)
        while place and isinstance(self._entries[place - 1], Round):
            place -= 1
        tail = [entry for entry in self._entries[place:] if isinstance(entry, Round)]
        kept = [entry for entry in tail if entry.keep or len(entry.answered) < len(entry.calls)]
        for entry in kept:
            entry.sentences, entry.sealed = [], True
        self._entries = [*self._entries[: max(place - 1, 0)], *kept]

    # What the router reads and adds.

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """The dialogue without the system prompt."""
        found: list[ChatMessage] = []
        for entry in self._entries:
            if isinstance(entry, Round):
                found.extend(entry.messages())
            else:
                found.append(ChatMessage("user", entry.text))
        return tuple(found)

    @property
    def callers_words(self) -> str:
        """What the caller said since the last answer; empty when only notes or nothing came."""
        words: list[str] = []
        for entry in reversed(self._entries):
            if isinstance(entry, Round):
                break
            if not entry.is_note:
                words.insert(0, entry.text)
        return " ".join(words)

    @property
    def committed(self) -> tuple[CommittedAction, ...]:
        """Every function that answered `ok` in this call, oldest first."""
        return tuple(
            CommittedAction(call.name, arguments_of(call), entry.results[call.id])
            for entry in self._entries
            if isinstance(entry, Round)
            for call in entry.answered
            if entry.results[call.id].get("ok") is True
        )

    def has_call(self, call_id: str) -> bool:
        """Whether a function call of that id is already part of the dialogue."""
        return any(
            call.id == call_id
            for entry in self._entries
            if isinstance(entry, Round)
            for call in entry.calls
        )

    def has_same(self, wanted: ToolCall) -> bool:
        """Whether the very same call, id and arguments and all, was made before."""
        return any(
            call.id == wanted.id
            and call.name == wanted.name
            and arguments_of(call) == arguments_of(wanted)
            for entry in self._entries
            if isinstance(entry, Round)
            for call in entry.calls
        )

    def adopt(self, actions: Sequence[ActionRecord]) -> None:
        """After `restore`: add what was done but is missing from the snapshot."""
        self.restored = False
        missing = [row for row in actions if not self.has_call(row.tool_call_id)]
        if not missing:
            return
        calls = [ToolCall(row.tool_call_id, row.name, dump(row.arguments)) for row in missing]
        results = {row.tool_call_id: dict(row.result) for row in missing}
        place = len(self._entries)
        while place and isinstance(self._entries[place - 1], CallerEntry):
            place -= 1
        self._entries.insert(place, Round([], calls, results, keep=True, sealed=True))

    def open_round(self) -> Round:
        """A new answer of the model begins."""
        entry = Round()
        self._entries.append(entry)
        return entry

    # Storage.

    def snapshot(self) -> dict[str, Any]:
        """JSON-safe; `restore` goes on from it, also in another process."""
        return {"entries": [_dump_entry(entry) for entry in self._entries if _is_worth(entry)]}

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any], facts: CallFacts) -> "Conversation":
        """The conversation of `snapshot`."""
        conversation = cls(facts)
        conversation.restored = True
        conversation._entries = [_load_entry(row) for row in snapshot.get("entries", ())]
        return conversation

    def _last_answer(self) -> list[Round]:
        found: list[Round] = []
        for entry in reversed(self._entries):
            if isinstance(entry, Round):
                found.insert(0, entry)
            elif found:
                break
        return found

    def _trim(self) -> None:
        # In one large step and seldom, so that vendors' prompt caches hold in between.
        self._entries = [entry for entry in self._entries if _is_worth(entry)]
        if len(self._entries) <= LONGEST_ENTRIES:
            return
        cut = len(self._entries) - KEPT_ENTRIES
        while cut < len(self._entries) and isinstance(self._entries[cut], Round):
            cut += 1
        old = self._entries[:cut]
        kept: list[Entry] = [
            replace(entry, sentences=[], sealed=True)
            for entry in old
            if isinstance(entry, Round) and entry.keep
        ]
        self._entries = kept + self._entries[cut:]


def dump(value: Mapping[str, Any]) -> str:
    """Compact JSON; what JSON does not know (dates) as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The call's arguments; empty when they are not a JSON object."""
    try:
        value = json.loads(call.arguments or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _is_worth(entry: Entry) -> bool:
    # A round with calls still under way stays: its results are yet to come.
    return isinstance(entry, CallerEntry) or bool(entry.sentences or entry.calls)


def _dump_entry(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, CallerEntry):
        return {"note" if entry.is_note else "caller": entry.text}
    calls = [
        {"id": c.id, "name": c.name, "arguments": c.arguments, "result": dump(entry.results[c.id])}
        for c in entry.answered
    ]
    return {"said": list(entry.sentences), "calls": calls, "keep": entry.keep}


def _load_entry(row: Mapping[str, Any]) -> Entry:
    if "caller" in row:
        return CallerEntry(str(row["caller"]))
    if "note" in row:
        return CallerEntry(str(row["note"]), is_note=True)
    calls = [ToolCall(c["id"], c["name"], c["arguments"]) for c in row.get("calls", ())]
    results = {c["id"]: json.loads(c["result"]) for c in row.get("calls", ())}
    return Round(list(row.get("said", ())), calls, results, bool(row.get("keep")))
