"""Following a request with its number and a PIN: how many tries there are, and what a stranger is told (adr/0012)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from masar.cases.rules.path import ahead
from masar.cases.rules.standing import CalendarOf
from masar.cases.rules.story import Row, Stop
from masar.people.rules import FREE_TRIES, LONGEST_WAIT, wait_after

PIN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Tries:
    """How many wrong PINs are free, how long until one is forgotten, and the longest wait after more of them."""

    free: int
    forgotten_after: timedelta
    longest: timedelta = LONGEST_WAIT


# Whoever guesses comes from one network at one number, or from many networks, or tries many numbers. A network may be a
# whole mobile carrier, so it has many tries and never waits long.
LIMITS = {
    "pair": Tries(FREE_TRIES, timedelta(hours=1)),
    "number": Tries(50, timedelta(minutes=10)),
    "network": Tries(200, timedelta(minutes=1), timedelta(minutes=1)),
}


@dataclass(frozen=True, slots=True)
class TooMany:
    """Too many wrong PINs came: nothing is looked at before `wait` is over."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Tracked:
    """What whoever holds the slip is shown: the row and the usual way. Nothing sealed, nothing of the person."""

    row: Row
    stops: Sequence[Stop]


def wait_of(kind: str, level: int) -> timedelta:
    """Return how long to wait for one kind of `LIMITS`; `level` is how many wrong PINs stand, in thousandths."""
    limit = LIMITS[kind]
    return min(wait_after(round(level / 1000) - limit.free + FREE_TRIES), limit.longest)


def network_of(address: str) -> str:
    """Return the network that a person stands behind: of IPv6 the first half, since the rest is theirs to choose."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((read, 64), strict=False)) if read.version == 6 else str(read)


def usual_way(row: Row, stop: int, skips: Sequence[str], calendar_of: CalendarOf, now: datetime) -> list[Stop]:
    """Return the usual way of the service with where the request stands on it.

    The events are not asked: steps that lie behind bear no dates, and a step beside the way is not named.
    """
    definition = row.definition
    places = [place for place in definition.path[:stop] if place in definition.steps and place not in skips]
    done = [Stop(definition.steps[place], "done") for place in places if not row.is_open or place != row.step]
    if not row.is_open or row.step not in definition.steps:
        return done
    step = definition.steps[row.step]
    present = Stop(step, "now", row.since, agency=row.holder, due_at=row.step_due_at)
    said = row.holder is None or row.step_due_at is not None
    at = max(row.step_due_at or now, now) if said else None
    return [*done, present, *ahead(definition, stop, skips, at, calendar_of)]
