"""Who is on the list of erased persons and can be read in this database, as after the restoring of an older one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.backends.utils import CursorWrapper

from masar.kernel import clock, erasures
from masar.kernel.database import acting
from masar.kernel.erasures import Erased

UNDERWAY = timedelta(seconds=30)  # so long an erasure may be on the list before its transaction ends


def still_readable(cursor: CursorWrapper, people: Iterable[Erased]) -> list[Erased]:
    """Return which erased persons have a key here; inside the caller's transaction as `masar_system`."""
    by_name = {(one.person_id, one.made_at): one for one in people}
    cursor.execute(
        "select p.id, p.made_at from people_person p join people_person_key k on k.person_id = p.id"
        " join unnest(%s::bigint[], %s::timestamptz[]) as u(id, made_at) on u.id = p.id and u.made_at = p.made_at",
        [[name[0] for name in by_name], [name[1] for name in by_name]],
    )
    return [by_name[name] for name in cursor.fetchall()]


def to_erase_again() -> int:
    """Return how many erased persons can be read here: `masar keys replay` erases them again."""
    people = [one for one in erasures.erased() if clock.now() - one.erased_at > UNDERWAY]
    if not people:
        return 0
    with acting("masar_system") as cursor:
        return len(still_readable(cursor, people))
