"""The breakers of processes: admission, what is told, and what is kept of it."""

import asyncio

import pytest

from receptionist.errors import ProviderUnavailable
from tests.resilience.fakes import Process, Store

LLM = "llm:openai"


async def fail(process: Process, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(ProviderUnavailable), await process.breakers.begin(LLM):
            raise ProviderUnavailable("openai", "HTTP 503")


async def succeed(process: Process) -> None:
    with await process.breakers.begin(LLM) as attempt:
        attempt.came()


async def test_an_open_breaker_refuses_without_a_request() -> None:
    process = Process(Store(), LLM)
    await fail(process, 2)

    with pytest.raises(ProviderUnavailable, match="left alone"):
        await process.breakers.begin(LLM)

    assert process.breakers.skips(LLM)
    assert process.shown("receptionist_breaker_open", adapter=LLM) == 1


async def test_a_barge_in_is_no_failure() -> None:
    process = Process(Store(), LLM)

    for _ in range(20):
        with pytest.raises(asyncio.CancelledError), await process.breakers.begin(LLM):
            raise asyncio.CancelledError

    assert not process.breakers.skips(LLM)
    assert process.breakers.is_well(LLM)


async def test_a_probe_that_had_begun_to_answer_when_it_was_broken_off_closes_it() -> None:
    process = Process(Store(), LLM)
    await fail(process, 2)
    process.now_s = 10

    with pytest.raises(GeneratorExit), await process.breakers.begin(LLM) as attempt:
        attempt.came()
        raise GeneratorExit

    assert not process.breakers.skips(LLM)
    assert process.shown("receptionist_breaker_open", adapter=LLM) == 0


async def test_opening_and_closing_are_audit_rows_and_metrics() -> None:
    process = Process(Store(), LLM)
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(process.breakers.watch())
        await fail(process, 2)
        process.now_s = 10
        await succeed(process)
        while len(process.rows.kept) < 2:
            await asyncio.sleep(0)
        watching.cancel()

    assert process.rows.kept == [("breaker.opened", LLM), ("breaker.closed", LLM)]
    total = "receptionist_breaker_changes_total"
    assert process.shown(total, adapter=LLM, change="opened") == 1
    assert process.shown(total, adapter=LLM, change="closed") == 1


async def test_what_one_process_finds_out_the_others_know() -> None:
    store = Store()
    first, second = Process(store, LLM), Process(store, LLM)
    await fail(first, 2)

    await first.breakers.exchange()
    await second.breakers.exchange()
    skipped = second.breakers.skips(LLM)
    second.now_s = 10
    await succeed(second)
    await second.breakers.exchange()
    await first.breakers.exchange()

    assert skipped
    assert not first.breakers.skips(LLM)


async def test_only_the_process_that_found_out_keeps_a_row() -> None:
    store = Store()
    first, second = Process(store, LLM), Process(store, LLM)
    await fail(first, 2)
    await first.breakers.exchange()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(second.breakers.watch())
        while not second.breakers.skips(LLM):
            await asyncio.sleep(0)
        watching.cancel()

    assert second.rows.kept == []


async def test_of_all_processes_one_probes() -> None:
    store = Store()
    first, second = Process(store, LLM), Process(store, LLM)
    for process in (first, second):
        await fail(process, 2)
        process.now_s = 10

    await first.breakers.begin(LLM)

    with pytest.raises(ProviderUnavailable, match="left alone"):
        await second.breakers.begin(LLM)


async def test_with_the_store_away_a_process_goes_by_what_it_knows_itself() -> None:
    store = Store()
    store.is_away = True
    process = Process(store, LLM)
    await fail(process, 2)
    with pytest.raises(ProviderUnavailable):
        await process.breakers.exchange()
    process.now_s = 10
    await succeed(process)
    store.is_away = False

    await process.breakers.exchange()

    assert not process.breakers.skips(LLM)
    assert not store.said[LLM].is_open


async def test_a_change_here_is_newer_than_what_others_said_before() -> None:
    store = Store()
    first, second = Process(store, LLM), Process(store, LLM)
    await fail(first, 2)
    await first.breakers.exchange()
    await fail(second, 2)
    second.now_s = 10
    await succeed(second)

    await second.breakers.exchange()

    assert not second.breakers.skips(LLM)
    assert not store.said[LLM].is_open
