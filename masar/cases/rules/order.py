"""The total order of a request's events, whatever order they arrived in (docs/adr/0001).

Effective time: the running maximum of `time` within one source, in order of `sequence`; where a source leaves out a
sequence, in order of (`time`, id). The whole is ordered by (effective time, source, place within the source).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from masar.cases.rules.events import Event


class Tail(msgspec.Struct, array_like=True, frozen=True):
    """The last event of one source in order: its effective time, own time, sequence (None: it sends none), id."""

    effective: datetime
    at: datetime
    sequence: int | None
    id: str

    def precedes(self, event: Event) -> bool:
        """Tell whether `event` comes after this one within the source, and is numbered in the same way."""
        if (self.sequence is None) != (event.sequence is None):
            return False
        if event.sequence is None or self.sequence is None:
            return (self.at, self.id) < (event.at, event.id)
        return (self.sequence, self.id) < (int(event.sequence), event.id)

    def then(self, event: Event) -> Tail:
        """Return the tail after an event that it precedes."""
        return Tail(max(self.effective, event.at), event.at, _number(event), event.id)


def tail_of(event: Event) -> Tail:
    """Return the tail of a source whose first event this is."""
    return Tail(event.at, event.at, _number(event), event.id)


def in_order(events: Iterable[Event]) -> list[tuple[datetime, Event]]:
    """Return (effective time, event) in the total order."""
    keyed = []
    for source, group in groupby(sorted(events, key=lambda event: event.source), key=lambda event: event.source):
        tail: Tail | None = None
        for rank, event in enumerate(_within_source(list(group))):
            tail = tail.then(event) if tail else tail_of(event)
            keyed.append((tail.effective, source, rank, event))
    keyed.sort(key=lambda item: item[:3])
    return [(effective, event) for effective, _, _, event in keyed]


def _within_source(events: Sequence[Event]) -> list[Event]:
    if all(event.sequence is not None for event in events):
        return sorted(events, key=lambda event: (int(event.sequence or 0), event.id))
    return sorted(events, key=lambda event: (event.at, event.id))


def _number(event: Event) -> int | None:
    return None if event.sequence is None else int(event.sequence)


def voided(ordered: Sequence[Event]) -> set[tuple[str, str]]:
    """Return the names of events that a correction voids. A correction that is itself voided voids nothing.

    The opening of a request cannot be voided: without it there is no request.
    """
    openings = {event.name for event in ordered if event.type == "opened"}
    gone: set[tuple[str, str]] = set()
    for event in reversed(ordered):
        name = (event.source, str(event.facts.get("event")))
        if event.type == "corrected" and event.name not in gone and name not in openings and name != event.name:
            gone.add(name)
    return gone
