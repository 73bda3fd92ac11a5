"""Verbs about keys of persons: wrap them by another key of the ring, retire one of the ring (docs/adr/0019)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from masar.kernel import kekfiles
from masar.kernel.crypto import CannotOpen, vault
from masar.kernel.database import acting

BATCH = 500
LONGEST_LOOK = 2.0  # seconds between reading a wrapped key and opening it, by far
_PLACE = ("people_person_key", "wrapped")


@dataclass(frozen=True, slots=True)
class Step:
    """How far the re-wrapping is: rows wrapped anew, rows that no key of the ring opens, the last person."""

    done: int
    closed: int
    person_id: int


def rows_by_kek() -> dict[str, int]:
    """Return how many keys of persons each KEK wraps."""
    with acting("masar_system") as cursor:
        cursor.execute("select kek, count(*) from people_person_key group by kek")
        return dict(cursor.fetchall())


def rewrap(batch: int = BATCH) -> Iterator[Step]:
    """Wrap every key of a person by the active KEK, a batch a transaction; yield after each.

    Interrupted, it goes on where it was; twice at once, each takes what the other does not hold.
    """
    done = closed = 0
    is_first, moved = True, 0
    while is_first or moved:  # again for rows that somebody held, and for those wrapped meanwhile by the former KEK
        is_first, moved, closed, last = False, 0, 0, 0
        while (step := _rewrap(last, batch)) is not None:
            moved, closed, last = moved + step.done, closed + step.closed, step.person_id
            done += step.done
            yield Step(done, closed, last)


def _rewrap(after: int, batch: int) -> Step | None:
    ring = vault().ring
    with acting("masar_system") as cursor:
        cursor.execute(
            "select person_id, wrapped, kek from people_person_key where person_id > %s::bigint and kek <> %s"
            " order by person_id limit %s::int for update skip locked",
            [after, ring.active, batch],
        )
        rows = cursor.fetchall()
        if not rows:
            return None
        anew = [one for id_, wrapped, kek in rows if (one := _anew(id_, bytes(wrapped), kek)) is not None]
        cursor.execute(
            "update people_person_key k set kek = u.kek, wrapped = u.wrapped"
            " from unnest(%s::bigint[], %s::text[], %s::bytea[]) as u(id, kek, wrapped) where k.person_id = u.id",
            [[one[n] for one in anew] for n in range(3)],
        )
    return Step(len(anew), len(rows) - len(anew), rows[-1][0])


def _anew(person_id: int, wrapped: bytes, kek: str) -> tuple[int, str, bytes] | None:
    ring = vault().ring
    try:
        key = ring.unwrap(kek, wrapped, *_PLACE, person_id, person_id)
    except CannotOpen:
        return None
    return person_id, *ring.wrap(key, *_PLACE, person_id, person_id)


def retire(kek: str, *, away: bool) -> Path | None:
    """Retire a KEK by which nothing is wrapped any longer; with `away` move its file, and return where it is.

    Raises: KekRefused.
    """
    folder = vault().folder
    kekfiles.demand_idle(kekfiles.listed(folder), kek)
    _demand_unused(kek)
    kekfiles.retire(folder, kek)
    if not away:
        return None
    time.sleep(LONGEST_LOOK)  # who read a row before it was wrapped anew has opened it by then
    _demand_unused(kek)
    return kekfiles.move_away(folder, kek)


def _demand_unused(kek: str) -> None:
    try:
        with acting("masar_system") as cursor:
            _wait_for_writers(cursor)
        with acting("masar_system") as cursor:
            cursor.execute("select count(*) from people_person_key where kek = %s", [kek])
            count = cursor.fetchone()[0]
    except OperationalError as trouble:
        raise kekfiles.KekRefused("Somebody writes persons for long now: try again.") from trouble
    if count:
        raise kekfiles.KekRefused(f"{count} keys of persons are wrapped by key {kek}: `masar keys rewrap` first.")


def _wait_for_writers(cursor: CursorWrapper) -> None:
    """Wait until every transaction that wrote a key has ended, so that what it wrote is seen."""
    cursor.execute("set local lock_timeout = '3s'")
    cursor.execute("lock table people_person_key in share mode")
