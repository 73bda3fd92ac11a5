"""Which facts an agency may tell: those that a published service declares with it as their source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from masar.catalogue.queries.snapshot import catalogue


def told_by(agency: str) -> Mapping[str, frozenset[str]]:
    """Return the facts that an agency is the source of, each with its declared types (one, as a rule)."""
    snapshot = catalogue()
    found: dict[str, set[str]] = defaultdict(set)
    for versions in snapshot.published.values():
        for _, row in versions:
            for fact in snapshot.definitions[row].document.get("facts", ()):
                if fact["source"] == agency:
                    found[fact["id"]].add(fact["type"])
    return {name: frozenset(types) for name, types in found.items()}
