"""The one way to act in the database: a transaction that begins by taking a role. Forgotten, everything is refused."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils.connection import ConnectionProxy

# Each statement has one good plan whatever its parameters; to plan it anew each time costs as much as to run it.
_TAKE = (
    "select set_config('role', %s, true), set_config('masar.person', %s, true), set_config('masar.agency', %s, true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true)"
)


@contextmanager
def acting(role: str, *, person: int | None = None, agency: str | None = None) -> Iterator[CursorWrapper]:
    """Open a transaction as a role, with the person or the agency that its policies ask for; yield a cursor."""
    leave_if_dead(connection)
    with transaction.atomic(), connection.cursor() as cursor:
        take(cursor, role, person=person, agency=agency)
        yield cursor


def take(cursor: CursorWrapper, role: str, *, person: int | None = None, agency: str | None = None) -> None:
    """Take a role for the rest of the transaction that runs."""
    cursor.execute(_TAKE, [role, "" if person is None else str(person), agency or ""])


def leave_if_dead(link: BaseDatabaseWrapper | ConnectionProxy[Any]) -> None:
    """Close a connection whose server went away, so that the next use opens another.

    An idle connection has nothing to read, unless to say that it ended: a look at its socket costs no statement.
    """
    raw = link.connection
    if raw is None or link.in_atomic_block:
        return
    if raw.closed or _has_something_to_read(raw.fileno()):
        link.close()


def _has_something_to_read(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def read_as_person(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """Run ONE prepared statement (`$1`…) as `masar_citizen`, which sets the person itself; return its only row."""
    link = connections["citizen"]
    leave_if_dead(link)
    link.ensure_connection()
    with psycopg.RawCursor(link.connection) as cursor:
        return cursor.execute(statement, parameters, binary=True).fetchone()


def array(values: Iterable[Any]) -> str:
    """Write a PostgreSQL array as text: the driver's own way costs a third of an intake. Raises: KeyError."""
    return "{" + ",".join([_WRITE[type(value)](value) for value in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


_WRITE: Mapping[type, Callable[[Any], str]] = {
    str: _quoted,
    int: str,
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    datetime: lambda value: f'"{value.isoformat()}"',
    UUID: str,
    NoneType: lambda value: "NULL",
}
