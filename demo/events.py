"""Makes CloudEvents as Masar's profile wants them: names that are the same each time, sequence per source."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """One event to send, and by whom. `ref` is the opener's number of the request.

    `needs_number`: the reporter did not open the request, so its subject is Masar's number, known once it is open.
    """

    agency: str
    ref: str
    event: dict[str, Any]
    needs_number: bool = False

    def to(self, number: str | None) -> dict[str, Any]:
        """Return the event addressed: by Masar's number where that is needed, else by the agency's own."""
        return {**self.event, "subject": number} if self.needs_number and number else self.event


def event_id(*parts: object) -> str:
    """Return an id that is the same whenever the parts are: 128 bits of their SHA-256, hexadecimal."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:32]


def source_of(agency: str, system: str) -> str:
    """Return the source of an agency's system."""
    return f"urn:masar:{agency}:{system}"


def cloud_event(
    kind: str,
    source: str,
    id_: str,
    subject: str,
    at: datetime,
    sequence: int,
    data: Mapping[str, Any],
    *,
    is_backfill: bool = False,
) -> dict[str, Any]:
    """Return one structured event of type `masar.request.<kind>.v1`; `at` has a zone."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": f"masar.request.{kind}.v1",
        "subject": subject,
        "time": at.isoformat(),
        "sequence": f"{sequence:012d}",
        "datacontenttype": "application/json",
    }
    if is_backfill:
        event["masarbackfill"] = True
    event["data"] = dict(data)
    return event
