"""One answer from the first model that gives it.

A model that fails, or keeps the caller waiting, is replaced by the next one
for the same request. Which models there are, and in which order, was decided
when the process was put together; the last one is embedded and cannot be down.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import structlog

from receptionist.errors import ProviderError, ProviderUnavailable
from receptionist.ports.language_model import Completed, LanguageModel, ModelEvent, ModelRequest

log = structlog.get_logger()

# Waiting is better than an apology when there is nothing left to turn to.
LAST_MODEL_PATIENCE = 2.0


ModelFailed = Callable[[str, str], None]
"""Told a model's name and the error's code."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The next model begins: what came so far is void, but for sentences already said."""


async def answer_of(
    models: Sequence[LanguageModel],
    request: Callable[[], ModelRequest],
    *,
    event_s: float,
    failed: ModelFailed,
) -> AsyncGenerator[ModelEvent | Restarted, None]:
    """Events of one answer. `request` is asked anew for each model.

    `event_s` bounds the wait for each event; `failed` is told of each model that did not answer.
    Raises `ProviderUnavailable` when every model has failed.
    """
    for position, model in enumerate(models):
        is_last = position == len(models) - 1
        patience_s = event_s * LAST_MODEL_PATIENCE if is_last else event_s
        if position:
            yield Restarted()
        stream = _events(model, request(), patience_s)
        try:
            async for event in stream:
                yield event
            return
        except ProviderError as error:
            failed(model.name, error.code)
            log.warning("model_failed", model=model.name, code=error.code, status=error.status)
        finally:
            await stream.aclose()
    raise ProviderUnavailable("language models", "none of them answered")


async def _events(
    model: LanguageModel, request: ModelRequest, patience_s: float
) -> AsyncGenerator[ModelEvent, None]:
    events = model.stream(request)
    try:
        while True:
            event = await _next(model, events, patience_s)
            yield event
            if isinstance(event, Completed):
                return
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


async def _next(
    model: LanguageModel, events: AsyncIterator[ModelEvent], patience_s: float
) -> ModelEvent:
    try:
        async with asyncio.timeout(patience_s):
            return await anext(events)
    except TimeoutError:
        raise ProviderUnavailable(model.name, f"no event within {patience_s:g} s") from None
    except StopAsyncIteration:
        raise ProviderUnavailable(model.name, "the answer ended without a finish reason") from None
    except ProviderError:
        raise
    except Exception as error:
        # An adapter's defect must not cost the call.
        log.error("model_defect", model=model.name, error=type(error).__name__)
        raise ProviderUnavailable(model.name, type(error).__name__) from error
