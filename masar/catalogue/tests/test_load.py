"""Loading: what is new is named, what is published is fixed, and who reads sees it at once."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

import pytest

from masar.catalogue import actions
from masar.catalogue.loader import CatalogueInvalid
from masar.catalogue.queries import agency_of_key, agency_short, agency_title, catalogue
from masar.catalogue.tests.own import change, name_of
from masar.kernel.database import acting

pytestmark = pytest.mark.database


def test_what_is_new_is_named_once(folder: Path) -> None:
    assert actions.load_path(folder) == [f"service {name_of(folder)} version 1"]
    assert actions.load_path(folder) == ["Nothing is new."]


def test_a_published_version_is_fixed_and_a_refusal_loads_nothing(folder: Path) -> None:
    actions.load_path(folder)
    change(folder, ("within: P5D", "within: P6D"))
    (folder / "agencies" / "kw.new.yaml").write_text(
        (folder / "agencies" / "kw.moe.yaml")
        .read_text(encoding="utf-8")
        .replace("kw.moe", f"kw.n{secrets.token_hex(4)}"),
        encoding="utf-8",
    )
    before = set(catalogue().agencies)
    with pytest.raises(actions.VersionIsFixed, match="version 2"):
        actions.load_path(folder)
    assert set(catalogue().agencies) == before


def test_the_version_in_force_is_that_of_the_day(folder: Path) -> None:
    actions.load_path(folder)
    change(folder, ("version: 1", "version: 2"), ("2026-01-01", "2027-01-01"), ("within: P5D", "within: P6D"))
    assert actions.load_path(folder) == [f"service {name_of(folder)} version 2"]
    snapshot, name = catalogue(), name_of(folder)
    versions = {
        day: snapshot.current(name, date.fromisoformat(day)) for day in ("2025-12-31", "2026-12-31", "2027-01-01")
    }
    assert versions["2025-12-31"] is None
    assert snapshot.definitions[versions["2026-12-31"]].version == 1
    assert snapshot.definitions[versions["2027-01-01"]].version == 2
    assert snapshot.versions[name, 1] == versions["2026-12-31"]


def test_a_catalogue_with_errors_is_not_loaded(folder: Path) -> None:
    change(folder, ("next: [fee, review, withdrawn]", "next: [nowhere]"))
    with pytest.raises(CatalogueInvalid):
        actions.load_path(folder)
    assert name_of(folder) not in catalogue().published


def test_a_key_opens_one_agency_and_only_its_hash_is_kept(kuwait: None) -> None:
    key = actions.new_key("kw.moe")
    assert agency_of_key(key) == "kw.moe"
    assert agency_of_key(key[:-1]) is None
    assert agency_of_key("") is None
    with acting("masar_system") as cursor:
        cursor.execute("select count(*) from catalogue_agency_key where encode(digest, 'escape') like %s", [f"%{key}%"])
        assert cursor.fetchone() == (0,)
    with pytest.raises(actions.NoSuchAgency):
        actions.new_key("kw.nobody")


def test_a_day_of_an_unknown_calendar_cannot_be_moved(kuwait: None) -> None:
    with pytest.raises(actions.NoSuchCalendar), acting("masar_system") as cursor:
        actions.move_day(cursor, "nowhere", date(2032, 1, 1), working=False, decision="D", reason={})


def test_names_of_agencies_are_said_in_every_language_and_unknown_ones_by_their_id(kuwait: None) -> None:
    assert set(agency_title("kw.moi.gdt")) == {"ar", "en", "ur"} == set(agency_short("kw.moi.gdt"))
    assert agency_title("kw.gone") == agency_short("kw.gone") == {"ar": "kw.gone", "en": "kw.gone", "ur": "kw.gone"}
