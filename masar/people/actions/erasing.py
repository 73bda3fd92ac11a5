"""Verbs that erase: the person's key is destroyed, and what it sealed is bytes that nobody opens (docs/adr/0019)."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from masar.kernel import clock, erasures
from masar.kernel.database import acting
from masar.kernel.erasures import Erased
from masar.people.actions.persons import NoSuchPerson, demand_civil_id, find
from masar.people.queries import still_readable


def erase(person_id: int) -> None:
    """Erase a person for ever: key, account, log-ins, and what finds them by their civil ID. Raises: NoSuchPerson.

    The list outside the database is written before the end of the transaction: whoever is on it and not yet erased is
    found by `replay`.
    """
    with acting("masar_system") as cursor:
        cursor.execute(
            "select p.made_at from people_person p join people_person_key k on k.person_id = p.id"
            " where p.id = %s::bigint for update of k",
            [person_id],
        )
        row = cursor.fetchone()
        if row is None:
            raise NoSuchPerson("Nobody with this id has a key here.")
        erased = Erased(person_id, row[0], clock.now())
        _erase(cursor, erased)
        erasures.append(erased)


def erase_by_civil_id(civil_id: str) -> int:
    """Erase the person with a civil ID; return their id. Raises: NoSuchPerson, NotACivilId."""
    digits = demand_civil_id(civil_id, demonstration=True)
    with acting("masar_system") as cursor:
        person = find(cursor, [digits]).get(digits)
    if person is None:
        raise NoSuchPerson("Check the number; whoever was erased is not found by it any longer.")
    erase(person.id)
    return person.id


def replay() -> int:
    """Erase again whoever is on the list and has a key in this database, as after a restore; return how many.

    The list and the table of the database become alike: whichever was lost is filled from the other.
    """
    with acting("masar_system") as cursor:
        _complete_list(cursor)
        again = still_readable(cursor, erasures.erased())
        for one in again:
            _erase(cursor, one)
        _complete_table(cursor, erasures.erased())
    return len(again)


def _erase(cursor: CursorWrapper, one: Erased) -> None:
    """Destroy the key, end account and log-ins, make the index unmatchable. Case keys die with the person's key."""
    me = [one.person_id]
    cursor.execute("select username from people_account where person_id = %s::bigint for update", me)
    username = (cursor.fetchone() or ("",))[0]
    cursor.execute("delete from people_person_key where person_id = %s::bigint", me)
    cursor.execute(
        "update people_person set civil_index = %s::bytea where id = %s::bigint", [os.urandom(32), one.person_id]
    )
    cursor.execute(
        "update people_account set is_active = false, password = '!', username = %s where person_id = %s::bigint",
        [os.urandom(32).hex(), one.person_id],
    )
    cursor.execute("update people_session set ends_at = now() where person_id = %s::bigint and ends_at > now()", me)
    cursor.execute("delete from people_attempt where username = %s", [username])
    for table in ("people_factor", "people_device", "people_entering", "people_voucher", "people_recovery"):
        cursor.execute(f"delete from {table} where person_id = %s::bigint", me)  # noqa: S608 - names are ours
    _complete_table(cursor, [one])


def _complete_table(cursor: CursorWrapper, people: Sequence[Erased]) -> None:
    cursor.execute(
        "insert into people_erasure (person_id, made_at, erased_at)"
        " select * from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])"
        " on conflict (person_id, made_at) do nothing",
        [
            [one.person_id for one in people],
            [one.made_at for one in people],
            [one.erased_at for one in people],
        ],
    )


def _complete_list(cursor: CursorWrapper) -> None:
    known = {(one.person_id, one.made_at) for one in erasures.erased()}
    cursor.execute("select person_id, made_at, erased_at from people_erasure order by erased_at")
    for row in cursor.fetchall():
        if row[:2] not in known:
            erasures.append(Erased(*row))
