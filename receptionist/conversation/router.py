"""What to say next: streams the model, runs its functions, hands out sentences.

An emergency is answered by rule before any model is asked. A sentence that
says something was done is handed out only when a committed action backs it.
Whatever fails, the caller hears a sentence and a next step.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from receptionist.conversation import claims
from receptionist.conversation.actions import Actions, Finished
from receptionist.conversation.arguments import specification
from receptionist.conversation.claimed_times import truth_about
from receptionist.conversation.context import Conversation, Round
from receptionist.conversation.events import EffectRequested, RouterEvent, SentenceForeseen
from receptionist.conversation.failover import ModelFailed, Restarted, answer_of
from receptionist.conversation.prompt import system_prompt
from receptionist.conversation.turn import Gate, Turn
from receptionist.domain.emergencies import check_safety, emergency_reply
from receptionist.domain.opening_hours import is_open
from receptionist.errors import ProviderError
from receptionist.ports.function_handler import (
    Effect,
    EndCall,
    FunctionHandler,
    Office,
    TransferCaller,
)
from receptionist.ports.language_model import (
    ChatMessage,
    Completed,
    LanguageModel,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolCallRequested,
)
from receptionist.voice.sentences import SentenceSplitter

log = structlog.get_logger()

MAX_ROUNDS = 6
MAX_REFUSED = 2
SETTLE_S = 8.0
LONG_SENTENCE, LONGER = 50, 20
"""Characters after which it is told how a sentence begins, and again for each so many more."""

PUTTING_THROUGH = "One moment, I'll put you through."
GOODBYE = "Goodbye."
REPEAT_PLEASE = "I'm sorry, could you say that once more?"
TROUBLE = (
    "I'm sorry, I'm having trouble with that just now. Would you like me to take a message instead?"
)
MAY_TAKE_MESSAGE = "Would you like me to try again, or take a message for the practice?"
OFFER_PERSON = "Would you like me to put you through to someone at the practice?"
OFFER_URGENT_MESSAGE = "Would you like to leave an urgent message for the practice?"

# Notes to the model, of this turn only.
GO_ON = (
    "Your answer broke off after what you last said, which the caller has heard. "
    "Go on from there without repeating it."
)
EMPTY = "Your last answer was empty. Answer the caller in one or two short sentences."
MEDICAL_ADVICE = (
    "The caller seems to ask for medical advice. Do not give any, and do not judge how serious it "
    "is. Say kindly that you cannot advise, and offer an appointment, a message or a person."
)


@dataclass(slots=True)
class _Answer:
    """One answer of a model, as far as it has come."""

    round: Round
    calls: list[ToolCall] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    """Sentences from the first unbacked claim on; nobody has heard them."""
    said: int = 0
    foreseen: int = 0
    """So many characters of its first sentence were told while it was being written."""


@dataclass(slots=True)
class _Progress:
    """What one turn has used up so far."""

    turn: Turn
    notes: list[str] = field(default_factory=list)
    refused: int = 0
    corrected: bool = False
    was_empty: bool = False
    failed_models: int = 0
    """From the first on: the caller does not wait for one of them twice in a turn."""


class Router:
    """Answer turns. One for the whole process; `close` waits for actions under way."""

    def __init__(
        self,
        models: Sequence[LanguageModel],
        handlers: Mapping[str, FunctionHandler],
        office: Office,
        clock: Callable[[], datetime],
        *,
        model_failed: ModelFailed = lambda name, code: None,
        filler_after_s: float = 0.7,
        slow_model_s: float = 1.5,
        event_s: float = 4.0,
        action_s: float = 10.0,
    ) -> None:
        """`clock` gives aware times. `event_s` bounds the wait for each event of a model before
        the next one is asked; `action_s` the wait for a function."""
        self._models = models
        self._clock = clock
        self._model_failed = model_failed
        self._filler_after_s = filler_after_s
        self._slow_model_s = slow_model_s
        self._event_s = event_s
        self._tools = tuple(specification(handler) for handler in handlers.values())
        self._actions = Actions(handlers, office, clock, action_s=action_s)

    async def respond(
        self, conversation: Conversation, *, may_act: Gate | None = None
    ) -> AsyncGenerator[RouterEvent, None]:
        """The answer to what the conversation ends with.

        Cancel it or `aclose` it at any point: functions that change the world
        complete, and the dialogue holds only what was handed out. Never raises
        for a model's, a handler's or the database's failure. `may_act` is awaited
        before functions run: an attempt begun before the caller had certainly
        finished thinks ahead, but does nothing.
        """
        turn = Turn(
            conversation,
            filler_after_s=self._filler_after_s,
            slow_model_s=self._slow_model_s,
            may_act=may_act,
        )
        making = asyncio.create_task(self._make(turn))  # noqa: TID251 - ended in `finally`
        try:
            while (event := await turn.next()) is not None:
                yield event
        finally:
            making.cancel()
            turn.withdraw()  # Makes room as well, should the maker wait for some.
            await asyncio.wait({making})
            turn.withdraw()

    async def warm(self) -> None:
        """Open the first model's connection ahead of a call. Never raises."""
        if self._models:
            await self._models[0].warm()

    async def close(self) -> None:
        """Wait for functions that change the world and are still under way."""
        await self._actions.close()

    async def _make(self, turn: Turn) -> None:
        try:
            await self._answer(turn)
        except ProviderError as error:
            log.error("no_model_answered", code=error.code)
            await turn.say(TROUBLE, turn.conversation.open_round())
        except Exception as error:  # noqa: BLE001 - the one place where every leaf becomes a sentence
            log.error("turn_defect", error=type(error).__name__)
            await turn.say(TROUBLE, turn.conversation.open_round())
        await turn.end()

    async def _answer(self, turn: Turn) -> None:
        conversation = turn.conversation
        now = self._clock().astimezone(conversation.facts.practice.zone)
        conversation.facts = replace(conversation.facts, now=now)
        progress = _Progress(turn)
        safety = check_safety(conversation.callers_words)
        if safety in ("crisis", "emergency"):
            await self._emergency(turn, safety)
            return
        if safety == "medical_advice":
            progress.notes.append(MEDICAL_ADVICE)
        await self._catch_up(conversation)
        for _ in range(MAX_ROUNDS):
            if await self._round(progress):
                return
        await turn.say(TROUBLE, conversation.open_round())

    async def _emergency(self, turn: Turn, kind: str) -> None:
        facts = turn.conversation.facts
        answer = turn.conversation.open_round()
        splitter = SentenceSplitter()
        reply = emergency_reply(facts.practice, kind)
        for sentence in (*splitter.push(reply), *splitter.flush()):
            await turn.say(sentence, answer)
        reaches_person = facts.can_transfer and facts.practice.transfer_number
        somebody_is_there = reaches_person and is_open(facts.practice, facts.now)
        await turn.say(OFFER_PERSON if somebody_is_there else OFFER_URGENT_MESSAGE, answer)
        await turn.may_act()
        await self._actions.set_outcome(facts.call_sid, "emergency")

    async def _catch_up(self, conversation: Conversation) -> None:
        """Know what an interrupted turn, or another process, has done in this call."""
        call_sid = conversation.facts.call_sid
        await self._actions.settle(call_sid, SETTLE_S)
        if conversation.restored:
            conversation.adopt(await self._actions.stored(call_sid))

    async def _round(self, progress: _Progress) -> bool:
        """Ask once and act on the answer; True when the turn is over."""
        answer = await self._ask(progress)
        if answer.calls:
            return await self._act(progress, answer)
        if answer.held:
            return await self._hold_back(progress, answer)
        if answer.said:
            return True
        if not progress.was_empty:
            progress.was_empty = True
            progress.notes.append(EMPTY)
            return False
        await progress.turn.say(REPEAT_PLEASE, answer.round)
        return True

    async def _ask(self, progress: _Progress) -> _Answer:
        conversation = progress.turn.conversation
        answer = _Answer(conversation.open_round())
        splitter = SentenceSplitter()
        notes = list(progress.notes)
        events = answer_of(
            self._models[progress.failed_models :],
            lambda: self._request(conversation, notes),
            event_s=self._event_s,
            failed=self._model_failed,
        )
        try:
            async for event in events:
                match event:
                    case Restarted():
                        progress.failed_models += 1
                        splitter = SentenceSplitter()
                        answer.calls.clear()
                        answer.held.clear()
                        if answer.said:
                            notes.append(GO_ON)
                    case TextDelta(text=text):
                        progress.turn.token()
                        await self._sentences(progress.turn, answer, splitter.push(text))
                        await self._foresee(progress.turn, answer, splitter)
                    case ToolCallRequested(call=call):
                        progress.turn.token()
                        answer.calls.append(call)
                    case Completed():
                        await self._sentences(progress.turn, answer, splitter.flush())
        finally:
            await events.aclose()
        return answer

    def _request(self, conversation: Conversation, notes: Sequence[str]) -> ModelRequest:
        facts = conversation.facts
        return ModelRequest(
            messages=(
                ChatMessage("system", system_prompt(facts)),
                *conversation.messages,
                *(ChatMessage("system", note) for note in notes),
            ),
            tools=self._tools,
            practice=facts.practice,
            now=facts.now,
            caller_number=facts.caller_number,
            hints=facts.hints,
        )

    async def _sentences(self, turn: Turn, answer: _Answer, sentences: Sequence[str]) -> None:
        for sentence in sentences:
            # Whatever follows an unbacked claim was said in the belief that it holds.
            if answer.held or _unbacked(turn, sentence):
                answer.held.append(sentence)
            else:
                await self._say(turn, answer, sentence)

    async def _foresee(self, turn: Turn, answer: _Answer, splitter: SentenceSplitter) -> None:
        """Of the turn's first sentence, as it grows: only that one keeps a caller waiting."""
        if turn.said or answer.held:
            return
        if splitter.length >= max(LONG_SENTENCE, answer.foreseen + LONGER):
            answer.foreseen = splitter.length
            await turn.put(SentenceForeseen(splitter.begun))

    async def _say(self, turn: Turn, answer: _Answer, sentence: str) -> None:
        answer.said += 1
        # A second attempt within the turn often begins with the same words.
        if sentence not in turn.said:
            await turn.say(sentence, answer.round)

    async def _act(self, progress: _Progress, answer: _Answer) -> bool:
        turn = progress.turn
        calls = self._actions.identified(turn.conversation, answer.calls)
        await turn.may_act()
        await turn.working(self._actions.filler(calls))
        finished = await self._actions.run(turn.conversation, answer.round, calls, turn.put)
        effect = _effect(finished)
        if isinstance(effect, EndCall) and self._unbacked(turn, answer):
            return await self._hold_back(progress, answer)
        if effect is not None:
            await self._close_with(turn, answer, effect)
            return True
        progress.refused += any(done.refused for done in finished)
        if progress.refused > MAX_REFUSED:
            await turn.say(TROUBLE, turn.conversation.open_round())
            return True
        return False

    async def _close_with(self, turn: Turn, answer: _Answer, effect: Effect) -> None:
        if self._unbacked(turn, answer) is None:
            for sentence in answer.held:
                await self._say(turn, answer, sentence)
        if not answer.said:
            default = PUTTING_THROUGH if isinstance(effect, TransferCaller) else GOODBYE
            await turn.say(default, answer.round)
        await turn.put(EffectRequested(effect))

    def _unbacked(self, turn: Turn, answer: _Answer) -> claims.Claim | None:
        found = (_unbacked(turn, sentence) for sentence in answer.held)
        return next((claim for claim in found if claim is not None), None)

    async def _hold_back(self, progress: _Progress, answer: _Answer) -> bool:
        turn = progress.turn
        claim = self._unbacked(turn, answer)
        if claim is None:  # An action under way came through in the meantime.
            for sentence in answer.held:
                await self._say(turn, answer, sentence)
            return True
        log.warning("claim_held_back", claim=claim.value)
        if not progress.corrected:
            progress.corrected = True
            progress.notes.append(claims.correction(claim))
            return False
        await turn.say(claims.HONEST[claim], answer.round)
        truths = (_truth(turn, sentence) for sentence in answer.held)
        if claim is claims.Claim.OTHER_TIME and (truth := next(filter(None, truths), None)):
            await turn.say(f"It's this one: {truth}.", answer.round)
        else:
            await turn.say(MAY_TAKE_MESSAGE, answer.round)
        return True


def _unbacked(turn: Turn, sentence: str) -> claims.Claim | None:
    """What the sentence claims and nothing of this call shows; None when all holds."""
    claim = claims.unbacked(sentence, turn.conversation.committed)
    if claim is None and claims.claims(sentence) and _truth(turn, sentence) is not None:
        return claims.Claim.OTHER_TIME
    return claim


def _truth(turn: Turn, sentence: str) -> str | None:
    conversation = turn.conversation
    return truth_about(sentence, conversation.committed, conversation.facts)


def _effect(finished: Sequence[Finished]) -> Effect | None:
    """What should happen to the line. A call is not ended over something that failed."""
    effect = next((done.effect for done in finished if done.effect is not None), None)
    failed = any(not done.ok for done in finished if done.effect is None)
    return None if failed and isinstance(effect, EndCall) else effect
