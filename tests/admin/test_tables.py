"""CSV that a spreadsheet opens without running any of it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receptionist.admin.tables import FORMULA_STARTS, csv_lines, safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '"=1', ";=1", "＝1"]
)
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Ana", "", None, -5, 3.5, "a=b", "O'Neil"])
def test_what_could_not_stays_as_it_is(value: object) -> None:
    assert safe_cell(value) == ("" if value is None else str(value))


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), max_size=5))
def test_whatever_was_said_is_one_cell_and_no_formula(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_lines(rows), newline="")))

    assert [len(row) for row in read] == [len(row) for row in rows]
    for row, given_row in zip(read, rows, strict=True):
        for cell, said in zip(row, given_row, strict=True):
            assert cell in (said, f"'{said}")
            assert not cell.startswith(FORMULA_STARTS)
