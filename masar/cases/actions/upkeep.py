"""What Masar does by rule: end what ran out, let in what waited, make partitions ahead, move a day of a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from masar.cases.actions.items import SYSTEM, agency_actor
from masar.cases.actions.projection import project
from masar.cases.actions.record import record, self_event, waiting_for
from masar.cases.rules.profile import LIMITS
from masar.catalogue import actions as catalogue_actions
from masar.catalogue.queries import catalogue, look_again
from masar.kernel import clock
from masar.kernel.clock import write_instant
from masar.kernel.database import acting

CHUNK = 200
PARKED_FOR = LIMITS.parked


def end_what_ran_out(now: datetime | None = None) -> int:
    """End requests whose citizen's time ran out, as their definition says, at that instant; return how many."""
    now, ended = now or clock.now(), 0
    for rows in _ran_out(now):
        events = []
        for _, number, definition_id, step, limit_at in rows:
            limit = catalogue().definitions[definition_id].steps[step].limit
            if limit is not None:  # else an agency's own date of an answer, which ends nothing
                data = {"outcome": limit.then} | ({"reason": limit.reason} if limit.reason else {})
                events.append(self_event(number, "decided", f"limit|{write_instant(limit_at)}", limit_at, data))
        ended += sum(item.status == "accepted" for item in record(SYSTEM, events, received_at=now))
    return ended


def _ran_out(now: datetime) -> Iterator[list[tuple[Any, ...]]]:
    """Yield pages of running requests whose limit is past, the oldest first."""
    after = (datetime.min.replace(tzinfo=UTC), 0)
    while True:
        with acting("masar_system") as cursor:
            cursor.execute(
                "select id, number, definition_id, step, limit_at from cases_request"
                " where limit_at is not null and limit_at < %s::timestamptz and closed_at is null"
                " and (limit_at, id) > (%s::timestamptz, %s::bigint) order by limit_at, id limit %s::int",
                [now, *after, CHUNK],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        after = rows[-1][4], rows[-1][0]
        yield rows


def let_in_what_waited(now: datetime | None = None) -> int:
    """Try parked events again; mark dead those that waited too long. Return how many were tried."""
    now, tried, subjects = now or clock.now(), 0, [""]
    with acting("masar_system") as cursor:
        cursor.execute(
            "update cases_parked set dead_at = %s::timestamptz where dead_at is null and received_at < %s::timestamptz",
            [now, now - PARKED_FOR],
        )
    while subjects:
        with acting("masar_system") as cursor:
            cursor.execute(
                "select distinct subject from cases_parked where dead_at is null and subject > %s"
                " order by subject limit %s::int",
                [subjects[-1], CHUNK],
            )
            subjects = [row[0] for row in cursor.fetchall()]
        for agency, events in waiting_for(subjects).items():
            for first in range(0, len(events), CHUNK):
                record(agency_actor(agency), events[first : first + CHUNK], received_at=now)
            tried += len(events)
    return tried


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
                "select id, number, due_at from cases_request where closed_at is null and id > %s::bigint"
                " order by id limit %s::int",
                [after, CHUNK],
            )
            before = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
            if not before:
                return moved
            now, after = clock.now(), max(before)
            project(cursor, before, catalogue(), now, told=before, recompute=True)
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
    return self_event(number, "noted", f"calendar|{decision}|{data.get('due_after')}", now, data)
