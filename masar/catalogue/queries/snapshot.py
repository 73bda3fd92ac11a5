"""Reads of the catalogue: whole in memory, since it is small and a published version never changes.

A process looks every few seconds whether anything was added; what it holds in between is at most that old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.db import connections
from django.db.backends.utils import CursorWrapper

from masar.catalogue import deployment
from masar.catalogue.deployment import languages
from masar.catalogue.rules.calendar import Calendar, Override
from masar.catalogue.rules.definition import Definition, Text, parse
from masar.kernel import clock
from masar.kernel.database import leave_if_dead

FRESH_SECONDS = 5.0
_lock = threading.Lock()


@dataclass(frozen=True)
class Snapshot:
    """The catalogue at one moment. `definitions` by row id; `published` (effective from, row id) by service id.

    `country` is that of the deployment, {} before it is loaded. `ended` are row ids of versions that retire a service.
    """

    stamp: str = ""
    country: Mapping[str, Any] = field(default_factory=dict)
    agencies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    definitions: Mapping[int, Definition] = field(default_factory=dict)
    versions: Mapping[tuple[str, int], int] = field(default_factory=dict)
    published: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    loaded_at: Mapping[int, datetime] = field(default_factory=dict)
    ended: frozenset[int] = frozenset()

    def current(self, service: str, on: date) -> int | None:
        """Return the row id of the version of a service that is in force on a day; None when there is none."""
        row = next((row for since, row in reversed(self.published.get(service, ())) if since <= on.isoformat()), None)
        return None if row in self.ended else row

    def is_public(self, row: int) -> bool:
        """Tell whether a version is of a service of the country that people apply for."""
        definition = self.definitions[row]
        return definition.kind == "service" and definition.id.startswith(f"{self.country.get('id', '')}.")

    def today(self) -> date:
        """Return the day that it is now in the country."""
        zone = self.country.get("zone")
        return clock.now().astimezone(ZoneInfo(zone) if zone else None).date()

    def calendar_of(self, agency: str) -> Calendar:
        """Return the working calendar of an agency, with its own hours. Raises: KeyError for an unknown agency."""
        return self.calendars[agency]


_held = Snapshot()
_looked_at = 0.0

_STAMP = """
select (select coalesce(max(id), 0) from catalogue_definition),
       (select count(*) from catalogue_definition where status = 'retired'),
       (select coalesce(max(id), 0) from catalogue_calendar_override),
       (select md5(coalesce(string_agg(md5(document::text), '' order by id), '')) from catalogue_agency),
       (select md5(coalesce(string_agg(md5(document::text), '' order by id), '')) from catalogue_calendar),
       (select md5(coalesce(string_agg(md5(document::text), '' order by id), '')) from catalogue_country)
"""

_DEFINITIONS = """
select id, service, version, status, coalesce(document->>'effective_from', ''), made_at,
       document->>'status' = 'retired', document::text
  from catalogue_definition order by version
"""


class _Row(NamedTuple):
    id: int
    service: str
    version: int
    status: str
    since: str
    made_at: datetime
    is_end: bool  # a version that says of itself that it retires the service
    text: str


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


def _text(agency: str, name: str) -> Text:
    text: Text | None = catalogue().agencies.get(agency, {}).get(name)
    return text if text else dict.fromkeys(languages(), agency)


def _published(rows: Sequence[_Row]) -> dict[str, list[tuple[str, int]]]:
    published: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        if row.status == "published" or row.is_end:
            published.setdefault(row.service, []).append((row.since, row.id))
    return published


def _read(held: Snapshot) -> Snapshot:
    # The read-only alias: this may be asked for in the middle of a transaction that acts as somebody else.
    leave_if_dead(connections["citizen"])
    with connections["citizen"].cursor() as cursor:
        cursor.execute(_STAMP)
        stamp = repr(cursor.fetchone())
        if stamp == held.stamp:
            return held
        agencies = _documents(cursor, "catalogue_agency")
        calendars = _calendars(cursor)
        country = _documents(cursor, "catalogue_country").get(deployment.country()["id"], {})
        cursor.execute(_DEFINITIONS)
        rows = [_Row(*row) for row in cursor.fetchall()]
    return Snapshot(
        stamp=stamp,
        country=country,
        agencies=agencies,
        definitions={row.id: held.definitions.get(row.id) or parse(msgspec.json.decode(row.text)) for row in rows},
        versions={(row.service, row.version): row.id for row in rows},
        published=_published(rows),
        calendars={
            agency: calendars[document["calendar"]].for_agency(document.get("hours"))
            for agency, document in agencies.items()
            if document.get("calendar") in calendars
        },
        loaded_at={row.id: row.made_at for row in rows},
        ended=frozenset(row.id for row in rows if row.is_end),
    )


def _documents(cursor: CursorWrapper, table: str) -> dict[str, Mapping[str, Any]]:
    cursor.execute(f"select id, document::text from {table}")  # noqa: S608
    return {id_: msgspec.json.decode(text) for id_, text in cursor.fetchall()}


def _calendars(cursor: CursorWrapper) -> dict[str, Calendar]:
    plain = {id_: Calendar.from_document(item) for id_, item in _documents(cursor, "catalogue_calendar").items()}
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
    return {id_: calendar.with_overrides(overrides.get(id_, [])) for id_, calendar in plain.items()}
