"""Tables to take away: CSV that a spreadsheet opens without running any of it."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from starlette.responses import StreamingResponse

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection)."""


def safe_cell(value: object) -> str:
    """Text that stays text: a leading apostrophe where a formula could begin."""
    text = "" if value is None else str(value)
    # A cell may begin behind a separator or quote that another program reads differently.
    begins = text.lstrip(" \"';,")
    is_number = isinstance(value, int | float)
    return f"'{text}" if not is_number and begins.startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """RFC 4180, every cell quoted."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return written.getvalue()


def download(lines: AsyncIterator[str], name: str, media_type: str) -> StreamingResponse:
    """A file that is written while it is sent."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(lines, media_type=f"{media_type}; charset=utf-8", headers=headers)
