"""What an agency sees of requests in which it has part: structure and times, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from masar.cases.queries.timeline import EVENT_COLUMNS, event_of
from masar.cases.rules.events import Event
from masar.cases.rules.fold import child_of, fold
from masar.cases.rules.standing import Case, Move
from masar.catalogue.queries import catalogue
from masar.kernel.database import acting, array, take


@dataclass(frozen=True, slots=True)
class AgencyRequest:
    """One request as an agency reads it. `moves` are empty in lists."""

    number: int
    agency_ref: str | None
    service: str
    version: int
    state: str
    step: str
    outcome: str | None
    holder: str | None  # an agency; None when the citizen holds or the request has ended
    since: datetime
    opened_at: datetime
    closed_at: datetime | None
    updated_at: datetime
    due_at: datetime | None
    parent: int | None
    moves: Sequence[Move] = ()
    skips: Sequence[str] = ()  # steps that the form rules out; empty in lists


@dataclass(frozen=True, slots=True)
class AgencyListing:
    """A page of an agency's requests and the cursor of the next."""

    items: Sequence[AgencyRequest]
    next: int | None


_COLUMNS = """
r.id, r.person_id, r.first_received_at, r.definition_id, r.number, f.ref, r.state, r.step, r.outcome,
nullif(r.holder, ''), r.since, r.opened_at, r.closed_at, r.changed_at, r.due_at, q.number
"""
_JOINS = """
  left join cases_reference f on f.request_id = r.id and f.agency_id = %s
  left join cases_request q on q.id = r.parent_id
"""


def agency_requests(
    agency: str, *, after: int = 0, updated_since: datetime | None = None, limit: int = 50
) -> AgencyListing:
    """Return a page of the requests in which an agency has part, oldest first."""
    with acting("masar_agency", agency=agency) as cursor:
        cursor.execute(
            f"select {_COLUMNS} from cases_participation p join cases_request r on r.id = p.request_id {_JOINS}"  # noqa: S608
            " where p.agency_id = %s and p.request_id > %s::bigint"
            " and (%s::timestamptz is null or r.changed_at >= %s::timestamptz) order by p.request_id limit %s::int",
            [agency, agency, after, updated_since, updated_since, limit + 1],
        )
        rows = cursor.fetchall()
    return AgencyListing([_request(row) for row in rows[:limit]], rows[limit - 1][0] if len(rows) > limit else None)


def agency_request(agency: str, number: int) -> AgencyRequest | None:
    """Return one request with its events in order; None unless the agency has part in it.

    The whole family is folded, as the system once the right is proven: a move that a sub-request explains is not off
    the path, though the agency may not read that one. Only the request's own events are returned.
    """
    with acting("masar_agency", agency=agency) as cursor:
        cursor.execute(
            f"select {_COLUMNS} from cases_request r {_JOINS} where r.number = %s::bigint",  # noqa: S608
            [agency, number],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        take(cursor, "masar_system")
        cursor.execute("select id, definition_id, is_appeal from cases_request where parent_id = %s::bigint", [row[0]])
        below = cursor.fetchall()
        cursor.execute(
            f"select request_id, {EVENT_COLUMNS} from cases_event where person_id = %s::bigint"  # noqa: S608
            " and request_id = any(%s::bigint[]) and received_at >= %s::timestamptz",
            [row[1], array([row[0], *(child[0] for child in below)]), row[2]],
        )
        events: dict[int, list[Event]] = {}
        for request_id, *columns in cursor.fetchall():
            events.setdefault(request_id, []).append(event_of(columns))
    children = [
        child_of(_case(definition_id), id_, events[id_], is_appeal=is_appeal) for id_, definition_id, is_appeal in below
    ]
    folded = fold(_case(row[3]), events[row[0]], children)
    return _request(row, folded.moves, folded.standing.skips)


def _case(definition_id: int) -> Case:
    return Case(catalogue().definitions[definition_id], catalogue().calendar_of)


def _request(row: Sequence[Any], moves: Sequence[Move] = (), skips: Sequence[str] = ()) -> AgencyRequest:
    definition = catalogue().definitions[row[3]]
    number, ref, state, step, outcome, holder, since, opened, closed, updated, due, parent = row[4:]
    return AgencyRequest(
        number, ref, definition.id, definition.version, state, step, outcome, holder, since, opened, closed, updated,
        due, parent, moves, skips,
    )  # fmt: skip
