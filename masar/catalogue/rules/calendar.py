"""The working calendar: which days count, when an agency is open, and arithmetic on opening hours.

Rules of working time: docs/adr/0003. Instants are read to the whole second, so that the parts of a split span add up.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from masar.catalogue.rules.definition import Text
from masar.catalogue.rules.opening import (
    Hours,
    Override,
    Season,
    Spans,
    Weekend,
    public_holidays,
    read_country,
    read_hours,
    read_season,
    read_spans,
    read_weekend,
    read_zone,
)

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Calendar", "Override", "instant_of", "second_of"]

FIRST_YEAR, LAST_YEAR = 1926, 2075  # one year inside what the Umm al-Qura tables cover
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY = 86_400
_YEAR = 366 * _DAY


@dataclass(frozen=True, eq=False)
class Calendar:
    """Weekend, holidays, seasons, hours and overrides of one place. Immutable; two are the same only if identical."""

    id: str
    zone: ZoneInfo
    weekend: Weekend
    country: str
    seasons: tuple[Season, ...]
    hours_by_season: Mapping[str, Hours]
    overrides: Mapping[date, Override]
    _known: _Known = field(default_factory=lambda: _Known(), init=False, repr=False)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Calendar:
        """Read a calendar document. Raises: ValueError with words."""
        try:
            return cls._read(document)
        except KeyError as missing:
            raise ValueError(f"calendar {document.get('id', '?')}: {missing} is missing") from None

    @classmethod
    def _read(cls, document: Mapping[str, Any]) -> Calendar:
        seasons = tuple(read_season(item) for item in document.get("seasons") or ())
        hours = read_hours(document["hours"], seasons)
        if "default" not in hours:
            raise ValueError(f"calendar {document['id']}: hours need a row `default`")
        overrides = [Override.from_document(item) for item in document.get("overrides") or ()]
        return cls(
            id=document["id"],
            zone=read_zone(document["zone"]),
            weekend=read_weekend(document["weekend"]),
            country=read_country(document.get("holidays") or {}),
            seasons=seasons,
            hours_by_season=hours,
            overrides={item.on: item for item in overrides},
        )

    def with_overrides(self, overrides: Sequence[Override]) -> Calendar:
        """The same calendar where these days are decided otherwise; a later row replaces an earlier one."""
        return replace(self, overrides={**self.overrides, **{item.on: item for item in overrides}})

    def for_agency(self, document: Mapping[str, Any] | None) -> Calendar:
        """The calendar with an agency's own `{hours?, weekend?}`; a season it does not name keeps the common hours.

        Raises: ValueError with words.
        """
        if not document:
            return self
        own = read_hours(document.get("hours") or {}, self.seasons)
        weekend = read_weekend(document["weekend"]) if "weekend" in document else self.weekend
        return replace(self, hours_by_season={**self.hours_by_season, **own}, weekend=weekend)

    # Days

    def day_of(self, instant: datetime) -> date:
        """The local date of an instant."""
        return instant.astimezone(self.zone).date()

    def season_of(self, on: date) -> str:
        """Id of the season whose hours hold on that day, or `default`."""
        return next((season.id for season in self.seasons if season.has(on)), "default")

    def is_verified(self, on: date) -> bool:
        """Tell whether the hours of that day's season come from an official source."""
        return self._hours_of(on).verified

    def holiday(self, on: date) -> Text | None:
        """The name of the holiday by language; the reason where an override closed the day; else None."""
        override = self.overrides.get(on)
        if override:
            return None if override.working else override.reason
        return public_holidays(self.country, on.year).get(on)

    def hours(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """Opening spans of a local day as UTC instants, in order; () when closed."""
        return tuple((instant_of(start), instant_of(end)) for start, end in self._year(on.year).get(on.toordinal(), ()))

    def is_working(self, on: date) -> bool:
        """Tell whether the place opens at all on that day."""
        return on.toordinal() in self._year(on.year)

    def close_of(self, on: date) -> datetime:
        """Close of business of a working day (UTC). Raises: ValueError when closed."""
        spans = self._year(on.year).get(on.toordinal())
        if not spans:
            raise ValueError(f"{on} is not a working day of {self.id}")
        return instant_of(spans[-1][1])

    def next_working(self, on: date) -> date:
        """The first working day strictly later."""
        ordinal = on.toordinal()
        noon = (ordinal - _EPOCH.toordinal()) * _DAY + _DAY // 2
        table, index = self._reach(noon, lambda table: bisect_right(table.days, ordinal))
        return date.fromordinal(table.days[index])

    def start_day(self, instant: datetime) -> date:
        """The day to which a start at `instant` belongs: the working day whose close is the next one to come."""
        start = second_of(instant)
        table, index = self._reach(start, lambda table: bisect_right(table.closes, start))
        return date.fromordinal(table.days[index])

    # Arithmetic

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Seconds of [start, end) inside opening hours; 0 when it is empty."""
        first, last = second_of(start), second_of(end)
        if last <= first:
            return 0
        table = self._covering(first, last)
        return table.open_until(last) - table.open_until(first)

    def after_open_seconds(self, start: datetime, seconds: int) -> datetime:
        """The instant at which `seconds` of opening time have passed since `start`; `start` itself for 0.

        Raises: ValueError when negative, or when the calendar ends before.
        """
        first = second_of(start)
        if seconds <= 0:
            return _nothing_left(start, seconds)
        table = self._covering(first, first)
        while (target := table.open_until(first) + seconds) > table.open_total:
            table = self._extend(first, table.until + _YEAR)
        index = bisect_left(table.open_after, target)
        return instant_of(table.shuts[index] - (table.open_after[index] - target))

    def count_closes(self, after_day: date, start: datetime, end: datetime) -> int:
        """Number of closes of business c of working days later than `after_day` with start < c <= end."""
        return self.closing_days(after_day, start, end)[0]

    def closing_days(self, after_day: date, start: datetime, end: datetime) -> tuple[int, date | None]:
        """Like `count_closes`, with the last of the days counted."""
        first, last = second_of(start), second_of(end)
        if last <= first:
            return 0, None
        table = self._covering(first, last)
        low, high = table.place(after_day, first), bisect_right(table.closes, last)
        return (high - low, date.fromordinal(table.days[high - 1])) if high > low else (0, None)

    def nth_close(self, after_day: date, start: datetime, n: int) -> datetime:
        """The n-th close of business later than `start`, of working days later than `after_day`; `start` for 0.

        Raises: ValueError when negative, or when the calendar ends before.
        """
        first = second_of(start)
        if n <= 0:
            return _nothing_left(start, n)
        table, index = self._reach(first, lambda table: table.place(after_day, first) + n - 1)
        return instant_of(table.closes[index])

    # Tables

    def _hours_of(self, on: date) -> Hours:
        return self.hours_by_season.get(self.season_of(on), self.hours_by_season["default"])

    def _local(self, on: date) -> Spans:
        override = self.overrides.get(on)
        if override is None:
            free = on.weekday() in self._weekend_of(on) or on in public_holidays(self.country, on.year)
            return () if free else self._hours_of(on).of(on)
        if not override.working:
            return ()
        hours = self._hours_of(on)
        return read_spans(override.hours) or hours.of(on) or hours.usual

    def _weekend_of(self, on: date) -> frozenset[int]:
        return next((days for begun, days in reversed(self.weekend) if begun <= on), frozenset())

    def _day(self, on: date) -> Spans:
        """Opening spans in seconds since 1970. A change of the clocks may swallow a span; none ever overlaps."""
        spans: list[tuple[int, int]] = []
        for opens, shuts in self._local(on):
            start = max(self._at(on, opens), spans[-1][1] if spans else self._at(on, 0))
            if (end := self._at(on, shuts)) > start:
                spans.append((start, end))
        return tuple(spans)

    def _at(self, on: date, minute: int) -> int:
        on = on + timedelta(days=minute // 1440)
        hour, minute = divmod(minute % 1440, 60)
        return second_of(datetime(on.year, on.month, on.day, hour, minute, tzinfo=self.zone))

    def _year(self, year: int) -> Mapping[int, Spans]:
        """Working days of the year by ordinal."""
        days = self._known.years.get(year)
        if days is None:
            if not FIRST_YEAR - 1 <= year <= LAST_YEAR + 1:
                raise ValueError(f"the calendar {self.id} knows the years {FIRST_YEAR} to {LAST_YEAR}, not {year}")
            ordinals = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
            spans = ((ordinal, self._day(date.fromordinal(ordinal))) for ordinal in ordinals)
            days = self._known.years[year] = {ordinal: day for ordinal, day in spans if day}
        return days

    def _covering(self, first: int, last: int) -> _Table:
        table = self._known.table
        if table is not None and table.since <= first and last <= table.until:
            return table
        return self._extend(first, last)

    def _reach(self, start: int, index_of: Callable[[_Table], int]) -> tuple[_Table, int]:
        """The table from `start` on, long enough to hold the working day that is asked for."""
        table = self._covering(start, start)
        while (index := index_of(table)) >= len(table.closes):
            table = self._extend(start, table.until + _YEAR)
        return table, index

    def _extend(self, first: int, last: int) -> _Table:
        """A table that covers the seconds first to last and what was covered before, with a year to spare."""
        low, high, known = instant_of(first).year, instant_of(last).year, self._known.table
        if low < FIRST_YEAR or high > LAST_YEAR:
            raise ValueError(f"the calendar {self.id} knows the years {FIRST_YEAR} to {LAST_YEAR}, not {low} to {high}")
        low, high = low - 1, high + 1
        if known is not None:
            low, high = min(low, known.years[0]), max(high, known.years[1])
        # A table is complete before it is put in place, so that a reader in another thread never sees half of one.
        table = _Table((low, high), (item for year in range(low, high + 1) for item in self._year(year).items()))
        self._known.table = table
        return table


class _Known:
    """What a calendar has worked out so far."""

    __slots__ = ("table", "years")

    def __init__(self) -> None:
        self.years: dict[int, Mapping[int, Spans]] = {}
        self.table: _Table | None = None


class _Table:
    """Opening spans and closes of consecutive years as sorted columns, for bisection."""

    __slots__ = ("closes", "days", "open_after", "opens", "shuts", "since", "until", "years")

    def __init__(self, years: tuple[int, int], working: Iterator[tuple[int, Spans]]) -> None:
        self.years = years
        # Instants within two days of the edge may belong to a local day of a year that is not here.
        self.since = second_of(datetime(years[0], 1, 3, tzinfo=UTC))
        self.until = second_of(datetime(years[1], 12, 29, tzinfo=UTC))
        self.days: list[int] = []
        self.closes: list[int] = []
        self.opens: list[int] = []
        self.shuts: list[int] = []
        self.open_after: list[int] = []  # opening seconds from the table's beginning to the end of each span
        total = 0
        for ordinal, spans in working:
            self.days.append(ordinal)
            self.closes.append(spans[-1][1])
            for start, end in spans:
                total += end - start
                self.opens.append(start)
                self.shuts.append(end)
                self.open_after.append(total)

    @property
    def open_total(self) -> int:
        return self.open_after[-1] if self.open_after else 0

    def open_until(self, second: int) -> int:
        index = bisect_right(self.opens, second) - 1
        return self.open_after[index] - max(0, self.shuts[index] - second) if index >= 0 else 0

    def place(self, after_day: date, start: int) -> int:
        """Index of the first close later than both."""
        return max(bisect_right(self.closes, start), bisect_right(self.days, after_day.toordinal()))


def second_of(instant: datetime) -> int:
    """Whole seconds since 1970, read down."""
    return (instant - _EPOCH) // _SECOND


def instant_of(second: int) -> datetime:
    """The instant (UTC) of a second since 1970."""
    return _EPOCH + timedelta(seconds=second)


def _nothing_left(start: datetime, amount: int) -> datetime:
    if amount < 0:
        raise ValueError(f"cannot count {amount} forward")
    return instant_of(second_of(start))
