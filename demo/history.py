"""What happened before the demonstration began: eighteen months of requests of two thousand invented persons.

Each family (a request with its sub-requests) follows from the seed, its number and the anchor alone, so that a history
that was interrupted goes on with the same events.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from demo.conditions import skips_of
from demo.events import Report, cloud_event, event_id, source_of
from demo.forms import fill
from demo.hours import ZONE, Hours
from demo.persons import Population
from demo.services import Book, Service
from demo.temper import Temper, chosen, season_of, tempers, weight_of
from demo.walk import Luck, Told, Walker

SEED = "kuwait"
SYSTEM = "demo"
PERSONS = 2_000
FAMILIES = 14_000
DAYS = 548  # eighteen months
HOUSE = "kw.pahw.government-house"
ONE_HOUSE_IN = 11  # families; each such person asks once
GROWTH = 7.0  # how many more ask at the end than at the beginning: people come to know it


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for what, and when."""

    index: int
    person: int
    service: Service
    at: datetime

    @property
    def ref(self) -> str:
        """The agency's own number of the request."""
        return f"DEMO-{self.index + 100_000}"


class History:
    """All families by number. `anchor`: the instant at which the history ends."""

    def __init__(self, book: Book, anchor: datetime, families: int = FAMILIES, seed: str = SEED) -> None:
        self.book, self.families, self.seed = book, families, seed
        self.anchor = anchor.astimezone(ZONE)
        last = self.anchor.date()
        self.first = last - timedelta(days=DAYS)
        self.hours = Hours(self.first, last + timedelta(days=40))
        self.tempers: Mapping[str, Temper] = tempers(_agencies(book), seed)
        self.people = Population(seed, PERSONS)
        self.people.person(PERSONS - 1)
        self._asked = [service for service in book.values() if weight_of(service) and service.id != HOUSE]
        self._weights = [weight_of(service) for service in self._asked]
        self._days: dict[str, list[float]] = {}

    def asking(self, index: int) -> Asking:
        """Return who asks for what in a family."""
        chance = Random(f"{self.seed}|{index}")  # noqa: S311 - plays a part, keeps no secret
        house = self.book.get(HOUSE)
        if house and index % ONE_HOUSE_IN == 0:
            return Asking(index, index // ONE_HOUSE_IN % PERSONS, house, self._moment(house, chance))
        service = self._asked[chosen(chance, self._weights)]
        return Asking(index, int(PERSONS * chance.random() ** 1.3), service, self._moment(service, chance))

    def family(self, index: int) -> list[Report]:
        """Return the events of a family in the order they happened, as the agencies would bring them in."""
        asking = self.asking(index)
        chance = Random(f"{self.seed}|{index}|way")  # noqa: S311
        person = self.people.person(asking.person)
        form = fill(asking.service.schema, chance, asking.at.date(), person.name)
        who = {"civil_id": person.civil_id, "name": person.name} | ({"form": form} if form else {})
        walker = Walker(self.book, self.hours, self.tempers, chance, self.anchor)
        request = walker.open(asking.service, asking.ref, asking.at, who, skips_of(asking.service, form))
        walker.walk(request, asking.service.first, asking.at, Luck.draw(chance))
        return reports(walker.told, self.anchor)

    def _moment(self, service: Service, chance: Random) -> datetime:
        sums = self._days.get(service.id)
        if sums is None:
            days = (self.first + timedelta(days=number) for number in range(DAYS + 1))
            weights = [season_of(service, day) * (1 + GROWTH * (n / DAYS) ** 2) for n, day in enumerate(days)]
            sums = self._days[service.id] = list(accumulate(weights))
        day = self.first + timedelta(days=bisect_left(sums, chance.random() * sums[-1]))
        return min(self._hour(day, chance), self.anchor - timedelta(minutes=chance.randint(2, 300)))

    def _hour(self, day: date, chance: Random) -> datetime:
        """Return an instant of a day: most ask in the morning, many in the evening at home, nobody at night."""
        opens, length = ((8, 6.5), (16, 7.4), (7, 16.5))[chosen(chance, (6, 3, 1))]
        return datetime.combine(day, time(opens), ZONE) + timedelta(seconds=int(chance.random() * length * 3600))


def _agencies(book: Book) -> set[str]:
    return {service.holder(step) for service in book.values() for step in service.steps}


def reports(told: list[Told], anchor: datetime) -> list[Report]:
    """Turn what was told into events as history, without what lies beyond the anchor."""
    counts: Counter[tuple[str, str]] = Counter()
    made = []
    for item in sorted(told, key=lambda item: (item.at, item.order)):
        if item.at > anchor:
            break
        counts[item.ref, item.by] += 1
        number = counts[item.ref, item.by]
        made.append(Report(item.by, item.ref, _event(item, number), needs_number=item.by != item.opener))
    return made


def _event(item: Told, number: int) -> dict[str, Any]:
    id_, subject = event_id("history", item.ref, item.by, number), f"ref:{item.ref}"
    source = source_of(item.by, SYSTEM)
    return cloud_event(item.kind, source, id_, subject, item.at, number, item.data, is_backfill=True)
