"""The page of numbers, its tables and its files."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from db import SqlDatabase
from receptionist.admin.charts import HEIGHT, bars, columns
from receptionist.numbers.figures import Figures
from receptionist.ports.numbers import DayNumbers, VendorErrors
from tests.admin.clinic import NOW, PRACTICE, SCRIPT, Staff, audited

TODAY = NOW.astimezone(PRACTICE.zone).date()


async def test_what_was_counted_is_shown_in_words(mia: Staff) -> None:
    page = (await mia.get("/admin/numbers?days=7")).text

    assert "<dt>Answered</dt><dd>3</dd>" in page
    assert "<dt>Lost</dt><dd>1 <small>25 %</small></dd>" in page
    assert "An appointment" in page
    assert "Put through" in page


async def test_counts_are_nobody_s_and_leave_no_audit_row(
    mia: Staff, database: SqlDatabase
) -> None:
    await mia.get("/admin/numbers")

    assert await audited(database) == []


@pytest.mark.parametrize(
    "name", ["days", "hours", "wishes", "outcomes", "ends", "latency", "costs", "vendors"]
)
async def test_each_picture_has_its_table_and_its_file(
    mia: Staff, database: SqlDatabase, name: str
) -> None:
    async with database.transaction() as uow:
        await uow.numbers.add_vendor_errors(TODAY, [VendorErrors("deepgram", "cut", 2)])
    page = (await mia.get("/admin/numbers?days=7")).text
    answer = await mia.get(f"/admin/numbers/{name}.csv?days=7")

    assert f'id="{name}-title"' in page
    assert f"/admin/numbers/{name}.csv?days=7" in page
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) > 1
    assert all(len(row) == len(rows[0]) for row in rows)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    first = TODAY - timedelta(days=6)
    assert f'filename="{name}-{first}-{TODAY}.csv"' in answer.headers["content-disposition"]


async def test_a_formula_in_a_file_is_text(mia: Staff, database: SqlDatabase) -> None:
    async with database.transaction() as uow:
        await uow.numbers.add_vendor_errors(TODAY, [VendorErrors("=HYPERLINK(1)", SCRIPT, 2)])

    answer = await mia.get("/admin/numbers/vendors.csv?days=7")
    page = await mia.get("/admin/numbers?days=7")

    assert '"\'=HYPERLINK(1)"' in answer.text
    assert SCRIPT not in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin/numbers?days=8", 400),
        ("/admin/numbers?days=x", 400),
        ("/admin/numbers?practice=99", 400),
        ("/admin/numbers/nothing.csv", 404),
    ],
)
async def test_numbers_that_are_not_there_are_refused(mia: Staff, path: str, status: int) -> None:
    assert (await mia.get(path)).status_code == status


async def test_a_year_is_shown_by_weeks(mia: Staff, database: SqlDatabase) -> None:
    figures = Figures()
    figures.answered["9"] = 1
    async with database.transaction() as uow:
        practice = (await uow.practices.all())[0]
        for days in range(20, 34):
            day = DayNumbers(practice.id, TODAY - timedelta(days=days), NOW, figures.dump(), True)
            await uow.numbers.keep(day)

    answer = await mia.get("/admin/numbers/days.csv?days=365")

    rows = list(csv.reader(io.StringIO(answer.text)))[1:]
    assert len(rows) == 53
    assert max(int(row[1]) for row in rows) == 7
    assert sum(int(row[1]) for row in rows) == 14 + 3


async def test_before_anything_is_counted_the_page_says_so(
    mia: Staff, database: SqlDatabase
) -> None:
    page = (await mia.get("/admin/numbers?days=1")).text

    counted = datetime.now(UTC).astimezone(PRACTICE.zone).date() == TODAY
    assert ("Nothing has been counted yet" in page) is not counted


def test_columns_stand_on_the_axis_and_reach_its_top() -> None:
    picture = columns(["a", "b", "c"], ("X", "Y"), [(3, 5), (0, 0), (1, 0)], "words")

    tops = [(block.y, round(block.y + block.height, 1)) for block in picture.blocks]
    assert [block.words for block in picture.blocks] == ["a: 3 x", "a: 5 y", "c: 1 x"]
    assert tops[0][1] == tops[2][1] == HEIGHT - 22
    assert tops[1] == (10.0, tops[0][0])
    assert [line.words for line in picture.lines] == ["0", "2", "4", "6", "8"]


@pytest.mark.parametrize("most", [0, 1, 3, 4, 9, 10, 99, 101, 12_345, 99_999])
def test_no_column_leaves_the_picture(most: int) -> None:
    picture = columns(["a"], ("X",), [(most,)], "words")

    assert all(block.y >= 9.9 and block.height >= 0 for block in picture.blocks)
    labels = [float(line.words) for line in picture.lines]
    assert labels == sorted(set(labels))
    assert labels[-1] >= most


def test_bars_are_as_long_as_the_longest() -> None:
    assert bars([1, 4, 0]) == [25.0, 100.0, 0.0]
    assert bars([0, 0]) == [0.0, 0.0]
    assert bars([]) == []
