"""The database isolates alone: with every filter removed, nobody sees a row of somebody else's."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from conftest import Reporter, new_civil_id
from masar.cases import actions
from masar.cases.models import APPEND_ONLY
from masar.files.tests.good import jpeg
from masar.kernel.clock import now
from masar.kernel.crypto import CannotOpen, open_sealed, seal, vault
from masar.kernel.database import acting
from masar.kernel.roles import GROUPS, LOGINS
from masar.people.actions import Telling, start_session, tell
from masar.people.queries import Viewer, person_key

pytestmark = pytest.mark.database
LICENCE = "kw.moi.gdt.renew-driving-licence"
ACTING = ("masar_citizen", "masar_agency", "masar_public", "masar_login", "masar_system")
APPLICATION = (*LOGINS, *GROUPS)

# Tables without a person or an agency, or whose rows are meant for whoever may read them at all.
PUBLIC_ROWS = {
    "cases_attempt": "counts wrong PINs under keyed hashes",
    "cases_directory": "finds a request by number; holds nothing personal",
    "cases_pace": "figures of services, without persons",
    "catalogue_agency": "public",
    "catalogue_calendar": "public",
    "catalogue_calendar_override": "public",
    "catalogue_country": "public",
    "catalogue_definition": "public",
}


@dataclass(frozen=True)
class Mine:
    """Two persons and two agencies, each with a request, an event that waits and one in conflict."""

    persons: tuple[int, int]
    agencies: tuple[str, str]
    requests: tuple[int, int]


def execute(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def mine(kuwait: None) -> Mine:
    """Fill every table for two of each."""
    persons, requests = [], []
    agencies = ("kw.moi.gdt", "kw.km")
    for agency, service in zip(agencies, (LICENCE, "kw.km.building-permit"), strict=True):
        reporter, name = Reporter(agency), f"R{secrets.token_hex(6)}"
        opened = reporter.event(
            "opened", None, "2026-11-01T09:00:00+03:00", service=service, agency_ref=name, civil_id=new_civil_id()
        )
        waits = reporter.event("noted", f"ref:{name}-unknown", "2026-11-01T09:00:00+03:00", note="x")
        conflict = opened | {"data": opened["data"] | {"name": "other"}}
        statuses = [item.status for item in reporter.send(opened, waits, conflict)]
        assert statuses == ["accepted", "parked", "conflict"]
        with acting("masar_system") as cursor:
            cursor.execute("select request_id from cases_reference where ref = %s", [name])
            requests.append(cursor.fetchone()[0])
            cursor.execute("select person_id from cases_request where id = %s::bigint", [requests[-1]])
            persons.append(cursor.fetchone()[0])
        with acting("masar_login"):
            start_session(persons[-1])
        told = Telling(opened["data"]["civil_id"], now(), {"licence.number": "7", "fines.unpaid_fils": 0})
        assert tell(agency, [told]) == [frozenset()]
    _with_a_photograph(persons[0])
    return Mine((persons[0], persons[1]), agencies, (requests[0], requests[1]))


def _with_a_photograph(person: int) -> None:
    """Let a person apply with one paper, and leave another in a draft."""
    with acting("masar_login"):
        viewer = Viewer(person, start_session(person))
    draft = actions.keep(viewer, LICENCE, {"licence_number": "12345678", "delivery": "kiosk", "declaration": True})
    actions.attach(viewer, LICENCE, draft.id, "photo", jpeg(), "a.jpg")
    actions.send(viewer, LICENCE, draft.id)
    draft = actions.keep(viewer, LICENCE, {})
    actions.attach(viewer, LICENCE, draft.id, "photo", jpeg((30, 30)), "b.jpg")


@pytest.fixture
def owner() -> Iterator[psycopg.Connection[Any]]:
    """The owner, who may look into the catalogue of the database."""
    import os

    with psycopg.connect(os.environ["MASAR_PG_DSN"], autocommit=True) as link:
        yield link


def tables(owner: psycopg.Connection[Any], where: str = "true") -> list[str]:
    return [
        name
        for (name,) in owner.execute(
            "select c.relname from pg_class c where c.relkind in ('r', 'p') and not c.relispartition"
            f" and c.relnamespace = 'public'::regnamespace and {where} order by 1"
        )
    ]


def seen_by(
    role: str, table: str, *, person: int | None = None, agency: str | None = None
) -> list[dict[str, Any]] | None:
    """Every row of a table that a role sees; None when it may not read it."""
    with acting("masar_system") as cursor:
        cursor.execute("select has_table_privilege(%s, %s, 'SELECT')", [role, table])
        if not cursor.fetchone()[0]:
            return None
    with acting(role, person=person, agency=agency) as cursor:
        cursor.execute(f"select * from {table}")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_person_sees_only_rows_of_their_own(mine, owner):
    looked = 0
    for table in tables(owner):
        if table in PUBLIC_ROWS:
            continue
        for me, other in (mine.persons, mine.persons[::-1]):
            for row in seen_by("masar_citizen", table, person=me) or []:
                looked += 1
                assert row.get("person_id", row.get("id") if table == "people_person" else None) == me, table
                assert other not in (row.get("person_id"), row.get("id") if table == "people_person" else None)
    assert looked >= 2 * 8  # person, key, session, facts, request, event, seen, case key


def test_an_agency_sees_only_rows_of_requests_in_which_it_has_part(mine, owner):
    looked = set()
    own = {"people_fact": "source", "files_paper": "id", "people_person_key": "person_id"}
    for table in set(tables(owner)) - PUBLIC_ROWS.keys():
        for agency, request, person in zip(mine.agencies, mine.requests, mine.persons, strict=True):
            with acting("masar_system") as cursor:
                cursor.execute("select request_id, person_id from cases_participation where agency_id = %s", [agency])
                parts = cursor.fetchall()
                cursor.execute("select paper_id, request_id from cases_paper")
                papers = cursor.fetchall()
            requests, persons = {row[0] for row in parts}, {row[1] for row in parts}
            handed_in = {paper for paper, at in papers if at in requests}
            may = {"people_fact": {agency}, "files_paper": handed_in, "people_person_key": persons}
            assert request in requests
            assert person in persons
            for row in seen_by("masar_agency", table, agency=agency) or []:
                looked.add(table)
                if table in own:
                    assert row[own[table]] in may[table], table
                elif "agency_id" in row and table not in ("cases_request", "cases_event"):
                    assert row["agency_id"] == agency, table
                else:
                    assert row.get("request_id", row.get("id")) in requests, table
    assert looked == {"cases_request", "cases_event", "cases_seen", "cases_case_key", "cases_participation",
                      "cases_reference", "cases_conflict", "cases_parked", "people_person_key", "cases_paper",
                      "files_paper", "people_fact"}  # fmt: skip


@pytest.mark.parametrize("role", ["masar_citizen", "masar_agency", "masar_public"])
def test_with_nothing_set_there_is_nothing_to_see(mine, owner, role):
    for table in tables(owner):
        if table not in PUBLIC_ROWS:
            assert not seen_by(role, table), table


def test_the_setting_of_another_kind_opens_nothing(mine, owner):
    """A person's setting says nothing to an agency's role, nor the other way about."""
    for table in tables(owner):
        if table not in PUBLIC_ROWS:
            assert not seen_by("masar_agency", table, person=mine.persons[0]), table
            assert not seen_by("masar_citizen", table, agency=mine.agencies[0]), table
            assert not seen_by("masar_public", table, person=mine.persons[0], agency=mine.agencies[0]), table


def test_the_door_of_log_ins_sees_nothing_of_requests(mine, owner):
    for table in tables(owner):
        if table.startswith(("cases_", "ledger_", "files_")) or table == "people_fact":
            assert seen_by("masar_login", table) is None, table


def test_the_door_of_log_ins_sees_the_one_person_who_comes_in(mine):
    for table, column in (("people_person", "id"), ("people_person_key", "person_id"), ("people_alert", "person_id")):
        assert seen_by("masar_login", table) == [], table
        seen = seen_by("masar_login", table, person=mine.persons[0])
        assert {row[column] for row in seen or ()} <= {mine.persons[0]}, table


def test_without_a_role_the_login_may_nothing(mine, owner):
    for table in tables(owner):
        for statement in (f"select 1 from {table}", f"delete from {table}", f"insert into {table} default values"):
            with pytest.raises(DatabaseError) as refusal, transaction.atomic():
                execute(statement)
            assert refusal.value.__cause__.sqlstate == "42501", (table, statement)


def test_a_role_does_not_outlive_its_transaction(mine):
    with acting("masar_system"):
        assert execute("select current_user")[0] == ("masar_system",)
    left = execute("select current_user, current_setting('masar.agency', true), current_setting('masar.person', true)")
    assert left in ([("masar_web", "", "")], [("masar_web", None, None)])


def test_the_login_of_persons_can_take_no_other_role(mine):
    with connections["citizen"].cursor() as cursor:
        for role in ("masar_system", "masar_agency", "masar_login", "masar_web"):
            with pytest.raises(DatabaseError):
                cursor.execute(f"set role {role}")


def test_append_only_tables_can_be_neither_changed_nor_emptied(mine, owner):
    for table in APPEND_ONLY:
        for role in APPLICATION:
            rights = owner.execute(
                "select has_any_column_privilege(%s, %s, 'UPDATE'), has_table_privilege(%s, %s, 'DELETE, TRUNCATE')",
                [role, table, role, table],
            ).fetchone()
            assert rights == (False, False), (role, table)
    for role in ACTING:
        for statement in ("update cases_event set type = type", "delete from cases_event"):
            with pytest.raises(DatabaseError), acting(role, agency=mine.agencies[0], person=mine.persons[0]) as cursor:
                cursor.execute(statement)


def test_every_table_of_a_person_or_an_agency_is_closed_by_policies(owner):
    column = "select from pg_attribute a where a.attrelid = c.oid and a.attname in ('person_id', 'agency_id')"
    with_column = set(tables(owner, f"exists ({column} and not a.attisdropped)"))
    assert len(with_column) >= 12
    wanted = with_column | {name for name in tables(owner) if name.startswith(("cases_", "people_", "ledger_"))}
    closed = set(tables(owner, "c.relrowsecurity and c.relforcerowsecurity and exists"
                               " (select from pg_policy p where p.polrelid = c.oid)"))  # fmt: skip
    assert wanted <= closed, wanted - closed


def test_every_policy_names_its_roles(owner):
    found = owner.execute("select polrelid::regclass, polname from pg_policy where polroles = '{0}'").fetchall()
    assert found == [], "a policy for PUBLIC holds for every role"


def test_policies_read_the_setting_plainly(owner):
    """Wrapped in a sub-select it costs a fifth more; without `true` the planner fails where nothing is set."""
    for table, text in owner.execute(
        "select polrelid::regclass::text, coalesce(pg_get_expr(polqual, polrelid), '')"
        " || coalesce(pg_get_expr(polwithcheck, polrelid), '') from pg_policy"
    ):
        assert text.count("current_setting(") == text.count("::text, true)"), table
        assert "SELECT current_setting" not in text, table


def test_partitions_have_no_rights_of_their_own(owner):
    partitions = [
        name
        for (name,) in owner.execute("select oid::regclass::text from pg_class where relispartition and relkind='r'")
    ]
    assert len(partitions) >= 5
    for partition in partitions:
        for role in APPLICATION:
            rights = owner.execute(
                "select has_table_privilege(%s, %s, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')", [role, partition]
            ).fetchone()
            assert rights == (False,), (role, partition)


def test_no_application_role_owns_or_makes_anything(owner):
    assert owner.execute(
        "select relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any(%s)",
        [list(APPLICATION)],
    ).fetchall() == []  # fmt: skip
    for role in APPLICATION:
        assert owner.execute("select has_schema_privilege(%s, 'public', 'CREATE')", [role]).fetchone() == (False,)
        assert owner.execute(
            "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolinherit from pg_roles"
            " where rolname = %s",
            [role],
        ).fetchone() == (False,)  # fmt: skip


def test_what_runs_with_the_owners_rights_is_only_the_making_of_partitions(owner):
    found = owner.execute(
        "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert found == [("masar_make_partitions",)]
    for role in APPLICATION:
        may = owner.execute(
            "select has_function_privilege(%s, 'masar_make_partitions(date, integer)', 'EXECUTE')", [role]
        )
        assert may.fetchone() == (role == "masar_system",)


def test_there_is_no_trigger_on_a_table_of_ours(owner):
    found = owner.execute(
        "select tgrelid::regclass::text from pg_trigger"
        " where not tgisinternal and tgrelid::regclass::text not like 'procrastinate%'"
    ).fetchall()
    assert found == []


def attempt(statement: str, mine: Mine) -> int:
    """Try something on another agency's request, as an agency without part in it; return how many rows it reached."""
    with acting("masar_agency", agency="kw.moh") as cursor:
        cursor.execute(statement.format(me="'kw.moh'", it=mine.requests[1], who=mine.persons[1]))
        return int(cursor.rowcount)


@pytest.mark.parametrize("grantor", ["{me}", "'kw.km'"])
@pytest.mark.parametrize("agency", ["{me}", "'kw.moj'"])
def test_an_agency_cannot_let_itself_or_another_into_a_request_that_stands(mine, agency, grantor):
    with pytest.raises(DatabaseError) as refusal:
        attempt(
            "insert into cases_participation (agency_id, request_id, person_id, granted_by)"
            f" values ({agency}, {{it}}, {{who}}, {grantor})",
            mine,
        )
    assert refusal.value.__cause__.sqlstate == "42501"


def test_an_agency_changes_and_removes_only_what_is_its_own(mine):
    for statement in (
        "update cases_request set opened_by = {me} where id = {it}",
        "update cases_parked set dead_at = null where agency_id <> {me}",
        "delete from cases_parked where agency_id <> {me}",
    ):
        assert attempt(statement, mine) == 0
    with pytest.raises(DatabaseError):
        attempt("insert into cases_reference (agency_id, ref, request_id) values ('kw.km', 'theirs', {it})", mine)


def test_a_moved_ciphertext_does_not_open(mine):
    with acting("masar_system") as cursor:
        cursor.execute(
            "select c.request_id, c.person_id, c.wrapped, k.wrapped, k.kek from cases_case_key c"
            " join people_person_key k using (person_id) where c.request_id = any(%s::bigint[]) order by 1",
            [list(mine.requests)],
        )
        (one, person, wrapped, outer, kek), (other, *_) = [
            (r, p, bytes(w), bytes(o), kek) for r, p, w, o, kek in cursor.fetchall()
        ]
        cursor.execute("select id, sealed from cases_event where request_id = %s::bigint", [one])
        event, sealed = cursor.fetchone()
    key = person_key(person, outer, kek)
    case_key = open_sealed(key, wrapped, "cases_case_key", "wrapped", one, person)
    assert open_sealed(case_key, bytes(sealed), "cases_event", "sealed", event.hex, person)
    for place in (
        ("cases_case_key", "wrapped", other, person),
        ("cases_case_key", "wrapped", one, person + 1),
        ("cases_event", "wrapped", one, person),
        ("cases_case_key", "sealed", one, person),
    ):
        with pytest.raises(CannotOpen):
            open_sealed(key, wrapped, *place)
    with pytest.raises(CannotOpen):
        person_key(person + 1, outer, kek)
    with pytest.raises(CannotOpen):
        open_sealed(vault().system_key, seal(vault().index_key, b"x", "t"), "t")
