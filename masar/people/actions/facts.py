"""Keep what agencies tell of persons, and what persons said: sealed, the newer over the older (docs/adr/0016)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.kernel import clock
from masar.kernel.crypto import seal
from masar.kernel.database import acting, take
from masar.people.actions.persons import KnownPerson, find
from masar.people.rules import AGE, LONGEST_HOLD, OWN, SAID_HOLDS, TOLD_HOLDS

# In order of the key, so that two who tell at once wait for each other and never for ever.
_KEEP = """
insert into people_fact (person_id, fact, source, sealed, known_at, holds_until)
select * from unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::timestamptz[], %s::timestamptz[])
    as u(person_id, fact, source, sealed, known_at, holds_until) order by 1, 2, 3
    on conflict (person_id, fact, source) do update
   set sealed = excluded.sealed, known_at = excluded.known_at, holds_until = excluded.holds_until
 where people_fact.known_at <= excluded.known_at
"""


@dataclass(frozen=True, slots=True)
class Telling:
    """What an agency tells of one person, as it was at an instant. A value of None takes back what was told."""

    civil_id: str
    at: datetime
    facts: Mapping[str, Any]
    until: datetime | None = None


class _Row(NamedTuple):
    person_id: int
    fact: str
    source: str
    sealed: bytes
    known_at: datetime
    holds_until: datetime


def tell(agency: str, tellings: Sequence[Telling]) -> list[frozenset[str] | None]:
    """Keep what an agency tells; return for each the facts of which newer is known, or None where nobody is known.

    Nothing is kept of persons who have no request or account here.
    """
    with acting("masar_system") as cursor:
        people = find(cursor, {telling.civil_id for telling in tellings})
        take(cursor, "masar_agency", agency=agency)
        newest = _newest(cursor, agency, [person.id for person in people.values()])
        answers: list[frozenset[str] | None] = []
        rows: dict[tuple[int, str], _Row] = {}
        for telling in tellings:
            person = people.get(telling.civil_id)
            if person is None:
                answers.append(None)
                continue
            kept, older = _newer(person, telling, newest)
            answers.append(older)
            until = telling.until or telling.at + TOLD_HOLDS
            for name in kept:
                rows[person.id, name] = _row(
                    person.id, person.key, name, agency, telling.facts[name], telling.at, until
                )
        _keep(cursor, rows.values())
    return answers


def _newest(cursor: CursorWrapper, agency: str, people: list[int]) -> dict[tuple[int, str], datetime]:
    cursor.execute(
        "select person_id, fact, known_at from people_fact where person_id = any(%s::bigint[]) and source = %s",
        [people, agency],
    )
    return {(person_id, fact): known_at for person_id, fact, known_at in cursor.fetchall()}


def _newer(
    person: KnownPerson, telling: Telling, newest: dict[tuple[int, str], datetime]
) -> tuple[list[str], frozenset[str]]:
    """Return the facts of a telling that are news and those that are not; what is news becomes the newest."""
    older = frozenset(name for name in telling.facts if newest.get((person.id, name), telling.at) > telling.at)
    kept = [name for name in telling.facts if name not in older]
    newest |= {(person.id, name): telling.at for name in kept}
    return kept, older


def remember(cursor: CursorWrapper, person_id: int, key: bytes, facts: Mapping[str, Any]) -> None:
    """Keep what a person said of themselves; inside the caller's transaction as `masar_citizen`.

    A value of None takes back what they said. The age is known from the civil ID and is not kept.
    """
    at = clock.now()
    said = ((name, value) for name, value in facts.items() if name != AGE)
    _keep(cursor, [_row(person_id, key, name, OWN, value, at, at + SAID_HOLDS) for name, value in said])


def forget_old_facts(now: datetime | None = None) -> int:
    """Forget facts that ran out, once they are so old that nothing told before them could count; return how many."""
    now = now or clock.now()
    with acting("masar_system") as cursor:
        cursor.execute(
            "delete from people_fact where holds_until < %s::timestamptz and known_at < %s::timestamptz",
            [now, now - LONGEST_HOLD],
        )
        return int(cursor.rowcount)


def _row(person_id: int, key: bytes, name: str, source: str, value: Any, at: datetime, until: datetime) -> _Row:
    sealed = seal(key, msgspec.json.encode(value), "people_fact", "sealed", name, source, person_id)
    return _Row(person_id, name, source, sealed, at, until)


def _keep(cursor: CursorWrapper, rows: Iterable[_Row]) -> None:
    if columns := [list(column) for column in zip(*rows, strict=True)]:
        cursor.execute(_KEEP, columns)
