"""XLSX, read as data: the first visible sheet, values only. Formulas, macros and links are never followed."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from masar.api.files.table import (
    LARGEST_UNPACKED,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    Table,
    Unreadable,
    Value,
    demand_heads,
    numbered,
)

warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\..*")  # they quote cells: not for a log

_MOST_PARTS = 500
_MOST_MERGED_CELLS = 200_000
_LAST_ROW = 1_048_576
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:]{1,30})\"")
_ZEROS = re.compile(r"0{2,20}")
_CHUNK = 1 << 20
_Merged = Mapping[int, Mapping[int, int]]


def read_workbook(content: bytes) -> Table:
    """Read an XLSX file as far as its headings. Raises: Unreadable."""
    _demand_harmless(content)
    with _sheet(content) as (sheet, merged):
        first = next(_rows(sheet, MOST_COLUMNS + 1, merged), None)
    if first is None:
        raise Unreadable("empty")
    heads = demand_heads(["" if value is None else str(value).strip() for value in first.values])

    def rows() -> Iterator[Row]:
        with _sheet(content) as (sheet, merged):
            found = _rows(sheet, len(heads), merged)
            next(found)
            yield from numbered(found)

    return Table("xlsx", heads, rows)


def _demand_harmless(content: bytes) -> None:
    """Look at the archive's own list before anything is unpacked. Raises: Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unreadable("damaged") from None
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Unreadable("other-format")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Unreadable("locked")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Unreadable("unpacked-too-large", 413)
    if "[Content_Types].xml" not in names:
        raise Unreadable("not-a-table")


@contextmanager
def _sheet(content: bytes) -> Iterator[tuple[Any, _Merged]]:
    """Open the first visible sheet, with its merged cells. Raises: Unreadable, whatever the library stumbles over."""
    book = None
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not sheets:
            raise Unreadable("empty")
        sheets[0].reset_dimensions()  # what the file says of its size need not be true
        yield sheets[0], _merged_cells(sheets[0])
    except (Unreadable, GeneratorExit):
        raise
    except Exception:
        raise Unreadable("damaged") from None
    finally:
        if book is not None:
            book.close()


def _merged_cells(sheet: Any) -> _Merged:
    """Return row -> column index -> row of the first cell, for each merged cell but the first. Raises: Unreadable."""
    found: dict[int, dict[int, int]] = {}
    count = 0
    for reference in _merged_ranges(sheet):
        left, top, right, bottom = range_boundaries(reference.decode())
        right, bottom = min(right, MOST_COLUMNS), min(bottom, _LAST_ROW)
        count += max(0, right - left + 1) * max(0, bottom - top + 1)
        if count > _MOST_MERGED_CELLS:
            raise Unreadable("too-much-merged", 413)
        for number in range(top, bottom + 1):
            found.setdefault(number, {}).update(dict.fromkeys(range(left - 1, right), top))
        found[top].pop(left - 1, None)
    return found


def _merged_ranges(sheet: Any) -> Iterator[bytes]:
    """Yield references of merged cells: they stand after the rows, where the reader of rows comes too late."""
    with sheet._get_source() as source:
        rest = b""
        while chunk := source.read(_CHUNK):
            text = rest + chunk
            end = 0
            for match in _MERGED.finditer(text):
                end = match.end()
                yield match[1]
            rest = text[max(end, len(text) - 200) :]


def _rows(sheet: Any, width: int, merged: _Merged) -> Iterator[Row]:
    """Yield rows that hold something. Rows that a file only claims to have are passed over."""
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=width, max_row=_LAST_ROW), 1):
        if all(cell.value is None or cell.value == "" for cell in cells):
            blank += 1
            if blank > MOST_ROWS:
                return
            continue
        blank = 0
        yield Row(number, [_value(cell) for cell in cells], _faults(cells), merged.get(number, {}))


def _faults(cells: Sequence[Any]) -> dict[int, str]:
    found = {}
    for n, cell in enumerate(cells):
        if cell.value is None:
            continue
        if cell.data_type == "f":
            found[n] = "formula"
        elif cell.data_type == "e":
            found[n] = "error-value"
        elif isinstance(cell.value, str) and len(cell.value) > LONGEST_CELL:
            found[n] = "too-long"
    return found


def _value(cell: Any) -> Value:
    """Return a cell's value; a number shown with leading zeros gets them back."""
    value = cell.value
    if cell.data_type == "f":
        return value if isinstance(value, str) else "="
    if isinstance(value, int) and not isinstance(value, bool) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return value  # type: ignore[no-any-return]
