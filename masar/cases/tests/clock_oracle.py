"""A slow second opinion on working time: walks minute by minute over its own tables, knows nothing of `Calendar`.

Minutes are counted from 2000-01-01 00:00 in Kuwait (UTC+3 throughout).
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from random import Random

import holidays
from hijridate import Gregorian

ORIGIN = datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=3)))
FIRST, LAST = date(2000, 1, 1), date(2040, 12, 31)
DAYS = (LAST - FIRST).days + 1
Hours = tuple[tuple[int, int], ...]  # hours of the day, [open, close)

# The same agencies as in the tests, written a second time: hours by (weekday or "usual", Ramadan?).
COMMON: Mapping[tuple[int | str, bool], Hours] = {("usual", False): ((8, 14.5),), ("usual", True): ((10, 14),)}
TWICE = {**COMMON, ("usual", False): ((8, 13.5), (15, 19))}
NIGHT = {
    ("usual", False): ((16, 24),),
    (3, False): (),
    (6, False): ((6, 7), (9, 24)),
    ("usual", True): ((21, 24),),
}


def decided_days(seed: int = 7) -> dict[date, tuple[bool, Hours]]:
    """Days decided otherwise: (working, own hours or none)."""
    random = Random(seed)
    days = sorted(random.sample(range(DAYS), 600))
    return {FIRST + timedelta(days=n): random.choice([(False, ()), (True, ()), (True, ((9, 11),))]) for n in days}


class Place:
    """One agency: which minutes are open, and at which minute each working day closes."""

    def __init__(self, hours: Mapping[tuple[int | str, bool], Hours]) -> None:
        public = holidays.country_holidays("KW", years=range(2000, 2041))
        decided = decided_days()
        self.open = bytearray(DAYS * 1440)
        self.close: dict[int, int] = {}  # day number -> minute
        for number in range(DAYS):
            on = FIRST + timedelta(days=number)
            ramadan = Gregorian(on.year, on.month, on.day).to_hijri().month == 9
            own = hours.get((on.weekday(), ramadan), hours["usual", ramadan])
            weekend = (4, 5) if on >= date(2007, 9, 1) else (3, 4)
            spans: Hours = () if on.weekday() in weekend or on in public else own
            if on in decided:
                working, special = decided[on]
                spans = (special or own or hours["usual", ramadan]) if working else ()
            for start, end in spans:
                for minute in range(int(start * 60), int(end * 60)):
                    self.open[number * 1440 + minute] = 1
            if spans:
                self.close[number] = number * 1440 + int(spans[-1][1] * 60)
        self.closing = {minute: number for number, minute in self.close.items()}

    def start_day(self, minute: int) -> int:
        number = minute // 1440
        while number not in self.close or self.close[number] <= minute:
            number += 1
        return number


@dataclass
class Walk:
    """A promise on foot: `unit` is days, open or elapsed; the amounts are days or minutes."""

    unit: str
    allowed: int
    start_day: int
    used: int = 0
    broken: int | None = None
    counted: set[int] = field(default_factory=set)

    def minute_held(self, minute: int, place: Place) -> None:
        """An agency holds from `minute` to the next one."""
        if self.used >= self.allowed and self.broken is None:
            self.broken = minute
        if self.unit == "elapsed":
            self.used += 1
        elif self.unit == "open":
            self.used += place.open[minute]
        else:
            day = place.closing.get(minute + 1)
            if day is not None and day > self.start_day and day not in self.counted:
                self.counted.add(day)
                self.used += 1

    def due(self, since: int, place: Place) -> int:
        """Hold without a break until it breaks."""
        walk = copy.deepcopy(self)
        while walk.broken is None:
            walk.minute_held(since, place)
            since += 1
        return walk.broken


@dataclass(frozen=True)
class Answer:
    """What the walk found; minutes throughout."""

    life: dict[str, int]
    working: dict[str, int]
    used: int
    broken: int | None
    due: int


def answer(
    unit: str, allowed: int, begin: int, spans: Sequence[tuple[int, str]], places: Mapping[str, Place]
) -> Answer:
    """Walk through spans of (minutes, holder) from `begin`; the last one is still open. The citizen is "citizen"."""
    common = places["common"]
    walk = Walk(unit, allowed, places.get(spans[0][1], common).start_day(begin))
    life: Counter[str] = Counter()
    working: Counter[str] = Counter()
    minute, before_last = begin, walk
    for length, holder in spans:
        before_last, since = copy.deepcopy(walk), minute
        place = places.get(holder, common)
        for minute in range(since, since + length):
            life[holder] += 1
            working[holder] += place.open[minute]
            if holder != "citizen":
                walk.minute_held(minute, place)
        minute = since + length
    holder = spans[-1][1]
    due = walk.due(minute, common) if holder == "citizen" else before_last.due(since, places[holder])
    return Answer(dict(life), dict(working), walk.used, walk.broken, due)
