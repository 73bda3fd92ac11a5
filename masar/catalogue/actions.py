"""Verbs of the catalogue: load definitions, give an agency a key, move a day of a calendar. One transaction each."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper

from masar.catalogue.loader import Catalogue, CatalogueInvalid, load_folder
from masar.catalogue.queries import look_again
from masar.kernel.database import acting
from masar.kernel.errors import Refusal

__all__ = [
    "CatalogueInvalid",
    "NoSuchAgency",
    "NoSuchCalendar",
    "NoSuchKey",
    "VersionIsFixed",
    "end_key",
    "load_path",
    "move_day",
    "new_key",
]


class VersionIsFixed(Refusal):
    """A published version was changed: publish the change as the next version."""

    status, code, title = 409, "version-is-fixed", "A published version never changes"


class NoSuchAgency(Refusal):
    """No agency has this id."""

    status, code, title = 404, "no-such-agency", "No agency has this id"


class NoSuchKey(Refusal):
    """No living key reads like this."""

    status, code, title = 404, "no-such-key", "No living key reads like this"


class NoSuchCalendar(Refusal):
    """No calendar has this id."""

    status, code, title = 404, "no-such-calendar", "No calendar has this id"


def load_path(path: Path) -> list[str]:
    """Load a folder of agencies, calendars and definitions; return a line for each thing that is new.

    Raises: CatalogueInvalid with findings; VersionIsFixed, and then nothing was loaded.
    """
    loaded = load_folder(path)
    with acting("masar_system") as cursor:
        lines = [*_load_places(cursor, loaded), *_load_definitions(cursor, loaded)]
    look_again()
    return lines or ["Nothing is new."]


def _load_places(cursor: CursorWrapper, loaded: Catalogue) -> list[str]:
    lines = []
    places = {
        "catalogue_country": {loaded.country["id"]: loaded.country},
        "catalogue_calendar": loaded.calendars,
        "catalogue_agency": loaded.agencies,
    }
    for table, documents in places.items():
        for id_, document in documents.items():
            text = _json(document)
            cursor.execute(
                f"insert into {table} (id, document) values (%s, %s::jsonb) on conflict (id) do update"  # noqa: S608
                f" set document = excluded.document where {table}.document <> excluded.document returning id",
                [id_, text],
            )
            if cursor.fetchone():
                lines.append(f"{table.removeprefix('catalogue_')} {id_}")
    return lines


def _load_definitions(cursor: CursorWrapper, loaded: Catalogue) -> list[str]:
    lines = []
    for entry in loaded.definitions:
        service, version = entry.document["id"], entry.document["version"]
        digest = bytes.fromhex(entry.digest)
        cursor.execute(
            "insert into catalogue_definition (service, version, agency_id, status, digest, document)"
            " values (%s, %s::int, %s, %s, %s::bytea, %s::json) on conflict (service, version) do nothing"
            " returning id",
            [service, version, entry.document["agency"], entry.document["status"], digest, _as_written(entry.document)],
        )
        if cursor.fetchone():
            lines.append(f"service {service} version {version}")
            continue
        cursor.execute(
            "select digest from catalogue_definition where service = %s and version = %s::int", [service, version]
        )
        if bytes(cursor.fetchone()[0]) != digest:
            raise VersionIsFixed(
                f"{entry.file}: {service} version {version} is published with other content; "
                f"publish the change as version {version + 1}."
            )
    return lines


def new_key(agency: str) -> str:
    """Make a key for an agency and return it; only its hash is kept. Raises: NoSuchAgency."""
    key = f"msk_{agency.replace('.', '-')}_{secrets.token_urlsafe(32)}"
    with acting("masar_system") as cursor:
        cursor.execute("select 1 from catalogue_agency where id = %s", [agency])
        if cursor.fetchone() is None:
            raise NoSuchAgency(f"{agency} is not in the catalogue that is loaded.")
        cursor.execute(
            "insert into catalogue_agency_key (agency_id, digest) values (%s, %s::bytea)",
            [agency, hashlib.sha256(key.encode()).digest()],
        )
    return key


def end_key(key: str) -> str:
    """End a key for good and return whose it was; doors forget it within seconds. Raises: NoSuchKey."""
    with acting("masar_system") as cursor:
        cursor.execute(
            "update catalogue_agency_key set ended_at = now() where digest = %s::bytea and ended_at is null"
            " returning agency_id",
            [hashlib.sha256(key.encode()).digest()],
        )
        row = cursor.fetchone()
    if row is None:
        raise NoSuchKey("It was never given, or was ended before.")
    return str(row[0])


def move_day(
    cursor: CursorWrapper,
    calendar: str,
    on: date,
    *,
    working: bool,
    decision: str,
    reason: Mapping[str, str],
    hours: Sequence[Sequence[str]] | None = None,
) -> None:
    """Decide that a day works or not, by a numbered decision; inside the caller's transaction as `masar_system`.

    Due dates are recomputed by `cases.actions.move_day`, which is the way in. Raises: NoSuchCalendar.
    """
    cursor.execute("select 1 from catalogue_calendar where id = %s", [calendar])
    if cursor.fetchone() is None:
        raise NoSuchCalendar(f"{calendar} is not in the catalogue that is loaded.")
    cursor.execute(
        'insert into catalogue_calendar_override (calendar_id, "on", working, hours, decision, reason)'
        " values (%s, %s::date, %s::bool, %s::jsonb, %s, %s::jsonb) on conflict do nothing",
        [calendar, on, working, None if hours is None else _json(hours), decision, _json(reason)],
    )


def _as_written(document: Any) -> str:
    """Write a definition in the order of its author: the form asks in it."""
    return msgspec.json.encode(document).decode()


def _json(document: Any) -> str:
    return msgspec.json.encode(document, order="sorted").decode()
