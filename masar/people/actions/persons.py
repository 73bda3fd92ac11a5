"""Verbs about persons: make one known, give a key, keep preferences. One transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.kernel.crypto import new_key, seal, vault
from masar.kernel.database import acting
from masar.kernel.errors import Refusal
from masar.kernel.ids import civil_id_digits, is_real_civil_id
from masar.people.queries import demand_log_in, person_key
from masar.people.rules import Viewer


class NoSuchPerson(Refusal):
    """Nobody with this civil ID is known."""

    status, code, title = 404, "no-such-person", "Nobody with this civil ID is known here"


class NotACivilId(Refusal):
    """The number is no civil ID."""

    code, title = "not-a-civil-id", "This is not a civil ID"


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person's row and opened key."""

    id: int
    key: bytes


def demand_civil_id(text: str, *, demonstration: bool) -> str:
    """Return the digits of a civil ID that may stand here. Raises: NotACivilId.

    Numbers that fail the check belong to demonstration and tests, and are taken only there.
    """
    digits = civil_id_digits(text)
    if digits is None:
        raise NotACivilId("A civil ID has 12 digits and begins with 2 or 3.")
    if not demonstration and not is_real_civil_id(digits):
        raise NotACivilId("The check digit of this civil ID is wrong.")
    return digits


def civil_index(digits: str) -> bytes:
    """Return the blind index of a civil ID's digits."""
    return vault().blind_index("civil_id", digits)


def username_of(digits: str) -> str:
    """Return the username of an account: the blind index, in hexadecimal."""
    return civil_index(digits).hex()


def know(cursor: CursorWrapper, people: Mapping[str, str], *, demonstration: bool) -> dict[str, KnownPerson]:
    """Find, or make known, the persons of {civil ID digits: name}; inside the caller's transaction as `masar_system`.

    A name given later does not overwrite one that stands.
    """
    by_index = {civil_index(digits): digits for digits in people}
    found = _find(cursor, by_index)
    missing = [index for index in sorted(by_index) if by_index[index] not in found]
    if missing:
        _make(cursor, [(index, by_index[index], people[by_index[index]]) for index in missing], demonstration)
        found = _find(cursor, by_index)
    return found


def find(cursor: CursorWrapper, civil_ids: Iterable[str]) -> dict[str, KnownPerson]:
    """Find the persons of civil IDs who are known; inside the caller's transaction as `masar_system`."""
    return _find(cursor, {civil_index(digits): digits for digits in civil_ids})


def _find(cursor: CursorWrapper, by_index: Mapping[bytes, str]) -> dict[str, KnownPerson]:
    cursor.execute(
        "select p.civil_index, p.id, k.wrapped, k.kek from people_person p"
        " join people_person_key k on k.person_id = p.id where p.civil_index = any(%s::bytea[])",
        [list(by_index)],
    )
    return {
        by_index[bytes(index)]: KnownPerson(id_, person_key(id_, bytes(wrapped), kek))
        for index, id_, wrapped, kek in cursor.fetchall()
    }


def _make(cursor: CursorWrapper, people: Sequence[tuple[bytes, str, str]], demonstration: bool) -> None:
    cursor.execute("select nextval('people_person_id_seq') from generate_series(1, %s::int)", [len(people)])
    ids = [row[0] for row in cursor.fetchall()]
    ring, keys = vault().ring, [new_key() for _ in people]
    rows = [
        (
            id_,
            index,
            seal(key, msgspec.json.encode({"civil_id": digits, "name": name}), "people_person", "sealed", id_, id_),
            *ring.wrap(key, "people_person_key", "wrapped", id_, id_),
        )
        for id_, key, (index, digits, name) in zip(ids, keys, people, strict=True)
    ]
    cursor.execute(
        """with new as (
             insert into people_person
               (id, civil_index, sealed, language, digits, hijri, simple, nastaliq, is_demonstration)
             select id, civil_index, sealed, 'ar', 'latn', false, false, false, %s::bool
               from unnest(%s::bigint[], %s::bytea[], %s::bytea[]) as u(id, civil_index, sealed)
             on conflict (civil_index) do nothing returning id)
           insert into people_person_key (person_id, kek, wrapped)
           select u.id, u.kek, u.wrapped
             from unnest(%s::bigint[], %s::text[], %s::bytea[]) as u(id, kek, wrapped) join new using (id)""",
        [demonstration, *([row[n] for row in rows] for n in (0, 1, 2, 0, 3, 4))],
    )


def prefer(viewer: Viewer, **changes: Any) -> None:
    """Keep how a person likes their pages: language, digits, hijri, simple, nastaliq. Raises: SessionEnded."""
    allowed = {"language", "digits", "hijri", "simple", "nastaliq"}
    names = sorted(allowed & changes.keys())
    if not names:
        return
    setting = ", ".join(f"{name} = %s" for name in names)
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        demand_log_in(cursor, viewer)
        cursor.execute(
            f"update people_person set {setting} where id = %s::bigint",  # noqa: S608 - names are ours
            [*(changes[name] for name in names), viewer.person_id],
        )


def visit(viewer: Viewer, now: datetime) -> None:
    """Keep that the person looked at their home page; a visit half an hour after the last is a new one."""
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        cursor.execute(
            "update people_person set previous_visit_at = last_visit_at, last_visit_at = %s::timestamptz"
            " where id = %s::bigint and (last_visit_at is null or last_visit_at < %s::timestamptz)",
            [now, viewer.person_id, now - timedelta(minutes=30)],
        )
