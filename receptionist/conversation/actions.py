"""Calling functions for the model: checked, once, recorded, and safe from barge-in.

A function that changes the world runs in a task of its own, which the caller's
interruption cannot cancel: it completes, its row is stored and its result
joins the dialogue, whether or not anybody is still waiting for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from pydantic import BaseModel

from receptionist.conversation.arguments import validated
from receptionist.conversation.context import Conversation, Round, arguments_of
from receptionist.conversation.events import ActionDone, ActionStarted
from receptionist.errors import DatabaseAway, InvalidArguments, ProviderError, ReceptionistError
from receptionist.ports.function_handler import (
    CallFacts,
    Effect,
    FunctionHandler,
    HandlerResult,
    Office,
)
from receptionist.ports.language_model import ToolCall
from receptionist.ports.records import ActionRecord
from receptionist.resilience.tolerance import tolerated

log = structlog.get_logger()
T = TypeVar("T")

SAVE_ATTEMPTS = 3
AWAY_PAUSE_S, AWAY_S = 0.5, 6.0
"""A database that restarts is waited for, below what an action may take in all."""
TOO_SLOW = "It is taking too long and is not confirmed. Say so and offer to take a message."
NOT_RECORDED = "It could not be confirmed. Say so and offer to take a message."
OUT_OF_ORDER = "This does not work at the moment. Say so and offer to take a message."


@dataclass(frozen=True, slots=True)
class Finished:
    """A call that has its result. `refused`: its arguments did not hold, nothing was done."""

    call: ToolCall
    result: Mapping[str, Any]
    effect: Effect | None = None
    refused: bool = False

    @property
    def ok(self) -> bool:
        """Whether the function did what was asked."""
        return self.result.get("ok") is True


@dataclass(frozen=True, slots=True)
class _Ready:
    call: ToolCall
    handler: FunctionHandler
    arguments: BaseModel


Report = Callable[[ActionStarted | ActionDone], Awaitable[None]]


class Actions:
    """Runs the functions of one process's calls."""

    def __init__(
        self,
        handlers: Mapping[str, FunctionHandler],
        office: Office,
        clock: Callable[[], datetime],
        *,
        action_s: float,
    ) -> None:
        self._handlers = handlers
        self._office = office
        self._database = office.database
        self._clock = clock
        self._action_s = action_s
        self._under_way: dict[asyncio.Task[Any], str] = {}

    def filler(self, calls: Sequence[ToolCall]) -> str | None:
        """What to say when these calls take long."""
        known = (self._handlers.get(call.name) for call in calls)
        return next((handler.filler for handler in known if handler and handler.filler), None)

    def identified(self, conversation: Conversation, calls: Sequence[ToolCall]) -> list[ToolCall]:
        """The calls with ids that are their own in this dialogue.

        A repeated call that changes the world keeps its id: it must not happen again.
        """
        taken: set[str] = set()
        found: list[ToolCall] = []
        for call in calls:
            handler = self._handlers.get(call.name)
            repeated = handler is not None and handler.changes_world and conversation.has_same(call)
            clashes = not call.id or call.id in taken or conversation.has_call(call.id)
            named = replace(call, id=_fresh(call.id)) if clashes and not repeated else call
            taken.add(named.id)
            found.append(named)
        return found

    async def run(
        self, conversation: Conversation, answer: Round, calls: Sequence[ToolCall], report: Report
    ) -> list[Finished]:
        """Run the calls in order; neighbours that only read run at once."""
        answer.plan(calls)
        finished: list[Finished] = []
        for group in self._grouped(calls):
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(self._one(conversation, answer, c, report)) for c in group
                ]
            for done in (task.result() for task in running):
                finished.append(done)
                if not done.refused:
                    await report(_event(done))
        return finished

    async def set_outcome(self, call_sid: str, outcome: str) -> None:
        """Store what the call came to, whatever becomes of the turn. Never raises."""
        await asyncio.shield(self._tracked(call_sid, self._store_outcome(call_sid, outcome)))

    async def settle(self, call_sid: str, within_s: float) -> None:
        """Wait for what an interrupted turn of this call left under way."""
        mine = [task for task, sid in self._under_way.items() if sid == call_sid]
        if mine:
            await asyncio.wait(mine, timeout=within_s)

    async def close(self) -> None:
        """Wait for everything under way."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def stored(self, call_sid: str) -> list[ActionRecord]:
        """What this call has changed in the world, from the database."""
        rows: Sequence[ActionRecord] = ()
        # The conversation goes on with what it knows.
        with tolerated("actions_unread"):
            async with self._database.reading() as uow:
                rows = await uow.actions.of_call(call_sid)
        return [row for row in rows if row.result.get("ok") is True and self._changes(row.name)]

    def _changes(self, name: str) -> bool:
        handler = self._handlers.get(name)
        return handler is not None and handler.changes_world

    def _grouped(self, calls: Sequence[ToolCall]) -> list[list[ToolCall]]:
        groups: list[list[ToolCall]] = []
        may_join = False
        for call in calls:
            reads = not self._changes(call.name)
            if reads and may_join:
                groups[-1].append(call)
            else:
                groups.append([call])
            may_join = reads
        return groups

    async def _one(
        self, conversation: Conversation, answer: Round, call: ToolCall, report: Report
    ) -> Finished:
        try:
            handler, arguments = validated(call, self._handlers, conversation.facts.now)
        except InvalidArguments as error:
            return _refused(answer, call, error)
        ready = _Ready(call, handler, arguments)
        if not handler.changes_world:
            return await self._in_time(
                self._perform(ready, conversation.facts, answer), ready, answer
            )
        facts = conversation.facts
        await report(ActionStarted(handler.name))
        task = self._tracked(facts.call_sid, self._perform(ready, facts, answer))
        return await self._in_time(asyncio.shield(task), ready, answer)

    def _tracked(self, call_sid: str, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)  # noqa: TID251 - outlives a barge-in; `close` waits for it
        self._under_way[task] = call_sid
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._under_way.pop(task, None)

    async def _store_outcome(self, call_sid: str, outcome: str) -> None:
        # What the caller hears matters more.
        with tolerated("outcome_not_saved", outcome=outcome):
            async with self._database.transaction() as uow:
                await uow.calls.set_outcome(call_sid, outcome)

    async def _in_time(self, work: Awaitable[Finished], ready: _Ready, answer: Round) -> Finished:
        try:
            async with asyncio.timeout(self._action_s):
                return await work
        except TimeoutError:
            log.warning("action_slow", function=ready.handler.name)
            late = Finished(ready.call, {"ok": False, "error": TOO_SLOW})
            # The true result replaces this one when it comes.
            answer.record(ready.call.id, late.result, keep=False)
            return late

    async def _perform(self, ready: _Ready, facts: CallFacts, answer: Round) -> Finished:
        call, handler = ready.call, ready.handler
        key = call.id
        if handler.changes_world:
            if self._office.journal is not None:
                # The caller's "yes" is safe before it is acted on.
                await self._office.journal.flush()
            known = await self._known(facts, call)
            if known is not None and known.name == call.name:
                if known.arguments == arguments_of(call):
                    answer.record(call.id, known.result, keep=True)
                    return Finished(call, known.result)
                key = _fresh(call.id)
        try:
            result = await self._handled(ready, facts, key)
        except InvalidArguments as error:
            return _refused(answer, call, error)
        if not await self._saved(facts, key, call, result):
            result = HandlerResult({"ok": False, "error": NOT_RECORDED})
        finished = Finished(call, result.content, result.effect)
        answer.record(call.id, result.content, keep=handler.changes_world and finished.ok)
        return finished

    async def _known(self, facts: CallFacts, call: ToolCall) -> ActionRecord | None:
        # Not known is not done twice: the handler's own key still holds.
        with tolerated("action_lookup_failed", function=call.name):
            async with self._database.reading() as uow:
                return await uow.actions.get(facts.call_sid, call.id)
        return None

    async def _handled(self, ready: _Ready, facts: CallFacts, key: str) -> HandlerResult:
        try:
            return await self._once_reachable(
                lambda: ready.handler.handle(ready.arguments, facts, self._office, tool_call_id=key)
            )
        except InvalidArguments:
            raise
        except ProviderError as error:
            log.warning("action_failed", function=ready.handler.name, code=error.code)
            return HandlerResult({"ok": False, "error": OUT_OF_ORDER, "code": error.code})
        except DatabaseAway as error:
            # It may have been committed and the answer lost, so it has not failed for certain.
            content = {"ok": False, "error": NOT_RECORDED, "code": error.code}
            return HandlerResult(content)
        except ReceptionistError as error:
            return HandlerResult({"ok": False, "error": str(error), "code": error.code})
        except Exception as error:  # noqa: BLE001 - a handler's defect becomes a sentence, not silence
            log.error("action_defect", function=ready.handler.name, error=type(error).__name__)
            return HandlerResult({"ok": False, "error": OUT_OF_ORDER, "code": "error"})

    async def _once_reachable(
        self, handle: Callable[[], Awaitable[HandlerResult]]
    ) -> HandlerResult:
        """The same again while the database is away: its key makes it the same. Bounded."""
        loop = asyncio.get_running_loop()
        gives_up = loop.time() + AWAY_S
        while True:
            try:
                return await handle()
            except DatabaseAway:
                if loop.time() >= gives_up:
                    raise
                await asyncio.sleep(AWAY_PAUSE_S)

    async def _saved(
        self, facts: CallFacts, key: str, call: ToolCall, result: HandlerResult
    ) -> bool:
        row = ActionRecord(
            facts.call_sid, key, call.name, arguments_of(call), dict(result.content), self._clock()
        )
        for _ in range(SAVE_ATTEMPTS):
            # Tried again, then told honestly.
            with tolerated("action_not_saved", function=call.name):
                try:
                    async with self._database.transaction() as uow:
                        await uow.actions.save([row])
                        if result.outcome is not None:
                            await uow.calls.set_outcome(facts.call_sid, result.outcome)
                except DatabaseAway:
                    return self._kept_for_later(row, result.outcome)
                return True
        return False

    def _kept_for_later(self, row: ActionRecord, outcome: str | None) -> bool:
        """The database is away: the journal keeps what was done until it is back."""
        journal = self._office.journal
        if journal is None:
            return False
        journal.action(row)
        if outcome is not None:
            journal.outcome(row.call_sid, outcome)
        return True


def _refused(answer: Round, call: ToolCall, error: InvalidArguments) -> Finished:
    refused = Finished(call, {"ok": False, "error": str(error)}, refused=True)
    answer.record(call.id, refused.result, keep=False)
    return refused


def _event(finished: Finished) -> ActionDone:
    call = finished.call
    return ActionDone(call.id, call.name, arguments_of(call), finished.result)


def _fresh(call_id: str) -> str:
    return f"{call_id or 'call'}_{uuid4().hex[:8]}"
