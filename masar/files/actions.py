"""Verbs about papers: clean an upload, keep, drop, mark as handed in, forget what was left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from masar.files.process import cleaned
from masar.files.rules import Clean, Kept, NotAPaper, clean_name, look_first
from masar.files.scanner import scan
from masar.kernel import clock
from masar.kernel.crypto import seal
from masar.kernel.database import acting
from masar.kernel.ids import new_row_id

__all__ = [
    "Clean",
    "Kept",
    "NotAPaper",
    "clean",
    "drop_papers",
    "forget_left_papers",
    "hand_in",
    "hold_papers",
    "keep_paper",
]

LEFT_AFTER = timedelta(days=90)
_TURN = 200
_KEEP = """
insert into files_paper (id, person_id, sealed, sealed_name, media_type, size, made_at)
values (%s::uuid, %s::bigint, %s::bytea, %s::bytea, %s, %s::int, %s::timestamptz)"""


def clean(data: bytes, accept: Sequence[str], max_bytes: int) -> Clean:
    """Return an upload written anew, at most `max_bytes` long. Call it outside a transaction: it takes its time.

    Raises: NotAPaper.
    """
    look_first(data, accept)
    scan(data)
    return cleaned(data, accept, max_bytes)


def keep_paper(cursor: CursorWrapper, person_id: int, key: bytes, paper: Clean, name: str) -> Kept:
    """Keep a cleaned paper under the person's key, inside the caller's transaction as that person."""
    id_, shown, now = new_row_id(), clean_name(name, paper.media_type), clock.now()
    sealed = seal(key, paper.content, "files_paper", "sealed", id_.hex, person_id)
    sealed_name = seal(key, shown.encode(), "files_paper", "sealed_name", id_.hex, person_id)
    cursor.execute(_KEEP, [id_, person_id, sealed, sealed_name, paper.media_type, len(paper.content), now])
    return Kept(id_, shown, paper.media_type, len(paper.content))


def drop_papers(cursor: CursorWrapper, person_id: int, ids: Sequence[UUID]) -> None:
    """Drop papers of a person that were not handed in, inside the caller's transaction."""
    cursor.execute(
        "delete from files_paper where person_id = %s::bigint and id = any(%s::uuid[]) and not handed_in",
        [person_id, list(ids)],
    )


def hold_papers(cursor: CursorWrapper, person_id: int, ids: Sequence[UUID]) -> None:
    """Make papers young again, since what refers to them was changed; inside the caller's transaction."""
    cursor.execute(
        "update files_paper set made_at = %s::timestamptz where person_id = %s::bigint and id = any(%s::uuid[])"
        " and not handed_in",
        [clock.now(), person_id, list(ids)],
    )


def hand_in(cursor: CursorWrapper, person_id: int, ids: Sequence[UUID]) -> int:
    """Mark papers as handed in: they are neither dropped nor forgotten. Return how many of them stand."""
    cursor.execute(
        "with now_in as (update files_paper set handed_in = true where person_id = %s::bigint and id = any(%s::uuid[])"
        " and not handed_in returning id)"
        " select count(*) from files_paper where person_id = %s::bigint and id = any(%s::uuid[])",
        [person_id, list(ids), person_id, list(ids)],
    )
    count: int = cursor.fetchone()[0]
    return count


def forget_left_papers(now: datetime | None = None) -> int:
    """Drop papers that nobody handed in for 90 days; return how many."""
    before, dropped, turn = (now or clock.now()) - LEFT_AFTER, 0, _TURN
    while turn == _TURN:
        with acting("masar_system") as cursor:
            cursor.execute(
                "delete from files_paper where id in (select id from files_paper where not handed_in"  # noqa: S608
                f" and made_at < %s::timestamptz order by made_at limit {_TURN} for update skip locked)",
                [before],
            )
            turn = cursor.rowcount
        dropped += turn
    return dropped
