"""Verbs between the password and the first page: begin, prove, enrol, finish. Somebody on the way in is a row."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.kernel.crypto import open_sealed, seal
from masar.kernel.database import acting
from masar.kernel.errors import Refusal
from masar.kernel.ids import new_row_id
from masar.people.actions.alerts import tell_of
from masar.people.actions.factors import (
    Factor,
    factors_of,
    mark_used,
    plain_digits,
    use_app,
    use_code,
)
from masar.people.actions.passwords import count_try, forget_tries, source_of
from masar.people.queries import known_of, person_key
from masar.people.rules import (
    CODE_HOLDS,
    ENTERING_HOLDS,
    LONGEST_WAIT,
    MOST_WRONG_CODES,
    WAYS,
    new_message_code,
)


class NotEntering(Refusal):
    """Nobody is on the way in here, or it took too long: begin with the civil ID again."""

    status, code, title = 409, "not-entering", "Begin again with your civil ID and password"


class WrongCode(Refusal):
    """The code is not right, was used, or too many were tried: the same words for all."""

    code, title = "wrong-code", "The code is not right"


@dataclass(slots=True)
class Entering:
    """Somebody on the way in, while their row is locked. `state` is kept when the block ends."""

    id: UUID
    person_id: int
    purpose: str
    key: bytes
    cursor: CursorWrapper
    factors: tuple[Factor, ...]
    challenge: bytes | None = None
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def ways(self) -> tuple[str, ...]:
        """Their ways to prove themselves, the strongest first."""
        have = {factor.way for factor in self.factors}
        return tuple(way for way in WAYS if way in have)

    @property
    def may_add(self) -> bool:
        """Whether a way may be added here: asked for within the account, or the first of all at the first log-in."""
        return self.purpose == "add" or (self.purpose == "log-in" and (not self.factors or "added" in self.state))

    @property
    def is_through(self) -> bool:
        """Whether whoever it is has proven enough, with the second step or by adding their first."""
        return "proved" in self.state or "added" in self.state


def begin(person_id: int, purpose: str, now: datetime, **state: Any) -> UUID:
    """Begin to come in, to prove oneself "again", or to "add" a way; return the id that the cookie keeps."""
    id_ = new_row_id()
    with acting("masar_login", person=person_id) as cursor:
        key = key_at_the_door(cursor, person_id)
        cursor.execute(
            "insert into people_entering (id, person_id, purpose, sealed, ends_at)"
            " values (%s::uuid, %s::bigint, %s, %s::bytea, %s::timestamptz)",
            [id_, person_id, purpose, _seal(key, state, id_, person_id), now + ENTERING_HOLDS],
        )
    return id_


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody on the way in stands, for a page. `codes` are the ones for paper that were just made."""

    purpose: str
    ways: tuple[str, ...]
    may_add: bool
    is_through: bool
    name: str
    codes: tuple[str, ...] = ()


def standing_of(id_: UUID | None, now: datetime) -> Standing:
    """Return where somebody on the way in stands. Raises: NotEntering."""
    with entering(id_, now) as one:
        return Standing(
            one.purpose,
            one.ways,
            one.may_add,
            one.is_through,
            known_of(one.cursor, one.person_id).get("name", ""),
            tuple(one.state.get("codes", ())),
        )


@contextmanager
def entering(id_: UUID | None, now: datetime) -> Iterator[Entering]:
    """Lock somebody on the way in; keep their state when the block ends well. Raises: NotEntering."""
    with acting("masar_login") as cursor:
        cursor.execute(
            "select person_id, purpose, sealed, challenge, set_config('masar.person', person_id::text, true)"
            " from people_entering where id = %s::uuid and person_id is not null and ends_at > %s::timestamptz"
            " for update",
            [id_, now],
        )
        row = cursor.fetchone()
        if row is None:
            raise NotEntering
        person_id, purpose, sealed, challenge, _ = row
        key = key_at_the_door(cursor, person_id)
        plain = open_sealed(key, bytes(sealed), "people_entering", "sealed", str(id_), person_id)
        found = tuple(factors_of(cursor, person_id, key))
        one = Entering(id_, person_id, purpose, key, cursor, found, challenge and bytes(challenge))  # type: ignore[arg-type]
        one.state = msgspec.json.decode(plain)
        yield one
        cursor.execute(
            "update people_entering set sealed = %s::bytea, challenge = %s::bytea where id = %s::uuid",
            [_seal(key, one.state, one.id, person_id), one.challenge, id_],
        )


def message_code(id_: UUID, now: datetime) -> str:
    """Return the code of the message that somebody on the way in was sent; a new one when the last is too old."""
    with entering(id_, now) as one:
        held = one.state.get("message")
        if held is None or held["until"] <= now.timestamp():
            held = one.state["message"] = {"code": new_message_code(), "until": (now + CODE_HOLDS).timestamp()}
        code: str = held["code"]
        return code


def prove_by_code(id_: UUID, typed: str, address: str, now: datetime, *, counts: str = "code") -> str:
    """Prove the second step with a code of any way; return the way. Raises: NotEntering, WrongCode.

    Counted before it is looked at: five of one source, and thirty of one person from anywhere, then it waits. What
    anybody can try who knows a civil ID alone `counts` apart, or a stranger could make the person wait.
    """
    code = plain_digits(typed)
    person_id = _counted(id_, len(code), address, now, counts)
    with entering(id_, now) as one:
        way = next((factor.way for factor in one.factors if _takes(one, factor, code, now)), None)
        if way is not None:
            one.state["proved"] = way
            one.state.pop("message", None)
    if way is None:
        raise WrongCode
    with acting("masar_login", person=person_id) as cursor:
        for source in (source_of(address), b""):
            forget_tries(cursor, f"{counts}:{person_id}", source)
    return way


def _counted(id_: UUID, length: int, address: str, now: datetime, counts: str) -> int:
    with entering(id_, now) as one:
        person_id, account = one.person_id, f"{counts}:{one.person_id}"
        is_free = count_try(one.cursor, account, source_of(address), now)
        if is_free and length <= 6:  # codes for paper are too long to be guessed: they go on when six digits wait
            is_free = count_try(one.cursor, account, b"", now, free=MOST_WRONG_CODES, wait=LONGEST_WAIT)
            if not is_free:
                tell_of(one.cursor, person_id, "many-wrong-codes")
    if not is_free:
        raise WrongCode
    return person_id


def _takes(one: Entering, factor: Factor, code: str, now: datetime) -> bool:
    if factor.way == "app":
        return use_app(one.cursor, factor, code, now)
    if factor.way == "codes" and use_code(one.cursor, factor, one.person_id, one.key, code):
        tell_of(one.cursor, one.person_id, "code-used", factor.id)
        return True
    if factor.way == "message" and is_sent(one.state, code, now):
        mark_used(one.cursor, factor)
        return True
    return False


def is_sent(state: Mapping[str, Any], code: str, now: datetime) -> bool:
    """Tell whether this code was sent by message to whoever is on the way in, and still holds."""
    held = state.get("message")
    return held is not None and held["until"] > now.timestamp() and hmac.compare_digest(held["code"], code)


def forget_old_enterings() -> int:
    """Forget whoever was on the way in and did not come in time; return how many they were."""
    with acting("masar_system") as cursor:
        cursor.execute("delete from people_entering where ends_at < now()")
        return int(cursor.rowcount)


def key_at_the_door(cursor: CursorWrapper, person_id: int) -> bytes:
    """Return the key of the person who is set. Raises: NotEntering, once they are erased."""
    cursor.execute("select wrapped, kek from people_person_key where person_id = %s::bigint", [person_id])
    row = cursor.fetchone()
    if row is None:
        raise NotEntering
    return person_key(person_id, bytes(row[0]), row[1])


def _seal(key: bytes, state: Mapping[str, Any], id_: UUID, person_id: int) -> bytes:
    return seal(key, msgspec.json.encode(state), "people_entering", "sealed", str(id_), person_id)
