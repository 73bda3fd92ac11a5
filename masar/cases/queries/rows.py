"""What a person sees in lists, each page by ONE statement as `masar_citizen` (docs/adr/0005)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from masar.cases.rules.drafts import KEPT_FOR
from masar.cases.rules.path import count_of
from masar.cases.rules.story import Counts, Due, Filter, Listing, Row
from masar.catalogue.queries import Definition, catalogue
from masar.kernel.database import read_as_person
from masar.people.queries import PROFILE, Profile, SessionEnded, Viewer, person_on_page, profile_of

PAGE = 20
_COLUMNS = (
    "r.number, r.definition_id, r.agency_id, r.step, r.state, r.outcome, r.holder, r.since, r.opened_at, r.closed_at,"
    " r.changed_at, r.heard_at, r.last_type, r.last_at, r.due_at, r.used, r.allowed, r.unit, r.is_paused, r.broken_at,"
    " r.step_due_at, r.limit_at, r.seq, (r.fold->'standing'->>'stop')::int, r.id, r.fold->'standing'->'skips'"
)
_LATE = "(r.broken_at is not null or r.due_at < $2)"
_WHERE = {
    "open": "r.closed_at is null",
    "needs-you": "r.closed_at is null and r.holder is null",
    "in-progress": "r.closed_at is null and r.state in ('submitted', 'in-progress')",
    "ready": "r.closed_at is null and r.state = 'ready'",
    "late": f"r.closed_at is null and {_LATE}",
    "archive": "r.closed_at is not null",
}


def _page(filter_: Filter, column: str = "", join: str = "") -> str:
    """Return the statement of a list: the person, the counts of every filter, and a page of rows as JSON."""
    order = "r.closed_at" if filter_ == "archive" else "r.changed_at"
    # Open and closed are counted apart, since each has an index of its own; "archive" comes last.
    counts = ", ".join(f"count(*) filter (where {where})" for name, where in _WHERE.items() if name != "archive")
    return f"""
select {PROFILE}, s.alive, c.*, a.*, coalesce(l.rows, '[]')::text{column}
{person_on_page("$3")}
  cross join lateral (select {counts} from cases_request r where r.person_id = z.pid and r.closed_at is null) c
  cross join lateral (select count(*) from cases_request r where r.person_id = z.pid and r.closed_at is not null) a
  left join lateral (select json_agg(json_build_array({_COLUMNS})) rows from (
      select * from cases_request r where r.person_id = z.pid and {_WHERE[filter_]}
         and ($4::timestamptz is null or ({order}, r.id) < ($4, $5))
       order by {order} desc, r.id desc limit $6) r) l on true
{join}"""  # noqa: S608 - the parts are ours, values are parameters


_DRAFTS = """
  left join lateral (select json_agg(json_build_array(d.definition_id, d.changed_at) order by d.changed_at desc) rows
      from cases_draft d where d.person_id = z.pid and d.subject ~ '^[a-z]') d on true
"""
PAGES = {filter_: _page(filter_) for filter_ in _WHERE}  # type: ignore[arg-type]
HOME = _page("open", ", coalesce(d.rows, '[]')::text", _DRAFTS)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An application that was begun and not sent, and when it was last changed."""

    definition: Definition
    changed_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it is forgotten, unless it is changed before."""
        return self.changed_at + KEPT_FOR


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page says: what needs the person, what changed since their last visit, what runs or is begun."""

    profile: Profile
    need: Sequence[Row]
    changed: Sequence[Row]
    running: Sequence[Row]
    counts: Counts
    drafts: Sequence[DraftRow] = ()


class _Columns(msgspec.Struct, array_like=True):
    number: int
    definition_id: int
    agency: str
    step: str
    state: str
    outcome: str | None
    holder: str | None
    since: datetime
    opened_at: datetime
    closed_at: datetime | None
    changed_at: datetime
    heard_at: datetime | None
    last_type: str
    last_at: datetime
    due_at: datetime | None
    used: int
    allowed: int
    unit: str
    is_paused: bool
    broken_at: datetime | None
    step_due_at: datetime | None
    limit_at: datetime | None
    seq: int
    stop: int
    id: int
    skips: list[str] | None


_decode = msgspec.json.Decoder(list[_Columns]).decode


def _row(c: _Columns, previous_visit: datetime | None) -> Row:
    definition = catalogue().definitions[c.definition_id]
    due = Due(c.due_at, c.used, c.allowed, c.unit, c.is_paused, c.broken_at)  # type: ignore[arg-type]
    return Row(
        c.number, definition, c.agency, c.step, c.state, c.outcome, c.holder or None, c.since, c.opened_at, c.closed_at,
        c.changed_at, c.heard_at, c.last_type, c.last_at, due, c.step_due_at, c.limit_at, c.seq,
        *count_of(definition, c.step, c.stop, c.skips or ()),
        is_new=previous_visit is not None and c.changed_at > previous_visit,
    )  # fmt: skip


def rows_of(text: str | bytes, previous_visit: datetime | None = None) -> list[Row]:
    """Read rows that were gathered as JSON in the order of the list's columns."""
    return [_row(columns, previous_visit) for columns in _decode(text)]


def _read(
    viewer: Viewer, statement: str, now: datetime, cursor: str | None, limit: int
) -> tuple[Profile, Counts, list[_Columns], Sequence[str]]:
    at, id_ = _read_cursor(cursor)
    row = read_as_person(statement, [viewer.person_id, now, viewer.session, at, id_, limit])
    if row is None or not row[12]:
        raise SessionEnded
    return profile_of(row[:12]), Counts(*row[13:19]), _decode(row[19]), row[20:]


def my_requests(viewer: Viewer, filter_: Filter, cursor: str | None, now: datetime) -> tuple[Profile, Listing]:
    """Return the person and one page of their requests, the newest change first. Raises: SessionEnded."""
    profile, counts, found, _ = _read(viewer, PAGES[filter_], now, cursor, PAGE + 1)
    rows = [_row(columns, profile.previous_visit) for columns in found[:PAGE]]
    last = found[PAGE - 1] if len(found) > PAGE else None
    at = last and (last.closed_at if filter_ == "archive" else last.changed_at)
    return profile, Listing(rows, counts, _write_cursor(at, last.id) if last and at else None)


def home(viewer: Viewer, now: datetime) -> Home:
    """Return what the first page says. Raises: SessionEnded."""
    profile, counts, found, (drafts,) = _read(viewer, HOME, now, None, 100)
    rows = [_row(columns, profile.previous_visit) for columns in found]
    need = sorted(
        (row for row in rows if row.needs_you), key=lambda row: (row.limit_at is None, row.limit_at, row.since)
    )
    return Home(profile, need, [row for row in rows if row.is_new], rows[:PAGE], counts, _begun(drafts))


def _begun(text: str) -> list[DraftRow]:
    found = msgspec.json.decode(text, type=list[tuple[int, datetime]])
    return [DraftRow(catalogue().definitions[definition_id], changed_at) for definition_id, changed_at in found]


def _write_cursor(at: datetime, id_: int) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {id_}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> tuple[datetime | None, int]:
    """Read a cursor of ours; one that is not leads to the first page."""
    try:
        at, id_ = base64.urlsafe_b64decode((cursor or "") + "==").decode().rsplit(" ", 1)
        return datetime.fromisoformat(at), int(id_)
    except ValueError:
        return None, 0


def changes_since(viewer: Viewer, token: str, now: datetime) -> tuple[list[int], str]:
    """Return the numbers of requests that changed since a token, and the next token. Raises: SessionEnded."""
    _, _, found, _ = _read(viewer, PAGES["open"], now, None, 50)
    _, _, closed, _ = _read(viewer, PAGES["archive"], now, None, 5)
    try:
        since = datetime.fromisoformat(token)
    except ValueError:
        since = now
    stamps: list[tuple[datetime, int]] = [(c.changed_at, c.number) for c in [*found, *closed]]
    newest = max([at for at, _ in stamps], default=since)
    return [number for at, number in stamps if at > since], max(newest, since).isoformat()


def columns_statement() -> str:
    """Return the columns of a row, for other statements that gather rows as JSON."""
    return f"json_build_array({_COLUMNS})"


def decode_rows(value: Any) -> list[_Columns]:
    """Read rows that psycopg has already decoded from JSON."""
    return [msgspec.convert(item, _Columns, strict=False) for item in value]
