"""Rules about persons in plain Python: who looks, what counts as known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

OWN = "masar"  # the source of what the person said, and of what the civil ID says
AGE = "person.age"
TOLD_HOLDS = timedelta(days=30)
SAID_HOLDS = timedelta(days=365)
LONGEST_HOLD = timedelta(days=366)
LONGEST_TEXT = 300
LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody logged in: the person, and the log-in that can be ended."""

    person_id: int
    session: UUID


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known about a person: who told it, and for which instant."""

    value: Any
    source: str
    known_at: datetime


def born_on(civil_id: str) -> date | None:
    """Return the date of birth in a civil ID's digits (first digit 2: 19xx, 3: 20xx); None where it is no date."""
    try:
        return date(1700 + 100 * int(civil_id[0]) + int(civil_id[1:3]), int(civil_id[3:5]), int(civil_id[5:7]))
    except ValueError:
        return None


def age_of(civil_id: str, on: date) -> int | None:
    """Return the whole years of a person on a day; None where the civil ID has no date, or a later one."""
    born = born_on(civil_id)
    if born is None or born > on:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def fits(type_: str, value: Any) -> bool:
    """Tell whether a value is of a fact's declared type: integer, text, boolean or date (ISO 8601)."""
    match type_:
        case "integer":
            return type(value) is int and -LARGEST < value < LARGEST
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT and value.isprintable()


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def trusted(told: Iterable[tuple[str, Fact]], sources: Mapping[str, str]) -> dict[str, Fact]:
    """Choose, of all that was told, what a service that declares {fact: source} goes by.

    The agency that the service names wins over what the person said; what any other agency told counts for nothing.
    """
    chosen: dict[str, Fact] = {}
    for name, fact in told:
        named = sources.get(name)
        is_best = fact.source == named or (fact.source == OWN and name not in chosen)
        if is_best and named is not None and fact.value is not None:
            chosen[name] = fact
    return chosen
