"""What a person is told about their account: written in the transaction of what happened, never changed."""

from __future__ import annotations

from uuid import UUID

from django.db.backends.utils import CursorWrapper

from masar.kernel.ids import new_row_id


def tell_of(cursor: CursorWrapper, person_id: int, kind: str, about: UUID | None = None) -> None:
    """Write an alert of a kind, about a log-in or a way; inside the caller's transaction."""
    cursor.execute(
        "insert into people_alert (id, person_id, kind, about) values (%s::uuid, %s::bigint, %s, %s::uuid)",
        [new_row_id(), person_id, kind, about],
    )
