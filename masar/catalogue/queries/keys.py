"""Which agency a key belongs to, remembered for seconds."""

from __future__ import annotations

import hashlib
import time

from masar.catalogue.queries.snapshot import FRESH_SECONDS
from masar.kernel.database import acting

MOST_KEYS = 10_000
_known_keys: dict[bytes, tuple[str, float]] = {}  # digest -> agency, until when (monotonic)


def agency_of_key(key: str) -> str | None:
    """Return the agency whose living key this is; None for any other text. A key that ends works for 5 s more."""
    digest = hashlib.sha256(key.encode()).digest()
    agency, until = _known_keys.get(digest, (None, 0.0))
    if agency is not None and time.monotonic() < until:
        return agency
    with acting("masar_login") as cursor:
        cursor.execute(
            "select agency_id from catalogue_agency_key where digest = %s::bytea and ended_at is null", [digest]
        )
        row = cursor.fetchone()
    _known_keys.pop(digest, None)
    if row is None:
        return None
    if len(_known_keys) >= MOST_KEYS:
        _known_keys.clear()
    _known_keys[digest] = (row[0], time.monotonic() + FRESH_SECONDS)
    return str(row[0])
