"""Files that LibreOffice wrote: merged cells, formulas, real dates, Arabic-Indic digits, two encodings of CSV."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import new_civil_id
from masar.api.files.intake import Outcome, take
from masar.api.files.reading import read_table
from masar.api.tests.sheets import HEADS, LICENCE, ref

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(OFFICE is None, reason="no LibreOffice here: apt-get install libreoffice-calc-nogui"),
]
_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
    )
)
_PARTS = (("day", "/"), ("month", "/"), ("year", " "), ("hours", ":"), ("minutes", ""))
_STYLES = (
    "<office:automatic-styles><number:date-style style:name='N1'>"
    + "".join(f"<number:{part} number:style='long'/><number:text>{then}</number:text>" for part, then in _PARTS)
    + "</number:date-style><style:style style:name='day' style:family='table-cell' style:data-style-name='N1'/>"
    "</office:automatic-styles>"
)  # fmt: skip
INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def text(value: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{value}</text:p></table:table-cell>'


def day(value: str) -> str:
    shown = " ".join(reversed(value.split("T")))
    kind = f'table:style-name="day" office:value-type="date" office:date-value="{value}"'
    return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"


def sheet(number: str, civil_id: str) -> str:
    """Write five rows: an opening, a step, a row whose time is a formula, one beneath a merged number, and a note."""
    formula = '<table:table-cell table:formula="of:=TODAY()" office:value-type="float" office:value="1"/>'
    blank, first = "<table:table-cell/>", 'table:number-rows-spanned="3" table:number-columns-spanned="1"'
    rows = [
        "".join(map(text, HEADS)),
        text("تقديم") + day("2026-11-01T09:00:00") + text(number) + text(LICENCE) + text(civil_id.translate(INDIC))
        + text("نورة التجريبية"),
        text("مرحلة") + day("2026-11-01T10:00:00") + text(number, first)
        + blank * 3 + text("fee"),
        text("مرحلة") + formula + "<table:covered-table-cell/>" + blank * 3 + text("review"),
        text("مرحلة") + text("٠٢/١١/٢٠٢٦ ٠٩:٣٠") + "<table:covered-table-cell/>" + blank * 3 + text("review"),
        text("ملاحظة") + day("2026-11-02T11:00:00") + text(number) + blank * 6 + text("الصورة غير واضحة"),
    ]  # fmt: skip
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    head = f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.2"'
    kind = 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    return (
        f"{head} {kind}>{_STYLES}<office:body><office:spreadsheet><table:table table:name='a'>{body}</table:table>"
        "</office:spreadsheet></office:body></office:document>"
    )


def converted(folder: Path, to: str) -> bytes:
    source = folder / "a.fods"
    command = [str(OFFICE), "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", to]
    subprocess.run([*command, "--outdir", str(folder), str(source)], check=True, capture_output=True, timeout=120)
    return (folder / f"a.{to.partition(':')[0]}").read_bytes()


def taken(content: bytes) -> Outcome:
    return take("kw.moi.gdt", read_table(content), "ar")


def test_each_row_of_what_libreoffice_wrote_is_answered(tmp_path: Path, kuwait: None) -> None:
    (tmp_path / "a.fods").write_text(sheet(ref(), new_civil_id()), encoding="utf-8")
    outcome = taken(converted(tmp_path, "xlsx"))
    assert [answer.row for answer in outcome.answers] == [2, 3, 4, 5, 6]
    assert [answer.status for answer in outcome.answers] == ["accepted", "accepted", "invalid", "invalid", "accepted"]
    assert [[mend.code for mend in answer.mends] for answer in outcome.answers[2:4]] == [["formula"], ["merged"]]
    with pytest.raises(Exception, match="other-format"):
        taken(converted(tmp_path, "ods"))
    # The same rows as CSV: a merged number is blank in all its rows but the first, a formula is what it showed.
    # Windows-1256 has no Arabic-Indic digits: LibreOffice writes question marks, and the row says so.
    for charset, first, fourth in (("76", "duplicate", "missing"), ("38", "civil-id", "time")):
        again = taken(converted(tmp_path, f"csv:Text - txt - csv (StarCalc):44,34,{charset},1")).answers
        assert (again[0].mends[0].code if again[0].mends else again[0].status) == first
        assert again[4].status == "duplicate"
        assert again[3].mends[0].code == fourth
