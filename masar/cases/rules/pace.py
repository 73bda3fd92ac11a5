"""How long requests take, counted fairly: those still open count for as long as they wait, not only those that ended.

The estimate of Kaplan and Meier (1958) with delayed entry: whoever asked before the year that is looked at joins at the
age they had when it began. Counting only what ended would call a queue of years short, for the sake of its refusals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

PER_DAY = 10  # ages are told in tenths of a day


@dataclass(frozen=True, slots=True)
class Bin:
    """What happened at one age (tenths of a day): how many came under watch, left it, and had their answer then."""

    age: int
    joined: int
    left: int
    answered: int


@dataclass(frozen=True, slots=True)
class Spell:
    """Days by which half, and nine of ten, have their answer; None where too many still wait to tell."""

    half: Decimal | None
    nine: Decimal | None


def spell(bins: Iterable[Bin]) -> Spell:
    """Estimate from the bins of one service, in order of age. Ages are rounded down to a tenth of a day."""
    waiting, share = 0, 1.0
    half: Decimal | None = None
    nine: Decimal | None = None
    for bin_ in bins:
        waiting += bin_.joined
        if waiting and bin_.answered:
            share *= 1 - bin_.answered / waiting
        waiting -= bin_.left
        if half is None and share <= 0.5 + 1e-9:
            half = Decimal(bin_.age) / PER_DAY
        if nine is None and share <= 0.1 + 1e-9:
            nine = Decimal(bin_.age) / PER_DAY
    return Spell(half, nine)
