"""Who has the ball: whose time each second of a request is, and how much of a promise has been used.

Rules of working time: docs/adr/0003. Spans are half-open, [start, end); instants are read to the whole second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from masar.catalogue.rules.calendar import Calendar, instant_of, second_of
from masar.catalogue.rules.definition import Limit, Promise
from masar.kernel.clock import read_instant, write_instant

Unit = Literal["days", "open-seconds", "seconds"]

_SECOND = timedelta(seconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the ball: the citizen, or the agency with this id (another agency has another id)."""

    kind: Literal["citizen", "agency"]
    agency: str | None = None


CITIZEN = Holder("citizen")


@dataclass(frozen=True, slots=True)
class Span:
    """One stay in one step: from `start` until `end`, or still there when `end` is None."""

    start: datetime
    end: datetime | None
    holder: Holder
    step: str


def attribute(spans: Iterable[Span], now: datetime) -> dict[Holder, int]:
    """Seconds of life up to `now` by holder; their sum is the whole life. Raises: ValueError when spans overlap."""
    held: dict[Holder, int] = {}
    for holder, start, end in _lived(spans, now):
        held[holder] = held.get(holder, 0) + second_of(end) - second_of(start)
    return held


def attribute_working(
    spans: Iterable[Span], now: datetime, calendar_of: Callable[[Holder], Calendar]
) -> dict[Holder, int]:
    """Like `attribute`, but only seconds inside the opening hours of the holder's calendar."""
    held: dict[Holder, int] = {}
    for holder, start, end in _lived(spans, now):
        held[holder] = held.get(holder, 0) + calendar_of(holder).open_seconds(start, end)
    return held


def limit_ends_at(limit: Limit, since: datetime, calendar: Calendar) -> datetime:
    """The instant at which the citizen's time in a step runs out. Raises: ValueError past the calendar's years."""
    if limit.clock == "calendar":
        return since + limit.within.delta
    if limit.within.days:
        return calendar.nth_close(calendar.start_day(since), since, limit.within.days)
    return calendar.after_open_seconds(since, limit.within.seconds)


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of one promise the agencies have used. Fed hold by hold, in order; splitting a hold changes nothing.

    `after` (of a promise in working days): days up to this one are not counted any more. It begins as the day of
    start and moves to the last day counted, so that a hand-over between two closes of one day does not count it twice.
    `is_broken_at`: when an agency held the request beyond the promise; the very instant it is due still keeps it.
    """

    unit: Unit
    allowed: int
    started_at: datetime
    spent: int = 0
    after: date | None = None
    is_broken_at: datetime | None = None

    @classmethod
    def begin(cls, promise: Promise, at: datetime, calendar: Calendar) -> Meter:
        """Start a promise at `at`, on the calendar of the agency that gave it."""
        within = promise.within
        if promise.clock == "calendar":
            return cls("seconds", within.delta // _SECOND, at)
        if within.days:
            return cls("days", within.days, at, after=calendar.start_day(at))
        return cls("open-seconds", within.seconds, at)

    def hold(self, start: datetime, end: datetime, calendar: Calendar) -> Meter:
        """Add what an agency that held [start, end) used, on that agency's calendar."""
        if second_of(end) <= second_of(start):
            return self
        spent, after = self._spent_in(start, end, calendar)
        broken = self.is_broken_at
        if broken is None and self.spent + spent >= self.allowed:
            due = self.due(start, calendar)
            broken = due if second_of(due) < second_of(end) else None
        return replace(self, spent=self.spent + spent, after=after, is_broken_at=broken)

    def due(self, since: datetime, calendar: Calendar) -> datetime:
        """When the promise runs out if an agency holds from `since` on without a break; when it did, once broken.

        Raises: ValueError past the calendar's years.
        """
        if self.is_broken_at is not None:
            return self.is_broken_at
        left = max(0, self.allowed - self.spent)
        if self.unit == "seconds":
            return instant_of(second_of(since) + left)
        if self.unit == "open-seconds":
            return calendar.after_open_seconds(since, left)
        return calendar.nth_close(self._after(), since, left)

    def used(self, since: datetime | None, now: datetime, calendar: Calendar) -> tuple[int, int]:
        """(used, allowed), in days or seconds; `since` begins the hold that runs now; None: the citizen's."""
        running = self if since is None else self.hold(since, now, calendar)
        return running.spent, self.allowed

    def _spent_in(self, start: datetime, end: datetime, calendar: Calendar) -> tuple[int, date | None]:
        if self.unit == "seconds":
            return second_of(end) - second_of(start), None
        if self.unit == "open-seconds":
            return calendar.open_seconds(start, end), None
        count, last = calendar.closing_days(self._after(), start, end)
        return count, last or self.after

    def _after(self) -> date:
        if self.after is None:
            raise ValueError("a promise in working days needs the day of its start")
        return self.after

    def to_dict(self) -> dict[str, str | int | None]:
        """The meter as JSON types."""
        return {
            "unit": self.unit,
            "allowed": self.allowed,
            "started_at": write_instant(self.started_at),
            "spent": self.spent,
            "after": self.after.isoformat() if self.after else None,
            "broken_at": write_instant(self.is_broken_at) if self.is_broken_at else None,
        }

    @classmethod
    def from_dict(cls, item: Mapping[str, Any]) -> Meter:
        """Read what `to_dict` wrote. Raises: KeyError, ValueError."""
        after, broken = item["after"], item["broken_at"]
        return cls(
            unit=item["unit"],
            allowed=item["allowed"],
            started_at=read_instant(item["started_at"]),
            spent=item["spent"],
            after=date.fromisoformat(after) if after else None,
            is_broken_at=read_instant(broken) if broken else None,
        )


def _lived(spans: Iterable[Span], now: datetime) -> Iterator[tuple[Holder, datetime, datetime]]:
    """Spans in order, cut at `now`: an agency whose clock runs ahead owns no time that has not come."""
    last = None
    for span in sorted(spans, key=lambda span: (span.start, span.end or _NEVER)):
        if last is not None and span.start < last:
            raise ValueError(f"two spans at {span.start.isoformat()}: a request is in one step at a time")
        last = max(span.start, span.end or now)
        end = min(span.end or now, now)
        if end > span.start:
            yield span.holder, span.start, end
