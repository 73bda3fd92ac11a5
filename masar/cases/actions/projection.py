"""The projection's row, and families: requests with sub-requests are folded whole, by the system, which sees all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.cases.actions.live import Live, Stored, children, load_events, parents
from masar.cases.actions.write import Rows
from masar.cases.rules.fold import child_of, fold
from masar.cases.rules.path import due_of, step_due_of
from masar.cases.rules.standing import Child, Folded
from masar.catalogue.queries import Snapshot


def changed_row(live: Live, snapshot: Snapshot, now: datetime, heard_at: datetime | None) -> tuple[Any, ...]:
    """Return the row of a projection's change, in the order that the write expects."""
    standing = live.standing
    assert standing is not None
    due = due_of(standing, snapshot.calendar_of, live.case.home, now)
    return (
        live.id, live.seq, standing.step, standing.state, standing.outcome,
        standing.holder.agency if standing.holder else None if standing.closed_at is None else "",
        standing.since, standing.closed_at, due.at, due.used, due.allowed, due.unit, due.is_paused, due.broken_at,
        step_due_of(standing, snapshot.calendar_of), standing.limit_at, standing.last_type, standing.last_at, now,
        heard_at, live.seq + 1, as_text(Stored(standing, live.has_children)),
    )  # fmt: skip


def new_row(live: Live, snapshot: Snapshot, now: datetime, heard_at: datetime | None, opener: str) -> tuple[Any, ...]:
    """Return the row of a new projection, in the order that the write expects."""
    _, _, step, state, outcome, holder, since, *rest, seq, text = changed_row(live, snapshot, now, heard_at)
    assert live.standing is not None
    return (
        live.id, live.number, live.person_id, live.definition_id, live.case.home, live.parent_id, live.is_appeal,
        opener, step, state, outcome, holder, since, live.standing.opened_at, *rest[:-2], live.first_received_at,
        *rest[-2:], seq, text,
    )  # fmt: skip


def let_in(rows: Rows, live: Live, grantor: str) -> set[str]:
    """Give agencies that the definition names for the steps named or entered their part in the request.

    Return the subject for which such agencies may have events waiting.
    """
    steps = live.case.definition.steps
    agencies = sorted({steps[place].agency or "" for place in live.places} - live.parties - {""})
    for agency in agencies:
        rows.put("cases_participation", agency, live.id, live.person_id, grantor)
    return {f"number:{live.number}"} if agencies else set()


@dataclass(slots=True)
class Families:
    """What folding some families found: the fold of each parent, and the sub-requests that nobody waits for."""

    folded: dict[int, Folded] = field(default_factory=dict)
    left_open: list[int] = field(default_factory=list)  # numbers
    opened_up: set[str] = field(default_factory=set)  # subjects for which something may be waiting


def project(
    cursor: CursorWrapper,
    requests: Iterable[int],
    snapshot: Snapshot,
    now: datetime,
    *,
    heard: datetime | None = None,
    told: Iterable[int | None] = (),
    recompute: bool = False,
) -> Families:
    """Fold some requests whole, with their sub-requests, and write their projections; as the system.

    `told`: requests of which the outbox holds a row of this transaction already. With `recompute` no event has come:
    a projection that says what it said is left alone, and none counts as changed.
    """
    above = parents(cursor, requests, snapshot)
    below = children(cursor, [live.id for live, *_ in above], snapshot)
    events = load_events(cursor, [*(live for live, *_ in above), *below])
    rows, spared, found = Rows(), set(told), Families()
    for live, changed_at, stored, dues in above:
        own = {
            c.id: child_of(c.case, c.id, events[c.id], is_appeal=c.is_appeal) for c in below if c.parent_id == live.id
        }
        folded = fold(live.case, events[live.id], list(own.values()))
        live.standing, live.has_children = folded.standing, bool(own)
        row = changed_row(live, snapshot, changed_at if recompute else now, heard or live.heard_at)
        if recompute and Stored(folded.standing, live.has_children) == stored and (row[8], row[14]) == dues:
            continue
        found.folded[live.id] = folded
        found.left_open += _left_open(own, folded, below)
        live.places = folded.places
        found.opened_up |= let_in(rows, live, "masar")
        rows.change.append(row)
        if live.id not in spared:
            rows.put("cases_outbox", live.id, live.person_id, live.number, live.seq + 1)
    rows.write(cursor)
    return found


def _left_open(own: dict[int, Child], folded: Folded, below: Sequence[Live]) -> list[int]:
    """Return the numbers of settled sub-requests that never ended."""
    never_ended = {id_ for id_ in folded.standing.settled if all(holder is not None for _, holder, _ in own[id_].turns)}
    return [live.number for live in below if live.id in never_ended]


def as_text(value: Any) -> str:
    """Return the JSON text of a value."""
    return msgspec.json.encode(value).decode()
