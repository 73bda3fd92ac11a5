"""Verbs for whoever cannot come in: a code from a counter, a waiting day, a new password."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.backends.utils import CursorWrapper

from masar.kernel.crypto import vault
from masar.kernel.database import acting
from masar.kernel.ids import new_row_id
from masar.people.actions.alerts import tell_of
from masar.people.actions.entering import NotEntering, WrongCode, begin, entering, prove_by_code
from masar.people.actions.factors import plain_digits
from masar.people.actions.passwords import WrongLogIn, count_try, forget_tries, keep_account, source_of
from masar.people.actions.persons import demand_civil_id, find, know, username_of
from masar.people.actions.sessions import end_all, forget_all_ways
from masar.people.queries import demand_log_in, known_of
from masar.people.rules import RECOVERY_HOLDS, VOUCHER_DIGITS, VOUCHER_HOLDS, WAITING, Viewer


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a recovery stands: `way_in` once the waiting day is over, else when it will be."""

    ready_at: datetime
    way_in: UUID | None = None


def hand_out(civil_id: str, name: str, now: datetime, *, demonstration: bool, forgets: bool = False) -> str:
    """Make the code that a counter hands out after proof of identity; whoever is not known yet is made known.

    It holds seven days and counts once; those before count no longer. With `forgets`, using it forgets every second
    step too, for somebody who lost all. Raises: NotACivilId.
    """
    digits = demand_civil_id(civil_id, demonstration=demonstration)
    code = f"{secrets.randbelow(10**VOUCHER_DIGITS):0{VOUCHER_DIGITS}d}"
    with acting("masar_system") as cursor:
        person = know(cursor, {digits: name}, demonstration=demonstration)[digits]
        cursor.execute("update people_voucher set used_at = now() where person_id = %s::bigint", [person.id])
        cursor.execute(
            "insert into people_voucher (id, person_id, digest, forgets, ends_at)"
            " values (%s::uuid, %s::bigint, %s::bytea, %s::bool, %s::timestamptz)",
            [new_row_id(), person.id, _digest(person.id, code), forgets, now + VOUCHER_HOLDS],
        )
        tell_of(cursor, person.id, "code-handed-out")
    return code


def redeem(civil_id: str, typed: str, address: str, now: datetime) -> UUID:
    """Use the code of a counter; return the way in to a new password. Raises: WrongLogIn.

    Somebody unknown, a code that is wrong, used or too old, and too many tries get the same answer.
    """
    person_id, account = _person_of(civil_id), f"voucher:{username_of(civil_id)[:56]}"
    with acting("masar_login", person=person_id) as cursor:
        is_free = count_try(cursor, account, source_of(address), now)
        code = _digest(person_id or 0, plain_digits(typed))
        voucher = _voucher(cursor, person_id or 0, code, now) if is_free else None
        if voucher is not None and person_id is not None:
            forget_tries(cursor, account, source_of(address))
            if voucher:
                forget_all_ways(cursor, person_id)
    if voucher is None or person_id is None:
        raise WrongLogIn
    return begin(person_id, "reset", now)


def _voucher(cursor: CursorWrapper, person_id: int, code: bytes, now: datetime) -> bool | None:
    """Cross a code out; return whether it forgets every way, None where there is none like it."""
    cursor.execute(
        "update people_voucher set used_at = now() where person_id = %s::bigint and digest = %s::bytea"
        " and used_at is null and ends_at > %s::timestamptz returning forgets",
        [person_id, code, now],
    )
    row = cursor.fetchone()
    return row[0] if row else None


def recover(civil_id: str, typed: str, address: str, now: datetime) -> Recovery:
    """Begin to recover an account with a code of one's app or paper, or end it a day later. Raises: WrongLogIn.

    The person is told at once, and may stop it wherever they are logged in, until it is done.
    """
    person_id = _person_of(civil_id)
    if person_id is None:
        raise WrongLogIn
    try:
        way_in = begin(person_id, "lost", now)
        prove_by_code(way_in, typed, address, now, counts="lost")
    except (WrongCode, NotEntering) as refused:
        raise WrongLogIn from refused
    with acting("masar_login", person=person_id) as cursor:
        cursor.execute("delete from people_entering where id = %s::uuid", [way_in])
        ready_at, is_done = _recovery(cursor, person_id, now)
    return Recovery(ready_at, begin(person_id, "reset", now) if is_done else None)


def _recovery(cursor: CursorWrapper, person_id: int, now: datetime) -> tuple[datetime, bool]:
    cursor.execute(
        "select id, ready_at from people_recovery where person_id = %s::bigint and ended_at is null"
        " and ready_at > %s::timestamptz for update",
        [person_id, now - RECOVERY_HOLDS],
    )
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "insert into people_recovery (id, person_id, ready_at) values (%s::uuid, %s::bigint, %s::timestamptz)",
            [new_row_id(), person_id, now + WAITING],
        )
        tell_of(cursor, person_id, "recovery-asked")
        return now + WAITING, False
    if row[1] > now:
        return row[1], False
    cursor.execute("update people_recovery set ended_at = now() where id = %s::uuid", [row[0]])
    return row[1], True


def is_recovering(viewer: Viewer) -> bool:
    """Tell whether somebody asked for a new password for this person, and nobody stopped it."""
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        cursor.execute(
            "select 1 from people_recovery where person_id = %s::bigint and ended_at is null", [viewer.person_id]
        )
        return cursor.fetchone() is not None


def stop_recovery(viewer: Viewer) -> None:
    """Stop what somebody began to recover. Raises: SessionEnded."""
    with acting("masar_login", person=viewer.person_id) as cursor:
        demand_log_in(cursor, viewer)
        cursor.execute(
            "update people_recovery set ended_at = now() where person_id = %s::bigint and ended_at is null",
            [viewer.person_id],
        )
        if cursor.rowcount:
            tell_of(cursor, viewer.person_id, "recovery-stopped")


def reset_password(way_in: UUID | None, password: str, now: datetime) -> UUID:
    """Set a new password for whoever redeemed or recovered; return the way in to the second step. Raises: NotEntering.

    Every log-in ends, and no device is trusted any longer.
    """
    with entering(way_in, now) as one:
        if one.purpose != "reset":
            raise NotEntering
        person_id = one.person_id
        digits = known_of(one.cursor, person_id)["civil_id"]
        one.cursor.execute("delete from people_entering where id = %s::uuid", [one.id])
        end_all(one.cursor, person_id)
        tell_of(one.cursor, person_id, "password-changed")
    encoded = make_password(password)
    with acting("masar_system") as cursor:
        keep_account(cursor, person_id, digits, encoded)
    return begin(person_id, "log-in", now)


def _person_of(civil_id: str) -> int | None:
    with acting("masar_system") as cursor:
        person = find(cursor, [civil_id]).get(civil_id)
    return person.id if person else None


def _digest(person_id: int, code: str) -> bytes:
    return hmac.digest(vault().key_for("voucher"), f"{person_id}|{code}".encode(), "sha256")
