"""Some cells of the matrix of `benchmarks/faults.py`: a vendor fails, and no call is lost."""

import pytest

from benchmarks.fault_call import Cell, Phase, Vendor
from benchmarks.faults import line_of, measure
from benchmarks.faulty_vendor import Fault

pytestmark = pytest.mark.call
CELLS: list[tuple[Vendor, Fault, Phase]] = [
    ("stt", "cuts", "listening"),
    ("stt", "hangs midway", "thinking"),
    ("llm", "hangs", "thinking"),
    ("llm", "5xx", "in a handler"),
    ("llm", "cuts", "speaking"),
    ("tts", "401", "greeting"),
    ("tts", "hangs midway", "speaking"),
    ("tts", "refuses", "transferring"),
]


async def test_whatever_fails_the_call_is_kept_and_what_it_was_for_is_done() -> None:
    cells = await measure(CELLS, at_once=4)

    lost = [cell for cell in cells if not _is_saved(cell)]
    assert not lost, "\n\n".join("\n".join([line_of(cell), *cell.notes]) for cell in lost)


def _is_saved(cell: Cell) -> bool:
    return cell.kept and cell.reached and cell.whole
