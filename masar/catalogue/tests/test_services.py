"""Services as the public looks for them: what is in force, by section, in its versions, with its branches."""

from __future__ import annotations

from pathlib import Path

import pytest

from masar.catalogue import actions, queries
from masar.catalogue.tests.own import change, name_of

pytestmark = pytest.mark.database
LICENCE = "kw.moi.gdt.renew-driving-licence"


def test_services_are_those_that_people_apply_for(kuwait: None) -> None:
    found = queries.services()
    assert len(found) >= 50
    assert {item.kind for item in found} == {"service"}
    assert [item.id for item in found] == sorted({item.id for item in found})
    assert queries.services() is found  # worked out once


def test_a_section_lists_its_services_and_every_service_is_in_one(kuwait: None) -> None:
    for kind, sections in (("sector", queries.sectors()), ("agency", queries.agencies_with_services())):
        listed = [item.id for section in sections for item in queries.in_section(kind, section.id)]
        assert sorted(listed) == [item.id for item in queries.services()]
        assert all(set(section.title) == {"ar", "en", "ur"} for section in sections)
    assert LICENCE in {item.id for item in queries.in_section("life", "owning-a-vehicle")}
    assert all(queries.in_section("life", section.id) for section in queries.life_events())
    assert queries.in_section("sector", "no-such") == []


def test_a_version_that_begins_later_is_known_but_not_in_force(folder: Path) -> None:
    actions.load_path(folder)
    change(folder, ("version: 1", "version: 2"), ("2026-01-01", "2999-01-01"), ("within: P5D", "within: P6D"))
    actions.load_path(folder)
    name = name_of(folder)
    assert [item.version for item in queries.versions_of(name)] == [2, 1]
    for version, wanted in ((None, 1), (1, 1), (2, 2), (3, None)):
        found = queries.service(name, version)
        assert (found.version if found else None) == wanted
    assert queries.service("kw.nobody.nothing") is None


def test_a_service_that_is_retired_is_no_longer_listed_and_its_old_version_stays_readable(folder: Path) -> None:
    actions.load_path(folder)
    name = name_of(folder)
    assert queries.service(name) is not None
    change(folder, ("version: 1", "version: 2"), ("status: published", "status: retired"), ("2026-01-01", "2026-02-01"))
    actions.load_path(folder)
    assert queries.service(name) is None
    assert name not in {item.id for item in queries.services()}
    assert [item.version for item in queries.versions_of(name)] == [1]
    assert queries.service(name, 1) is not None
    assert queries.service(name, 2) is None


def test_a_draft_is_nowhere_to_be_seen(folder: Path) -> None:
    change(folder, ("status: published", "status: draft"))
    actions.load_path(folder)
    assert queries.service(name_of(folder), 1) is None
    assert list(queries.versions_of(name_of(folder))) == []


def test_branches_say_where_they_are_and_that_they_are_samples(kuwait: None) -> None:
    found = queries.branches_of("kw.moi.gdt")
    assert [item.id for item in found] == ["shuwaikh", "salmiya", "farwaniya", "jahra"]
    assert (found[3].area["en"], found[3].governorate["ar"], found[3].sample) == ("Jahra", "محافظة الجهراء", True)
    assert found[1].hours is not None
    assert LICENCE in found[1].services
    assert found[0].hours is None
    assert queries.branches_of("kw.kff") == queries.branches_of("kw.nobody") == []
