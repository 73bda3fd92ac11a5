"""The one write of an intake: every row that a chunk adds, in one statement (docs/adr/0004).

Each part adds rows from arrays; the statement is made of the parts that have rows, so a single event and a chunk of
five hundred run the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.backends.utils import CursorWrapper

from masar.kernel.database import array

# table -> (columns with their types, what to do when the row stands already)
_ADD: Mapping[str, tuple[str, str]] = {
    "cases_request": (
        "id bigint, number bigint, person_id bigint, definition_id int, agency_id text, parent_id bigint,"
        " is_appeal bool, opened_by text, step text, state text, outcome text, holder text, since timestamptz,"
        " opened_at timestamptz, closed_at timestamptz, due_at timestamptz, used int, allowed int, unit text,"
        " is_paused bool, broken_at timestamptz, step_due_at timestamptz, limit_at timestamptz, last_type text,"
        " last_at timestamptz, first_received_at timestamptz, changed_at timestamptz, heard_at timestamptz, seq int,"
        " fold jsonb",
        "",
    ),
    "cases_directory": ("number bigint, request_id bigint, definition_id int", ""),
    "cases_reference": ("agency_id text, ref text, request_id bigint", ""),
    "cases_participation": (
        "agency_id text, request_id bigint, person_id bigint, granted_by text",
        "on conflict do nothing",
    ),
    "cases_case_key": ("request_id bigint, person_id bigint, wrapped bytea", ""),
    "cases_event": (
        "received_at timestamptz, id uuid, request_id bigint, person_id bigint, agency_id text, source text,"
        " event_id text, type text, at timestamptz, sequence text, facts jsonb, is_late bool, is_backfill bool,"
        " sealed bytea",
        "",
    ),
    "cases_seen": (
        "source text, event_id text, digest bytea, request_id bigint, person_id bigint, agency_id text",
        "",
    ),
    "ledger_pending_leaf": ("subject uuid, commitment bytea", ""),
    "cases_conflict": (
        "id uuid, agency_id text, source text, event_id text, digest bytea, sealed bytea, received_at timestamptz",
        "on conflict do nothing",
    ),
    "cases_parked": (
        "source text, event_id text, agency_id text, subject text, digest bytea, sealed bytea, received_at timestamptz",
        "on conflict (source, event_id) do update set received_at = excluded.received_at, dead_at = null"
        " where cases_parked.dead_at is not null",
    ),
    "cases_outbox": ("request_id bigint, person_id bigint, number bigint, seq int", ""),
}
_CHANGE = (
    "id bigint, was int, step text, state text, outcome text, holder text, since timestamptz, closed_at timestamptz,"
    " due_at timestamptz, used int, allowed int, unit text, is_paused bool, broken_at timestamptz,"
    " step_due_at timestamptz, limit_at timestamptz, last_type text, last_at timestamptz, changed_at timestamptz,"
    " heard_at timestamptz, seq int, fold jsonb"
)


class WrittenMeanwhile(Exception):
    """A projection was changed by somebody else between reading and writing: do it again."""


@dataclass(slots=True)
class Rows:
    """What a chunk writes. `add[table]` holds rows in the order of the table's columns."""

    add: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    change: list[tuple[Any, ...]] = field(default_factory=list)
    release: list[tuple[str, str]] = field(default_factory=list)

    def put(self, table: str, *row: Any) -> None:
        """Add one row to what will be written."""
        self.add.setdefault(table, []).append(row)

    def write(self, cursor: CursorWrapper) -> None:
        """Write everything in one statement. Raises: WrittenMeanwhile."""
        tables = tuple(table for table in _ADD if self.add.get(table))
        if not (tables or self.change or self.release):
            return
        parameters: list[Any] = []
        for table in tables:
            parameters += map(array, zip(*self.add[table], strict=True))
        if self.change:
            parameters += map(array, zip(*self.change, strict=True))
        if self.release:
            parameters += map(array, zip(*self.release, strict=True))
        cursor.execute(_statement(tables, bool(self.change), bool(self.release)), parameters)
        if cursor.fetchone()[0] != len(self.change):
            raise WrittenMeanwhile


def _columns(text: str) -> tuple[Sequence[str], str]:
    """Return the names, and the `unnest` of one array for each. jsonb travels as text."""
    pairs = [column.strip().split(" ") for column in text.split(",")]
    arrays = ", ".join(f"%s::{'text' if kind == 'jsonb' else kind}[]" for _, kind in pairs)
    return [name for name, _ in pairs], f"unnest({arrays})"


@cache
def _statement(tables: tuple[str, ...], changes: bool, releases: bool) -> str:
    parts = []
    for table in tables:
        text, conflict = _ADD[table]
        names, arrays = _columns(text)
        kinds = dict(column.strip().split(" ") for column in text.split(","))
        chosen = ", ".join(f"u.{name}::jsonb" if kinds[name] == "jsonb" else f"u.{name}" for name in names)
        parts.append(
            f"{table}_ as (insert into {table} ({', '.join(names)}) select {chosen}"  # noqa: S608
            f" from {arrays} as u({', '.join(names)}) {conflict})"
        )
    if changes:
        names, arrays = _columns(_CHANGE)
        setting = ", ".join(f"{n} = u.{n}{'::jsonb' if n == 'fold' else ''}" for n in names if n not in ("id", "was"))
        parts.append(
            f"changed as (update cases_request r set {setting}"  # noqa: S608
            f" from {arrays} as u({', '.join(names)})"
            " where r.id = u.id and r.seq = u.was returning 1)"
        )
    if releases:
        parts.append(
            "released as (delete from cases_parked p using unnest(%s::text[], %s::text[]) as u(source, event_id)"
            " where p.source = u.source and p.event_id = u.event_id)"
        )
    count = "(select count(*) from changed)" if changes else "0"
    return f"with {', '.join(parts)} select {count}"  # names are ours, values are parameters
