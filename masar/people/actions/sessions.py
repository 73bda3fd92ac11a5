"""Verbs about log-ins: start, prove again, end; devices that are trusted; ways that are taken away."""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection
from django.db.backends.utils import CursorWrapper

from masar.kernel.crypto import seal, vault
from masar.kernel.database import acting
from masar.kernel.errors import Refusal
from masar.kernel.ids import new_row_id, read_row_id
from masar.people.actions.alerts import tell_of
from masar.people.actions.entering import Entering, NotEntering, entering
from masar.people.actions.factors import factors_of
from masar.people.actions.persons import NoSuchPerson, demand_civil_id, find
from masar.people.queries import demand_log_in, key_of, person_key
from masar.people.rules import PROOF_HOLDS, TRUST_HOLDS, Viewer, device_of

_log = logging.getLogger("masar.safety")


class LastWay(Refusal):
    """The only way beside the password cannot be taken away: add another first."""

    status, code, title = 409, "last-way", "Add another way first, then remove this one"


def start_session(person_id: int, way: str = "", key: bytes | None = None, user_agent: str = "") -> UUID:
    """Write the row of a new log-in and return its id. Runs inside the caller's transaction, at the door.

    On a trusted device nothing but the password was proven: that is no proof for what matters.
    """
    session = new_row_id()
    sealed = _seal(key, user_agent, "people_session", session, person_id) if key else None
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_session (id, person_id, way, sealed, proved_at) values"
            " (%s::uuid, %s::bigint, %s, %s::bytea, case when %s = 'device' then to_timestamp(0) else now() end)",
            [session, person_id, way, sealed, way],
        )
    return session


def finish(id_: UUID, user_agent: str, now: datetime) -> tuple[Viewer, str]:
    """Let somebody in who is through; return who looks, and where they wanted to go. Raises: NotEntering."""
    with entering(id_, now) as one:
        if not (one.is_through and one.purpose == "log-in"):
            raise NotEntering
        way = one.state.get("proved") or one.state["added"]
        session = start_session(one.person_id, way, one.key, user_agent)
        tell_of(one.cursor, one.person_id, "logged-in", session)
        _leave(one)
    return Viewer(one.person_id, session), one.state.get("next", "")


def finish_again(viewer: Viewer, id_: UUID, now: datetime) -> str:
    """Keep that somebody who is logged in proved it again; return where they wanted to go. Raises: NotEntering."""
    with entering(id_, now) as one:
        if not (one.is_through and one.person_id == viewer.person_id and one.purpose in ("again", "add")):
            raise NotEntering
        if one.purpose == "again":
            one.cursor.execute("update people_session set proved_at = now() where id = %s::uuid", [viewer.session])
        _leave(one)
    return str(one.state.get("next", ""))


def _leave(one: Entering) -> None:
    one.cursor.execute("delete from people_entering where id = %s::uuid", [one.id])


def enter_trusted(person_id: int, cookie: str, user_agent: str, now: datetime) -> Viewer | None:
    """Let somebody in without the second step on a device that they trust; None where this is none."""
    name, _, secret = cookie.partition(".")
    id_ = read_row_id(name)
    if id_ is None:
        return None
    with acting("masar_login", person=person_id) as cursor:
        cursor.execute(
            "select d.digest, k.wrapped, k.kek from people_device d join people_person_key k using (person_id)"
            " where d.id = %s::uuid and d.person_id = %s::bigint and d.ends_at > %s::timestamptz",
            [id_, person_id, now],
        )
        row = cursor.fetchone()
        if row is None or not hmac.compare_digest(bytes(row[0]), _digest(secret)):
            return None
        key = person_key(person_id, bytes(row[1]), row[2])
        session = start_session(person_id, "device", key, user_agent)
        tell_of(cursor, person_id, "logged-in", session)
    return Viewer(person_id, session)


def trust(viewer: Viewer, user_agent: str, now: datetime) -> str:
    """Trust the device of a log-in for thirty days; return what its cookie keeps."""
    id_, secret = new_row_id(), secrets.token_urlsafe(24)
    with acting("masar_login", person=viewer.person_id) as cursor:
        sealed = _seal(key_of(cursor, viewer), user_agent, "people_device", id_, viewer.person_id)
        cursor.execute(
            "insert into people_device (id, person_id, digest, sealed, ends_at)"
            " values (%s::uuid, %s::bigint, %s::bytea, %s::bytea, %s::timestamptz)",
            [id_, viewer.person_id, _digest(secret), sealed, now + TRUST_HOLDS],
        )
        tell_of(cursor, viewer.person_id, "device-trusted", viewer.session)
    return f"{id_.hex}.{secret}"


def has_proved(viewer: Viewer, now: datetime) -> bool:
    """Tell whether somebody proved within the last five minutes that it is they."""
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        cursor.execute(
            "select 1 from people_session where id = %s::uuid and person_id = %s::bigint and ends_at > now()"
            " and proved_at > %s::timestamptz",
            [viewer.session, viewer.person_id, now - PROOF_HOLDS],
        )
        return cursor.fetchone() is not None


def end_session(viewer: Viewer) -> None:
    """End a log-in; the next page of it is refused."""
    with acting("masar_login", person=viewer.person_id) as cursor:
        _end(cursor, viewer.person_id, viewer.session)


def end_one(viewer: Viewer, session: UUID) -> None:
    """End one of one's own log-ins. Raises: SessionEnded."""
    with acting("masar_login", person=viewer.person_id) as cursor:
        demand_log_in(cursor, viewer)
        if _end(cursor, viewer.person_id, session):
            tell_of(cursor, viewer.person_id, "log-in-ended", session)


def end_others(viewer: Viewer) -> None:
    """End every other log-in of a person, and trust no device any longer. Raises: SessionEnded."""
    with acting("masar_login", person=viewer.person_id) as cursor:
        demand_log_in(cursor, viewer)
        end_all(cursor, viewer.person_id, but=viewer.session)
        tell_of(cursor, viewer.person_id, "others-ended")


def was_not_me(viewer: Viewer, alert: UUID) -> bool:
    """Close everything after an alert that its person did not cause; tell whether there is such an alert.

    Every log-in ends but the one that says so, no device is trusted, and the operator is told (`masar alarms`).
    """
    with acting("masar_login", person=viewer.person_id) as cursor:
        demand_log_in(cursor, viewer)
        cursor.execute(
            "select 1 from people_alert where id = %s::uuid and person_id = %s::bigint", [alert, viewer.person_id]
        )
        if cursor.fetchone() is None:
            return False
        end_all(cursor, viewer.person_id, but=viewer.session)
        tell_of(cursor, viewer.person_id, "not-me", alert)
    _log.warning("somebody says of their account that something was not them: `masar alarms` lists it")
    return True


def remove_way(viewer: Viewer, id_: UUID, now: datetime) -> None:
    """Take a way away. Raises: LastWay, when nothing but codes for paper would be left."""
    with acting("masar_login", person=viewer.person_id) as cursor:
        ways = factors_of(cursor, viewer.person_id, key_of(cursor, viewer))
        gone = next((factor for factor in ways if factor.id == id_), None)
        if gone is None:
            return
        if not [factor for factor in ways if factor.id != id_ and factor.way != "codes"]:
            raise LastWay
        cursor.execute(
            "delete from people_factor where id = %s::uuid and person_id = %s::bigint", [id_, viewer.person_id]
        )
        tell_of(cursor, viewer.person_id, f"{gone.way}-removed", id_)


def forget_ways(civil_id: str) -> int:
    """Forget all ways of a person, end their log-ins and trust no device; return how many ways there were.

    For the operator, after proof at a counter; the person is told. Raises: NoSuchPerson, NotACivilId.
    """
    digits = demand_civil_id(civil_id, demonstration=True)
    with acting("masar_system") as cursor:
        person = find(cursor, [digits]).get(digits)
    if person is None:
        raise NoSuchPerson("Check the number; the person appears with their first request.")
    with acting("masar_login", person=person.id) as cursor:
        return forget_all_ways(cursor, person.id)


def forget_all_ways(cursor: CursorWrapper, person_id: int) -> int:
    """Forget all ways of a person and close everything; return how many there were. In the caller's transaction."""
    cursor.execute("delete from people_factor where person_id = %s::bigint", [person_id])
    gone: int = cursor.rowcount
    end_all(cursor, person_id)
    tell_of(cursor, person_id, "ways-forgotten")
    return gone


def _end(cursor: CursorWrapper, person_id: int, session: UUID) -> bool:
    cursor.execute(
        "update people_session set ends_at = now() where person_id = %s::bigint and id = %s::uuid and ends_at > now()",
        [person_id, session],
    )
    return bool(cursor.rowcount == 1)


def end_all(cursor: CursorWrapper, person_id: int, but: UUID | None = None) -> None:
    """End every log-in of a person, but one, all trust in devices and every recovery; in the caller's transaction."""
    cursor.execute(
        "update people_session set ends_at = now() where person_id = %s::bigint and id is distinct from %s::uuid"
        " and ends_at > now()",
        [person_id, but],
    )
    cursor.execute(
        "update people_device set ends_at = now() where person_id = %s::bigint and ends_at > now()", [person_id]
    )
    cursor.execute(
        "update people_recovery set ended_at = now() where person_id = %s::bigint and ended_at is null", [person_id]
    )


def _digest(secret: str) -> bytes:
    return hmac.digest(vault().key_for("device"), secret.encode(), "sha256")


def _seal(key: bytes, user_agent: str, table: str, id_: UUID, person_id: int) -> bytes:
    return seal(key, msgspec.json.encode(device_of(user_agent)), table, "sealed", str(id_), person_id)
