"""A request as whoever holds its slip sees it: one row, read as `masar_public`; and the PIN that the slip carries."""

from __future__ import annotations

import hmac
from datetime import datetime

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.cases.queries.rows import _row, columns_statement, decode_rows
from masar.cases.rules.story import Sheet
from masar.cases.rules.tracking import PIN_DIGITS, Tracked, usual_way
from masar.catalogue.queries import catalogue
from masar.kernel.crypto import vault
from masar.kernel.database import acting

_CHOOSE = "select set_config('masar.tracked', %s, true)"
# One row as a list of rows, so that it is read as those of lists are.
TRACKED = f"select json_build_array({columns_statement()})::text from cases_request r where r.number = %s::bigint"  # noqa: S608


def pin_of(sheet: Sheet) -> str:
    """Return the PIN of a request. Only its person's own sheet gives it."""
    return _pin(sheet.row.number)


def is_pin(number: int, pin: str) -> bool:
    """Tell, in the same time whatever is wrong, whether a PIN belongs to a number; the database is not asked."""
    return hmac.compare_digest(_pin(number).encode(), pin.encode())


def _pin(number: int) -> str:
    mark = hmac.digest(vault().key_for("tracking-pin"), str(number).encode(), "sha256")
    return f"{int.from_bytes(mark) % 10**PIN_DIGITS:0{PIN_DIGITS}d}"


def followed(number: int, now: datetime) -> Tracked | None:
    """Return a request for somebody who has shown its PIN; None when there is none."""
    with acting("masar_public") as cursor:
        return read_tracked(cursor, number, now)


def read_tracked(cursor: CursorWrapper, number: int, now: datetime) -> Tracked | None:
    """Read a request inside a transaction of `masar_public`."""
    cursor.execute(_CHOOSE, [str(number)])
    cursor.execute(TRACKED, [number])
    found = cursor.fetchone()
    if found is None:
        return None
    columns = decode_rows(msgspec.json.decode(found[0]))[0]
    row = _row(columns, None)
    return Tracked(row, usual_way(row, columns.stop, columns.skips or (), catalogue().calendar_of, now))
