"""Cells as people and spreadsheets write them: digits of any script, dates day first, numbers for texts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from masar.api.files.table import Value
from masar.kernel.clock import read_instant, write_instant
from masar.kernel.ids import ascii_digits

_MARKS = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_SHORTENED = re.compile(r"\d([.,٫]\d+)?[eE]\+?\d+")
_EXACT = 10**15  # beyond, a spreadsheet has replaced digits by zeros
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count days without a zone
_DAYS = (18_264, 80_000)  # 1950 to 2119
_DAY = r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|(?P<d2>\d{1,2})[-/.](?P<m2>\d{1,2})[-/.](?P<y2>\d{4}))"
_HALF = r"(?P<half>[AaPp]\.?[Mm]\.?|ص|م|صباحا|مساء)"
_CLOCK = rf"(?:[ T,،]+(?P<h>\d{{1,2}}):(?P<min>\d{{2}})(?::(?P<s>\d{{2}})(?:\.\d+)?)?\s*{_HALF}?)?"
_MOMENT = re.compile(_DAY + _CLOCK)


class NotRead(Exception):
    """A cell that cannot be read; `code` names the sentence that says what to do."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def as_text(value: Value) -> str:
    """Write a cell as a text: whole numbers without a point, no marks of direction, no space around it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _MARKS.sub("", str("" if value is None else value)).replace("\xa0", " ").strip()


def as_digits(value: Value) -> str:
    """Write a number that is a name. Raises: NotRead when a spreadsheet has shortened it."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _EXACT:
        raise NotRead("shortened")
    text = ascii_digits(as_text(value))
    if _SHORTENED.fullmatch(text):
        raise NotRead("shortened")
    return text


def as_civil_id(value: Value) -> str:
    """Write a civil ID as its digits. Raises: NotRead."""
    digits = re.sub(r"[\s\-]", "", as_digits(value))
    if isinstance(value, int | float) and len(digits) < 12:
        raise NotRead("civil-id-short", num=len(digits))  # no civil ID begins with 0: what is lost is not a zero
    if not re.fullmatch(r"[23]\d{11}", digits, re.ASCII):
        raise NotRead("civil-id")
    return digits


def as_instant(value: Value, zone: ZoneInfo, *, is_end: bool = False) -> str:
    """Write when something happened, UTC. A day alone is its first minute, or its last one. Raises: NotRead."""
    try:
        moment = value if isinstance(value, datetime) else _moment(value, is_end)
        if isinstance(moment, str):
            return write_instant(read_instant(moment))
        moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)  # a spreadsheet's fractions
        return write_instant((moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC))
    except (ValueError, OverflowError):
        raise NotRead("time") from None


def _moment(value: Value, is_end: bool) -> datetime | str:
    """Return a moment without its zone, or the text of an instant that brings its own. Raises: ValueError."""
    last = time(23, 59) if is_end else time()
    if isinstance(value, int | float) and _DAYS[0] < value < _DAYS[1]:
        return _FIRST_DAY + timedelta(days=value)  # a date that was not formatted as one
    if isinstance(value, date):
        return datetime.combine(value, last)
    text = ascii_digits(as_text(value))
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    part = found.groupdict()
    day = date(int(part["y"] or part["y2"]), int(part["m"] or part["m2"]), int(part["d"] or part["d2"]))
    if part["h"] is None:
        return datetime.combine(day, last)
    return datetime.combine(day, time(_hour(int(part["h"]), part["half"]), int(part["min"]), int(part["s"] or 0)))


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("an hour of half a day is 1 to 12")
    return hour % 12 + (12 if half[0].lower() in "pم" else 0)
