"""Batch files through the door: every row is answered, good rows are taken, the same file twice changes nothing."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from conftest import new_civil_id
from masar.api.files.columns import COLUMNS, EVENTS
from masar.api.files.results import XLSX
from masar.api.tests.sheets import HEADS, LICENCE, csv_of, journey, ref, with_part, xlsx_of
from masar.catalogue.actions import new_key
from masar.kernel.database import acting

pytestmark = pytest.mark.database
URL = "/api/v1/files"


@pytest.fixture(scope="module")
def key(kuwait: None) -> str:
    return new_key("kw.moi.gdt")


class Door:
    def __init__(self, key: str) -> None:
        self._client, self._key = Client(raise_request_exception=False), key

    def send(self, content: bytes, media: str = "text/csv", accept: str = "application/json", **asked: str) -> Any:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        headers = {"Authorization": f"Bearer {self._key}", "Accept": accept}
        return self._client.post(f"{URL}?{query}", content, content_type=media, headers=headers)

    def items(self, content: bytes, media: str = "text/csv", **asked: str) -> list[dict[str, Any]]:
        answer = self.send(content, media, **asked)
        assert answer.status_code == 200, answer.content.decode()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture
def door(key: str) -> Door:
    return Door(key)


def statuses(items: list[dict[str, Any]]) -> list[str]:
    return [item["status"] for item in items]


def events_of(number: str) -> int:
    with acting("masar_system") as cursor:
        cursor.execute(
            "select count(*) from cases_event e join cases_request r on r.id = e.request_id where r.number = %s",
            [number],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
def test_csv_is_taken_in_each_encoding_and_with_each_separator(door: Door, encoding: str, separator: str) -> None:
    rows = journey(ref(), new_civil_id())
    if encoding == "windows-1256":
        rows[3][9] = "الصورة غير واضحة"
    items = door.items(csv_of([HEADS, *rows], separator, encoding))
    assert statuses(items) == ["accepted"] * 4
    assert [item["row"] for item in items] == [2, 3, 4, 5]
    assert events_of(items[0]["request"]) == 4


def test_the_same_file_twice_changes_nothing_nor_does_the_workbook_of_the_same_rows(door: Door) -> None:
    rows = journey(ref(), new_civil_id())
    rows[3][1] = rows[2][1]  # two in the same minute
    first = door.items(csv_of([HEADS, *rows]))
    assert statuses(first) == ["accepted"] * 4
    assert statuses(door.items(csv_of([HEADS, *rows], ";", "utf-8"))) == ["duplicate"] * 4
    assert statuses(door.items(xlsx_of([HEADS, *rows]), XLSX)) == ["duplicate"] * 4
    assert statuses(door.items(csv_of([HEADS, rows[3]]))) == ["duplicate"], "a part of it"
    assert events_of(first[0]["request"]) == 4


def test_a_file_that_has_grown_adds_only_what_is_new(door: Door) -> None:
    rows = journey(ref(), new_civil_id())
    door.items(csv_of([HEADS, *rows[:2]]))
    assert statuses(door.items(csv_of([HEADS, *rows]))) == ["duplicate"] * 2 + ["accepted"] * 2


def test_headings_and_kinds_of_events_are_known_in_three_languages_in_any_order(door: Door) -> None:
    for language in ("ar", "en", "ur"):
        number = ref()
        columns = ("civil_id", "time", "service", "agency_ref", "event", "step", "note")
        heads = {column: COLUMNS[column][language][0] for column in columns}
        opened = {"civil_id": new_civil_id(), "service": LICENCE, "event": EVENTS["opened"][language][0]}
        moved = {"step": "fee", "event": EVENTS["step"][language][0]}
        same = {"time": "2026-11-01", "agency_ref": number}
        rows = [[(row | same).get(column, "") for column in heads] for row in (opened, moved)]
        assert statuses(door.items(csv_of([list(heads.values()), *rows]))) == ["accepted"] * 2


def test_arabic_digits_and_marks_of_direction_are_read(door: Door) -> None:
    indic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    rows = journey(ref(), new_civil_id())
    for row in rows:
        row[1], row[4] = f"\u200f{row[1].translate(indic)}\u200e", row[4].translate(indic)
    assert statuses(door.items(csv_of([HEADS, *rows]))) == ["accepted"] * 4


def test_titles_stand_for_ids_and_forms_are_read_by_their_schema(door: Door) -> None:
    heads = [*HEADS, "form.licence_number", "form.delivery", "form.declaration"]
    rows = [
        ["تقديم", datetime(2026, 11, 1, 9), ref(), "تجديد رخصة القيادة", int(new_civil_id()), "نورة", *[""] * 4,
         1234567, "بالبريد إلى عنوانك", "نعم"],
        ["تقديم", datetime(2026, 11, 1, 9), ref(), "تجديد رخصة القيادة", int(new_civil_id()), "نورة", *[""] * 4,
         12, "pigeon", "لا"],
    ]  # fmt: skip
    good, bad = door.items(xlsx_of([heads, *rows]), XLSX)
    assert good["status"] == "accepted", good
    assert [error["code"] for error in bad["errors"]] == ["form-other", "form-value", "form-other"]
    assert "kiosk, post" in bad["message"]


def test_formulas_errors_and_merged_cells_are_answered_row_by_row(door: Door) -> None:
    number = ref()
    rows = [
        *journey(number, new_civil_id())[:2],
        ["مرحلة", "=TODAY()", number, "", "", "", "review", "", "", ""],
        ["مرحلة", "02/11/2026 10:00", number, "", "", "", "review", "", "", ""],
        ["ملاحظة", "02/11/2026 10:00", "", "", "", "", "", "", "", "=cmd|'/c calc'!A1"],
        ["ملاحظة", "02/11/2026 12:00", number, "", "", "", "", "", "", "نص"],
    ]
    items = door.items(xlsx_of([HEADS, *rows], ["C5:C6"]), XLSX, language="en")
    assert statuses(items) == ["accepted", "accepted", "invalid", "accepted", "invalid", "accepted"]
    assert items[2]["errors"][0] == {"column": "time", "code": "formula", "detail": items[2]["errors"][0]["detail"]}
    assert {error["code"] for error in items[4]["errors"]} == {"merged", "formula"}
    merged = door.items(xlsx_of([HEADS, rows[1], rows[3]], ["C2:C3"]), XLSX, language="en")
    assert statuses(merged) == ["duplicate", "invalid"]
    assert "merged with row 2" in merged[1]["message"]


def test_what_a_spreadsheet_did_to_numbers_is_explained(door: Door) -> None:
    def opening(civil_id: Any) -> list[Any]:
        return ["تقديم", 46327.375, ref(), LICENCE, civil_id, "نورة", "", "", "", ""]

    rows = [opening(29001010001), opening("2.9001E+11"), opening("abc"), opening(float(new_civil_id()))]
    items = door.items(xlsx_of([HEADS, *rows]), XLSX)
    assert [item["errors"][0]["code"] if "errors" in item else item["status"] for item in items] == [
        "civil-id-short", "shortened", "civil-id", "accepted",
    ]  # fmt: skip


def test_each_bad_row_says_what_to_mend_and_the_others_are_taken(door: Door) -> None:
    number = ref()
    rows = journey(number, new_civil_id())
    bad = [
        ["قفز", "02/11/2026 11:00", number, "", "", "", "", "", "", ""],
        ["مرحلة", "31/02/2026", number, "", "", "", "review", "", "", ""],
        ["مرحلة", "01/01/2046", number, "", "", "", "review", "", "", ""],
        ["مرحلة", "", number, "", "", "", "review", "", "", ""],
        ["مرحلة", "02/11/2026", number, "", "", "", "nowhere", "", "", ""],
        ["قرار", "02/11/2026", number, "", "", "", "", "refused", "", ""],
        ["مرحلة", "02/11/2026", number, "", "", "", "review", "refused", "", ""],
        ["مرحلة", "02/11/2026", ref(), "", "", "", "review", "", "", ""],
        ["تقديم", "02/11/2026", ref(), "kw.km.nothing", new_civil_id(), "", "", "", "", ""],
        ["تقديم", "02/11/2026", number, LICENCE, new_civil_id(), "", "", "", "", ""],
    ]
    items = door.items(csv_of([HEADS, *rows, *bad]), language="en")
    assert statuses(items[:4]) == ["accepted"] * 4
    codes = [item["errors"][0]["code"] if "errors" in item else item["status"] for item in items[4:]]
    assert codes == [
        "type", "time", "time-ahead", "missing", "unknown-step", "reason", "not-here", "parked", "unknown-service",
        "conflict",
    ]  # fmt: skip
    assert all(item.get("message") for item in items[4:])
    arabic = door.items(csv_of([HEADS, *bad]))
    assert all("؀" <= max(item["message"]) <= "ۿ" for item in arabic if item["status"] != "parked")


def test_a_fault_of_quoting_is_named_and_the_rows_after_it_are_taken(door: Door) -> None:
    rows = journey(ref(), new_civil_id())
    lines = csv_of([HEADS, *rows], encoding="utf-8").decode().split("\r\n")
    lines.insert(3, 'مرحلة,"02/11/2026"x,y')
    lines.append("a" + "," * 9 + "b,too many")
    items = door.items("\r\n".join(lines).encode())
    assert statuses(items) == ["accepted", "accepted", "invalid", "accepted", "accepted", "invalid"]
    assert (items[2]["row"], items[2]["errors"][0]["code"]) == (4, "quoting")
    assert items[5]["errors"][0]["code"] == "extra"


def test_the_result_file_has_the_form_of_what_was_sent_and_no_formula_in_it(door: Door) -> None:
    rows = [*journey(ref(), new_civil_id()), ["مرحلة", "02/11/2026", "=1+1", "", "", "", "@x", "", "-2", "+3"]]
    answer = door.send(csv_of([HEADS, *rows]), accept="text/csv")
    assert answer["Content-Type"].startswith("text/csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0][: len(HEADS)] == HEADS
    assert len(lines) == 6
    assert lines[5][2] == "'=1+1"
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    assert statuses(door.items(answer.content))[:4] == ["duplicate"] * 4, "the answer sent again"
    book = load_workbook(io.BytesIO(door.send(xlsx_of([HEADS, *rows]), XLSX, accept=XLSX).content))
    assert [cell.data_type for line in book.active for cell in line].count("f") == 0
    assert book.active.max_row == 6


def test_a_trial_answers_and_writes_nothing(door: Door) -> None:
    rows = csv_of([HEADS, *journey(ref(), new_civil_id())])
    assert statuses(door.items(rows, trial="true")) == ["accepted"] * 4
    assert statuses(door.items(rows)) == ["accepted"] * 4


def test_a_file_in_a_form_is_taken(key: str) -> None:
    content = csv_of([HEADS, *journey(ref(), new_civil_id())])
    answer = Client().post(
        URL, {"file": SimpleUploadedFile("a.csv", content)}, headers={"Authorization": f"Bearer {key}"}
    )
    assert statuses(answer.json()["items"]) == ["accepted"] * 4
    for form in ({}, {"file": "text"}):
        refused = Client().post(URL, form, headers={"Authorization": f"Bearer {key}"})
        assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")


def test_the_templates_headings_are_all_known_and_a_filled_one_is_taken(door: Door, key: str) -> None:
    for language in ("ar", "en", "ur"):
        for form in ("csv", "xlsx"):
            answer = Client().get(
                f"{URL}/template?form={form}&language={language}&service={LICENCE}",
                headers={"Authorization": f"Bearer {key}"},
            )
            assert answer.status_code == 200, answer.content
            if form == "csv":
                heads = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
            else:
                book = load_workbook(io.BytesIO(answer.content))
                assert book["Names"].max_row > 20
                heads = [cell.value for cell in book["Masar"][1]]
            row = {"event": EVENTS["opened"][language][0], "time": "1/11/2026", "agency_ref": ref(), "service": LICENCE}
            row["civil_id"] = new_civil_id()
            said = {COLUMNS[column][language][0]: value for column, value in row.items()}
            body = door.send(csv_of([heads, [said.get(head, "") for head in heads]])).json()
            assert (body["unused"], statuses(body["items"])) == ([], ["accepted"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
                              min_size=len(HEADS), max_size=len(HEADS)), min_size=1, max_size=8),
       kinds=st.lists(st.sampled_from([*EVENTS, "", "?"]), min_size=8, max_size=8))  # fmt: skip
def test_whatever_rows_are_written_each_is_answered(door: Door, rows: list[list[str]], kinds: list[str]) -> None:
    filled = [[kind, *row[1:]] for kind, row in zip(kinds, rows, strict=False)]
    expected = [n for n, row in enumerate(filled, 2) if any(cell.strip() for cell in row)]
    for content, media in ((csv_of([HEADS, *filled]), "text/csv"), (xlsx_of([HEADS, *filled]), XLSX)):
        answer = door.send(content, media)
        if not expected:
            assert answer.status_code == 422
        else:
            assert answer.status_code == 200, answer.content
            assert [item["row"] for item in answer.json()["items"]] == expected


def test_another_agencys_request_is_not_touched(door: Door, kuwait: None) -> None:
    rows = journey(ref(), new_civil_id())
    number = door.items(csv_of([HEADS, *rows]))[0]["request"]
    heads = ["event", "time", "number", "note"]
    other = Door(new_key("kw.km")).items(csv_of([heads, ["noted", "2026-11-03", number, "x"]]))
    assert statuses(other) == ["forbidden"]
    assert events_of(number) == 4


def test_a_part_of_a_workbook_that_is_no_xml_is_said_in_words(door: Door) -> None:
    content = with_part(xlsx_of([HEADS]), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c")
    answer = door.send(content, XLSX)
    assert (answer.status_code, answer.json()["code"]) == (422, "damaged")
