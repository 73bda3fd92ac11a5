"""What a working calendar is made of: opening hours, seasons, weekends, holidays, and days decided otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from hijridate import Gregorian, Hijri

from masar.catalogue.rules.definition import Text
from masar.catalogue.rules.languages import direction

Spans = tuple[tuple[int, int], ...]  # [open, close) in minutes of the local day
Weekend = tuple[tuple[date, frozenset[int]], ...]  # (from, weekdays), oldest first

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


@dataclass(frozen=True, slots=True)
class Override:
    """One day decided otherwise: `hours` as `("08:00-12:00",)`; none means the usual hours of that season."""

    on: date
    working: bool
    decision: str
    hours: tuple[str, ...] = ()
    reason: Text = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.decision.strip():
            raise ValueError(f"override of {self.on}: name the decision that changes this day")
        read_spans(self.hours)

    @classmethod
    def from_document(cls, item: Mapping[str, Any]) -> Override:
        """Read `{date, working, decision, hours?, reason}`. Raises: ValueError with words."""
        try:
            on, working, decision = read_date(item["date"]), bool(item["working"]), str(item["decision"])
        except KeyError as missing:
            raise ValueError(f"override: {missing} is missing") from None
        return cls(on, working, decision, tuple(item.get("hours") or ()), item.get("reason") or {})


@dataclass(frozen=True, slots=True)
class Season:
    """A part of the year with its own hours: a Hijri month, or month-days `first` to `last` inclusive."""

    id: str
    hijri_month: int | None
    first: str
    last: str

    def has(self, on: date) -> bool:
        """Tell whether the day falls into the season."""
        if self.hijri_month:
            return on in hijri_month_days(on.year, self.hijri_month)
        day = on.strftime("%m-%d")
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening spans of a season, in minutes of the local day: the usual ones, and those of single weekdays."""

    usual: Spans
    by_weekday: Mapping[int, Spans]
    verified: bool

    def of(self, on: date) -> Spans:
        """Spans of the day, by its weekday."""
        return self.by_weekday.get(on.weekday(), self.usual)


@lru_cache(maxsize=512)
def read_spans(texts: tuple[str, ...]) -> Spans:
    """Read `("08:00-13:30", "15:00-24:00")`. Raises: ValueError unless in order and apart."""
    spans = []
    for text in texts:
        match = _SPAN.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} are not opening hours: write 08:00-14:30")
        first, last = (int(match[1]), int(match[2])), (int(match[3] or 24), int(match[4] or 0))
        spans.append((first[0] * 60 + first[1], last[0] * 60 + last[1]))
    edges = [edge for span in spans for edge in span]
    if sorted(set(edges)) != edges:
        raise ValueError(f"opening hours {', '.join(texts)} must be in order and apart")
    return tuple(spans)


def read_hours(document: Mapping[str, Any], seasons: Sequence[Season]) -> dict[str, Hours]:
    """Read `{season: {open, days?, verified?}}`. Raises: ValueError, KeyError."""
    known = {"default", *(season.id for season in seasons)}
    if strange := sorted(set(document) - known):
        raise ValueError(f"hours for {', '.join(strange)}: the calendar has no such season")
    return {
        season: Hours(
            usual=read_spans(tuple(item["open"])),
            by_weekday={_weekday(day): read_spans(tuple(texts)) for day, texts in (item.get("days") or {}).items()},
            verified=item.get("verified", False),
        )
        for season, item in document.items()
    }


def read_season(item: Mapping[str, Any]) -> Season:
    """Read `{id, hijri_month}` or `{id, from, to}`. Raises: ValueError, KeyError."""
    month = item.get("hijri_month")
    edges = (item.get("from", ""), item.get("to", ""))
    if not (month in range(1, 13) if month else all(re.fullmatch(r"\d\d-\d\d", edge) for edge in edges)):
        raise ValueError(f"season {item['id']}: give hijri_month (1 to 12), or from and to as MM-DD")
    return Season(item["id"], month, *edges)


def read_weekend(rows: Sequence[Mapping[str, Any]]) -> Weekend:
    """Read rows of `{from?, days}` in any order. Raises: ValueError, KeyError."""
    read = [(read_date(row.get("from", date.min)), frozenset(_weekday(day) for day in row["days"])) for row in rows]
    return tuple(sorted(read, key=lambda row: row[0]))


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise ValueError(f"{text!r} is not a weekday: write {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text)


def read_date(value: date | str) -> date:
    """Read a date as YAML (already a date) or JSON (ISO text) gives it. Raises: ValueError."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def read_zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name. Raises: ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        raise ValueError(f"{name!r} is not a time zone") from None


@lru_cache(maxsize=1024)
def hijri_month_days(year: int, month: int) -> frozenset[date]:
    """Days of a Gregorian year that fall into a Hijri month (Umm al-Qura); the month may come twice."""
    found = []
    for hijri in range(Gregorian(year, 1, 1).to_hijri().year, Gregorian(year, 12, 31).to_hijri().year + 1):
        first = Hijri(hijri, month, 1)
        found += [date(*first.to_gregorian().datetuple()) + timedelta(days=n) for n in range(first.month_length())]
    return frozenset(day for day in found if day.year == year)


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int) -> Mapping[date, Text]:
    """Public holidays of one year with their names by language."""
    names: dict[date, dict[str, str]] = {}
    if not country:
        return names
    for code in holidays.country_holidays(country, years=year).supported_languages or ("",):
        language = code.partition("_")[0] or "en"
        mark = "؛ " if direction(language) == "rtl" else "; "
        for on, name in holidays.country_holidays(country, years=year, language=code or None).items():
            names.setdefault(on, {}).setdefault(language, name.replace("; ", mark))
    return names


def read_country(document: Mapping[str, Any]) -> str:
    """The country whose public holidays count, "" for none. Raises: ValueError when nobody knows them."""
    country: str = document.get("country", "")
    if country and country not in holidays.list_supported_countries():
        raise ValueError(f"no public holidays are known for country {country!r}")
    return country
