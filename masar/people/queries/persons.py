"""The profile that a page greets, and how a sealed person is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.kernel.crypto import CannotOpen, open_sealed, vault
from masar.kernel.shortly import Shortly
from masar.people.rules import Viewer


class SessionEnded(Exception):
    """The log-in behind a page was ended, here or elsewhere: log in again."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who looks, and how they like their pages."""

    person_id: int
    name: str
    language: str = "ar"
    digits: str = "latn"
    hijri: bool = False
    simple: bool = False
    nastaliq: bool = False
    previous_visit: datetime | None = None
    last_visit: datetime | None = None
    is_demonstration: bool = False

    @property
    def given_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ")[0]


# Columns of a profile; the page's own statement joins them as `p` and `k` (one statement a page).
PROFILE = (
    "p.id, p.sealed, k.wrapped, k.kek, p.language, p.digits, p.hijri, p.simple, p.nastaliq,"
    " p.previous_visit_at, p.last_visit_at, p.is_demonstration"
)


def person_on_page(session: str) -> str:
    """Return the FROM of a page's one statement: the person ($1) as `p`, their key as `k`, and `s.alive`.

    `session` is the parameter that holds the log-in; what else the page reads is joined on `z.pid` (docs/adr/0005).
    """
    return f"""
  from (select set_config('masar.person', $1::text, true)::bigint pid offset 0) z
  cross join lateral (select * from people_person p where p.id = z.pid) p
  left join lateral (select * from people_person_key k where k.person_id = z.pid) k on true
  cross join lateral (select exists (
      select from people_session s where s.person_id = z.pid and s.id = {session} and s.ends_at > now()) alive) s
"""  # noqa: S608 - the parts are ours


_opened_keys: Shortly[tuple[int, bytes, str], bytes] = Shortly(seconds=60, most=10_000)


def person_key(person_id: int, wrapped: bytes, kek: str) -> bytes:
    """Unwrap a person's key; it stays in memory for two minutes at most. Raises: CannotOpen, after erasure too."""
    asked = (person_id, wrapped, kek)
    key = _opened_keys.get(asked)
    if key is None:
        key = vault().ring.unwrap(kek, wrapped, "people_person_key", "wrapped", person_id, person_id)
        _opened_keys.put(asked, key)
    return key


def open_person(person_id: int, sealed: bytes, wrapped: bytes | None, kek: str | None) -> dict[str, str]:
    """Open what is known of a person: {"civil_id", "name"}; empty once the person is erased."""
    if wrapped is None or kek is None:
        return {}
    try:
        key = person_key(person_id, bytes(wrapped), kek)
        plain = open_sealed(key, bytes(sealed), "people_person", "sealed", person_id, person_id)
    except CannotOpen:
        return {}
    opened: dict[str, str] = msgspec.json.decode(plain)
    return opened


def known_of(cursor: CursorWrapper, person_id: int) -> dict[str, str]:
    """Return {"civil_id", "name"} of the person who is set, inside the caller's transaction; empty once erased."""
    cursor.execute(
        "select p.sealed, k.wrapped, k.kek from people_person p left join people_person_key k on k.person_id = p.id"
        " where p.id = %s::bigint",
        [person_id],
    )
    row = cursor.fetchone()
    return open_person(person_id, *row) if row else {}


def profile_of(columns: tuple[Any, ...]) -> Profile:
    """Make a profile of the columns that `PROFILE` names."""
    person_id, sealed, wrapped, kek, *rest = columns
    return Profile(person_id, open_person(person_id, sealed, wrapped, kek).get("name", ""), *rest)


def demand_log_in(cursor: CursorWrapper, viewer: Viewer) -> None:
    """Demand that a log-in still lives, inside the caller's transaction. Raises: SessionEnded."""
    cursor.execute(
        "select 1 from people_session where id = %s::uuid and person_id = %s::bigint and ends_at > now()",
        [viewer.session, viewer.person_id],
    )
    if cursor.fetchone() is None:
        raise SessionEnded


def key_of(cursor: CursorWrapper, viewer: Viewer) -> bytes:
    """Return the person's key. Raises: SessionEnded when the log-in was ended."""
    cursor.execute(
        "select k.wrapped, k.kek from people_person_key k join people_session s on s.person_id = k.person_id"
        " where k.person_id = %s::bigint and s.id = %s::uuid and s.ends_at > now()",
        [viewer.person_id, viewer.session],
    )
    row = cursor.fetchone()
    if row is None:
        raise SessionEnded
    return person_key(viewer.person_id, bytes(row[0]), row[1])
