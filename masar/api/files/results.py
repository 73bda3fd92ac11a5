"""The answer file: what was sent, in the form in which it was sent, with what became of each row beside it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from masar.api.files.columns import COLUMNS, RESULTS, column_of, name_of
from masar.api.files.intake import Answer
from masar.api.files.table import LONGEST_CELL, Row, Table, Value
from masar.api.files.values import as_text
from masar.api.files.words import number_of, of_row, of_status

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"csv": CSV, "xlsx": XLSX}
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")


def result_file(table: Table, answers: Sequence[Answer], language: str, kind: str | None = None) -> bytes:
    """Write the answer file, as `kind` or as it was sent. Said in the language that is spoken now."""
    kept = [place for place, head in enumerate(table.heads) if column_of(head) not in RESULTS]
    rows = _lines(table, kept, answers, language)
    return (
        write_xlsx([("Masar", rows)], language) if (kind or table.kind) == "xlsx" else write_csv(rows, table.separator)
    )


def _lines(table: Table, kept: Sequence[int], answers: Sequence[Answer], language: str) -> Iterator[Sequence[Value]]:
    yield [*(table.heads[place] for place in kept), *(name_of(COLUMNS, column, language) for column in RESULTS)]
    for row, answer in zip(table.rows(), answers, strict=True):
        said = [of_status(answer.status), number_of(answer), of_row(answer, language), answer.id or ""]
        yield [*(_value(row, place) for place in kept), *said]


def _value(row: Row, place: int) -> Value:
    return row.values[place] if place < len(row.values) else None  # a row that could not be read has none


def write_csv(rows: Iterator[Sequence[Value]], separator: str = ",") -> bytes:
    """Write CSV that a spreadsheet opens rightly: UTF-8 with its mark, and nothing in it that would be a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator)
    writer.writerows([[_harmless(as_text(value)) for value in row] for row in rows])
    return stream.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def write_xlsx(sheets: Sequence[tuple[str, Iterator[Sequence[Value]]]], language: str) -> bytes:
    """Write a workbook in which every text is a text, whatever it begins with."""
    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_view.rightToLeft = language in ("ar", "ur")
        sheet.freeze_panes = "A2"
        for n, row in enumerate(rows):
            if n == 0:
                for place in range(len(row)):
                    sheet.column_dimensions[get_column_letter(place + 1)].width = 24
            sheet.append([_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(sheet: object, value: Value) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value
    if value is None or isinstance(value, int | float):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", as_text(value))[:LONGEST_CELL]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.number_format = "@"
    if _FORMULA.match(text):
        cell.quotePrefix = True
    return cell
