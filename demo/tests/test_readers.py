"""The readers give every case and event of the real logs, in file order, and refuse what is dangerous."""

from __future__ import annotations

import gzip
import tracemalloc
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo.replay.readers import Columns, LogUnreadable, read_log
from demo.tests.logs import CHICAGO, FINES, RECEIPT, real, write_csv

UTC_ZONE = ZoneInfo("UTC")


def counted(path: Path, reader: str) -> tuple[int, Counter[str]]:
    cases, activities = 0, Counter[str]()
    for case in read_log(path, reader, Columns(), UTC_ZONE):
        cases += 1
        activities.update(event.activity for event in case.events)
    return cases, activities


@pytest.mark.data
def test_the_receipt_log_has_1434_cases_and_8577_events_of_27_activities() -> None:
    cases, activities = counted(real(RECEIPT), "xes")
    assert (cases, activities.total(), len(activities)) == (1_434, 8_577, 27)


@pytest.mark.data
def test_the_chicago_sample_has_50_requests_and_276_notes() -> None:
    cases, activities = counted(real(CHICAGO), "open311")
    assert (cases, activities.total()) == (50, 276)
    assert activities["follow_on_created"] == 52


@pytest.mark.data
@pytest.mark.soak
def test_the_fines_log_is_read_whole_in_memory_that_does_not_grow() -> None:
    path = real(FINES)
    tracemalloc.start()
    cases, activities = counted(path, "xes")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (cases, activities.total(), len(activities)) == (150_370, 561_470, 11)
    assert peak < 50 * 2**20


@pytest.mark.data
def test_events_keep_the_order_of_the_file() -> None:
    first = next(read_log(real(RECEIPT), "xes", Columns(), UTC_ZONE))
    assert first.id == "case-10011"
    assert [event.activity[:3] for event in first.events] == ["Con", "T02", "T03", "T02"]
    for case in read_log(real(RECEIPT), "xes", Columns(), UTC_ZONE):
        assert [event.at for event in case.events] == sorted(event.at for event in case.events)


def xes(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_nested_attributes_do_not_overwrite_those_of_the_event(tmp_path: Path) -> None:
    log = xes(
        tmp_path / "a.xes.gz",
        '<log xmlns="http://www.xes-standard.org/"><string key="concept:name" value="log"/><trace>'
        '<string key="concept:name" value="c1"><string key="concept:name" value="inner"/></string><event>'
        '<string key="concept:name" value="made"><string key="concept:name" value="inner"/></string>'
        '<date key="time:timestamp" value="2026-01-04T08:00:00"/></event></trace></log>',
    )
    (case,) = read_log(log, "xes", Columns(), ZoneInfo("Asia/Kuwait"))
    assert (case.id, case.events[0].activity) == ("c1", "made")
    assert case.events[0].at.isoformat() == "2026-01-04T08:00:00+03:00"


@pytest.mark.parametrize(
    "start",
    [
        '<!DOCTYPE log [<!ENTITY a "b">]><log/>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>',
    ],
)
def test_a_log_with_a_document_type_is_refused(tmp_path: Path, start: str) -> None:
    with pytest.raises(LogUnreadable, match="document type"):
        list(read_log(xes(tmp_path / "a.xes.gz", start), "xes", Columns(), UTC_ZONE))


@pytest.mark.parametrize("text", ["<log><trace>", "no xml at all"])
def test_what_is_no_xml_is_said_plainly(tmp_path: Path, text: str) -> None:
    with pytest.raises(LogUnreadable, match="no XML"):
        list(read_log(xes(tmp_path / "a.xes.gz", text), "xes", Columns(), UTC_ZONE))


def test_a_csv_gives_cases_in_the_order_of_their_first_row(tmp_path: Path) -> None:
    log = tmp_path / "a.csv"
    log.write_text("﻿id,did,at\nb,x,2026-01-01T08:00\na,x,2026-01-01T09:00\nb,y,2026-01-01T10:00\n", encoding="utf-8")
    cases = list(read_log(log, "csv", Columns("id", "did", "at"), UTC_ZONE))
    assert [(case.id, [event.activity for event in case.events]) for case in cases] == [("b", ["x", "y"]), ("a", ["x"])]


def test_the_share_read_reaches_one(tmp_path: Path) -> None:
    shares: list[float] = []
    list(read_log(write_csv(tmp_path / "a.csv", 4), "csv", Columns("case", "what", "when"), UTC_ZONE, shares.append))
    assert shares[-1] == 1.0
