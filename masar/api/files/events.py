"""A row becomes a CloudEvent whose id follows from what it says, so that the same row is the same event."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from masar.api.files.columns import FORM, OF_THE_OPENING, event_type
from masar.api.files.lexicon import Lexicon
from masar.api.files.table import Row, Value
from masar.api.files.values import NotRead, as_civil_id, as_digits, as_instant, as_text
from masar.cases.queries import EVENT_TYPES
from masar.kernel.canonical import NotCanonical, canonical_decoded
from masar.kernel.clock import read_instant
from masar.kernel.ids import read_number

_SINCE = datetime(1900, 1, 1, tzinfo=UTC)
_MOST_AT_ONCE = 9_999
_FIELDS = {"corrects": "event"}  # a column whose name is not that of its data


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing to mend in a row: the column, a code, and what fills its sentence."""

    column: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Reader:
    """Turns the rows of one file into events, in their order."""

    def __init__(
        self, agency: str, lexicon: Lexicon, zone: ZoneInfo, columns: Mapping[str, int], *, is_backfill: bool = False
    ) -> None:
        self._agency, self._lexicon, self._zone, self._columns = agency, lexicon, zone, columns
        self._is_backfill = is_backfill
        self._at_once: dict[tuple[str, str], int] = {}

    def read(self, row: Row) -> dict[str, Any] | list[Mend]:
        """Return the event of a row, or everything that is to be mended in it."""
        if row.fault:
            return [Mend("", row.fault)]
        reading = _Reading(row, self._columns, self._lexicon, self._zone)
        short, time = reading.field("event", _type), reading.field("time", lambda v: as_instant(v, self._zone))
        reading.demand("event", "time")
        if short is None or time is None:
            return reading.mends
        subject = reading.subject(short)
        data = reading.data(short)
        if reading.mends:
            return reading.mends
        return self._event(short, time, subject, data)

    def _event(self, short: str, time: str, subject: str, data: dict[str, Any]) -> dict[str, Any] | list[Mend]:
        """Build the event. Its place within the request follows from its time, then from its place in the file."""
        seconds = max(0, int((read_instant(time) - _SINCE).total_seconds()))
        place = self._at_once[subject, time] = self._at_once.get((subject, time), -1) + 1
        try:
            said = canonical_decoded([self._agency, short, subject, time, data])
        except NotCanonical:
            return [Mend("", "text")]
        event = {
            "specversion": "1.0",
            "id": hashlib.sha256(said).hexdigest()[:40],
            "source": f"urn:masar:{self._agency}:file",
            "type": f"masar.request.{short}.v1",
            "time": time,
            "sequence": f"{seconds:011d}{min(place, _MOST_AT_ONCE):04d}",
            "datacontenttype": "application/json",
            "data": data,
        }
        more = {"subject": subject} if short != "opened" else {}
        return event | more | ({"masarbackfill": True} if self._is_backfill else {})


class _Reading:
    """One row that is being read: what stands in it by column, and what is to be mended."""

    def __init__(self, row: Row, columns: Mapping[str, int], lexicon: Lexicon, zone: ZoneInfo) -> None:
        self._row, self._columns, self._lexicon, self._zone = row, columns, lexicon, zone
        self.mends: list[Mend] = []
        values = {column: row.values[place] for column, place in columns.items()}
        self._filled = {column: value for column, value in values.items() if as_text(value)}

    def field(self, column: str, read: Callable[[Value], Any]) -> Any:
        """Return what a cell says; None when it is blank or is to be mended."""
        if column not in self._filled:
            return None
        if fault := self._row.faults.get(self._columns[column]):
            self.mends.append(Mend(column, fault))
            return None
        try:
            return read(self._filled[column])
        except NotRead as trouble:
            self.mends.append(Mend(column, trouble.code, trouble.facts))
            return None

    def demand(self, *columns: str) -> None:
        """Name each of these columns that is blank, and the row whose merged cell took its place."""
        for column in columns:
            if column not in self._filled:
                top = self._row.merged.get(self._columns.get(column, -1))
                self.mends.append(Mend(column, "merged", {"row": top}) if top else Mend(column, "missing"))

    def subject(self, short: str) -> str:
        """Return which request it is: by the agency's own number, else by Masar's."""
        if "agency_ref" in self._filled:
            return f"ref:{self.field('agency_ref', as_digits)}"
        number = self.field("number", _number) if short != "opened" else None
        if number is None and "number" not in self._filled:
            self.demand("agency_ref")
        return str(number)

    def data(self, short: str) -> dict[str, Any]:
        """Return the data of the event."""
        shape = EVENT_TYPES[short]
        kinds = {**shape["facts"], **shape["sealed"]}
        service = self._service()
        data: dict[str, Any] = {}
        for column in self._filled:
            name = _FIELDS.get(column, column)
            if column == "note" and "message" in kinds:
                name = "message"
            if name in kinds and not (name == "service" and service is None):
                data[name] = service if name == "service" else self._one(column, service)
            elif column.startswith(("note.", FORM)) or column in OF_THE_OPENING or column in ("event", "time"):
                continue
            else:
                self.mends.append(Mend(column, "not-here"))
        data |= self._notes("message" if "message" in kinds else "note", data)
        if "answer" in kinds or short == "opened":
            data |= self._form("form" if short == "opened" else "answer", service)
        needed = {*shape["required"], *(["civil_id"] if short == "opened" and "parent" not in self._filled else [])}
        self.demand(
            *sorted({_column(name) for name in needed if name not in data and _column(name) not in self._filled})
        )
        return {name: value for name, value in data.items() if value is not None}

    def _service(self) -> str | None:
        found = self.field("service", lambda value: self._lexicon.service(as_text(value)))
        return None if found is None else str(found)

    def _one(self, column: str, service: str | None) -> Any:
        lexicon = self._lexicon
        read: Mapping[str, Callable[[Value], Any]] = {
            "civil_id": as_civil_id,
            "agency_ref": as_digits,
            "due": lambda value: as_instant(value, self._zone, is_end=True),
            "step": lambda value: lexicon.place("step", as_text(value), service),
            "returns_to": lambda value: lexicon.place("step", as_text(value), service),
            "outcome": lambda value: lexicon.place("outcome", as_text(value), service),
            "reason": lambda value: lexicon.place("reason", as_text(value), service),
            "to": lambda value: lexicon.agency(as_text(value)),
            "parent": _parent,
        }
        if column == "agency_ref" and any(mend.column == column for mend in self.mends):
            return None  # said already
        return self.field(column, read.get(column, as_text))

    def _notes(self, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the note of each language; a note without one stands only where there are none."""
        columns = [column for column in self._filled if column.startswith("note.")]
        said = {column[5:]: self.field(column, as_text) for column in columns}
        return {name: said} if said and name not in data else {}

    def _form(self, name: str, service: str | None) -> dict[str, Any]:
        answers = {}
        for column in self._filled:
            if column.startswith(FORM):
                key = column[len(FORM) :]
                is_opening = name == "form"
                answers[key] = self.field(
                    column, lambda v, key=key, is_opening=is_opening: (  # type: ignore[misc]
                        self._lexicon.answer(service or "", key, v) if is_opening else as_text(v)
                    ),
                )  # fmt: skip
        return {name: answers} if answers else {}


def _column(name: str) -> str:
    return {"message": "note", "event": "corrects"}.get(name, name)


def _type(value: Value) -> str:
    short = event_type(as_text(value))
    if short is None:
        raise NotRead("type")
    return short


def _number(value: Value) -> str:
    number = read_number(as_digits(value))
    if number is None:
        raise NotRead("number")
    return str(number)


def _parent(value: Value) -> str:
    text = as_digits(value)
    return text if text.startswith("ref:") else str(read_number(text) or f"ref:{text}")
