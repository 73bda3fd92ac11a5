"""Reads of papers: a person their own, an agency those of requests in which it has part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from masar.cases.queries.timeline import case_key, opened_record
from masar.cases.rules.events import SELF
from masar.catalogue.queries import Definition, catalogue
from masar.files.queries import Opened, open_paper
from masar.kernel.crypto import CannotOpen
from masar.kernel.database import acting, take
from masar.people.queries import Viewer, key_of, open_person, person_key


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person has filled in of a request: the form and the answers since, each with its papers."""

    number: int
    definition: Definition
    person: Mapping[str, str]  # civil_id and name; empty once they were erased
    at: datetime
    form: Mapping[str, Any]
    papers: Sequence[Mapping[str, Any]]
    answers: Sequence[Answered]


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the person."""

    at: datetime
    answer: Mapping[str, Any]
    papers: Sequence[Mapping[str, Any]]


def my_paper(viewer: Viewer, id: UUID) -> Opened | None:
    """Return a paper of the person; None when it is not theirs, or dropped. Raises: SessionEnded."""
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        return open_paper(cursor, viewer.person_id, key_of(cursor, viewer), id)


def agency_paper(agency: str, number: int, id: UUID) -> Opened | None:
    """Return a paper that was handed in to a request; None unless the agency has part in that request."""
    with acting("masar_agency", agency=agency) as cursor:
        cursor.execute(
            "select p.person_id, k.wrapped, k.kek from cases_request r"
            " join cases_paper p on p.request_id = r.id join people_person_key k on k.person_id = p.person_id"
            " where r.number = %s::bigint and p.paper_id = %s::uuid",
            [number, id],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        try:
            key = person_key(row[0], bytes(row[1]), row[2])
        except CannotOpen:
            return None
        return open_paper(cursor, row[0], key, id)


def agency_application(agency: str, number: int) -> Filled | None:
    """Return what was filled in of a request; None unless the agency has part in it."""
    with acting("masar_agency", agency=agency) as cursor:
        cursor.execute(
            "select r.id, r.person_id, r.definition_id, r.first_received_at, r.opened_at, c.wrapped, k.wrapped, k.kek"
            " from cases_request r"
            " left join cases_case_key c on c.request_id = r.id and c.person_id = r.person_id"
            " left join people_person_key k on k.person_id = r.person_id where r.number = %s::bigint",
            [number],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        request_id, person_id, definition, since, at, wrapped, outer, kek = row
        key = case_key(person_id, request_id, wrapped, outer, kek)
        said = _said(cursor, request_id, person_id, since, key)
        take(cursor, "masar_system")  # who it is stands in a table that agencies do not read
        person = _person(cursor, person_id)
    opened = next((data for type_, _, data in said if type_ == "opened"), {})
    answers = [
        Answered(when, data.get("answer", {}), data.get("papers", ()))
        for type_, when, data in said
        if type_ == "answered"
    ]
    form, papers = opened.get("form", {}), opened.get("papers", ())
    return Filled(number, catalogue().definitions[definition], person, at, form, papers, answers)


def _said(
    cursor: CursorWrapper, request_id: int, person_id: int, since: datetime, key: bytes
) -> list[tuple[str, datetime, Mapping[str, Any]]]:
    """Read what the person reported of themselves: type, time and data of each event, oldest first."""
    cursor.execute(
        "select id, type, at, sealed from cases_event where person_id = %s::bigint and request_id = %s::bigint"
        " and received_at >= %s::timestamptz and type in ('opened', 'answered') and source = %s"
        " order by received_at, id",
        [person_id, request_id, since, SELF],
    )
    return [
        (type_, at, opened_record(key, sealed, id_.hex, person_id).get("data", {}))
        for id_, type_, at, sealed in cursor.fetchall()
    ]


def _person(cursor: CursorWrapper, person_id: int) -> Mapping[str, str]:
    cursor.execute(
        "select p.id, p.sealed, k.wrapped, k.kek from people_person p"
        " left join people_person_key k on k.person_id = p.id where p.id = %s::bigint",
        [person_id],
    )
    return open_person(*cursor.fetchone())
