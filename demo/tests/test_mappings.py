"""The mappings cover their logs, fit their definitions, and leave each case as the log says."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.events import Report
from demo.replay.command import OURS
from demo.replay.mapping import LogMapping, MappingInvalid, read_mapping
from demo.replay.plan import Planner
from demo.replay.readers import Case, read_log
from demo.tests.logs import CHICAGO, CSV_MAPPING, FINES, RECEIPT, ROOT, real, write_csv
from masar.catalogue.loader import check_path
from masar.kernel.ids import is_real_civil_id

CATALOGUE = ROOT / "demo" / "catalogue"
NAMES = ("receipt", "chicago", "road-fines")


def planned(name: str, log: Path, limit: int | None = None) -> Iterator[tuple[Case, list[Report]]]:
    mapping = read_mapping(OURS / f"{name}.yaml")
    planner = Planner(mapping)
    for case in itertools.islice(read_log(log, mapping.reader, mapping.columns, mapping.zone), limit):
        yield case, planner.plan(case)


def definitions(name: str) -> dict[str, dict[str, Any]]:
    shared: dict[str, Any] = {}
    found = {}
    for file in sorted((CATALOGUE / name).rglob("*.yaml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "steps" in document and "id" in document:
            found[document["id"]] = document
        elif file.parent.name == "shared":
            shared = document
    assert found or shared
    return found


def places(definition: dict[str, Any], kind: str) -> set[str]:
    return {item.get("id") or item["use"] for item in definition[kind]}


@pytest.mark.parametrize("name", NAMES)
def test_the_catalogue_of_a_log_has_no_error(name: str) -> None:
    assert [f"{f.file}:{f.line} {f.message}" for f in check_path(CATALOGUE / name) if f.severity == "error"] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_mapping_names_only_what_its_definitions_have(name: str) -> None:
    mapping = read_mapping(OURS / f"{name}.yaml")
    known = definitions(name)
    agencies = {file.stem for file in (CATALOGUE / name / "agencies").iterdir()}
    services = set(mapping.service.of.values()) or {mapping.service.always}
    assert services <= set(known)
    for rule in _rules(mapping):
        for service in services:
            assert rule.step is None or rule.step in places(known[service], "steps")
            assert rule.outcome is None or rule.outcome in places(known[service], "outcomes")
        named = set() if rule.to is None else set(rule.to.of.values()) or {rule.to.always}
        assert named <= agencies
    for verdict in mapping.ending.verdicts if mapping.ending else ():
        assert all(verdict.outcome in places(known[service], "outcomes") for service in services)


def _rules(mapping: LogMapping) -> Iterator[Any]:
    for rule in mapping.activities.values():
        yield from (found for found in (rule, rule.last, rule.away) if found)


@pytest.mark.data
def test_every_case_of_the_receipt_log_ends_as_it_says() -> None:
    outcomes: Counter[str] = Counter()
    events = 0
    for case, reports in planned("receipt", real(RECEIPT)):
        events += len(reports)
        last = reports[-1].event
        is_closed = "enddate" in case.attributes
        assert (last["type"] == "masar.request.decided.v1") == is_closed
        assert len(reports) == len(case.events) + is_closed
        outcomes[last["data"].get("outcome", "open")] += 1
    assert events == 9_906
    assert outcomes == {"complete": 1_272, "unlicensed": 39, "stopped": 18, "open": 105}


@pytest.mark.data
def test_every_request_of_chicago_ends_as_it_says() -> None:
    events, agencies = 0, Counter[str]()
    for case, reports in planned("chicago", real(CHICAGO)):
        events += len(reports)
        agencies.update({report.agency for report in reports})
        decided = reports[-1].event["type"] == "masar.request.decided.v1"
        assert decided == (case.attributes["status"] == "closed")
    assert events == 276
    assert agencies["us.chicago.buildings"] == 35
    assert agencies["us.chicago.outside"] == 3


@pytest.mark.data
def test_the_one_open_request_of_chicago_stays_with_transportation() -> None:
    (reports,) = [reports for case, reports in planned("chicago", real(CHICAGO)) if case.attributes["status"] == "open"]
    handed = [report.event["data"]["to"] for report in reports if report.event["type"].endswith("handed-over.v1")]
    assert handed == ["us.chicago.water", "us.chicago.transportation"]
    assert reports[-1].event["type"] == "masar.request.noted.v1"
    assert reports[-1].agency == "us.chicago.water"


@pytest.mark.data
@pytest.mark.soak
def test_every_fine_ends_as_the_log_says() -> None:
    events, ends = 0, Counter[str]()
    for case, reports in planned("road-fines", real(FINES)):
        events += len(reports)
        assert len(reports) == len(case.events)
        ends[reports[-1].event["data"].get("outcome", "open")] += 1
    assert events == 561_470
    assert (ends["paid"], ends["credit-collection"]) == (67_201, 58_997)


@pytest.mark.data
def test_the_fines_keep_their_order_although_times_tie() -> None:
    for case, reports in planned("road-fines", real(FINES), 3_000):
        assert [int(report.event["sequence"]) for report in reports] == list(range(1, len(case.events) + 1))
        times = [datetime.fromisoformat(report.event["time"]) for report in reports]
        assert times == sorted(times)


@pytest.mark.data
def test_the_same_log_gives_the_same_events_and_no_id_twice() -> None:
    one = [report.event for _, reports in planned("receipt", real(RECEIPT)) for report in reports]
    two = [report.event for _, reports in planned("receipt", real(RECEIPT)) for report in reports]
    assert one == two
    assert len({(event["source"], event["id"]) for event in one}) == len(one)


@pytest.mark.data
def test_no_event_carries_a_float_or_a_civil_id_that_could_be_real() -> None:
    def leaves(value: Any) -> Iterator[Any]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        yield from [value] if inner is None else (leaf for part in inner for leaf in leaves(part))

    people = set()
    for _, reports in planned("receipt", real(RECEIPT)):
        people.add(reports[0].event["data"]["civil_id"])
        assert not any(isinstance(leaf, float) for report in reports for leaf in leaves(report.event))
    assert 350 < len(people) <= 400
    assert not any(is_real_civil_id(civil_id) for civil_id in people)


@pytest.fixture
def small(tmp_path: Path) -> tuple[LogMapping, Path]:
    mapping = tmp_path / "small.yaml"
    mapping.write_text(CSV_MAPPING, encoding="utf-8")
    return read_mapping(mapping), write_csv(tmp_path / "small.csv", 1)


def test_a_change_of_the_responsible_agency_is_a_hand_over(small: tuple[LogMapping, Path]) -> None:
    mapping, log = small
    (case,) = read_log(log, mapping.reader, mapping.columns, mapping.zone)
    told = [(r.agency, r.event["type"].split(".")[2], r.event["data"].get("to")) for r in Planner(mapping).plan(case)]
    assert told == [
        ("zz.town", "opened", None),
        ("zz.town", "handed-over", "zz.fire"),
        ("zz.fire", "noted", None),
        ("zz.fire", "handed-over", "zz.town"),
        ("zz.town", "decided", None),
    ]


def test_two_agencies_at_one_instant_keep_the_order_of_the_file(small: tuple[LogMapping, Path]) -> None:
    mapping, log = small
    (case,) = read_log(log, mapping.reader, mapping.columns, mapping.zone)
    times = [datetime.fromisoformat(report.event["time"]) for report in Planner(mapping).plan(case)]
    assert all(one < two for one, two in itertools.pairwise(times))


def test_an_activity_that_the_mapping_leaves_out_is_named(small: tuple[LogMapping, Path]) -> None:
    mapping, log = small
    log.write_text(log.read_text().replace("said", "sang"), encoding="utf-8")
    (case,) = read_log(log, mapping.reader, mapping.columns, mapping.zone)
    with pytest.raises(MappingInvalid, match="'sang'"):
        Planner(mapping).plan(case)


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("type: opened", "type: born", "born"),
        ("outcome: done", "reason: done", "decided needs `outcome`"),
        ("reader: csv", "reader: tape", "reader is one of"),
        ("name: small", "title: small", "no mapping"),
    ],
)
def test_a_mapping_that_cannot_be_done_is_refused(tmp_path: Path, was: str, becomes: str, words: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(CSV_MAPPING.replace(was, becomes), encoding="utf-8")
    with pytest.raises(MappingInvalid, match=words):
        read_mapping(file)
