"""Reads of the catalogue: whole in memory, since it is small and a published version never changes.

A process looks every few seconds whether anything was added; what it holds in between is at most that old.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from django.db import connections

from masar.catalogue.rules.calendar import Calendar, Override
from masar.catalogue.rules.definition import Definition, Text, parse
from masar.kernel.database import acting, leave_if_dead

__all__ = [
    "Calendar",
    "Definition",
    "Snapshot",
    "Text",
    "agency_of_key",
    "agency_short",
    "agency_title",
    "calendar_of",
    "catalogue",
    "parse",
]

FRESH_SECONDS = 5.0
MOST_KEYS = 10_000
_lock = threading.Lock()


@dataclass(frozen=True)
class Snapshot:
    """The catalogue at one moment. `definitions` by row id; `published` (effective from, row id) by service id."""

    stamp: str = ""
    agencies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    definitions: Mapping[int, Definition] = field(default_factory=dict)
    versions: Mapping[tuple[str, int], int] = field(default_factory=dict)
    published: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    def current(self, service: str, on: date) -> int | None:
        """Return the row id of the version of a service that is in force on a day; None when there is none."""
        return next((row for since, row in reversed(self.published.get(service, ())) if since <= on.isoformat()), None)

    def calendar_of(self, agency: str) -> Calendar:
        """Return the working calendar of an agency, with its own hours. Raises: KeyError for an unknown agency."""
        return self.calendars[agency]


_held = Snapshot()
_looked_at = 0.0
_known_keys: dict[bytes, tuple[str, float]] = {}  # digest -> agency, until when (monotonic)

_STAMP = """
select (select coalesce(max(id), 0) from catalogue_definition),
       (select count(*) from catalogue_definition where status = 'retired'),
       (select coalesce(max(id), 0) from catalogue_calendar_override),
       (select md5(coalesce(string_agg(md5(document::text), '' order by id), '')) from catalogue_agency),
       (select md5(coalesce(string_agg(md5(document::text), '' order by id), '')) from catalogue_calendar)
"""


def catalogue() -> Snapshot:
    """Return the catalogue as known now, at most a few seconds old."""
    global _held, _looked_at
    if time.monotonic() - _looked_at < FRESH_SECONDS:
        return _held
    with _lock:
        if time.monotonic() - _looked_at >= FRESH_SECONDS:
            _held = _read(_held)
            _looked_at = time.monotonic()
    return _held


def look_again() -> None:
    """Forget how fresh the catalogue is, so that the next reader looks."""
    global _looked_at
    with _lock:  # whoever reads at this moment may still hold what was
        _looked_at = 0.0


def agency_title(agency: str) -> Text:
    """Return the full name of an agency in every language; its id where it is unknown."""
    return _text(agency, "title")


def agency_short(agency: str) -> Text:
    """Return the short name of an agency, as people say it; its full name where it has none."""
    document = catalogue().agencies.get(agency, {})
    return _text(agency, "short_title" if "short_title" in document else "title")


def calendar_of(agency: str) -> Calendar:
    """Return the working calendar of an agency. Raises: KeyError."""
    return catalogue().calendar_of(agency)


def agency_of_key(key: str) -> str | None:
    """Return the agency whose living key this is; None for any other text. A key that ends works for 5 s more."""
    digest = hashlib.sha256(key.encode()).digest()
    agency, until = _known_keys.get(digest, (None, 0.0))
    if agency is not None and time.monotonic() < until:
        return agency
    with acting("masar_login") as cursor:
        cursor.execute(
            "select agency_id from catalogue_agency_key where digest = %s::bytea and ended_at is null", [digest]
        )
        row = cursor.fetchone()
    _known_keys.pop(digest, None)
    if row is None:
        return None
    if len(_known_keys) >= MOST_KEYS:
        _known_keys.clear()
    _known_keys[digest] = (row[0], time.monotonic() + FRESH_SECONDS)
    return str(row[0])


def _text(agency: str, name: str) -> Text:
    text: Text | None = catalogue().agencies.get(agency, {}).get(name)
    return text if text else {"ar": agency, "en": agency, "ur": agency}


def _published(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[tuple[str, int]]]:
    published: dict[str, list[tuple[str, int]]] = {}
    for id_, service, _, status, since, _ in rows:
        if status == "published":
            published.setdefault(service, []).append((since, id_))
    return published


def _read(held: Snapshot) -> Snapshot:
    # The read-only alias: this may be asked for in the middle of a transaction that acts as somebody else.
    leave_if_dead(connections["citizen"])
    with connections["citizen"].cursor() as cursor:
        cursor.execute(_STAMP)
        stamp = repr(cursor.fetchone())
        if stamp == held.stamp:
            return held
        cursor.execute("select id, document::text from catalogue_agency")
        agencies = {id_: msgspec.json.decode(text) for id_, text in cursor.fetchall()}
        cursor.execute("select id, document::text from catalogue_calendar")
        plain = {id_: Calendar.from_document(msgspec.json.decode(text)) for id_, text in cursor.fetchall()}
        cursor.execute(
            'select calendar_id, "on", working, hours::text, decision, reason::text'
            " from catalogue_calendar_override order by id"
        )
        overrides: dict[str, list[Override]] = {}
        for calendar, on, working, hours, decision, reason in cursor.fetchall():
            document = {"date": on, "working": working, "decision": decision, "reason": msgspec.json.decode(reason)}
            if hours is not None:
                document["hours"] = msgspec.json.decode(hours)
            overrides.setdefault(calendar, []).append(Override.from_document(document))
        cursor.execute(
            "select id, service, version, status, coalesce(document->>'effective_from', ''), document::text"
            " from catalogue_definition order by version"
        )
        rows = cursor.fetchall()
    definitions = {row[0]: held.definitions.get(row[0]) or parse(msgspec.json.decode(row[5])) for row in rows}
    decided = {id_: calendar.with_overrides(overrides.get(id_, [])) for id_, calendar in plain.items()}
    return Snapshot(
        stamp,
        agencies,
        definitions,
        {(row[1], row[2]): row[0] for row in rows},
        _published(rows),
        {
            agency: decided[document["calendar"]].for_agency(document.get("hours"))
            for agency, document in agencies.items()
            if document.get("calendar") in decided
        },
    )
