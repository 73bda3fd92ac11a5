"""The relay: promises in the outbox become one NOTIFY for many, outside of the intake (docs/adr/0004)."""

from __future__ import annotations

from masar.kernel.database import acting

CHANNEL = "masar_changes"
_GROUP = 150  # a payload has at most 8,000 bytes


def relay(limit: int = 2000) -> int:
    """Tell who listens what changed, ids only ("person:number:seq"); return how many promises were kept."""
    with acting("masar_system") as cursor:
        cursor.execute(
            "delete from cases_outbox where id = any(array("
            "select id from cases_outbox order by id limit %s::int for update skip locked))"
            " returning person_id, number, seq",
            [limit],
        )
        told = [f"{person}:{number}:{seq}" for person, number, seq in cursor.fetchall()]
        for first in range(0, len(told), _GROUP):
            cursor.execute("select pg_notify(%s, %s)", [CHANNEL, " ".join(told[first : first + _GROUP])])
    return len(told)
