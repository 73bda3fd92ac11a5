"""Reads logs: XES (also gzipped), CSV and Open311 JSON, each yielding cases with their events in file order."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

CHUNK = 1 << 18
LISTS = frozenset({"string", "date", "int", "float", "boolean", "id"})

Attributes = Mapping[str, str]
Seen = Callable[[float], None]  # told which share of the file, 0 to 1, has been read


class LogUnreadable(ValueError):
    """The log is not what its reader expects."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a log: the activity, when, and what else was noted."""

    activity: str
    at: datetime
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a log, its events in file order."""

    id: str
    attributes: Attributes
    events: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The names under which a log keeps case, activity and time."""

    case: str = "concept:name"
    activity: str = "concept:name"
    time: str = "time:timestamp"


def read_log(path: Path, reader: str, columns: Columns, zone: tzinfo, seen: Seen = lambda _: None) -> Iterator[Case]:
    """Yield the cases of a log. Raises: LogUnreadable, OSError; KeyError for a reader that does not exist."""
    return READERS[reader](path, columns, zone, seen)


def _instant(text: str, zone: tzinfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as trouble:
        raise LogUnreadable(f"{text!r} is no time") from trouble
    return at if at.tzinfo else at.replace(tzinfo=zone)


# XES


class _Traces:
    """Handlers for expat: collects the trace that is open, keeps the finished ones until they are taken."""

    def __init__(self) -> None:
        self.finished: list[tuple[dict[str, str], list[dict[str, str]]]] = []
        self._trace: dict[str, str] | None = None
        self._events: list[dict[str, str]] = []
        self._into: dict[str, str] | None = None
        self._depth = 0  # inside an attribute: its nested ones say something about it, not about the event

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag in LISTS or tag in ("list", "container"):
            if self._into is not None and self._depth == 0 and "value" in attributes:
                self._into[attributes["key"]] = attributes["value"]
            self._depth += 1
        elif tag == "trace":
            self._trace, self._events = {}, []
            self._into = self._trace
        elif tag == "event" and self._trace is not None:
            self._into = {}

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in LISTS or tag in ("list", "container"):
            self._depth -= 1
        elif tag == "event" and self._trace is not None and self._into is not None:
            self._events.append(self._into)
            self._into = self._trace
        elif tag == "trace" and self._trace is not None:
            self.finished.append((self._trace, self._events))
            self._trace = self._into = None

    def take(self) -> list[tuple[dict[str, str], list[dict[str, str]]]]:
        finished, self.finished = self.finished, []
        return finished


def _refuse(*_: object) -> None:
    raise LogUnreadable("the log declares a document type or entities; that is refused")


def _parser(traces: _Traces) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartElementHandler = traces.start
    parser.EndElementHandler = traces.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    return parser


def read_xes(path: Path, columns: Columns, zone: tzinfo, seen: Seen) -> Iterator[Case]:
    """Yield the traces of an XES file, one at a time, in memory that does not grow with the log."""
    traces = _Traces()
    parser = _parser(traces)
    with path.open("rb") as raw:
        size = max(path.stat().st_size, 1)
        read = gzip.GzipFile(fileobj=raw).read if path.suffix == ".gz" else raw.read
        while chunk := read(CHUNK):
            yield from _parsed(parser, traces, chunk, False, columns, zone)
            seen(raw.tell() / size)
        yield from _parsed(parser, traces, b"", True, columns, zone)


def _parsed(
    parser: expat.XMLParserType, traces: _Traces, chunk: bytes, is_last: bool, columns: Columns, zone: tzinfo
) -> Iterator[Case]:
    try:
        parser.Parse(chunk, is_last)
    except expat.ExpatError as trouble:
        raise LogUnreadable(f"the log is no XML: {trouble}") from trouble
    for attributes, events in traces.take():
        yield _case(attributes, events, columns, zone)


def _case(attributes: dict[str, str], events: list[dict[str, str]], columns: Columns, zone: tzinfo) -> Case:
    try:
        happenings = tuple(
            Happening(event[columns.activity], _instant(event[columns.time], zone), event) for event in events
        )
        return Case(attributes[columns.case], attributes, happenings)
    except KeyError as trouble:
        raise LogUnreadable(f"a trace or an event has no {trouble}") from trouble


# CSV


def read_csv(path: Path, columns: Columns, zone: tzinfo, seen: Seen) -> Iterator[Case]:
    """Yield the cases of a CSV file in the order in which each first appears; the whole file is kept in memory."""
    cases: dict[str, list[dict[str, str]]] = {}
    with _text(path) as stream:
        for row in csv.DictReader(stream):
            if not row.get(columns.case):
                raise LogUnreadable(f"a row has no {columns.case!r}")
            cases.setdefault(row[columns.case], []).append({key: value for key, value in row.items() if value})
    for number, (case, rows) in enumerate(cases.items(), 1):
        yield _case({**rows[0], columns.case: case}, rows, columns, zone)
        seen(number / len(cases))


def _text(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


# Open311


def read_open311(path: Path, columns: Columns, zone: tzinfo, seen: Seen) -> Iterator[Case]:
    """Yield service requests with their notes, as GeoReport answers with extensions give them."""
    with _text(path) as stream:
        requests = json.load(stream)
    if not isinstance(requests, list):
        raise LogUnreadable("the file holds no list of service requests")
    for number, request in enumerate(requests, 1):
        notes = tuple(
            Happening(note["type"], _instant(note["datetime"], zone), _plain(note, note.get("extended_attributes")))
            for note in request["notes"]
        )
        yield Case(request["service_request_id"], _plain(request), notes)
        seen(number / len(requests))


def _plain(*objects: Mapping[str, Any] | None) -> dict[str, str]:
    return {key: value for entry in objects if entry for key, value in entry.items() if isinstance(value, str)}


READERS: Mapping[str, Callable[[Path, Columns, tzinfo, Seen], Iterator[Case]]] = {
    "xes": read_xes,
    "csv": read_csv,
    "open311": read_open311,
}
