"""One lane of a replay: the requests given to it are sent one batch after another, so each keeps its order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from demo.api import MOST_BYTES, MOST_EVENTS, Item
from demo.events import Report

ROOM = 50_000  # bytes kept free in a batch for numbers that are filled in, and for the brackets


class Sender(Protocol):
    """What a lane needs of the API."""

    def send(self, agency: str, events: Sequence[dict[str, Any]]) -> list[Item]:
        """Send one batch and return an item for each event."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of some events: how many by status, and the words of those that went wrong."""

    counts: Counter[str]
    problems: list[str]


@dataclass(slots=True)
class _Waiting:
    """A case on its way: how many of its events are still to be answered."""

    order: int
    left: int
    number: str | None = None


@dataclass(slots=True)
class _Batch:
    reports: list[Report] = field(default_factory=list)
    size: int = 0


class Lane:
    """Batches by agency, since a key belongs to one. An event waits while one of its case waits at another agency.

    `done` is the number of leading cases of this lane whose every event was answered: from there a later run goes on.
    """

    def __init__(self, sender: Sender, told: Callable[[Told], None], done: int = 0) -> None:
        self.done = done
        self._sender, self._told = sender, told
        self._given = done
        self._batches: dict[str, _Batch] = {}
        self._at: dict[str, str] = {}  # ref of a case -> the agency in whose batch its events wait
        self._held: list[Report] = []
        self._held_refs: set[str] = set()
        self._cases: dict[str, _Waiting] = {}

    def add(self, case: Sequence[Report]) -> None:
        """Take the events of the next case."""
        self._cases[case[0].ref] = _Waiting(self._given, len(case))
        self._given += 1
        for report in case:
            self._add(report)

    def finish(self) -> None:
        """Send all that waits."""
        while self._batches:
            self._flush(max(self._batches, key=lambda agency: len(self._batches[agency].reports)))

    def _add(self, report: Report) -> None:
        waits_at = self._at.get(report.ref)
        if waits_at not in (None, report.agency) or report.ref in self._held_refs:
            self._held.append(report)
            self._held_refs.add(report.ref)
            return
        size = len(json.dumps(report.event, ensure_ascii=False).encode()) + 2
        batch = self._batches.setdefault(report.agency, _Batch())
        if len(batch.reports) == MOST_EVENTS or batch.size + size > MOST_BYTES - ROOM:
            self._flush(report.agency)
            batch = self._batches.setdefault(report.agency, _Batch())
        batch.reports.append(report)
        batch.size += size
        self._at[report.ref] = report.agency

    def _flush(self, agency: str) -> None:
        batch = self._batches.pop(agency)
        items = [Item("unsent", problem="the request was not opened")] * len(batch.reports)
        ready = [place for place, report in enumerate(batch.reports) if self._is_addressed(report)]
        events = [batch.reports[place].to(self._cases[batch.reports[place].ref].number) for place in ready]
        for place, item in zip(ready, self._sender.send(agency, events), strict=True):
            items[place] = item
        self._settle(batch.reports, items)
        held, self._held, self._held_refs = self._held, [], set()
        for report in held:
            self._add(report)

    def _is_addressed(self, report: Report) -> bool:
        return not report.needs_number or self._cases[report.ref].number is not None

    def _settle(self, reports: Sequence[Report], items: Sequence[Item]) -> None:
        for report, item in zip(reports, items, strict=True):
            self._at.pop(report.ref, None)
            waiting = self._cases[report.ref]
            waiting.number = waiting.number or item.request
            waiting.left -= 1
            if waiting.left == 0:
                del self._cases[report.ref]
        self.done = min((waiting.order for waiting in self._cases.values()), default=self._given)
        problems = [
            f"{report.ref}: {report.event['type']} {item.status}: {item.problem}"
            for report, item in zip(reports, items, strict=True)
            if item.problem and item.status != "duplicate"
        ]
        self._told(Told(Counter(item.status for item in items), problems))
