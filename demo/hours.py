"""When agencies work: weekdays in opening hours, shorter in Ramadan, never on a holiday. Arithmetic on such time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from hijridate import Gregorian

ZONE = ZoneInfo("Asia/Kuwait")
WEEKEND = (4, 5)  # Friday and Saturday
USUAL = (time(8), time(14, 30))
RAMADAN = (time(10), time(14))
DAY = 6.5 * 3600  # seconds of a usual working day
NINTH = 9


def is_ramadan(day: date) -> bool:
    """Tell whether a day lies in Ramadan, by Umm al-Qura."""
    month: int = Gregorian(day.year, day.month, day.day).to_hijri().month
    return month == NINTH


class Hours:
    """The opening hours from one day to another, in local time. Seconds count from the first day's midnight."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self._zero = datetime.combine(first, time(), ZONE)
        free = holidays.country_holidays("KW", years=range(first.year, last.year + 1))
        self.days: list[date] = []
        self._opens: list[float] = []
        self._before: list[float] = []  # seconds of work until a day opens
        self._lengths: list[float] = []
        worked = 0.0
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day.weekday() in WEEKEND or day in free:
                continue
            opens, shuts = (_seconds(at) for at in (RAMADAN if is_ramadan(day) else USUAL))
            self.days.append(day)
            self._opens.append(number * 86_400 + opens)
            self._before.append(worked)
            self._lengths.append(shuts - opens)
            worked += shuts - opens

    def after(self, at: datetime, seconds: float) -> datetime:
        """Return the instant at which so many seconds of work have passed; the far end where the table ends before."""
        target = self._worked(self._second(at)) + seconds
        place = max(0, bisect_right(self._before, target) - 1)
        if self._before[place] == target and place and seconds > 0:
            place -= 1  # the end of a day, not the opening of the next
        over = target - self._before[place]
        if over > self._lengths[place]:
            return self._zero + timedelta(days=(self.last - self.first).days + 1)
        return self._zero + timedelta(seconds=round(self._opens[place] + over))

    def between(self, start: datetime, end: datetime) -> float:
        """Return the seconds of work between two instants."""
        return self._worked(self._second(end)) - self._worked(self._second(start))

    def is_open(self, at: datetime) -> bool:
        """Tell whether agencies work at an instant."""
        second = self._second(at)
        place = bisect_right(self._opens, second) - 1
        return place >= 0 and second <= self._opens[place] + self._lengths[place]

    def open_from(self, at: datetime, share: float) -> datetime:
        """Return an instant in opening hours not before another: itself, or at a share of the next working day."""
        if self.is_open(at):
            return at
        place = bisect_left(self._opens, self._second(at))
        if place >= len(self._opens):
            return self._zero + timedelta(days=(self.last - self.first).days + 1)
        return self._zero + timedelta(seconds=round(self._opens[place] + share * self._lengths[place]))

    def _second(self, at: datetime) -> float:
        return (at - self._zero).total_seconds()

    def _worked(self, second: float) -> float:
        place = bisect_right(self._opens, second) - 1
        if place < 0:
            return 0.0
        return self._before[place] + min(second - self._opens[place], self._lengths[place])


def _seconds(at: time) -> float:
    return at.hour * 3600.0 + at.minute * 60.0
