"""Coming in by a national identity: ask it, wait for its answer, let in the person whose civil ID it vouches for."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from masar.kernel.database import acting
from masar.kernel.errors import Refusal
from masar.kernel.ids import new_row_id
from masar.people import eid
from masar.people.actions.alerts import tell_of
from masar.people.actions.entering import NotEntering, key_at_the_door
from masar.people.actions.passwords import count_try, forget_tries, source_of
from masar.people.actions.persons import NotACivilId, demand_civil_id, know, username_of
from masar.people.actions.sessions import start_session
from masar.people.eid.adapters.pretended import Asked, Pretended
from masar.people.rules import ENTERING_HOLDS, LONGEST_WAIT, MOST_PUSHES, PROOF_HOLDS, Viewer

_log = logging.getLogger("masar.identity")
_MINE = "id = %s::uuid and purpose = 'identity' and ends_at > %s::timestamptz"
_LOOK = f"select challenge from people_entering where {_MINE}"  # noqa: S608 - the parts are ours
_TAKE = f"delete from people_entering where {_MINE} returning challenge"  # noqa: S608


class NotConfirmed(Refusal):
    """The identity said no, too late, or something that does not hold: the same words for all."""

    code, title = "not-confirmed", "Your identity was not confirmed"


class TooManyPushes(Refusal):
    """This telephone, or from here any telephone, was asked too often in a short time."""

    status, code, title = 429, "too-many-pushes", "This was asked too often; wait a little"


@dataclass(frozen=True, slots=True)
class Offered:
    """An identity that can be used here: its name in addresses, its title by language, and how it confirms."""

    name: str
    title: Mapping[str, str]
    modes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An identity that was asked and has not answered: the code to compare, and when to ask again (seconds)."""

    code: str
    retry_after: int


def identities() -> Sequence[Offered]:
    """Return the identities that this installation offers."""
    return [Offered(one.name, one.title, one.provider.modes) for one in eid.identities().values()]


def ask_by_push(name: str, civil_id: str, address: str, now: datetime, **state: Any) -> UUID:
    """Have an identity ask a person on their telephone; return the way in. Raises: NotConfirmed, TooManyPushes."""
    account = f"push:{username_of(civil_id)[:56]}"
    with acting("masar_login") as cursor:
        is_free = count_try(cursor, account, source_of(address), now)
        is_free = is_free and count_try(cursor, account, b"", now, free=MOST_PUSHES, wait=LONGEST_WAIT)
    if not is_free:
        raise TooManyPushes
    started = _started(name, mode="push", login_hint=civil_id)
    return _begun(name, started, now, civil_id=civil_id, **state)


def ask_by_redirect(name: str, now: datetime, **state: Any) -> tuple[UUID, str]:
    """Begin at an identity's own page: return the way in, and the address to go to. Raises: NotConfirmed."""
    started = _started(name, mode="redirect")
    return _begun(name, started, now, **state), started.display.url


def look_for_answer(id_: UUID | None, user_agent: str, now: datetime, *, demonstration: bool,
                    ) -> Waiting | tuple[Viewer, str]:  # fmt: skip
    """Ask whether an identity answered: still waiting, or who is in and where they wanted to go.

    Raises: NotEntering, NotConfirmed.
    """
    kept = _kept(id_, now, take=False)
    found = _asked(lambda: eid.identity(kept["name"]).provider.poll(kept["handle"]))
    if isinstance(found, eid.Pending):
        _keep(id_, kept | {"handle": found.handle})
        return Waiting(kept["code"], found.retry_after)
    _kept(id_, now, take=True)
    return _opened(found, kept, user_agent, demonstration=demonstration)


def take_answer(id_: UUID | None, parameters: Mapping[str, str], user_agent: str, now: datetime, *,
                demonstration: bool) -> tuple[Viewer, str]:  # fmt: skip
    """Take what an identity's own page sent back; it counts once. Raises: NotEntering, NotConfirmed."""
    kept = _kept(id_, now, take=True)
    found = _asked(lambda: eid.identity(kept["name"]).provider.callback(kept["handle"], parameters))
    return _opened(found, kept, user_agent, demonstration=demonstration)


def _started(name: str, **asked: Any) -> eid.Started:
    """Ask an identity to confirm now, as strongly as its settings demand; its answer is checked against both."""
    one = eid.identity(name)
    started: eid.Started = _asked(
        lambda: one.provider.start(acr=one.acr or None, max_age=int(PROOF_HOLDS.total_seconds()), **asked)
    )
    return started


def _asked(ask: Any) -> Any:
    try:
        return ask()
    except eid.EidRefusal as refused:
        _log.warning("an identity was not confirmed: %s (%s)", refused.code, refused.reason)
        raise NotConfirmed from refused


def _begun(name: str, started: eid.Started, now: datetime, **state: Any) -> UUID:
    id_ = new_row_id()
    kept = {"name": name, "handle": started.handle, "code": started.display.code, **state}
    with acting("masar_login") as cursor:
        cursor.execute(
            "insert into people_entering (id, purpose, challenge, ends_at)"
            " values (%s::uuid, 'identity', %s::bytea, %s::timestamptz)",
            [id_, eid.sealed(kept, str(id_)), min(started.expires_at, now + ENTERING_HOLDS)],
        )
    return id_


def _kept(id_: UUID | None, now: datetime, *, take: bool) -> dict[str, Any]:
    statement = _TAKE if take else _LOOK
    with acting("masar_login") as cursor:
        cursor.execute(statement, [id_, now])
        row = cursor.fetchone()
    if row is None:
        raise NotEntering
    return eid.opened(bytes(row[0]), str(id_))


def _keep(id_: UUID | None, kept: Mapping[str, Any]) -> None:
    with acting("masar_login") as cursor:
        cursor.execute(
            "update people_entering set challenge = %s::bytea where id = %s::uuid", [eid.sealed(kept, str(id_)), id_]
        )


def _opened(found: Any, kept: Mapping[str, Any], user_agent: str, *, demonstration: bool) -> tuple[Viewer, str]:
    if not isinstance(found, eid.Approved):
        raise NotConfirmed
    claims = found.claims
    try:
        digits = demand_civil_id(claims.civil_id, demonstration=demonstration)
    except NotACivilId as refused:
        raise NotConfirmed from refused
    with acting("masar_system") as cursor:
        person = know(cursor, {digits: claims.name}, demonstration=demonstration)[digits]
    with acting("masar_login", person=person.id) as cursor:
        cursor.execute("select 1 from people_account where person_id = %s::bigint and not is_active", [person.id])
        if cursor.fetchone():
            raise NotConfirmed
        session = start_session(person.id, "identity", key_at_the_door(cursor, person.id), user_agent)
        tell_of(cursor, person.id, "logged-in", session)
        forget_tries(cursor, f"push:{username_of(digits)[:56]}", b"")
    return Viewer(person.id, session), str(kept.get("next", ""))


def on_the_phone(civil_id: str) -> Sequence[Asked]:
    """Return what the pretended telephone of a demonstration shows for a civil ID."""
    return [asked for phone in _phones() for asked in phone.waiting(civil_id)]


def answer_on_the_phone(civil_id: str, id_: str, chosen: str) -> None:
    """Answer on the pretended telephone: the code that was chosen, or "no"."""
    for phone in _phones():
        phone.answer(civil_id, id_, chosen)


def _phones() -> list[Pretended]:
    return [one.provider for one in eid.identities().values() if isinstance(one.provider, Pretended)]
