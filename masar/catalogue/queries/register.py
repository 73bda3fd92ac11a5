"""The register of what government promises and charges: its changes in public, and the whole of it for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from masar.catalogue.queries.services import today
from masar.catalogue.queries.snapshot import catalogue
from masar.catalogue.rules import changes as rules
from masar.catalogue.rules.changes import Difference
from masar.catalogue.rules.definition import Definition


@dataclass(frozen=True, slots=True)
class Change:
    """A version of a service that came into the catalogue; `previous` is None for a new service."""

    id: int  # for `before` of the next page
    service: Definition
    previous: Definition | None
    loaded_at: datetime
    differences: Sequence[Difference]

    @property
    def effective_from(self) -> str:
        """The day from which it holds, as ISO 8601 writes it."""
        return str(self.service.document["effective_from"])


def changes(limit: int = 50, before: int | None = None) -> Sequence[Change]:
    """Return which versions of services came in, newest first; `before` is the id of the last one seen."""
    known = catalogue()
    rows = (row for places in known.published.values() for _, row in places if known.is_public(row))
    found = sorted((row for row in rows if before is None or row < before), reverse=True)
    return [_change(row) for row in found[:limit]]


def compare(service: str, old: int, new: int) -> Sequence[Difference]:
    """Return what differs between two versions of a service; [] where one of them is not there."""
    known = catalogue()
    rows = known.versions.get((service, old)), known.versions.get((service, new))
    if rows[0] is None or rows[1] is None:
        return []
    return rules.compare(known.definitions[rows[0]], known.definitions[rows[1]])


def register_json() -> dict[str, Any]:
    """Return every service of the country with all that is public about it; money as texts with three places."""
    return today().register[0]


def register_jsonld() -> dict[str, Any]:
    """Return the register in the European vocabulary of public services, CPSV-AP 3.2."""
    return today().register[1]


def _change(row: int) -> Change:
    known = catalogue()
    definition = known.definitions[row]
    earlier = [
        number for _, number in known.published[definition.id] if known.definitions[number].version < definition.version
    ]
    previous = (
        known.definitions[max(earlier, key=lambda number: known.definitions[number].version)] if earlier else None
    )
    differences = rules.compare(previous, definition) if previous else ()
    return Change(row, definition, previous, known.loaded_at[row], differences)
