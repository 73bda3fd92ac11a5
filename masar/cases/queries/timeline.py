"""Events as they are stored, read back for the fold, and opened for a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from masar.cases.rules.events import Event
from masar.kernel.crypto import CannotOpen, open_sealed

EVENT_COLUMNS = "source, event_id, type, at, sequence, facts::text, agency_id, received_at"
_SALT = 32


def event_of(columns: Sequence[Any]) -> Event:
    """Make an event of the columns that `EVENT_COLUMNS` names."""
    source, event_id, type_, at, sequence, facts, agency, received_at = columns
    return Event(source, event_id, type_, at, sequence, msgspec.json.decode(facts), agency, received_at)


def opened_record(key: bytes, sealed: bytes, row_id: str, person_id: int) -> Mapping[str, Any]:
    """Return the whole event as it was sent; empty once its key is destroyed. `row_id` is the hexadecimal id."""
    try:
        plain = open_sealed(key, bytes(sealed), "cases_event", "sealed", row_id, person_id)
    except CannotOpen:
        return {}
    record: Mapping[str, Any] = msgspec.json.decode(plain[_SALT:])
    return record
