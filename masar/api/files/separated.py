"""CSV as agencies write it: UTF-8, UTF-16 or Windows-1256; comma, semicolon or tab. Source: RFC 4180."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from masar.api.files.table import LONGEST_CELL, Row, Table, Unreadable, demand_heads, numbered

SEPARATORS = (",", ";", "\t")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ARABIC = re.compile(r"[؀-ۿ]")
_AS_TEXT = re.compile(r'="([^"]*)"')  # how people keep a spreadsheet from reading a number
_KEPT_APART = re.compile(r"'(?=[=+\-@＝＋－＠\t\r])")  # what a result file puts before what looks like a formula
_CHARSETS = {"utf8": "utf-8", "windows1256": "windows-1256", "cp1256": "windows-1256", "utf16": "utf-16"}


def read_separated(content: bytes, charset: str | None = None) -> Table:
    """Read a CSV file as far as its headings. Raises: Unreadable."""
    text = _decoded(content, charset)
    if control := _CONTROL.search(text):
        raise Unreadable("not-a-table", line=text.count("\n", 0, control.start()) + 1)
    declared = re.match(r"sep=([,;\t])\r?\n", text)
    separator = declared[1] if declared else _separator(text)
    skipped = declared.end() if declared else 0
    first = next(_records(text, separator, skipped), None)
    if first is None:
        raise Unreadable("empty")
    heads = demand_heads([str(value or "").strip() for value in first.values])

    def rows() -> Iterator[Row]:
        records = _records(text, separator, skipped)
        next(records)
        return numbered(_fitted(record, len(heads)) for record in records)

    return Table("csv", heads, rows, separator)


def _decoded(content: bytes, charset: str | None) -> str:
    """Decode by what was said, else by what it must be. Raises: Unreadable."""
    if charset is not None:
        named = _CHARSETS.get(re.sub(r"[^a-z0-9]", "", charset.lower()))
        if named is None:
            raise Unreadable("charset", 415)
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        named = "utf-16"
    else:
        named = _guessed(content)
    try:
        return content.decode("utf-8-sig" if named == "utf-8" else named)
    except UnicodeDecodeError as trouble:
        raise Unreadable("damaged-text", line=content.count(b"\n", 0, trouble.start) + 1) from None


def _guessed(content: bytes) -> str:
    """UTF-8 where it is, also where single letters of it are damaged; else the encoding of Arabic Windows."""
    text = content.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    return "utf-8" if damaged == 0 or len(_ARABIC.findall(text)) > damaged else "windows-1256"


def _separator(text: str) -> str:
    head = next((line for line in text.splitlines() if line.strip(" ,;\t\ufeff")), "")
    bare = re.sub(r'"[^"]*"', "", head)
    return max(SEPARATORS, key=bare.count)


def _records(text: str, separator: str, start: int) -> Iterator[Row]:
    """Yield what is no blank line, with its line number; a line whose quoting is wrong has a fault and no values."""
    stream = io.StringIO(text[start:], newline="")
    reader = csv.reader(stream, delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1 + (1 if start else 0)
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as trouble:
            yield Row(number, (), fault="too-long" if "limit" in str(trouble) else "quoting")
            continue
        if any(field.strip() for field in fields):
            yield Row(number, [_plain(field) for field in fields])


def _plain(field: str) -> str:
    if field[:1] == "=" and (kept := _AS_TEXT.fullmatch(field)):
        return kept[1]
    return field[1:] if field[:1] == "'" and _KEPT_APART.match(field) else field


def _fitted(row: Row, width: int) -> Row:
    if row.fault:
        return row
    values = [*row.values, *[None] * (width - len(row.values))]
    if any(str(value or "").strip() for value in values[width:]):
        return Row(row.number, values[:width], fault="extra")
    long = {n: "too-long" for n, value in enumerate(values) if isinstance(value, str) and len(value) > LONGEST_CELL}
    return Row(row.number, values[:width], long)
