"""Ways to prove oneself beside the password, as rows: given, found, used up. Inside a caller's transaction."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.kernel.crypto import open_sealed, seal, vault
from masar.kernel.ids import ascii_digits, new_row_id
from masar.people.rules import code_step, new_codes


@dataclass(frozen=True, slots=True)
class Factor:
    """A way of a person, opened. `knows` is what it needs: a secret, a credential, digests of codes."""

    id: UUID
    way: str
    knows: dict[str, Any]
    counter: int = 0


def factors_of(cursor: CursorWrapper, person_id: int, key: bytes) -> Sequence[Factor]:
    """Return the ways of a person, locked until the transaction ends."""
    cursor.execute(
        "select id, way, sealed, counter from people_factor where person_id = %s::bigint"
        " order by made_at, id for update",
        [person_id],
    )
    return [
        Factor(id_, way, _open(key, bytes(sealed), id_, person_id), counter)
        for id_, way, sealed, counter in cursor.fetchall()
    ]


def give(
    cursor: CursorWrapper, person_id: int, key: bytes, way: str, knows: dict[str, Any],
    *, counter: int = 0, index: bytes | None = None,
) -> UUID:  # fmt: skip
    """Give a person a way; return its id."""
    id_ = new_row_id()
    cursor.execute(
        "insert into people_factor (id, person_id, way, sealed, counter, index)"
        " values (%s::uuid, %s::bigint, %s, %s::bytea, %s::bigint, %s::bytea)",
        [id_, person_id, way, _seal(key, knows, id_, person_id), counter, index],
    )
    return id_


def give_message(cursor: CursorWrapper, person_id: int, key: bytes) -> UUID:
    """Give a person codes by message."""
    return give(cursor, person_id, key, "message", {})


def give_codes(cursor: CursorWrapper, person_id: int, key: bytes) -> list[str]:
    """Give a person ten codes for paper in place of those before; return them, for they are kept as digests only."""
    cursor.execute("delete from people_factor where person_id = %s::bigint and way = 'codes'", [person_id])
    codes = new_codes()
    give(cursor, person_id, key, "codes", {"digests": [_digest(person_id, code) for code in codes]})
    return codes


def use_app(cursor: CursorWrapper, factor: Factor, code: str, now: datetime) -> bool:
    """Tell whether an app shows this code now; a code counts once."""
    step = code_step(base64.b64decode(factor.knows["secret"]), code, now, factor.counter)
    return step is not None and _count(cursor, factor, step)


def use_code(cursor: CursorWrapper, factor: Factor, person_id: int, key: bytes, code: str) -> bool:
    """Tell whether this is one of a person's codes for paper, and cross it out."""
    digest = _digest(person_id, code)
    left = [one for one in factor.knows["digests"] if not hmac.compare_digest(one, digest)]
    if len(left) == len(factor.knows["digests"]):
        return False
    cursor.execute(
        "update people_factor set sealed = %s::bytea, used_at = now() where id = %s::uuid and person_id = %s::bigint",
        [_seal(key, {"digests": left}, factor.id, person_id), factor.id, person_id],
    )
    return True


def use_passkey(cursor: CursorWrapper, factor: Factor, signed: int) -> bool:
    """Keep a passkey's counter; tell whether it grew, or is one that never counts. Another may hold a copy if not."""
    return signed == factor.counter == 0 or _count(cursor, factor, signed)


def mark_used(cursor: CursorWrapper, factor: Factor) -> None:
    """Keep that a way was used now."""
    cursor.execute("update people_factor set used_at = now() where id = %s::uuid", [factor.id])


def credential_index(credential: bytes) -> bytes:
    """Return the blind index by which a passkey finds its person."""
    return vault().blind_index("credential", credential.hex())


def plain_digits(text: str) -> str:
    """Return what was typed as a code: its digits, whichever script they are in."""
    return "".join(letter for letter in ascii_digits(text[:40]) if letter.isascii() and letter.isdigit())


def _count(cursor: CursorWrapper, factor: Factor, counter: int) -> bool:
    cursor.execute(
        "update people_factor set counter = %s::bigint, used_at = now() where id = %s::uuid and counter < %s::bigint",
        [counter, factor.id, counter],
    )
    return bool(cursor.rowcount == 1)


def _digest(person_id: int, code: str) -> str:
    return vault().blind_index("code", f"{person_id}|{code}").hex()


def _seal(key: bytes, knows: dict[str, Any], id_: UUID, person_id: int) -> bytes:
    return seal(key, msgspec.json.encode(knows), "people_factor", "sealed", str(id_), person_id)


def _open(key: bytes, sealed: bytes, id_: UUID, person_id: int) -> dict[str, Any]:
    knows: dict[str, Any] = msgspec.json.decode(
        open_sealed(key, sealed, "people_factor", "sealed", str(id_), person_id)
    )
    return knows
