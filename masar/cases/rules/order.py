"""The total order of a request's events, whatever order they arrived in (docs/adr/0001).

Effective time: the running maximum of `time` within one source, in order of `sequence`; where a source leaves out a
sequence, in order of (`time`, id). The whole is ordered by (effective time, source, place within the source).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from masar.cases.rules.events import Event


class Tail(msgspec.Struct, array_like=True, frozen=True):
    """The last event of one source in order: its effective time, own time, sequence, id.

    `sequence` is None once any event of the source came without one: then the source is in order of (`time`, id).
    """

    effective: datetime
    at: datetime
    sequence: int | None
    id: str

    def precedes(self, event: Event) -> bool:
        """Tell whether `event` comes after this one within the source, and changes nothing in the order before it."""
        if self.sequence is None:
            return (self.at, self.id) < (event.at, event.id)
        return event.sequence is not None and (self.sequence, self.id) < (int(event.sequence), event.id)

    def then(self, event: Event) -> Tail:
        """Return the tail after an event that it precedes."""
        number = None if self.sequence is None else _number(event)
        return Tail(max(self.effective, event.at), event.at, number, event.id)


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

    Corrections act on the set: one may name an event that comes after it in order, or one that never comes. Of
    corrections that name each other in a ring, the last in order stands. The opening of a request cannot be voided:
    without it there is no request.
    """
    spared = {event.name for event in ordered if event.type == "opened"}
    targets = {event.name: (event.source, str(event.facts["event"])) for event in ordered if event.type == "corrected"}
    targets = {name: target for name, target in targets.items() if target != name and target not in spared}
    named = Counter(targets.values())
    ready = [name for name in targets if not named[name]]
    gone: set[tuple[str, str]] = set()
    while targets:
        name = ready.pop() if ready else next(reversed(targets))
        target = targets.pop(name)
        if name not in gone:
            gone.add(target)
        named[target] -= 1
        if not named[target] and target in targets:
            ready.append(target)
    return gone
