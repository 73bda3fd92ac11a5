"""Everything personal is sealed, and a sealed value opens in its own row, column and person, and nowhere else."""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import psycopg
import pytest

from conftest import Reporter, logged_in, new_civil_id
from masar.cases.actions import attach, keep
from masar.files.tests.good import jpeg
from masar.kernel.clock import now
from masar.kernel.crypto import CannotOpen, vault
from masar.people.actions import Telling, begin, introduce, start_session, tell, trust
from masar.people.queries import person_key
from tests.sealed_values import KEYS, SEALED, Value, key_of_person, values_of, values_of_nobody

pytestmark = pytest.mark.database
LICENCE = "kw.moi.gdt.renew-driving-licence"
PERSONAL: dict[str, list[str]] = {
    table: columns
    for room in ("people", "cases", "files")
    for table, columns in importlib.import_module(f"masar.{room}.models").PERSONAL.items()
}
INDEXES = {"people_person.civil_index", "people_account.username", "people_factor.index"}  # keyed, nothing opens them

# Columns that hold text or bytes and are open by intent: structure, ids of a catalogue, digests under keys.
OPEN = {
    "cases_attempt": "key",
    "cases_conflict": "agency_id source event_id digest",
    "cases_draft": "subject",
    "cases_event": "agency_id source event_id type sequence facts",
    "cases_pace": "service",
    "cases_paper": "document",
    "cases_parked": "source event_id agency_id subject digest",
    "cases_participation": "granted_by agency_id",
    "cases_reference": "ref agency_id",
    "cases_request": "opened_by step state outcome holder unit last_type fold agency_id",
    "cases_seen": "source event_id digest agency_id",
    "catalogue_agency": "id document",
    "catalogue_agency_key": "digest agency_id",
    "catalogue_calendar": "id document",
    "catalogue_calendar_override": "on hours decision reason calendar_id",
    "catalogue_country": "id document",
    "catalogue_definition": "service status digest document agency_id",
    "files_paper": "media_type",
    "ledger_pending_leaf": "commitment",
    "people_account": "password",
    "people_alert": "kind",
    "people_attempt": "username source",
    "people_device": "digest",
    "people_entering": "purpose challenge",
    "people_fact": "fact source",
    "people_factor": "way",
    "people_person": "language digits",
    "people_person_key": "kek",
    "people_session": "way",
    "people_voucher": "digest",
}
NOT_PERSONAL = "bigint integer smallint boolean uuid numeric timestamp%"  # what holds no text
OF_OTHERS = "procrastinate% django% auth%"  # tables of libraries: jobs hold ids only


@pytest.fixture
def owner() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as link:
        yield link
        link.rollback()  # what a test planted


def unplaced(owner: psycopg.Connection[Any]) -> set[str]:
    """Every column that may hold something personal and is neither sealed nor open by intent."""
    found = owner.execute(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind in ('r', 'p', 'm', 'v') and not c.relispartition"
        " and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped"
        " and not (c.relname like any(%s)) and not (format_type(a.atttypid, null) like any(%s))",
        [OF_OTHERS.split(), NOT_PERSONAL.split()],
    )
    placed = {f"{table}.{name}" for table, names in OPEN.items() for name in names.split()}
    placed |= {f"{table}.{name}" for table, names in PERSONAL.items() for name in names}
    return {f"{table}.{name}" for table, name in found} - placed


def test_every_column_is_sealed_or_open_by_intent(owner):
    assert unplaced(owner) == set()


@pytest.mark.parametrize("kind", ["text", "varchar(12)", "jsonb", "bytea", "date", "text[]", "inet", "citext_like"])
def test_a_personal_column_that_is_planted_is_found(owner, kind):
    if kind == "citext_like":
        owner.execute("create domain citext_like as text")
    owner.execute(f"alter table people_person add column phone {kind}")
    owner.execute(f"create table planted (person_id bigint, birth {kind})")
    assert unplaced(owner) == {"people_person.phone", "planted.birth"}


def test_every_sealed_column_is_known_to_these_tests():
    named = {f"{table}.{name}" for table, names in PERSONAL.items() for name in names}
    assert named == {*SEALED, KEYS} | INDEXES


@pytest.fixture(scope="module")
def persons(kuwait: None) -> list[int]:
    """Two persons of whom every table holds something, of most twice."""
    return [_with_everything(Reporter("kw.moi.gdt")) for _ in range(2)]


def _with_everything(gdt: Reporter) -> int:
    civil_id, at = new_civil_id(), now() - timedelta(hours=1)
    introduce(civil_id, "نورة التجريبية", "ar", "a sentence for tests")
    for _ in range(2):
        opened = gdt.event(
            "opened", None, at, service=LICENCE, agency_ref=new_civil_id()[::-1], civil_id=civil_id, name="x"
        )
        early = gdt.event("noted", "ref:not-yet-" + opened["id"], at, note="x")
        again = opened | {"data": opened["data"] | {"note": "other"}}
        assert [item.status for item in gdt.send(opened, early, again)] == ["accepted", "parked", "conflict"]
    tell("kw.moi.gdt", [Telling(civil_id, at, {"licence.number": "7", "fines.unpaid_fils": 0})])
    viewer = logged_in(civil_id)
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as link:
        key = key_of_person(link, viewer.person_id)
    from masar.kernel.database import acting

    with acting("masar_login"):
        start_session(viewer.person_id, "password", key, "a phone")
        start_session(viewer.person_id, "password", key, "another phone")
    for _ in range(2):
        begin(viewer.person_id, "log-in", now())
        trust(viewer, "a phone", now())
    draft = keep(viewer, LICENCE, {"address": "x"})
    for size in (20, 30):
        attach(viewer, LICENCE, draft.id, "photo", jpeg((size, size)), f"{size}.jpg")
    return viewer.person_id


def test_no_sealed_value_opens_in_another_row_column_or_person(persons, owner):
    keys = [key_of_person(owner, person) for person in persons]
    values = [value for person, key in zip(persons, keys, strict=True) for value in values_of(owner, person, key)]
    values += values_of_nobody(owner)
    assert set(SEALED) == {value.column for value in values}, "each column is tried"
    tried: Counter[bool] = Counter()
    for value, other in product(values, values):
        for key in {value.key, other.key}:
            opens = value.opens(key, other.place)
            assert opens == (key == value.key and other.place == value.place), (value.column, other.place[:2])
            tried[opens] += 1
    print(f"{tried[False]} moved values were refused, {tried[True]} opened in their place")
    assert tried[False] > 3_000


def test_no_wrapped_key_opens_for_another_person_or_kek(persons, owner):
    rows = owner.execute(
        "select person_id, wrapped, kek from people_person_key order by person_id desc limit 30"
    ).fetchall()
    for (one, wrapped, kek), (other, _, _) in product(rows, rows):
        if one == other:
            assert person_key(one, wrapped, kek)
        else:
            with pytest.raises(CannotOpen):
                person_key(other, wrapped, kek)
    with pytest.raises(CannotOpen):
        person_key(rows[0][0], rows[0][1], "00000000")
    for column in ("cases_case_key.wrapped", "people_person.sealed"):
        with pytest.raises(CannotOpen):
            vault().ring.unwrap(rows[0][2], rows[0][1], *column.split("."), rows[0][0], rows[0][0])


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: bytes([b[0] ^ 1]) + b[1:]])
def test_no_changed_value_opens(persons, owner, change: Callable[[bytes], bytes]):
    for value in values_of(owner, persons[0], key_of_person(owner, persons[0])):
        assert not Value(value.column, value.key, change(value.sealed), value.place).opens(value.key, value.place)
