"""One request while a chunk works on it, and how requests are read: locked by subject (S1), or whole as the system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.cases.actions.items import Item
from masar.cases.queries.timeline import EVENT_COLUMNS, event_of
from masar.cases.rules.envelope import Envelope
from masar.cases.rules.events import Event
from masar.cases.rules.order import in_order
from masar.cases.rules.standing import Case, Folded, Standing
from masar.catalogue.queries import Snapshot
from masar.kernel.crypto import open_sealed
from masar.kernel.database import array
from masar.people.queries import person_key


@dataclass(slots=True)
class Live:
    """One request while a chunk works on it. `is_whole`: it must be folded from all its events."""

    id: int
    number: int
    person_id: int
    definition_id: int
    case: Case
    parent_id: int | None
    seq: int
    first_received_at: datetime
    standing: Standing | None = None
    key: bytes = b""
    person_key: bytes = b""
    parties: set[str] = field(default_factory=set)  # agencies known to have part in it
    is_new: bool = False
    is_appeal: bool = False
    has_children: bool = False
    heard_at: datetime | None = None
    is_whole: bool = False
    added: list[tuple[Event, Envelope, Item]] = field(default_factory=list)
    places: set[str] = field(default_factory=set)  # steps that were named or entered

    @property
    def is_quiet(self) -> bool:
        """Tell whether all that was added is history, which nobody is told of."""
        return all(envelope.is_backfill for _, envelope, _ in self.added)

    def mark_late(self, earlier: Sequence[Event]) -> None:
        """Mark what was added and arrived after events that come later in order."""
        known = list(earlier)
        for event, _, item in self.added:
            known.append(event)
            item.is_late = event.type not in ("corrected", "opened") and in_order(known)[-1][1] is not event

    def mark_off_path(self, folded: Folded) -> None:
        """Mark what was added and left the allowed path."""
        off = {move.event.name for move in folded.moves if move.is_off_path}
        for event, _, item in self.added:
            item.is_off_path = event.name in off


class Stored(msgspec.Struct):
    """What stands in the projection's `fold`: the standing, and whether sub-requests hang beneath."""

    standing: Standing
    has_children: bool = False


def stored_of(text: str) -> Stored:
    """Read what stands in a projection's `fold`."""
    return msgspec.json.decode(text, type=Stored)


LOOK = """
with named as (
  select d.request_id, d.number, d.definition_id, null::text as ref
    from cases_directory d where d.number = any(%s::bigint[])
  union all
  select f.request_id, null, null, f.ref from cases_reference f where f.agency_id = %s and f.ref = any(%s::text[])
), locked as materialized (
  select r.* from cases_request r where r.id in (select request_id from named) order by r.id for update
)
select n.request_id, n.number, n.definition_id, n.ref, r.number, r.person_id, r.definition_id, r.parent_id, r.seq,
       r.first_received_at, r.heard_at, r.fold::text, c.wrapped, k.wrapped, k.kek,
       exists (select from cases_participation p where p.agency_id = %s and p.request_id = n.request_id)
  from named n left join locked r on r.id = n.request_id
  left join cases_case_key c on c.request_id = r.id and c.person_id = r.person_id
  left join people_person_key k on k.person_id = r.person_id
"""

SEEN = """
select u.n, s.digest, s.request_id, p.digest, p.dead_at is not null, d.number
  from unnest(%s::int[], %s::text[], %s::text[]) as u(n, source, event_id)
  left join cases_seen s on s.source = u.source and s.event_id = u.event_id
  left join cases_parked p on p.source = u.source and p.event_id = u.event_id
  left join lateral (
      select number from cases_request r where r.id = s.request_id and r.person_id = s.person_id) d on true
 where s.digest is not null or p.digest is not null
"""

_BARE = """
select r.id, r.number, r.person_id, r.definition_id, r.parent_id, r.seq, r.first_received_at, r.heard_at, r.is_appeal,
       r.changed_at, r.fold::text, r.due_at, r.step_due_at
  from cases_request r where r.{column} = any(%s::bigint[]) order by r.id
"""
EVENTS = f"""
select request_id, {EVENT_COLUMNS} from cases_event where person_id = any(%s::bigint[])
   and request_id = any(%s::bigint[]) and received_at >= %s::timestamptz order by received_at, id
"""  # noqa: S608 - the columns are ours, values are parameters


def locked_live(request_id: int, row: Sequence[Any], snapshot: Snapshot, agency: str | None) -> Live:
    """Make a live request of what `LOOK` says of it."""
    number, person_id, definition_id, parent_id, seq, first, heard, text, wrapped, person_wrapped, kek, has_part = row
    outer = person_key(person_id, bytes(person_wrapped), kek)
    key = open_sealed(outer, bytes(wrapped), "cases_case_key", "wrapped", request_id, person_id)
    stored = stored_of(text)
    return Live(
        request_id, number, person_id, definition_id, case_of(definition_id, snapshot), parent_id, seq, first,
        stored.standing, key, outer, {agency} if has_part and agency else set(),
        has_children=stored.has_children, heard_at=heard,
    )  # fmt: skip


def case_of(definition_id: int, snapshot: Snapshot) -> Case:
    """Return what the fold must know of a request with this definition."""
    return Case(snapshot.definitions[definition_id], snapshot.calendar_of)


def parents(
    cursor: CursorWrapper, ids: Iterable[int], snapshot: Snapshot
) -> list[tuple[Live, datetime, Stored, tuple[datetime | None, datetime | None]]]:
    """Lock some requests, as the system, in order of id; return each with when it changed, its fold and due dates."""
    cursor.execute(_BARE.format(column="id") + " for update", [list(ids)])
    return [(_bare(row, snapshot), row[9], stored_of(row[10]), (row[11], row[12])) for row in cursor.fetchall()]


def children(cursor: CursorWrapper, ids: Iterable[int], snapshot: Snapshot) -> list[Live]:
    """Return the sub-requests of some requests, as the system, in order of id."""
    cursor.execute(_BARE.format(column="parent_id"), [list(ids)])
    return [_bare(row, snapshot) for row in cursor.fetchall()]


def _bare(row: Sequence[Any], snapshot: Snapshot) -> Live:
    id_, number, person_id, definition_id, parent_id, seq, first, heard, is_appeal, *_ = row
    return Live(
        id_, number, person_id, definition_id, case_of(definition_id, snapshot), parent_id, seq, first,
        heard_at=heard, is_appeal=is_appeal,
    )  # fmt: skip


def load_events(cursor: CursorWrapper, lives: Sequence[Live]) -> dict[int, list[Event]]:
    """Return the events of some requests, as the fold reads them, in the order of receipt."""
    found: dict[int, list[Event]] = {}
    if lives:
        first = min(live.first_received_at for live in lives)
        persons = array(sorted({live.person_id for live in lives}))
        cursor.execute(EVENTS, [persons, array(live.id for live in lives), first])
        for request_id, *columns in cursor.fetchall():
            found.setdefault(request_id, []).append(event_of(columns))
    return found
