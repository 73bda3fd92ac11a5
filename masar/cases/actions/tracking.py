"""Shows a request to whoever knows its number and PIN, and counts wrong PINs before anything is looked at."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from masar.cases.queries.tracking import is_pin, read_tracked
from masar.cases.rules.tracking import LIMITS, TooMany, Tracked, network_of, wait_of
from masar.kernel.crypto import vault
from masar.kernel.database import acting

_OLD = timedelta(days=3)  # by then the most that can have been counted is forgotten
# In the order of keys, so that two at once never wait for each other; the rows stay locked until all is decided.
_COUNT = """
insert into cases_attempt as a (key, level, forget_seconds, counted_at)
select u.key, 1000, u.forget_seconds, %s::timestamptz from unnest(%s::bytea[], %s::int[]) as u(key, forget_seconds)
 order by u.key
on conflict (key) do update set
  level = 1000 + greatest(0, a.level
          - 1000 * extract(epoch from excluded.counted_at - a.counted_at) / a.forget_seconds)::int,
  counted_at = excluded.counted_at
returning key, level, blocked_until"""
_BLOCK = """
update cases_attempt a set blocked_until = u.until from unnest(%s::bytea[], %s::timestamptz[]) as u(key, until)
 where a.key = u.key"""
_RIGHT = "delete from cases_attempt where key = any(%s::bytea[])"
_NOT_WRONG = "update cases_attempt set level = greatest(0, level - 1000) where key = %s::bytea"
_TIDY = """
delete from cases_attempt where key in (
    select key from cases_attempt where counted_at < %s::timestamptz limit 10 for update skip locked)"""

Keys = Mapping[str, bytes]


def tracked(number: int, pin: str, source: str, now: datetime) -> Tracked | TooMany | None:
    """Return a request for its number and PIN, sent from a network address; None when either is not right.

    An unknown number and a wrong PIN are the same: the PIN is compared before anything is looked for.
    """
    keys = _keys(number, network_of(source))
    with acting("masar_public") as cursor:
        levels, until = _counted(cursor, keys, now)
        if until is not None:
            transaction.set_rollback(True)  # who must wait is not counted, else they could shut out others
            return TooMany(until - now)
        found = read_tracked(cursor, number, now) if is_pin(number, pin) else None
        if found is not None:
            cursor.execute(_RIGHT, [[keys["pair"], keys["number"]]])
            cursor.execute(_NOT_WRONG, [keys["network"]])  # one's own right PIN must not pardon guesses at others
            return found
        _block(cursor, keys, levels, now)
        return None


def _keys(number: int, network: str) -> Keys:
    """Return under which names a try is counted: keyed hashes, since neither number nor address is kept."""
    key = vault().key_for("tracking-tries")
    parts = {"pair": f"{number}|{network}", "number": str(number), "network": network}
    return {kind: hmac.digest(key, f"{kind}\0{part}".encode(), "sha256") for kind, part in parts.items()}


def _counted(cursor: CursorWrapper, keys: Keys, now: datetime) -> tuple[Mapping[bytes, int], datetime | None]:
    """Count a try; return how many stand against each key, and until when one of them must wait."""
    forget = [int(LIMITS[kind].forgotten_after.total_seconds()) for kind in keys]
    cursor.execute(_COUNT, [now, list(keys.values()), forget])
    rows: Sequence[tuple[bytes, int, datetime | None]] = cursor.fetchall()
    until = max((blocked for _, _, blocked in rows if blocked and blocked > now), default=None)
    return {bytes(key): level for key, level, _ in rows}, until


def _block(cursor: CursorWrapper, keys: Keys, levels: Mapping[bytes, int], now: datetime) -> None:
    waits = {key: wait_of(kind, levels[key]) for kind, key in keys.items()}
    blocked = {key: now + wait for key, wait in waits.items() if wait}
    if blocked:
        cursor.execute(_BLOCK, [list(blocked), list(blocked.values())])
    cursor.execute(_TIDY, [now - _OLD])
