"""Reads of papers: one paper, opened with its person's key."""

from __future__ import annotations

from uuid import UUID

from django.db.backends.utils import CursorWrapper

from masar.files.rules import MOST, MOST_PAGES, TYPES, Clean, Kept, NotAPaper, Opened
from masar.kernel.crypto import CannotOpen, open_sealed

__all__ = ["MOST", "MOST_PAGES", "TYPES", "Clean", "Kept", "NotAPaper", "Opened", "open_paper"]


def open_paper(cursor: CursorWrapper, person_id: int, key: bytes, id: UUID) -> Opened | None:
    """Read a person's paper with their key; None when the role sees no such paper, or the key does not open it."""
    cursor.execute(
        "select sealed_name, media_type, sealed from files_paper where id = %s::uuid and person_id = %s::bigint",
        [id, person_id],
    )
    row = cursor.fetchone()
    if row is None:
        return None
    try:
        content = open_sealed(key, bytes(row[2]), "files_paper", "sealed", id.hex, person_id)
        name = open_sealed(key, bytes(row[0]), "files_paper", "sealed_name", id.hex, person_id)
        return Opened(name.decode(), row[1], content)
    except CannotOpen:
        return None
