"""The change log: what came in, and what differs between two versions, part by part."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from masar.catalogue import actions, queries
from masar.catalogue.loader import DEFAULT, load_folder
from masar.catalogue.rules.changes import compare
from masar.catalogue.rules.definition import parse
from masar.catalogue.tests.own import change, name_of

Spoil = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def licence() -> dict[str, Any]:
    documents = {entry.document["id"]: entry.document for entry in load_folder(DEFAULT).definitions}
    return dict(documents["kw.moi.gdt.renew-driving-licence"])


def step(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in document["steps"] if item["id"] == name)


TEXT = {"ar": "جديد", "en": "New", "ur": "نیا"}
CHANGES: list[tuple[str, str, str, Spoil]] = [
    ("fees", "changed", "Renewal fee", lambda it: it["fees"][0].update(fils=12_500)),
    ("fees", "removed", "Delivery", lambda it: it["fees"].pop()),
    ("fees", "added", "New", lambda it: it["fees"].append({"id": "x", "fils": 1, "account": "1", "title": TEXT})),
    ("promise", "changed", "Renew a driving licence", lambda it: it["promise"].update(within="P7D")),
    ("promise", "removed", "Renew a driving licence", lambda it: it.pop("promise")),
    ("step-promises", "changed", "Review", lambda it: step(it, "review")["promise"].update(within="PT9H")),
    ("limits", "changed", "Ready to collect", lambda it: step(it, "collect")["limit"].update(within="P10D")),
    ("documents", "changed", "A recent photograph", lambda it: it["documents"][0].update(max_bytes=5000)),
    ("documents", "removed", "A recent photograph", lambda it: it["documents"].pop()),
    ("eligibility", "removed", "You have unpaid traffic fines.", lambda it: it["eligibility"].pop()),
    ("steps", "changed", "New", lambda it: step(it, "printing").update(title=TEXT)),
    ("outcomes", "changed", "New", lambda it: it["outcomes"][0].update(title=TEXT)),
    ("appeals", "changed", "Refused", lambda it: it["outcomes"][1]["appeal"].update(within="P60D")),
    ("reasons", "added", "New", lambda it: it["reasons"].append({"id": "new", "title": TEXT})),
    ("audience", "changed", "Renew a driving licence", lambda it: it["audience"].append("company")),
    ("channels", "changed", "Renew a driving licence", lambda it: it["channels"].pop()),
    ("summary", "changed", "Renew a driving licence", lambda it: it.update(summary=TEXT)),
    ("title", "changed", "New", lambda it: it.update(title=TEXT)),
]


@pytest.mark.parametrize(("part", "kind", "where", "spoil"), CHANGES, ids=[f"{it[0]}-{it[1]}" for it in CHANGES])
def test_a_change_of_one_part_is_told_once_and_alone(
    licence: dict[str, Any], part: str, kind: str, where: str, spoil: Spoil
) -> None:
    newer = copy.deepcopy(licence)
    spoil(newer)
    (found,) = compare(parse(licence), parse(newer))
    assert (found.part, found.kind, found.where["en"]) == (part, kind, where)
    assert found.before != found.after
    assert (found.before is None) == (kind == "added")
    assert (found.after is None) == (kind == "removed")


def test_nothing_differs_between_a_version_and_itself_or_in_what_is_internal(licence: dict[str, Any]) -> None:
    other = copy.deepcopy(licence)
    step(other, "review")["team"] = "print"
    other["fees"][0]["account"] = "9"
    other["search"] = {}
    assert compare(parse(licence), parse(other)) == []


def test_money_and_time_are_told_first(licence: dict[str, Any]) -> None:
    newer = copy.deepcopy(licence)
    newer["title"] = TEXT
    newer["promise"]["within"] = "P7D"
    newer["fees"][0]["fils"] = 1
    assert [item.part for item in compare(parse(licence), parse(newer))] == ["fees", "promise", "title"]


@pytest.mark.database
def test_the_change_log_tells_the_newest_first_with_what_differs(folder: Path) -> None:
    actions.load_path(folder)
    change(folder, ("version: 1", "version: 2"), ("2026-01-01", "2026-06-01"), ("within: P5D", "within: P6D"))
    actions.load_path(folder)
    newest, first = queries.changes(limit=2)
    assert (newest.service.id, newest.service.version, newest.effective_from) == (name_of(folder), 2, "2026-06-01")
    assert newest.previous is not None
    assert [(item.part, item.before["within"], item.after["within"]) for item in newest.differences] == [
        ("promise", "P5D", "P6D")
    ]
    assert (first.service.version, first.previous, list(first.differences)) == (1, None, [])
    assert newest.loaded_at >= first.loaded_at
    assert queries.changes(limit=1, before=newest.id)[0].id == first.id
    assert [item.part for item in queries.compare(name_of(folder), 2, 1)] == ["promise"]
    assert queries.compare(name_of(folder), 1, 7) == []


@pytest.mark.database
def test_checks_that_no_one_applies_for_are_not_in_the_change_log(kuwait: None) -> None:
    found = queries.changes(limit=1000)
    assert {item.service.kind for item in found} == {"service"}
    assert {item.service.id for item in found} >= {item.id for item in queries.services()}
