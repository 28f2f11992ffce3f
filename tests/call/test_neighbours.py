"""Which of several processes takes the next stream."""

import asyncio

import pytest

from receptionist.call import neighbours
from receptionist.call.neighbours import Board, Neighbours


def crew(*calls: int) -> list[Neighbours]:
    """Processes with so many calls each."""
    board = Board(len(calls))
    found = [Neighbours(board, number) for number in range(len(calls))]
    for each, held in zip(found, calls, strict=True):
        each.join(held)
    return found


def test_the_emptiest_process_takes_the_next_stream() -> None:
    first, *_ = crew(30, 12, 25)

    assert first.pick() == 1


def test_a_process_as_empty_as_any_keeps_its_own_calls() -> None:
    assert [each.pick() for each in crew(4, 4, 5)] == [0, 1, 2]


def test_a_process_that_leaves_or_has_not_come_is_sent_nothing() -> None:
    first, second, third = crew(30, 2, 20)

    second.leave()

    assert first.pick() == 2
    assert second.pick() == 2
    third.leave()
    first.leave()
    assert first.pick() == 0, "somebody has to answer"


def test_what_a_leaving_process_still_holds_does_not_bring_it_back() -> None:
    first, second = crew(5, 1)
    second.leave()

    second.holds(0)

    assert first.pick() == 0


def test_a_dead_process_is_sent_nothing_until_the_next_has_come() -> None:
    board = Board(2)
    first, second = Neighbours(board, 0), Neighbours(board, 1)
    first.join(9)
    second.join(1)

    board.wipe(1, spent_s=2.5)

    assert first.pick() == 0
    assert len(board.pids()) == 1
    assert first.spent_s() == 2.5
    Neighbours(board, 1).join()
    assert first.pick() == 1


async def test_a_burst_is_spread_before_any_of_its_streams_is_there() -> None:
    first, *others = crew(0, 0, 0)
    taken = [0, 0, 0]

    for _ in range(30):
        number = first.pick()
        first.name(number)
        taken[number] += 1

    assert max(taken) - min(taken) <= 2, taken
    assert [each.least() for each in others] == [min(taken)] * 2, "the others know of it"


async def test_a_stream_that_has_come_is_counted_once() -> None:
    first, second = crew(9, 5)

    loads = []
    for held in (6, 7):
        first.name(1)
        loads.append(first.least())
        second.holds(held)
        loads.append(first.least())

    assert loads == [6, 6, 7, 7]


async def test_what_a_dead_process_had_sent_is_still_told_from_what_is_on_the_way() -> None:
    board = Board(3)
    first, second, third = (Neighbours(board, number) for number in range(3))
    for each in (first, second, third):
        each.join(9)
    for held in range(10, 15):
        first.name(1)
        second.holds(held)

    board.wipe(0)
    heir = Neighbours(board, 0)
    heir.join(20)
    third.join(20)
    loads = []
    for _ in range(3):
        heir.name(1)
        loads.append(third.least())

    assert loads == [15, 16, 17]


async def test_a_stream_that_never_comes_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "ON_THE_WAY_S", 0.0)
    first, second = crew(0, 0)

    for _ in range(5):
        first.name(1)
    before = second.pick()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert before == 0
    assert second.pick() == 1
