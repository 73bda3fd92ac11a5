"""Every hot statement, under its real role and settings, is answered by its index, with custom and generic plans.

The real verbs run against a filled database; each statement that they send is explained, and run, where it stands.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections
from psycopg import sql

from conftest import Reporter, new_civil_id
from masar.cases import actions
from masar.cases.actions import Incomplete, forget_left_drafts, keep, send
from masar.cases.queries import (
    agency_application,
    agency_paper,
    agency_request,
    agency_requests,
    drafts,
    home,
    my_application,
    my_paper,
    my_request,
    my_requests,
    rows,
    sheet,
)
from masar.files.actions import forget_left_papers
from masar.files.tests.good import jpeg
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people.actions import Telling, remember, tell

pytestmark = pytest.mark.database
MODES = ("force_custom_plan", "force_generic_plan")
MOST_BLOCKS = 1200  # of 8 KB; a scan of the requests alone reads thousands, a batch of the outbox some six hundred
FEW = 1000  # rows; the tables looked at hold six thousand and more
FILL, EMPTY = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("filled.sql", "emptied.sql"))


class Filled(NamedTuple):
    """The person whose rows are read, among thousands."""

    viewer: Any
    civil_id: str
    number: int
    ref: str
    parent: int


class Plans:
    """Explains and runs statements where they stand, and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def look(self, link: Any, text: str, parameters: list[Any], what: str) -> None:
        """Explain and run one statement (`$1`…) with either kind of plan, and undo what it did."""
        self.seen.add(what)
        values = ", ".join(sql.Literal(value).as_string() for value in parameters)
        for mode in MODES:
            with link.transaction(force_rollback=True):
                link.execute(f"set local plan_cache_mode = {mode}")
                link.execute(f"prepare looked as {text}")
                (document,) = link.execute(
                    f"explain (analyze, buffers, format json) execute looked{f'({values})' if values else ''}"
                ).fetchone()
                link.execute("deallocate looked")
            plan = document if isinstance(document, list) else json.loads(document)
            self._judge(plan[0]["Plan"], f"{what} [{mode}]")

    def _judge(self, plan: dict[str, Any], what: str) -> None:
        blocks = plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
        if blocks > MOST_BLOCKS:
            self.faults.append(f"{what}: {blocks} blocks")
        for node in _nodes(plan):
            table, loops = node.get("Relation Name", ""), node.get("Actual Loops", 1)
            in_vain = node.get("Rows Removed by Filter", 0) * loops
            if node["Node Type"] == "Seq Scan" and not table.startswith("catalogue_"):
                if in_vain + node["Actual Rows"] * loops > FEW:  # fewer: a month that has hardly begun
                    self.faults.append(f"{what}: sequential scan of {table}")
            elif in_vain > FEW:
                self.faults.append(f"{what}: {node.get('Index Name', table)} reads {in_vain} rows in vain")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


@pytest.fixture(scope="module")
def filled(kuwait: None) -> Iterator[Filled]:
    """Fill the database as its owner: 20,000 requests of 6,000 persons, among them one with a family."""
    km, name, civil_id = Reporter("kw.km"), f"P-{secrets.token_hex(6)}", new_civil_id()
    at = now() - timedelta(days=5)
    data = {"service": "kw.km.building-permit", "agency_ref": name, "civil_id": civil_id, "name": "فيصل التجريبي"}
    check = {"service": "kw.kff.fire-safety-check", "agency_ref": "c" + name, "parent": f"ref:{name}"}
    parent = km.send(km.event("opened", None, at, **data), km.event("opened", None, at, **check))[0].number
    gdt, licence = Reporter("kw.moi.gdt"), f"L-{secrets.token_hex(6)}"
    data = {"service": "kw.moi.gdt.renew-driving-licence", "agency_ref": licence, "civil_id": civil_id}
    number = gdt.send(gdt.event("opened", None, at, **data))[0].number
    with psycopg.connect(os.environ["MASAR_PG_DSN"], autocommit=True) as owner:
        owner.execute(FILL.replace(":number", str(number)).encode())
        owner.execute("vacuum analyze")
        person = owner.execute("select person_id from cases_request where number = %s", [number]).fetchone()
    with acting("masar_login"):
        from masar.people.actions import start_session
        from masar.people.queries import Viewer

        viewer = Viewer(person[0], start_session(person[0]))
    yield Filled(viewer, civil_id, number, f"ref:{licence}", parent)
    with psycopg.connect(os.environ["MASAR_PG_DSN"], autocommit=True) as owner:
        owner.execute(EMPTY.encode())


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plans]:
    """Look at every statement of both connections while a test runs; fail at its end if any was bad."""
    found = Plans()

    def read(statement: str, parameters: Any) -> Any:
        link = connections["citizen"]
        link.ensure_connection()
        found.look(link.connection, statement, list(parameters), "page of a person")
        return rows_read(statement, parameters)

    rows_read = rows.read_as_person
    monkeypatch.setattr(rows, "read_as_person", read)
    monkeypatch.setattr(sheet, "read_as_person", read)
    monkeypatch.setattr(drafts, "read_as_person", read)
    with _watching(found):
        yield found
    assert found.faults == [], "\n".join(found.faults)


@contextmanager
def _watching(found: Plans) -> Iterator[None]:
    def look(execute: Any, text: str, parameters: Any, many: bool, context: Any) -> Any:
        if "set_config" in text or not parameters or "pg_notify" in text or "savepoint" in text.lower():
            return execute(text, parameters, many, context)
        raw = context["cursor"].connection
        numbered = text
        for n in range(len(parameters)):
            numbered = numbered.replace("%s", f"${n + 1}", 1)
        found.look(raw, numbered, list(parameters), " ".join(text.split())[:90])
        return execute(text, parameters, many, context)

    with connection.execute_wrapper(look):
        yield


@pytest.mark.parametrize("filter_", list(rows.PAGES))
def test_each_list_of_a_person(filled, plans, filter_):
    _, listing = my_requests(filled.viewer, filter_, None, now())
    assert listing.counts.open == 3
    my_requests(filled.viewer, filter_, rows._write_cursor(now(), 10**9), now())
    assert plans.seen == {"page of a person"}


def test_the_pages_of_an_application(filled, plans):
    for service in ("kw.moi.gdt.renew-driving-licence", "kw.moi.gdt.pay-fines"):
        draft = keep(filled.viewer, service, {})
    assert my_application(filled.viewer, "kw.moi.gdt.pay-fines").draft.id == draft.id
    with pytest.raises(Incomplete):
        send(filled.viewer, "kw.moi.gdt.renew-driving-licence", my_draft(filled.viewer))
    assert len(home(filled.viewer, now()).drafts) == 2
    forget_left_drafts()


def my_draft(viewer):
    return my_application(viewer, "kw.moi.gdt.renew-driving-licence").draft.id


def test_the_first_page_and_the_sheet_of_a_person(filled, plans):
    assert len(home(filled.viewer, now()).running) == 3
    for number in (filled.number, filled.parent):
        assert my_request(filled.viewer, number, now()) is not None


def test_intake_of_one_of_many_and_of_late_ones(filled, plans):
    gdt = Reporter("kw.moi.gdt")
    at = now() - timedelta(days=4)
    one = gdt.event("step", filled.ref, at, step="fee")
    assert gdt.send(one)[0].status == "accepted"
    late = gdt.event("noted", str(filled.number), at - timedelta(hours=1), note="x")
    late.pop("sequence")
    assert gdt.send(late, gdt.event("noted", filled.ref, at, note="y"))[0].status == "accepted"
    assert gdt.send(one)[0].status == "duplicate"
    waits = gdt.event("noted", "ref:" + secrets.token_hex(8), at, note="x")
    assert gdt.send(waits)[0].status == "parked"
    assert gdt.send(one | {"data": {"step": "review"}})[0].status == "conflict"
    assert any("insert into" in what for what in plans.seen)


def test_an_opening_and_a_family(filled, plans):
    gdt, km = Reporter("kw.moi.gdt"), Reporter("kw.km")
    data = {
        "service": "kw.moi.gdt.renew-driving-licence",
        "civil_id": new_civil_id(),
        "agency_ref": secrets.token_hex(6),
    }
    assert gdt.send(gdt.event("opened", None, now(), **data))[0].status == "accepted"
    assert km.send(km.event("step", str(filled.parent), now(), step="checks"))[0].status == "accepted"


def test_a_persons_acts(filled, plans):
    gdt = Reporter("kw.moi.gdt")
    gdt.send(gdt.event("asked", filled.ref, now(), step="more-information", message={"ar": "؟"}))
    question = my_request(filled.viewer, filled.number, now())[1].question
    actions.answer(filled.viewer, filled.number, question.token, {"answer": "x"})


def test_what_an_agency_tells(filled, plans):
    at = now()
    assert tell("kw.moi.gdt", [Telling(filled.civil_id, at, {"fines.unpaid_fils": 0, "licence.number": "7"})]) == [
        frozenset()
    ]
    assert tell("kw.moi.gdt", [Telling(filled.civil_id, at - timedelta(1), {"licence.number": "6"})]) == [
        frozenset({"licence.number"})
    ]
    assert any("from people_fact" in what for what in plans.seen)
    assert any("insert into people_fact" in what for what in plans.seen)


def test_what_a_person_says_of_themselves(filled, plans):
    me = filled.viewer.person_id
    with acting("masar_citizen", person=me) as cursor:
        remember(cursor, me, b"k" * 32, {"person.address": "x", "person.phone": "y"})
    assert any("insert into people_fact" in what for what in plans.seen)


def test_an_agencys_reads(filled, plans):
    assert agency_request("kw.moi.gdt", filled.number) is not None
    assert agency_request("kw.kff", filled.parent) is None
    assert len(agency_requests("kw.moi.gdt", limit=50).items) == 50
    agency_requests("kw.moi.gdt", after=15_000, updated_since=now() - timedelta(days=100))


def test_what_masar_does_by_rule(filled, plans):
    assert actions.end_what_ran_out(now() - timedelta(days=28_200)) == 0  # before 1950, when nothing can have happened
    actions.relay(100)


@pytest.mark.parametrize("column", ["opened_by", "first_received_at"])
def test_a_statement_without_an_index_would_be_found(filled, column):
    found = Plans()
    with psycopg.connect(os.environ["MASAR_PG_DSN"], autocommit=True) as owner:
        found.look(owner, f"select number from cases_request where {column}::text = $1", ["x"], "planted")
    assert [fault.split(": ")[1] for fault in found.faults if "sequential" in fault] == [
        "sequential scan of cases_request"
    ] * 2


def test_papers_attached_handed_in_and_read(filled, plans):
    service = "kw.moi.gdt.renew-driving-licence"
    draft = keep(filled.viewer, service, {"licence_number": "12345678", "delivery": "kiosk", "declaration": True})
    one = actions.attach(filled.viewer, service, draft.id, "photo", jpeg(), "a.jpg").papers["photo"][0].id
    actions.attach(filled.viewer, service, draft.id, "photo", jpeg((9, 9)), "b.jpg")
    actions.detach(filled.viewer, service, draft.id, "photo", one)
    number = send(filled.viewer, service, draft.id)
    (paper,) = agency_application("kw.moi.gdt", number).papers
    assert agency_paper("kw.moi.gdt", number, UUID(paper["id"])) == my_paper(filled.viewer, UUID(paper["id"]))
    question = ask_for_a_paper(filled)
    actions.attach_answer(filled.viewer, filled.number, question.token, "asked", jpeg(), "c.jpg")
    actions.answer(filled.viewer, filled.number, question.token, {})
    forget_left_papers(now() + timedelta(days=-60))
    assert any("insert into cases_paper" in what for what in plans.seen)
    assert any("from files_paper" in what for what in plans.seen)


def ask_for_a_paper(filled):
    gdt = Reporter("kw.moi.gdt")
    gdt.send(gdt.event("asked", filled.ref, now(), kind="document", message={"ar": "؟"}))
    return my_request(filled.viewer, filled.number, now())[1].question
