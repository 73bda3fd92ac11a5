"""A rebuild: every request folded again from its stored events, held against what stands in its projection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from masar.cases.actions.live import case_of, load_events
from masar.cases.actions.live import children as children_of
from masar.cases.actions.live import parents as locked
from masar.cases.actions.projection import changed_row
from masar.cases.rules.fold import child_of, fold
from masar.catalogue.queries import catalogue
from masar.kernel.database import acting

COLUMNS = (
    "seq, step, state, outcome, holder, since, closed_at, due_at, used, allowed, unit, is_paused, broken_at,"
    " step_due_at, limit_at, last_type, last_at, changed_at, heard_at, seq + 1, fold::text"
)


def stored(cursor: Any, id_: int) -> tuple[Any, ...]:
    """The projection of a request as it stands."""
    cursor.execute(f"select {COLUMNS} from cases_request where id = %s::bigint", [id_])
    row: tuple[Any, ...] = cursor.fetchone()
    return row


def differences(ids: Iterable[int] | None = None) -> tuple[int, list[str]]:
    """Fold requests again (all of the database by default); return how many, and what is not as it stands."""
    with acting("masar_system") as cursor:
        if ids is None:
            cursor.execute("select id from cases_request order by id")
            ids = [row[0] for row in cursor.fetchall()]
        ids, found = list(ids), []
        for first in range(0, len(ids), 500):
            page = ids[first : first + 500]
            above = [live for live, *_ in locked(cursor, page, catalogue())]
            below = children_of(cursor, page, catalogue())
            events = load_events(cursor, [*above, *below])
            for live in above:
                own = [child_of(case_of(c.definition_id, catalogue()), c.id, events[c.id], is_appeal=c.is_appeal)
                       for c in below if c.parent_id == live.id]  # fmt: skip
                live.standing, live.has_children = fold(live.case, events[live.id], own).standing, bool(own)
                found += _compare(cursor, live)
    return len(ids), found


def _compare(cursor: Any, live: Any) -> list[str]:
    there = stored(cursor, live.id)
    import msgspec

    from masar.cases.actions.live import Stored

    anew = changed_row(live, catalogue(), there[17], there[18])[1:]
    old, new = list(there), list(anew)
    old[-1], new[-1] = (msgspec.json.decode(text, type=Stored) for text in (old[-1], new[-1]))
    names = COLUMNS.split(", ")
    return [
        f"{live.number} {name}: stands {a}, folded {b}" for name, a, b in zip(names, old, new, strict=True) if a != b
    ]
