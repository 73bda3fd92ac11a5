"""Tables for tests of batch files: rows under headings, as CSV or as a workbook, by hand or by openpyxl."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

HEADS = ["نوع الحدث", "وقت الحدث", "رقم المعاملة", "الخدمة", "الرقم المدني", "الاسم", "المرحلة", "النتيجة"]
HEADS += ["السبب", "ملاحظة"]
LICENCE = "kw.moi.gdt.renew-driving-licence"


def ref() -> str:
    return f"GTD-{secrets.token_hex(6)}"


def journey(number: str, civil_id: str) -> list[list[Any]]:
    """Return four rows of one request: applied for, paid, reviewed, noted."""
    return [
        ["تقديم", "01/11/2026 09:00", number, LICENCE, civil_id, "نورة التجريبية", "", "", "", ""],
        ["مرحلة", "01/11/2026 10:00", number, "", "", "", "fee", "", "", ""],
        ["مرحلة", "02/11/2026 09:30", number, "", "", "", "مراجعة الطلب", "", "", "بدأت المراجعة؛ «سريعا»"],
        ["ملاحظة", "02/11/2026 11:00", number, "", "", "", "", "", "", "الصورة غير واضحة، أرسل غيرها"],
    ]


def csv_of(rows: Iterable[Sequence[Any]], separator: str = ",", encoding: str = "utf-8-sig") -> bytes:
    quoted = (separator.join('"' + str(value).replace('"', '""') + '"' for value in row) for row in rows)
    return "\r\n".join(quoted).encode(encoding)


def xlsx_of(rows: Iterable[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in merged:
        book.active.merge_cells(cells)
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Return a workbook in which one part of its archive is replaced."""
    old, new = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in old.namelist():
            archive.writestr(item, part if item == name else old.read(item))
        if name not in old.namelist():
            archive.writestr(name, part)
    return new.getvalue()
