"""Brings the history in: several lanes side by side, each with its own persons, full batches by agency, resumable."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from demo.api import MOST_EVENTS, GaveUp, Item, NoKey, Refused
from demo.events import Report
from demo.history import History

LANES = 2
AHEAD = 9_000  # events that wait in a lane: enough for full batches at every agency
KEPT_PROBLEMS = 20
AFTER_TROUBLE = 5.0  # seconds


class Sender(Protocol):
    """What seeding needs of the API."""

    def send(self, agency: str, events: Sequence[dict[str, Any]]) -> list[Item]:
        """Send one batch and return an item for each event."""

    def close(self) -> None:
        """End the connection."""


@dataclass(slots=True)
class _Family:
    """A family on its way: what is still to be queued, how many of its events wait, and the numbers it was given."""

    index: int
    reports: deque[Report]
    waits: int = 0
    numbers: dict[str, str] = field(default_factory=dict)


class Lane:
    """Sends families so that each keeps its order: an agency's next events wait until those before are answered.

    `done` holds the numbers of families whose every event was answered.
    """

    def __init__(self, sender: Sender) -> None:
        self.done: set[int] = set()
        self.counts, self.problems, self.waiting = Counter[str](), list[str](), 0
        self._sender = sender
        self._queues: dict[str, deque[tuple[_Family, Report]]] = defaultdict(deque)

    def add(self, index: int, reports: Sequence[Report]) -> None:
        """Take the events of a family."""
        self._queue(_Family(index, deque(reports)))

    def close(self) -> None:
        """End the connection."""
        self._sender.close()

    def send_largest(self) -> None:
        """Send one batch of the agency with the most events waiting."""
        agency = max(self._queues, key=lambda agency: len(self._queues[agency]))
        queue = self._queues[agency]
        batch = list(islice(queue, MOST_EVENTS))
        ready = [place for place, (family, report) in enumerate(batch) if _is_addressed(family, report)]
        events = [batch[place][1].to(batch[place][0].numbers.get(batch[place][1].ref)) for place in ready]
        items = [Item("unsent", problem="the request was not opened")] * len(batch)
        for place, item in zip(ready, self._sender.send(agency, events), strict=True):
            items[place] = item
        for _ in batch:  # only now: whatever goes wrong before, they are still to be sent
            queue.popleft()
        if not queue:
            del self._queues[agency]
        for (family, report), item in zip(batch, items, strict=True):
            self._settle(family, report, item)

    def _queue(self, family: _Family) -> None:
        """Queue the leading events of one agency."""
        if not family.reports:
            self.done.add(family.index)
            return
        agency = family.reports[0].agency
        while family.reports and family.reports[0].agency == agency:
            self._queues[agency].append((family, family.reports.popleft()))
            family.waits += 1
            self.waiting += 1

    def _settle(self, family: _Family, report: Report, item: Item) -> None:
        self.counts[item.status] += 1
        if item.request:
            family.numbers[report.ref] = item.request
        if item.status not in ("accepted", "duplicate") and len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(f"{report.ref}: {report.event['type']} {item.status}: {item.problem}")
        family.waits -= 1
        self.waiting -= 1
        if not family.waits:
            self._queue(family)


def _is_addressed(family: _Family, report: Report) -> bool:
    return not report.needs_number or report.ref in family.numbers


class Seeding:
    """The whole history on its way into Masar; `state` is the file that says how far it came."""

    def __init__(
        self,
        history: History,
        connect: Callable[[], Sender],
        state: Path,
        *,
        lanes: int = LANES,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self._history, self._connect, self._state, self._pause = history, connect, state, pause
        self._parts: list[list[int]] = [[] for _ in range(lanes)]
        self._lanes: list[Lane] = []
        self._before: set[int] = set()  # what an earlier run brought in
        self._stop, self._is_ended = threading.Event(), [False] * lanes

    @property
    def is_done(self) -> bool:
        """Tell whether every family is in."""
        return all(self._is_ended)

    @property
    def progress(self) -> tuple[int, int]:
        """Return how many families are in, of how many."""
        return len(self._before) + sum(len(lane.done) for lane in self._lanes), self._history.families

    @property
    def counts(self) -> Counter[str]:
        """Return how many events were answered, by status."""
        return sum((lane.counts for lane in self._lanes), start=Counter[str]())

    @property
    def problems(self) -> list[str]:
        """Return words about some events that were not taken."""
        return [problem for lane in self._lanes for problem in lane.problems]

    def start(self) -> None:
        """Begin, where an earlier run ended."""
        self._before = _kept(self._state, self._name())
        for index in range(self._history.families):
            if index not in self._before:
                self._parts[self._history.asking(index).person % len(self._parts)].append(index)
        self._lanes = [Lane(self._connect()) for _ in self._parts]
        for number in range(len(self._lanes)):
            threading.Thread(target=self._run, args=(number,), daemon=True).start()

    def stop(self) -> None:
        """Ask the lanes to end after their batch."""
        self._stop.set()

    def save(self) -> None:
        """Keep how far it came."""
        done = sum(1 << index for index in self._before.union(*(lane.done.copy() for lane in self._lanes)))
        self._state.parent.mkdir(parents=True, exist_ok=True)
        part = self._state.with_suffix(".part")
        part.write_text(json.dumps(self._name() | {"done": f"{done:x}"}), encoding="utf-8")
        part.replace(self._state)

    def _name(self) -> dict[str, Any]:
        return {"anchor": self._history.anchor.isoformat(), "families": self._history.families}

    def _run(self, number: int) -> None:
        lane = self._lanes[number]
        families = iter(self._parts[number])
        while not self._stop.is_set():
            try:
                for index in families:
                    lane.add(index, self._history.family(index))
                    if lane.waiting >= AHEAD:
                        break
                if not lane.waiting:
                    break
                lane.send_largest()
                self._pause()
            except (GaveUp, Refused, NoKey) as trouble:
                lane.problems[KEPT_PROBLEMS - 1 :] = [str(trouble)]
                self._stop.wait(AFTER_TROUBLE)
        lane.close()
        self._is_ended[number] = not lane.waiting


def _kept(state: Path, name: Mapping[str, Any]) -> set[int]:
    """Return the families that an earlier run of the same history brought in: bits of one large number."""
    try:
        kept = json.loads(state.read_text(encoding="utf-8"))
        done = int(kept.pop("done"), 16)
    except (OSError, ValueError, KeyError):
        return set()
    return {index for index in range(name["families"]) if done >> index & 1} if kept == name else set()


def is_seeded(state: Path, anchor: str, families: int) -> bool:
    """Tell whether an earlier run brought all of it in."""
    return len(_kept(state, {"anchor": anchor, "families": families})) == families
