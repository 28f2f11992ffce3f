"""Settings: changed by a manager, looked at in words first, kept as versions."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest

from db import SqlDatabase
from receptionist.domain.practice import (
    WEEKDAYS,
    Document,
    Faq,
    Practice,
    Practitioner,
    Resource,
    Service,
    Synonyms,
    TimeRange,
)
from receptionist.errors import ProviderUnavailable
from receptionist.ports.practice_history import PracticeVersion
from tests.admin.clinic import (
    PRACTICE,
    SCRIPT,
    Staff,
    appointment,
    audited,
    pages_of,
    room_of,
)

DAY = (TimeRange(time(8), time(18)),)
CLINIC = replace(
    PRACTICE,
    hours=dict.fromkeys(WEEKDAYS, DAY),
    practitioners=(Practitioner("Dr. Lee"), Practitioner("Dr. Kim")),
    services=(
        Service("Check-up", 30, 5, ("Dr. Lee", "Dr. Kim")),
        Service("X-ray", 15, 0, ("Dr. Kim",), ("X-ray room",)),
    ),
    resources=(Resource("X-ray room"),),
    faqs=(Faq("Where can I park?", "Behind the building."),),
    synonyms=(Synonyms("parking", ("car park",)),),
    documents=(Document("Before a blood test", "Drink water."),),
)
NEXT_YEAR = datetime(datetime.now(UTC).year + 1, 3, 10, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def clinic(database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        await uow.practices.save(CLINIC)


async def practice(database: SqlDatabase) -> Practice:
    async with database.reading() as uow:
        (found,) = await uow.practices.all()
    return found


async def versions(database: SqlDatabase) -> list[PracticeVersion]:
    async with database.reading() as uow:
        return list(await uow.versions.list(1, 100))


def carried(page: str) -> dict[str, str]:
    """What a page's last form carries along unseen."""
    form = page.rpartition("<form")[2]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "token"}


async def change(who: Staff, path: str, fields: dict[str, Any], *, seen: int = 0) -> Any:
    """Look at a change, and save it."""
    looked = await who.post(path, {**fields, "seen": seen, "step": "preview"})
    assert looked.status_code == 200, looked.text
    return await who.post(path, {**fields, **carried(looked.text), "step": "save"})


def hours(**days: str) -> dict[str, str]:
    return {f"hours.{day}": text for day, text in days.items()}


async def test_a_change_is_shown_in_words_and_saved_only_then(
    omar: Staff, database: SqlDatabase
) -> None:
    typed = hours(monday="8:30 to 12 and 13:00–17:00")

    looked = await omar.post("/admin/settings/hours", {**typed, "seen": 0, "step": "preview"})

    assert "Open Monday 8:30 to 12:00 and 13:00 to 17:00. Before: Open Monday" in looked.text
    assert "Closed on Tuesday. Before: Open Tuesday 8:00 to 18:00." in looked.text
    assert await practice(database) == CLINIC
    fields = {**carried(looked.text), "step": "save"}
    assert (await omar.post("/admin/settings/hours", fields)).status_code == 303
    now = await practice(database)
    morning = TimeRange(time(8, 30), time(12))
    assert now.hours == {"monday": (morning, TimeRange(time(13), time(17)))}
    assert now == replace(CLINIC, hours=now.hours)


async def test_every_change_is_a_version_with_who_and_what(
    omar: Staff, database: SqlDatabase
) -> None:
    await change(omar, "/admin/settings/closed", {"closed": "2027-12-25"})

    first, second = reversed(await versions(database))
    assert first.words == ("As it was before the first change kept here.",)
    assert (second.number, second.actor, second.parts) == (2, "omar", ("closed",))
    assert second.words == ("New: Closed on Saturday 25 December 2027.",)
    page = (await omar.get("/admin/settings/history")).text
    assert "Closed on Saturday 25 December 2027." in page
    assert ("omar", "practice.changed", "practice:1") in await audited(database)


async def test_a_version_is_gone_back_to_after_a_look(omar: Staff, database: SqlDatabase) -> None:
    await change(omar, "/admin/settings/closed", {"closed": "2027-12-25"})

    path = "/admin/settings/history/1"
    looked = await omar.post(path, {"seen": 2, "step": "preview"})
    assert "Gone: Closed on Saturday 25 December 2027." in looked.text
    assert (await practice(database)).closed == {date(2027, 12, 25)}
    await omar.post(path, {**carried(looked.text), "step": "save"})

    assert await practice(database) == CLINIC
    assert len(await versions(database)) == 3


async def test_what_the_practice_file_refuses_is_said_beside_its_field(
    omar: Staff, database: SqlDatabase
) -> None:
    wrong = hours(monday="17:00-8:00", friday="soon")
    week = await omar.post("/admin/settings/hours", {**wrong, "seen": 0})
    line = await omar.post(
        "/admin/settings/telephone",
        {
            "greeting": "",
            "transfer_number": "911",
            "fallback_number": "5550112",
            "emergency_number": "x",
            "seen": 0,
        },
    )
    service = await omar.post(
        "/admin/settings/services",
        {"name": "X-ray", "minutes": "4", "buffer_minutes": "", "seen": 0},
    )

    assert {week.status_code, line.status_code, service.status_code} == {422}
    assert re.search(r'id="hours.monday-problem">17:00-08:00 closes before it opens<', week.text)
    assert re.search(r'id="hours.friday-problem">.*is not a range such as 08:30-12:00<', week.text)
    assert 'value="soon"' in week.text
    assert 'id="greeting-problem">Please fill this in.<' in line.text
    assert 'id="transfer_number-problem">expected a number such as +15550100<' in line.text
    assert 'id="fallback_number-problem">expected a number such as +15550100<' in line.text
    assert 'id="emergency_number-problem">expected 2 to 6 digits such as 911<' in line.text
    assert 'id="minutes-problem">Please give at least 5.<' in service.text
    assert await practice(database) == CLINIC
    assert await versions(database) == []


async def test_words_callers_use_are_typed_a_line_each(omar: Staff, database: SqlDatabase) -> None:
    path = "/admin/settings/synonyms"
    opened = await omar.get(path)
    lines = "parking: car park, garage\nlift: elevator\nparking: lot"
    await change(omar, path, {"synonyms": lines})
    wrong = await omar.post(path, {"synonyms": "parking: garage\nlift: garage", "seen": 2})
    alone = await omar.post(path, {"synonyms": "parking", "seen": 2})

    assert ">parking: car park</textarea>" in opened.text
    assert (await practice(database)).synonyms == (
        Synonyms("parking", ("car park", "garage", "lot")),
        Synonyms("lift", ("elevator",)),
    )
    assert {wrong.status_code, alone.status_code} == {422}
    assert "is there twice" in wrong.text
    assert "has no other words" in alone.text


async def test_any_change_of_a_document_is_a_change(omar: Staff, database: SqlDatabase) -> None:
    long = "Drink water. " * 30
    path = "/admin/settings/documents/0"
    await change(omar, path, {"title": "Blood", "text": f"{long}Eat nothing."})
    await change(omar, path, {"title": "Blood", "text": f"{long}Eat something."}, seen=2)

    (document,) = (await practice(database)).documents
    assert document.text.endswith("Eat something.")
    assert len(await versions(database)) == 3


async def test_two_services_of_one_name_are_refused(omar: Staff) -> None:
    fields = {"name": "X-ray", "minutes": "15", "buffer_minutes": "0", "seen": 0}

    answer = await omar.post("/admin/settings/services", fields)

    assert answer.status_code == 422
    assert "service &#39;X-ray&#39; is there twice" in answer.text


async def test_a_stale_edit_says_who_changed_it_and_keeps_what_was_typed(
    omar: Staff, database: SqlDatabase
) -> None:
    await change(omar, "/admin/settings/closed", {"closed": "2027-12-25"})

    stale = {"closed": "2028-01-01", "seen": 1, "step": "save"}
    answer = await omar.post("/admin/settings/closed", stale)

    assert answer.status_code == 409
    assert "omar changed this just now." in answer.text
    assert "Closed on Saturday 25 December 2027." in answer.text
    assert "2028-01-01</textarea>" in answer.text
    assert (await practice(database)).closed == {date(2027, 12, 25)}
    again = {"closed": "2028-01-01", **carried(answer.text), "step": "save"}
    assert (await omar.post("/admin/settings/closed", again)).status_code == 303


async def test_changes_of_different_parts_do_not_disturb_each_other(
    omar: Staff, database: SqlDatabase
) -> None:
    await change(omar, "/admin/settings/closed", {"closed": "2027-12-25"})

    fields = {"recording": "yes", "retention_days": "90", "seen": 0, "step": "save"}
    answer = await omar.post("/admin/settings/privacy", fields)

    assert answer.status_code == 303
    now = await practice(database)
    assert (now.recording, now.retention_days, now.closed) == (True, 90, {date(2027, 12, 25)})


async def test_of_two_who_save_at_once_one_is_told(omar: Staff, database: SqlDatabase) -> None:
    paths = [("2027-12-25", 0), ("2027-12-26", 0), ("2027-12-27", 0)]

    async with asyncio.TaskGroup() as group:
        answers = [
            group.create_task(
                omar.post("/admin/settings/closed", {"closed": day, "seen": seen, "step": "save"})
            )
            for day, seen in paths
        ]

    assert sorted(task.result().status_code for task in answers) == [303, 409, 409]
    assert len((await practice(database)).closed) == 1


async def test_a_practitioner_is_added_changed_and_removed(
    omar: Staff, database: SqlDatabase
) -> None:
    new = {"name": "Nurse Gomez", "leave": "2027-08-01 to 2027-08-14\n2027-12-24"}
    await change(omar, "/admin/settings/people", {**new, **hours(monday="9-12")})
    await change(omar, "/admin/settings/people/1", {"name": "Dr. Kim-Park"}, seen=2)

    now = await practice(database)
    assert [p.name for p in now.practitioners] == ["Dr. Lee", "Dr. Kim-Park", "Nurse Gomez"]
    assert now.practitioners[2].hours == {"monday": (TimeRange(time(9), time(12)),)}
    assert now.practitioners[2].leave[0].last == date(2027, 8, 14)
    assert now.services[0].practitioners == ("Dr. Lee", "Dr. Kim-Park")
    await change(omar, "/admin/settings/people/0", {"remove": "yes"}, seen=3)
    now = await practice(database)
    assert [p.name for p in now.practitioners] == ["Dr. Kim-Park", "Nurse Gomez"]
    assert now.services[0].practitioners == ("Dr. Kim-Park",)


async def test_the_only_one_who_does_a_service_is_not_removed_unnoticed(omar: Staff) -> None:
    fields = {"remove": "yes", "seen": 0}

    answer = await omar.post("/admin/settings/people/1", fields)

    assert answer.status_code == 422
    assert "service &#39;X-ray&#39; names &#39;Dr. Kim&#39;" in answer.text


async def test_whoever_is_booked_keeps_their_name(omar: Staff, database: SqlDatabase) -> None:
    await booked(database)

    answer = await omar.post("/admin/settings/people/0", {"name": "Dr. Leigh", "seen": 0})

    assert answer.status_code == 422
    assert "Appointments are booked under the old name." in answer.text


async def test_appointments_a_change_leaves_behind_are_named(
    omar: Staff, database: SqlDatabase
) -> None:
    await booked(database)

    fields = {"closed": NEXT_YEAR.date().isoformat(), "seen": 0, "step": "preview"}
    looked = await omar.post("/admin/settings/closed", fields)
    other = await omar.post("/admin/settings/closed", {**fields, "closed": "2031-01-01"})

    assert "One appointment stays where nobody would be booked any more" in looked.text
    assert " with Dr. Lee. Move or cancel by hand." in looked.text
    assert "stays where" not in other.text


async def booked(database: SqlDatabase) -> None:
    row = replace(
        appointment(),
        id="a2",
        start=NEXT_YEAR,
        end=NEXT_YEAR + timedelta(minutes=30),
        blocks_until=NEXT_YEAR + timedelta(minutes=35),
    )
    async with database.transaction() as uow:
        await uow.appointments.add(row)


class ClosedCalendar:
    """A vendor's calendars, none of which is shared with us."""

    external = True
    away = False

    async def check(self, calendar_ids: list[str]) -> dict[str, str]:
        if self.away:
            raise ProviderUnavailable("google", "HTTP 503")
        return {
            name: f"{name} is not shared with us; in its settings: add us" for name in calendar_ids
        }


async def test_a_calendar_that_is_closed_to_us_says_how_to_share_it(database: SqlDatabase) -> None:
    calendar = ClosedCalendar()
    omar = Staff(pages_of(room_of(database, calendar=calendar)), "omar")
    fields = {"name": "Dr. Lee", "calendar": "lee@example.com", "seen": 0}

    looked = await omar.post("/admin/settings/people/0", fields)
    calendar.away = True
    unknown = await omar.post("/admin/settings/people/0", fields)

    assert "lee@example.com is not shared with us; in its settings: add us." in looked.text
    assert "whether the calendar is shared with us is not known" in unknown.text


async def test_every_part_opens_as_it_is_and_comes_back_unchanged(
    omar: Staff, database: SqlDatabase
) -> None:
    overview = (await omar.get("/admin/settings")).text

    paths = set(re.findall(r'href="(/admin/settings/[a-z]+(?:/\d+)?)"', overview))
    assert len(paths) == 22, paths
    for path in sorted(paths - {"/admin/settings/history"}):
        assert (await omar.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    "path", ["/admin/settings/nothing", "/admin/settings/people/9", "/admin/settings/hours/0"]
)
async def test_what_is_no_setting_is_not_found(omar: Staff, path: str) -> None:
    assert (await omar.get(path)).status_code == 404
    assert (await omar.post(path, {"seen": 0})).status_code == 404


async def test_trying_it_is_offered_only_where_the_softphone_is(
    omar: Staff, database: SqlDatabase
) -> None:
    elsewhere = Staff(pages_of(room_of(database, phone_page=lambda _: False)), "omar")

    assert (
        'href="/phone?practice=Maple%20Street%20Clinic"' in (await omar.get("/admin/settings")).text
    )
    assert "/phone" not in (await elsewhere.get("/admin/settings")).text


async def test_settings_are_for_managers(mia: Staff, stranger: Staff) -> None:
    for path in ("/admin/settings", "/admin/settings/hours", "/admin/settings/history"):
        assert (await mia.get(path)).status_code == 403
        assert (await stranger.get(path)).status_code == 401
    assert (await mia.post("/admin/settings/hours", {"seen": 0})).status_code == 403


async def test_what_is_typed_never_becomes_markup(omar: Staff, database: SqlDatabase) -> None:
    fields = {"question": SCRIPT, "answer": SCRIPT}
    await change(omar, "/admin/settings/faqs", fields)

    assert (await practice(database)).faqs[-1] == Faq(SCRIPT, SCRIPT)
    for path in ("/admin/settings", "/admin/settings/faqs/1", "/admin/settings/history"):
        assert SCRIPT not in (await omar.get(path)).text


async def test_nothing_is_kept_where_nothing_changes(omar: Staff, database: SqlDatabase) -> None:
    fields = {"name": "X-ray room", "count": "1", "seen": 0}

    looked = await omar.post("/admin/settings/resources/0", fields)
    await omar.post("/admin/settings/resources/0", {**fields, "step": "save"})

    assert "Nothing would change." in looked.text
    assert await versions(database) == []
