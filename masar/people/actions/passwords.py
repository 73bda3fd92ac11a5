"""Verbs about passwords: set one, introduce somebody with one, prove one. A try is counted before it is looked at."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db.backends.utils import CursorWrapper

from masar.kernel.crypto import vault
from masar.kernel.database import acting
from masar.kernel.errors import Refusal
from masar.people.actions.alerts import tell_of
from masar.people.actions.factors import give_message
from masar.people.actions.persons import NoSuchPerson, civil_index, demand_civil_id, know, username_of
from masar.people.queries import demand_log_in, known_of
from masar.people.rules import STRONG_ENTRIES, Viewer, wait_after


class WrongLogIn(Refusal):
    """Civil ID and password do not belong together, or too many were tried: the same words for both."""

    status, code, title = 422, "wrong-log-in", "The civil ID or the password is not right"


def set_password(civil_id: str, password: str) -> None:
    """Give a person who is known an account with this password. Raises: NotACivilId, NoSuchPerson."""
    digits = demand_civil_id(civil_id, demonstration=True)
    encoded = make_password(password)
    with acting("masar_system") as cursor:
        cursor.execute("select id from people_person where civil_index = %s::bytea", [civil_index(digits)])
        row = cursor.fetchone()
        if row is None:
            raise NoSuchPerson("Check the number; the person appears with their first request.")
        keep_account(cursor, row[0], digits, encoded)


def introduce(civil_id: str, name: str, language: str, password: str) -> bool:
    """Make a demonstration person known, with an account and codes by message; tell whether it is new.

    Raises: NotACivilId.
    """
    digits = demand_civil_id(civil_id, demonstration=True)
    with acting("masar_system") as cursor:
        person = know(cursor, {digits: name}, demonstration=True)[digits]
        cursor.execute("select 1 from people_account where person_id = %s::bigint", [person.id])
        if cursor.fetchone():
            return False
        cursor.execute("update people_person set language = %s where id = %s::bigint", [language, person.id])
        keep_account(cursor, person.id, digits, make_password(password))
        give_message(cursor, person.id, person.key)
    return True


def keep_account(cursor: CursorWrapper, person_id: int, digits: str, encoded: str) -> None:
    """Write a person's account with a password that is hashed already; inside the caller's transaction."""
    cursor.execute(
        "insert into people_account (person_id, username, password, is_active) values (%s::bigint, %s, %s, true)"
        " on conflict (person_id) do update set password = excluded.password, is_active = true",
        [person_id, username_of(digits), encoded],
    )


def prove_password(civil_id: str, password: str, address: str, now: datetime) -> int:
    """Return the id of the person whose password this is. Raises: WrongLogIn.

    Somebody unknown, somebody who has to wait and a wrong password cost the same work and get the same answer.
    """
    username, source = username_of(civil_id), source_of(address)
    with acting("masar_login") as cursor:
        is_free = count_try(cursor, username, source, now)
        cursor.execute("select person_id, password from people_account where username = %s and is_active", [username])
        person_id, encoded = cursor.fetchone() or (0, "")
    is_right = check_password(password, encoded) if encoded else not make_password(password)
    if not (is_free and is_right):
        raise WrongLogIn
    with acting("masar_login") as cursor:
        forget_tries(cursor, username, source)
    found: int = person_id
    return found


def needs_old_password(viewer: Viewer) -> bool:
    """Tell whether a password is asked for before it changes: not of whoever came in by passkey or identity alone."""
    with acting("masar_login", person=viewer.person_id) as cursor:
        return _way_of(cursor, viewer) not in STRONG_ENTRIES


def _way_of(cursor: CursorWrapper, viewer: Viewer) -> str:
    demand_log_in(cursor, viewer)
    cursor.execute("select way from people_session where id = %s::uuid", [viewer.session])
    way: str = cursor.fetchone()[0]
    return way


def change_password(viewer: Viewer, old: str, new: str) -> bool:
    """Give a person another password and end their other log-ins; tell whether the old one was right, where asked."""
    with acting("masar_login", person=viewer.person_id) as cursor:
        is_asked = _way_of(cursor, viewer) not in STRONG_ENTRIES
        cursor.execute("select password from people_account where person_id = %s::bigint", [viewer.person_id])
        (encoded,) = cursor.fetchone() or ("",)  # none yet of whoever always came by a national identity
        digits = known_of(cursor, viewer.person_id).get("civil_id", "")
    if is_asked and not (encoded and check_password(old, encoded)):
        return False
    fresh = make_password(new)
    with acting("masar_system") as cursor:
        keep_account(cursor, viewer.person_id, digits, fresh)
    with acting("masar_login", person=viewer.person_id) as cursor:
        cursor.execute(
            "update people_session set ends_at = now() where person_id = %s::bigint and id <> %s::uuid"
            " and ends_at > now()",
            [viewer.person_id, viewer.session],
        )
        cursor.execute(
            "update people_recovery set ended_at = now() where person_id = %s::bigint and ended_at is null",
            [viewer.person_id],
        )
        tell_of(cursor, viewer.person_id, "password-changed", viewer.session)
    return True


def source_of(address: str) -> bytes:
    """Return the keyed hash of a network address, for counting wrong tries without keeping addresses."""
    return hmac.digest(vault().index_key, b"source\0" + address.encode(), "sha256")


def count_try(
    cursor: CursorWrapper, account: str, source: bytes, now: datetime, *, free: int = 0, wait: timedelta | None = None
) -> bool:
    """Count a try before it is looked at, so that a burst is not looked at as one; tell whether it may be looked at.

    A right one is forgotten afterwards (`forget_tries`). With `free` and `wait`, so many go before that wait.
    """
    cursor.execute(
        "insert into people_attempt as a (username, source, failures) values (%s, %s::bytea, 1)"
        " on conflict (username, source) do update set failures = a.failures + 1"
        " where a.blocked_until is null or a.blocked_until <= %s::timestamptz returning failures",
        [account, source, now],
    )
    row = cursor.fetchone()
    if row is None:
        return False
    pause = wait_after(row[0]) if wait is None else (wait if row[0] % free == 0 else None)
    cursor.execute(
        "update people_attempt set blocked_until = %s::timestamptz where username = %s and source = %s::bytea",
        [now + pause if pause else None, account, source],
    )
    return True


def forget_tries(cursor: CursorWrapper, account: str, source: bytes) -> None:
    """Forget the wrong tries of an account from one source, after a right one."""
    cursor.execute("delete from people_attempt where username = %s and source = %s::bytea", [account, source])
