"""Files that are no tables, or too much of one: each refused in words, quickly, before it can do harm."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from django.utils import translation

from masar.api.files.reading import read_table
from masar.api.files.table import MOST_ROWS, Table, Unreadable
from masar.api.files.words import of_file
from masar.api.tests.sheets import HEADS, csv_of, with_part, xlsx_of

SHEET = "xl/worksheets/sheet1.xml"
_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
GOOD = xlsx_of([HEADS, ["x"] * len(HEADS)])


def sheet(inside: str, before: str = "") -> bytes:
    return with_part(GOOD, SHEET, f"{before}<worksheet {_NAMESPACE}>{inside}</worksheet>".encode())


def cell(place: str, text: str = "x") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def locked() -> bytes:
    content = bytearray(GOOD)
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.find(start)
        content[at + (6 if start == b"PK\x03\x04" else 8)] |= 1
    return bytes(content)


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    return sheet(f"<sheetData><row r='1'>{cell('A1', '&a8;')}</row></sheetData>", f"<!DOCTYPE w [{entities}]>")


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blank lines": (b"\xef\xbb\xbf\r\n,,,\r\n", "empty"),
    "a web page named xls": (b"<html><table><tr><td>1</td></tr></table></html>", "markup"),
    "a web page after a mark": (b"\xef\xbb\xbf  <!DOCTYPE html>", "markup"),
    "old xml of Excel": (b'<?xml version="1.0"?><Workbook/>', "markup"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-workbook"),
    "a workbook behind a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "locked",
    ),
    "an archive behind a password": (locked(), "locked"),
    "a paper": (b"%PDF-1.7\n...", "not-a-table"),
    "a picture": (b"\x89PNG\r\n\x1a\n....", "not-a-table"),
    "a program": (b"MZ\x90\x00", "not-a-table"),
    "bytes": (bytes(range(256)) * 8, "not-a-table"),
    "a file of OpenDocument": (archive(**{"content.xml": b"<x/>"}), "other-format"),
    "a binary workbook": (archive(**{"xl/workbook.bin": b"x"}), "other-format"),
    "another archive": (archive(**{"readme.txt": b"x"}), "not-a-table"),
    "half a workbook": (GOOD[: len(GOOD) // 2], "damaged"),
    "a workbook without its end": (GOOD[:-30], "damaged"),
    "two letters of an archive": (b"PK", "damaged"),
    "a sheet that is no xml": (with_part(GOOD, SHEET, b"nonsense"), "damaged"),
    "a workbook of no sheets": (with_part(GOOD, "xl/workbook.xml", f"<workbook {_NAMESPACE}/>".encode()), "empty"),
    "entities within entities": (billion_laughs(), "damaged"),
    "an archive that unpacks to 200 MB": (
        with_part(GOOD, SHEET, b"<worksheet>" + b" " * (200 << 20)), "unpacked-too-large",
    ),
    "an archive of 600 parts": (archive(**{f"p{n}": b"" for n in range(600)}), "unpacked-too-large"),
    "cells merged over the whole sheet": (
        sheet(f'<sheetData><row r="1">{cell("A1")}</row></sheetData><mergeCell ref="A1:XFD1048576"/>'),
        "too-much-merged",
    ),
    "300 columns": (csv_of([[f"c{n}" for n in range(300)]]), "too-many-columns"),
    "300 columns of a workbook": (xlsx_of([[f"c{n}" for n in range(300)]]), "too-many-columns"),
    "letters cut in two": ("نوع الحدث,وقت".encode()[:-1] + "\nملاحظة طويلة".encode(), "damaged-text"),
    "more than 20 MB": (b"a,b\n" * (6 << 20), "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words(name: str) -> None:
    content, code = BAD[name]
    began = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        list(read_table(content).rows())
    assert refused.value.code == code
    assert time.monotonic() - began < 5
    for language in ("ar", "en", "ur"):
        with translation.override(language):
            assert "%(" not in of_file(refused.value)


def numbers(table: Table) -> list[int]:
    return [row.number for row in table.rows()]


def test_a_size_that_a_sheet_only_claims_costs_nothing() -> None:
    rows = f'<row r="1">{cell("A1")}{cell("B1")}</row><row r="3">{cell("A3")}{cell("XFD3")}</row>'
    table = read_table(sheet(f'<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData>'))
    assert numbers(table) == [3]
    assert len(next(table.rows()).values) == 2


def test_a_row_at_the_end_of_the_sheet_is_not_waited_for() -> None:
    began = time.monotonic()
    rows = f'<row r="1">{cell("A1")}</row><row r="2">{cell("A2")}</row><row r="1048576">{cell("A1048576")}</row>'
    assert numbers(read_table(sheet(f"<sheetData>{rows}</sheetData>"))) == [2]
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_more_rows_than_a_file_may_have_are_refused(make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masar.api.files.table.MOST_ROWS", 10)
    assert MOST_ROWS == 100_000
    assert len(numbers(read_table(make([["a"], *[["x"]] * 10])))) == 10
    with pytest.raises(Unreadable, match="too-many-rows"):
        numbers(read_table(make([["a"], *[["x"]] * 11])))


def test_macros_links_and_hidden_sheets_are_passed_over() -> None:
    content = with_part(GOOD, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    content = with_part(content, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert numbers(read_table(content)) == [2]


def test_a_number_shown_with_leading_zeros_gets_them_back() -> None:
    from openpyxl import Workbook

    from masar.api.tests.sheets import saved

    book = Workbook()
    book.active.append(["agency ref"])
    book.active.append([42])
    book.active["A2"].number_format = "000000"
    assert next(read_table(saved(book)).rows()).values == ["000042"]


def test_what_keeps_a_spreadsheet_from_reading_a_number_is_taken_off() -> None:
    assert next(read_table(b'a,b,c\r\n"=""0042""",\'=1,\'x').rows()).values == ["0042", "=1", "'x"]
