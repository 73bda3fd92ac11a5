"""Every sealed value that a person's rows hold, with the key that opens it and the place it was sealed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from masar.kernel.crypto import CannotOpen, open_sealed, vault

Place = tuple[str | int, ...]
ID = "replace({0}::text, '-', '')"
# "table.column" -> what opens it (the person's key, a request's key, or the system's), and the rest of its place.
SEALED = {
    "people_person.sealed": ("person", "id"),
    "people_fact.sealed": ("person", "fact, source"),
    "people_session.sealed": ("person", "id::text"),
    "people_factor.sealed": ("person", "id::text"),
    "people_entering.sealed": ("person", "id::text"),
    "people_device.sealed": ("person", "id::text"),
    "cases_case_key.wrapped": ("person", "request_id"),
    "cases_draft.sealed": ("person", ID.format("id")),
    "files_paper.sealed": ("person", ID.format("id")),
    "files_paper.sealed_name": ("person", ID.format("id")),
    "cases_event.sealed": ("case", ID.format("id")),
    "cases_conflict.sealed": ("system", "source, event_id"),
    "cases_parked.sealed": ("system", "source, event_id"),
}
KEYS = "people_person_key.wrapped"  # by the key ring


@dataclass(frozen=True, slots=True)
class Value:
    """A sealed value as it stands in its row."""

    column: str
    key: bytes
    sealed: bytes
    place: Place

    def opens(self, key: bytes, place: Place) -> bool:
        """Tell whether it opens with some key at some place."""
        try:
            open_sealed(key, self.sealed, *place)
        except CannotOpen:
            return False
        return True


def key_of_person(owner: psycopg.Connection[Any], person: int) -> bytes | None:
    """Unwrap a person's key by the key ring; None once it is destroyed."""
    row = owner.execute("select wrapped, kek from people_person_key where person_id = %s", [person]).fetchone()
    return row and vault().ring.unwrap(row[1], row[0], *KEYS.split("."), person, person)


def values_of(owner: psycopg.Connection[Any], person: int, key: bytes) -> Iterator[Value]:
    """Read every sealed value of a person; what is under the system's key belongs to nobody and is left out."""
    cases = {
        request: open_sealed(key, wrapped, "cases_case_key", "wrapped", request, person)
        for request, wrapped in owner.execute(
            "select request_id, wrapped from cases_case_key where person_id = %s", [person]
        )
    }
    for column, (by, rest) in SEALED.items():
        if by != "system":
            yield from _rows(owner, column, rest, person, cases if by == "case" else key)


def _rows(
    owner: psycopg.Connection[Any], column: str, rest: str, person: int, keys: bytes | dict[int, bytes]
) -> Iterator[Value]:
    table, name = column.split(".")
    request = "request_id" if isinstance(keys, dict) else "null"
    who = "id" if table == "people_person" else "person_id"
    for request_id, sealed, *place in owner.execute(
        f"select {request}, {name}, {rest} from {table} where {who} = %s and {name} is not null", [person]
    ):
        key = keys[request_id] if isinstance(keys, dict) else keys
        yield Value(column, key, bytes(sealed), (table, name, *place, person))


def values_of_nobody(owner: psycopg.Connection[Any]) -> Iterator[Value]:
    """Read what is sealed under the system's key: what waits for a request, and evidence of conflicts."""
    for column, (by, rest) in SEALED.items():
        table, name = column.split(".")
        if by == "system":
            for sealed, *place in owner.execute(
                f"select {name}, {rest} from {table} where length({name}) > 28 limit 50"
            ):
                yield Value(column, vault().system_key, bytes(sealed), (table, name, *place))
