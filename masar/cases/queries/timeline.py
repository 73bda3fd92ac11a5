"""Events as they are stored, read back for the fold, and opened for a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from masar.cases.rules.events import Event
from masar.kernel.crypto import CannotOpen, open_sealed
from masar.people.queries import person_key

EVENT_COLUMNS = "source, event_id, type, at, sequence, facts::text, agency_id, received_at"
_SALT = 32


def event_of(columns: Sequence[Any]) -> Event:
    """Make an event of the columns that `EVENT_COLUMNS` names."""
    source, event_id, type_, at, sequence, facts, agency, received_at = columns
    return Event(source, event_id, type_, at, sequence, msgspec.json.decode(facts), agency, received_at)


def case_key(
    person_id: int, request_id: int, wrapped: bytes | None, person_wrapped: bytes | None, kek: str | None
) -> bytes:
    """Open the case's key; an empty one, which opens nothing, once the person or the case was erased."""
    try:
        outer = person_key(person_id, bytes(person_wrapped or b""), kek or "")
        return open_sealed(outer, bytes(wrapped or b""), "cases_case_key", "wrapped", request_id, person_id)
    except CannotOpen:
        return b""


def opened_record(key: bytes, sealed: bytes, row_id: str, person_id: int) -> Mapping[str, Any]:
    """Return the whole event as it was sent; empty once its key is destroyed. `row_id` is the hexadecimal id."""
    try:
        plain = open_sealed(key, bytes(sealed), "cases_event", "sealed", row_id, person_id)
    except CannotOpen:
        return {}
    record: Mapping[str, Any] = msgspec.json.decode(plain[_SALT:])
    return record
