"""What becomes of a calendar request when Google, or the way there, fails."""

import asyncio
import logging

import pytest

from providers.calendar.google import GoogleCalendar
from receptionist.domain.opening_hours import Interval
from receptionist.errors import (
    CalendarUnavailable,
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from receptionist.ports.calendar import event_id_for
from tests.emulators.google import GoogleEmulator
from tests.providers.calendar.conftest import Open
from tests.providers.calendar.contract import HOUR, KIM, LEE, TEN, appointment, busy

MOVED = Interval(TEN + HOUR, TEN + 2 * HOUR)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate_limited", ProviderLimited),
        ("user_rate_limited", ProviderLimited),
        ("quota", ProviderLimited),
        ("429", ProviderLimited),
        ("500", ProviderUnavailable),
        ("503", ProviderUnavailable),
        ("drop", ProviderUnavailable),
        ("garbage", ProviderUnavailable),
        ("forbidden", ProviderRefused),
    ],
)
async def test_each_failure_has_its_error_which_quotes_nothing(
    google: GoogleEmulator,
    calendar: GoogleCalendar,
    caplog: pytest.LogCaptureFixture,
    fault: str,
    error: type[ProviderError],
) -> None:
    google.fail("*", fault, times=9)
    google.fail("token", "slow")  # The token is not at fault: its queue comes first.

    with caplog.at_level(logging.DEBUG), pytest.raises(error) as caught:
        await calendar.get(LEE, appointment().id)

    assert caught.value.retryable == (error is not ProviderRefused)
    assert "Jane" not in f"{caught.value}{caplog.text}"
    assert "lee" not in caplog.text


@pytest.mark.parametrize("fault", ["drop", "reset"])
async def test_a_connection_closed_at_rest_is_dialled_again(
    google: GoogleEmulator, calendar: GoogleCalendar, fault: str
) -> None:
    await calendar.put(LEE, appointment())
    google.fail("get", fault)

    assert await calendar.get(LEE, appointment().id) is not None


async def test_no_answer_in_time_is_an_outage(
    google: GoogleEmulator, hasty: GoogleCalendar
) -> None:
    google.fail("freeBusy", "hang")

    with pytest.raises(ProviderUnavailable, match="no answer in time"):
        await busy(hasty)


async def test_a_half_read_answer_does_not_disturb_the_next(
    google: GoogleEmulator, open_calendar: Open
) -> None:
    calendar = open_calendar(threads=1, timeout_s=1.0)
    await calendar.put(LEE, appointment())
    google.fail("get", "half")

    with pytest.raises(ProviderUnavailable):
        await calendar.get(LEE, appointment().id)

    assert await calendar.get(LEE, appointment().id) is not None
    assert google.strays == b""


async def test_after_a_muddled_answer_is_asked_again_on_a_new_connection(
    google: GoogleEmulator, open_calendar: Open
) -> None:
    calendar = open_calendar(threads=1)
    await calendar.put(LEE, appointment())
    google.fail("get", "muddle")

    assert await calendar.get(LEE, appointment().id) is not None
    await calendar.close()
    await google.until_closed()
    assert google.strays == b""


async def test_a_slow_answer_is_an_answer(google: GoogleEmulator, calendar: GoogleCalendar) -> None:
    google.human_adds(LEE, TEN, TEN + HOUR, "Staff meeting")
    google.fail("freeBusy", "slow", delay_s=0.05)

    assert await busy(calendar) == [Interval(TEN, TEN + HOUR)]


async def test_waiting_for_a_thread_ends_too(google: GoogleEmulator, open_calendar: Open) -> None:
    one_thread = open_calendar(threads=1, timeout_s=2.0, deadline_s=0.5)
    google.fail("freeBusy", "hang", times=2)

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_error_of(one_thread)) for _ in range(3)]

    assert [type(task.result()) for task in asked] == [ProviderUnavailable] * 3


async def _error_of(calendar: GoogleCalendar) -> Exception | None:
    try:
        await busy(calendar)
    except ProviderError as exc:
        return exc
    return None


async def test_free_busy_that_is_not_known_is_not_free(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.fail("freeBusy", "unknown_busy")

    with pytest.raises(CalendarUnavailable, match="internalError") as caught:
        await calendar.busy([LEE, KIM], TEN, TEN + HOUR)

    assert set(caught.value.reasons) == {LEE, KIM}
    assert caught.value.retryable


@pytest.mark.parametrize("noticed", [True, False])
async def test_an_insert_whose_answer_is_lost_is_made_once(
    google: GoogleEmulator, hasty: GoogleCalendar, calendar: GoogleCalendar, noticed: bool
) -> None:
    google.doubt(duplicate_inserts_noticed=noticed)
    google.fail("insert", "lost_hang")

    with pytest.raises(ProviderUnavailable):
        await hasty.put(LEE, appointment())
    result = await calendar.put(LEE, appointment())

    assert result.outcome == "unchanged"
    assert len(google.events(LEE)) == 1


async def test_an_insert_cut_off_once_settles_itself(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.fail("insert", "lost")

    result = await calendar.put(LEE, appointment())

    assert result.outcome == "unchanged"
    assert len(google.events(LEE)) == 1


async def test_an_insert_cut_off_for_good_can_be_put_again(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.fail("insert", "lost", times=9)

    with pytest.raises(ProviderUnavailable):
        await calendar.put(LEE, appointment())
    google.clear_faults()

    assert (await calendar.put(LEE, appointment())).outcome == "unchanged"
    assert len(google.events(LEE)) == 1


async def test_an_insert_answered_with_garbage_can_be_put_again(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.fail("insert", "garbage")

    with pytest.raises(ProviderUnavailable, match="not Google's"):
        await calendar.put(LEE, appointment())

    assert (await calendar.put(LEE, appointment())).outcome == "unchanged"


async def test_a_move_whose_answer_is_lost_is_made_once(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    google.fail("patch", "lost")

    await calendar.put(LEE, appointment(TEN + HOUR))

    assert await busy(calendar) == [MOVED]
    assert (await calendar.put(LEE, appointment(TEN + HOUR))).outcome == "unchanged"


@pytest.mark.parametrize("again", [410, 404])
async def test_a_delete_whose_answer_is_lost_can_be_repeated(
    google: GoogleEmulator, calendar: GoogleCalendar, again: int
) -> None:
    google.doubt(delete_again=again)
    await calendar.put(LEE, appointment())
    google.fail("delete", "lost")

    await calendar.delete(LEE, appointment().id)

    assert google.requests["delete"] == 2
    assert google.events(LEE) == []


async def test_a_deleted_event_that_google_hides_can_be_put_again(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.doubt(deleted_events_readable=False)
    await calendar.put(LEE, appointment())
    await calendar.delete(LEE, appointment().id)

    assert (await calendar.put(LEE, appointment())).outcome == "revived"


async def test_an_id_that_is_taken_but_not_shown_yet_is_put_off(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.doubt(deleted_events_readable=False, hidden_events_writable=False)
    await calendar.put(LEE, appointment())
    await calendar.delete(LEE, appointment().id)

    with pytest.raises(ProviderUnavailable, match="not yet shown"):
        await calendar.put(LEE, appointment())


async def test_an_event_that_may_not_be_revived_needs_the_next_id(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.doubt(revive_allowed=False)
    await calendar.put(LEE, appointment())
    google.human_deletes(LEE, appointment().id)

    with pytest.raises(ProviderRefused) as caught:
        await calendar.put(LEE, appointment())

    assert caught.value.status == 403
    assert event_id_for("a" * 32, 1) != event_id_for("a" * 32)


async def test_a_bare_deleted_event_is_told(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.doubt(cancelled_events_bare=True)
    await calendar.put(LEE, appointment())
    token = (await calendar.changes(LEE, None, since=TEN)).next_sync_token
    google.human_deletes(LEE, appointment().id)

    (told,) = (await calendar.changes(LEE, token, since=TEN)).events

    assert told.cancelled
    assert told.interval is None


async def test_an_edit_between_reading_and_writing_is_seen(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    google.fail("patch", "hold")

    async with asyncio.TaskGroup() as group:
        putting = group.create_task(calendar.put(LEE, appointment(TEN + HOUR)))
        await google.until_asked("patch")
        google.human_moves(LEE, appointment().id, TEN + 5 * HOUR)
        google.release.set()

    assert putting.result().outcome == "kept"
    assert await busy(calendar) == [Interval(TEN + 5 * HOUR, TEN + 6 * HOUR)]


async def test_an_event_that_never_rests_is_put_off(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.put(LEE, appointment())
    google.fail("patch", "changed", times=9)

    with pytest.raises(ProviderUnavailable, match="faster"):
        await calendar.put(LEE, appointment(TEN + HOUR))


async def test_the_event_loop_goes_on_while_google_thinks(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.fail("freeBusy", "hold")
    ticks = 0

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(busy(calendar))
        await google.until_asked("freeBusy")
        for _ in range(1000):
            await asyncio.sleep(0)
            ticks += not asking.done()
        google.release.set()

    assert ticks == 1000
    assert asking.result() == []


async def test_forty_at_once_each_make_their_event(
    google: GoogleEmulator, open_calendar: Open
) -> None:
    calendar = open_calendar(threads=40, timeout_s=30.0)

    async with asyncio.TaskGroup() as group:
        for number in range(1, 41):
            start = TEN + number * HOUR
            group.create_task(calendar.put(LEE, appointment(start, number=number)))

    assert len(google.events(LEE)) == 40
    assert google.accounts.issued == 1


async def test_forty_at_once_make_one_event_of_one_id(
    google: GoogleEmulator, open_calendar: Open
) -> None:
    calendar = open_calendar(threads=40, timeout_s=30.0)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(calendar.put(LEE, appointment())) for _ in range(40)]

    outcomes = [task.result().outcome for task in tasks]
    assert sorted(set(outcomes)) == ["created", "unchanged"]
    assert outcomes.count("created") == 1
    assert len(google.events(LEE)) == 1
