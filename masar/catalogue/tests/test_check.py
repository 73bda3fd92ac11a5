"""The check finds every fault that is planted into the shipped catalogue, at its own file and line."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from masar.catalogue.loader import DEFAULT, check_path, schema
from masar.catalogue.rules.check import Finding, Loaded, Unreadable, check, read
from masar.catalogue.tests import planted
from masar.catalogue.tests.planted import PLANTS, POINTS, Plant

NEEDED = ("kw.moi.gdt", "kw.moi.res", "kw.paci", "kw.km", "kw.moj", "kw.kff", "kw.mew")
SERVICES = (
    "kw.kff/fire-safety-check kw.km/appeal kw.km/building-permit kw.mew/electricity-check kw.moi.gdt/appeal"
    " kw.moi.gdt/pay-fines kw.moi.gdt/renew-driving-licence kw.paci/civil-id-card"
)


@cache
def shipped() -> Mapping[str, bytes]:
    """What the plants need of the shipped catalogue, by file."""
    services = [DEFAULT / "services" / f"{name}.yaml" for name in SERVICES.split()]
    agencies = [DEFAULT / "agencies" / f"{name}.yaml" for name in NEEDED]
    wanted = [DEFAULT / "country.yaml", *DEFAULT.glob("calendars/*"), *DEFAULT.glob("shared/*"), *agencies, *services]
    return {file.relative_to(DEFAULT).as_posix(): file.read_bytes() for file in wanted}


@cache
def loaded() -> Mapping[str, Loaded]:
    return {file: read(file, content) for file, content in shipped().items()}


def findings(changed: Mapping[str, str]) -> list[Finding]:
    """Findings of the shipped catalogue in which some files are written otherwise."""
    documents = dict(loaded())
    unreadable = []
    for file, text in changed.items():
        try:
            documents[file] = read(file, text.encode())
        except Unreadable as refusal:
            unreadable.append(refusal.finding)
    return unreadable + check(documents, schema())


def plant(fault: Plant) -> tuple[str, str, int]:
    """The text with the fault in it, and where the finding must be: its file and line."""
    text = shipped()[fault.file].decode()
    assert fault.old in text, "the shipped file has changed: adapt the plant"
    before, after = text.split(fault.old, 1)
    changed = before + fault.new.replace("§", "") + after
    if "§" in fault.new:
        return changed, fault.file, before.count("\n") + fault.new.split("§")[0].count("\n") + 1
    point = POINTS[fault.code, fault.old]
    file, sought = point if isinstance(point, tuple) else (fault.file, point)
    where = changed if file == fault.file else shipped()[file].decode()
    return changed, file, where[: where.index(sought)].count("\n") + 1


@pytest.mark.parametrize("fault", PLANTS, ids=[f"{n}-{fault.code}" for n, fault in enumerate(PLANTS)])
def test_a_planted_fault_is_found_at_its_file_and_line(fault: Plant) -> None:
    changed, file, line = plant(fault)
    found = findings({fault.file: changed})
    wanted = (file, line, fault.severity, fault.code)
    assert wanted in [(item.file, item.line, item.severity, item.code) for item in found], found
    assert all(len(item.message) > 12 and "Traceback" not in item.message for item in found)


def test_the_shipped_files_have_none_of_the_planted_faults() -> None:
    assert findings({}) == []


def codes(source: str) -> Iterator[str]:
    """Every code written out in a call that makes a finding."""
    places = {"finding": 1, "refuse": 1, "Unreadable": 2, "Finding": 3}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            place = places.get(node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id, 99)
            for argument in node.args[place : place + 1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def test_every_kind_of_fault_that_the_check_knows_is_planted() -> None:
    rules = DEFAULT.parent / "rules"
    files = (rules / "check.py", rules / "templates.py", *(rules / "checks").glob("*.py"))
    written = {code for file in files for code in codes(file.read_text(encoding="utf-8"))}
    planted_kinds = {fault.code for fault in PLANTS}
    assert len(written) > 60
    assert len(planted_kinds) > 80
    assert written - planted_kinds <= {"not-utf8", "country-missing"}  # these have tests of their own here


def test_a_reference_to_a_service_that_is_not_loaded_is_an_error_on_publish() -> None:
    documents = {file: item for file, item in loaded().items() if file != planted.CIVIL}
    assert check(documents, schema(), publish=True) == []
    text = shipped()[planted.RENEW].decode().replace("service: kw.moi.gdt.pay-fines", "service: kw.moi.gdt.pay-tolls")
    documents[planted.RENEW] = read(planted.RENEW, text.encode())
    found = check(documents, schema(), publish=True)
    assert [(item.code, item.severity) for item in found] == [("service-unknown", "error")]


def test_a_draft_may_lack_a_language_until_it_is_published() -> None:
    text = shipped()[planted.RENEW].decode().replace("status: published", "status: draft")
    text = text.replace(", ur: ڈرائیونگ لائسنس کی تجدید }", " }")
    documents = {**loaded(), planted.RENEW: read(planted.RENEW, text.encode())}
    severity = [
        [item.severity for item in check(documents, schema(), publish=publish) if item.code == "text-missing"]
        for publish in (False, True)
    ]
    assert severity == [["warning"], ["error"]]


def test_a_catalogue_without_a_country_says_so() -> None:
    documents = {file: item for file, item in loaded().items() if file != "country.yaml"}
    assert ("country.yaml", 1, "country-missing") in {
        (item.file, item.line, item.code) for item in check(documents, schema())
    }


@pytest.mark.parametrize(
    "value", [None, [], "text", 7, {"masar": "1"}, {"steps": 5, "id": 3}, {"steps": [None], "id": "x"}]
)
@pytest.mark.parametrize(
    "file", ["services/a/b.yaml", "agencies/a.yaml", "calendars/a.yaml", "shared/a.yaml", "country.yaml"]
)
def test_a_document_that_is_not_one_is_refused_without_a_crash(file: str, value: object) -> None:
    found = check({**loaded(), file: Loaded(file, value, {})}, schema())
    assert file == "shared/a.yaml" or any(item.file == file and item.severity == "error" for item in found)


Place = tuple[str | int, ...]
JUNK: list[Any] = [None, [], {}, 7, "x", "", True, 0.5, [None], {"id": 3}, [[]], {"use": [1]}, -1, {"var": ["a"]}]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*at, key)
        yield from places(item, (*at, key))


def spoil(random: Random, document: Any) -> None:
    """Take one node out of the document, or put something senseless in its place."""
    *above, last = random.choice(list(places(document)))
    for key in above:
        document = document[key]
    if random.random() < 0.3:
        del document[last]
    else:
        document[last] = copy.deepcopy(random.choice(JUNK))


@pytest.mark.parametrize("seed", range(40))
def test_nonsense_anywhere_never_makes_the_check_fail(seed: int) -> None:
    random = Random(seed)
    file = random.choice(sorted(loaded()))
    document = copy.deepcopy(loaded()[file].value)
    for _ in range(random.choice([1, 1, 3])):
        spoil(random, document)
    found = check({**loaded(), file: replace(loaded()[file], value=document)}, schema())
    assert all(finding.line >= 1 and finding.message for finding in found)


def test_a_file_that_is_not_utf8_is_refused_at_its_line() -> None:
    with pytest.raises(Unreadable) as refusal:
        read("x.yaml", b"a: 1\nb: \xff\xfe\n")
    assert (refusal.value.finding.line, refusal.value.finding.code) == (2, "not-utf8")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("08:00", "08:00"),
        ("2026-01-01", "2026-01-01"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-3", -3),
        ("0.5", 0.5),
        (".inf", ".inf"),
        ("true", True),
        ("~", None),
        ("'12'", "12"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_plain_words_keep_their_meaning(text: str, value: object) -> None:
    found = read("x.yaml", f"a: {text}\n".encode()).value["a"]
    assert (found, type(found)) == (value, type(value))


def test_a_single_file_is_checked_within_its_catalogue(tmp_path: Path) -> None:
    for file, content in shipped().items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(content)
    for file in (planted.RENEW, planted.APPEAL):
        (tmp_path / file).write_bytes(shipped()[file].replace(b"agency: kw.moi.gdt", b"agency: kw.moi.xyz"))
    assert {finding.file for finding in check_path(tmp_path / planted.RENEW)} == {planted.RENEW}
    assert check_path(tmp_path / planted.CIVIL) == []


def test_a_file_outside_any_catalogue_is_checked_as_an_addition(tmp_path: Path) -> None:
    text = shipped()[planted.FIRE].decode().replace("fire-safety-check", "smoke-check")
    (tmp_path / "smoke.yaml").write_text(text.replace("team: prevention", "team: chimneys"), encoding="utf-8")
    assert [(item.file, item.code) for item in check_path(tmp_path / "smoke.yaml")] == [("smoke.yaml", "team-unknown")]


def test_an_addition_may_not_declare_again_what_is_shipped(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_bytes(shipped()[planted.FIRE])
    assert [(item.file, item.code) for item in check_path(tmp_path)] == [("again.yaml", "duplicate-document")]


def test_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(FileNotFoundError):
            check_path(path)
