"""What Masar does by rule: end what ran out, let in what waited, make partitions ahead, move a day of a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from masar.cases.actions.record import PARKED_FOR, SYSTEM, agency_actor, project, record, self_event, waiting_for
from masar.catalogue import actions as catalogue_actions
from masar.catalogue.queries import catalogue, look_again
from masar.kernel import clock
from masar.kernel.clock import write_instant
from masar.kernel.database import acting

CHUNK = 200


def end_what_ran_out(now: datetime | None = None) -> int:
    """End requests whose citizen's time ran out, as their definition says; return how many."""
    now = now or clock.now()
    with acting("masar_system") as cursor:
        cursor.execute(
            "select number, definition_id, step, limit_at from cases_request"
            " where limit_at is not null and limit_at < %s::timestamptz and closed_at is null order by limit_at limit %s::int",
            [now, CHUNK],
        )
        rows = cursor.fetchall()
    events = []
    for number, definition_id, step, limit_at in rows:
        limit = catalogue().definitions[definition_id].steps[step].limit
        if limit is not None:
            data = {"outcome": limit.then} | ({"reason": limit.reason} if limit.reason else {})
            events.append(self_event(number, "decided", f"limit|{number}|{write_instant(limit_at)}", now, data))
    return sum(item.status == "accepted" for item in record(SYSTEM, events, received_at=now)) if events else 0


def let_in_what_waited(now: datetime | None = None) -> int:
    """Try parked events again; mark dead those that waited too long. Return how many were tried."""
    now = now or clock.now()
    with acting("masar_system") as cursor:
        cursor.execute(
            "update cases_parked set dead_at = %s::timestamptz where dead_at is null and received_at < %s::timestamptz",
            [now, now - PARKED_FOR],
        )
        cursor.execute("select distinct subject from cases_parked where dead_at is null limit %s::int", [CHUNK])
        subjects = [row[0] for row in cursor.fetchall()]
    waiting = waiting_for(subjects) if subjects else {}
    for agency, events in waiting.items():
        record(agency_actor(agency), events[:CHUNK])
    return sum(map(len, waiting.values()))


def make_partitions(now: datetime | None = None, months: int = 4) -> int:
    """Make the partitions of events for this month and the next; return how many were missing."""
    with acting("masar_system") as cursor:
        cursor.execute("select masar_make_partitions(%s::date, %s::int)", [(now or clock.now()).date(), months])
        made: int = cursor.fetchone()[0]
    return made


def move_day(
    calendar: str,
    on: date,
    *,
    working: bool,
    decision: str,
    reason: Mapping[str, str],
    hours: Sequence[Sequence[str]] | None = None,
) -> int:
    """Decide that a day works or not, and recompute what was due; return how many due dates moved.

    Each request whose date moved gets a line that says from when to when, and by which decision.
    Raises: catalogue.actions.NoSuchCalendar.
    """
    with acting("masar_system") as cursor:
        catalogue_actions.move_day(cursor, calendar, on, working=working, decision=decision, reason=reason, hours=hours)
    look_again()
    return recompute(decision, reason)


def recompute(decision: str, reason: Mapping[str, str], *, since: int = 0) -> int:
    """Fold all running requests again with the calendars as they are; tell those whose due date moved."""
    moved, after = 0, since
    while True:
        with acting("masar_system") as cursor:
            cursor.execute(
                "select id, number, due_at from cases_request where closed_at is null and id > %s::bigint order by id limit %s::int",
                [after, CHUNK],
            )
            before = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
            if not before:
                return moved
            now, after = clock.now(), max(before)
            project(cursor, list(before), catalogue(), now, told=before)
            cursor.execute("select id, due_at from cases_request where id = any(%s::bigint[])", [list(before)])
            changed = [(*before[id_], due) for id_, due in cursor.fetchall() if due != before[id_][1]]
        events = [_moved(number, was, due, decision, reason, now) for number, was, due in changed]
        if events:
            record(SYSTEM, events, received_at=now)
        moved += len(changed)


def _moved(
    number: int, was: datetime | None, due: datetime | None, decision: str, reason: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    data: dict[str, Any] = {"note": dict(reason) or decision, "code": "calendar-moved", "decision": decision}
    if was:
        data["due_before"] = write_instant(was)
    if due:
        data["due_after"] = write_instant(due)
    return self_event(number, "noted", f"calendar|{decision}|{number}|{data.get('due_after')}", now, data)
