"""The check of a catalogue: everything that must be mended before it may be loaded, each at its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from masar.catalogue.rules.calendar import Calendar
from masar.catalogue.rules.checks.flow import flow
from masar.catalogue.rules.checks.forms import forms
from masar.catalogue.rules.checks.holders import holders
from masar.catalogue.rules.checks.references import branches, calendar, references
from masar.catalogue.rules.checks.shape import shape, twice, validators
from masar.catalogue.rules.checks.shelf import Shelf, kind_of
from masar.catalogue.rules.checks.source import Finding, Loaded, Mark, Path, Unreadable, listed, read
from masar.catalogue.rules.checks.words import words
from masar.catalogue.rules.templates import resolve, templates

__all__ = ["Finding", "Loaded", "Mark", "Path", "Unreadable", "check", "kind_of", "read", "resolved"]

_IDS = (("steps", "outcomes"), ("documents",), ("fees",), ("facts",), ("eligibility",), ("reasons",))


def check(documents: Mapping[str, Loaded], schema: Mapping[str, Any], *, publish: bool = False) -> list[Finding]:
    """Find everything to mend in a whole catalogue, by file and line.

    `documents` are keyed by path within the catalogue; their folder says what they declare (agencies, calendars,
    shared; anything else is a service). `schema` is `definition.schema.json`. `publish` makes errors of references
    to services that are not loaded and of texts that a draft still lacks.
    """
    ready, findings = resolved(documents)
    tools = validators(schema)
    broken = {file: found for file, loaded in ready.items() if (found := list(shape(loaded, tools[kind_of(file)])))}
    shelf = Shelf.of(ready, broken, publish)
    findings += _country(ready)
    findings += _same_id(ready)
    for file, loaded in ready.items():
        # What is not in shape cannot be asked for its meaning.
        findings += broken.get(file) or _document(loaded, kind_of(file), shelf)
    return sorted(set(findings))


def resolved(documents: Mapping[str, Loaded]) -> tuple[dict[str, Loaded], list[Finding]]:
    """Write the shared templates into every service."""
    shelf = templates(loaded for file, loaded in documents.items() if kind_of(file) == "shared")
    ready: dict[str, Loaded] = {}
    findings: list[Finding] = []
    for file, loaded in documents.items():
        ready[file] = loaded
        if kind_of(file) == "service":
            ready[file], found = resolve(loaded, shelf)
            findings += found
    return ready, findings


def _country(documents: Mapping[str, Loaded]) -> list[Finding]:
    if "country.yaml" in documents:
        return []
    return [Finding("country.yaml", 1, "error", "country-missing", "add country.yaml: languages, currency, calendar")]


def _same_id(documents: Mapping[str, Loaded]) -> Iterator[Finding]:
    """Both of two files with one id are told, since either may be the one that was asked about."""
    declared: dict[tuple[str, str, str], list[str]] = {}
    for file, loaded in sorted(documents.items()):
        if isinstance(loaded.value, Mapping) and kind_of(file) not in ("country", "shared"):
            key = (kind_of(file), str(loaded.value.get("id")), str(loaded.value.get("version")))
            declared.setdefault(key, []).append(file)
    for (_, identity, _), files in declared.items():
        for file in files if len(files) > 1 else ():
            other = next(name for name in files if name != file)
            message = f"`{identity}` is also declared in {other}: give this one another id or version"
            yield documents[file].finding(("id",), "duplicate-document", message)


def _document(loaded: Loaded, kind: str, shelf: Shelf) -> Iterator[Finding]:
    if kind == "service":
        yield from _service(loaded, shelf)
    elif kind == "agency":
        yield from _agency(loaded, shelf)
    elif kind == "calendar":
        yield from _calendar(loaded)
    draft = loaded.value.get("status") == "draft" and not shelf.publish
    yield from words(loaded, shelf.languages, lenient=draft)


def _service(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    for ids in _IDS:
        yield from twice(loaded, *ids)
    yield from flow(loaded)
    yield from holders(loaded)
    yield from forms(loaded)
    yield from references(loaded, shelf)


def _agency(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    country = shelf.country.get("id")
    if country and not loaded.value["id"].startswith(f"{country}."):
        yield loaded.finding(("id",), "id-country", f"an agency's id begins with its country: write {country}.<agency>")
    yield from twice(loaded, "teams")
    yield from twice(loaded, "branches")
    yield from calendar(loaded, shelf)
    yield from branches(loaded, shelf)
    yield from _hours(loaded, shelf, (), loaded.value)
    for path, branch in listed(loaded, "branches"):
        yield from _hours(loaded, shelf, path, branch)


def _hours(loaded: Loaded, shelf: Shelf, at: Path, place: Mapping[str, Any]) -> Iterator[Finding]:
    """Opening hours of an agency or a branch, read as its calendar will."""
    named = shelf.calendars.get(loaded.value.get("calendar") or shelf.country.get("calendar", ""))
    if not named or "hours" not in place:
        return
    try:
        Calendar.from_document(named).for_agency({"hours": place["hours"]})
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        yield loaded.finding((*at, "hours"), "hours", f"the opening hours cannot be read: {problem}")


def _calendar(loaded: Loaded) -> Iterator[Finding]:
    try:
        Calendar.from_document(loaded.value)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        yield loaded.finding((), "calendar", f"the calendar cannot be read: {problem}")
