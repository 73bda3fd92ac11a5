"""What a document says about others: agencies, teams, calendars, services, sectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from masar.catalogue.rules.checks.flow import reached
from masar.catalogue.rules.checks.shelf import Shelf
from masar.catalogue.rules.checks.source import Finding, Loaded, Path, listed


def references(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    """Yield every reference of a definition that leads nowhere, or to the wrong kind of thing."""
    document = loaded.value
    yield from identity(loaded)
    yield from _agencies(loaded, shelf)
    yield from _teams(loaded, shelf)
    yield from calendar(loaded, shelf)
    yield from _named(loaded, shelf, "sectors", [(("sector",), document["sector"])])
    events: list[tuple[Path, str]] = [
        (("life_events", index), name) for index, name in enumerate(document.get("life_events", ()))
    ]
    yield from _named(loaded, shelf, "life_events", events)
    yield from _services(loaded, shelf)
    yield from _circle(loaded, shelf)


def identity(loaded: Loaded) -> Iterator[Finding]:
    """Yield what is wrong with id and dates."""
    document = loaded.value
    if document["id"].rpartition(".")[0] != document["agency"]:
        message = f"the id begins with the agency: write {document['agency']}.<service>"
        yield loaded.finding(("id",), "id-agency", message)
    try:
        date.fromisoformat(document["effective_from"])
    except ValueError:
        yield loaded.finding(("effective_from",), "date", f"{document['effective_from']} is not in the calendar")


def calendar(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    """Yield a finding when the calendar named is not there."""
    name = loaded.value.get("calendar")
    if name is not None and name not in shelf.calendars:
        message = f"there is no calendar `{name}`: correct it, or add calendars/{name}.yaml"
        yield loaded.finding(("calendar",), "calendar-unknown", message)


def branches(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    """Yield what an agency's branches name wrongly: a region that the country has not, a service of another agency."""
    regions: list[tuple[Path, str]] = []
    for path, branch in listed(loaded, "branches"):
        regions.append(((*path, "governorate"), branch["governorate"]))
        for index, service in enumerate(branch.get("services", ())):
            found = shelf.services.get(service)
            if found is None or found.get("agency", loaded.value["id"]) != loaded.value["id"]:
                message = f"`{service}` is no service of `{loaded.value['id']}`: correct it, or remove it here"
                yield loaded.finding((*path, "services", index), "branch-service", message)
    yield from _named(loaded, shelf, "regions", regions)


def _agencies(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    named: list[tuple[Path, str]] = [(("agency",), loaded.value["agency"])]
    for path, step in listed(loaded, "steps"):
        named.append(((*path, "holder"), step["holder"].partition(":")[2]))
    for path, fact in listed(loaded, "facts"):
        named.append(((*path, "source"), "" if fact["source"] == "masar" else fact["source"]))
    for path, agency in named:
        if agency and agency not in shelf.agencies:
            message = f"there is no agency `{agency}`: correct it, or add agencies/{agency}.yaml"
            yield loaded.finding(path, "agency-unknown", message)


def _teams(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    for path, step in listed(loaded, "steps"):
        agency = shelf.agencies.get(step["holder"].partition(":")[2] or loaded.value["agency"])
        if "team" not in step or not agency:
            continue
        if step["team"] not in {team["id"] for team in agency.get("teams", ())}:
            message = f"`{agency['id']}` has no team `{step['team']}`: add it to the agency's file, or correct it"
            yield loaded.finding((*path, "team"), "team-unknown", message)


def _named(loaded: Loaded, shelf: Shelf, key: str, names: list[tuple[Path, str]]) -> Iterator[Finding]:
    if not shelf.country:
        return
    known = {item["id"] for item in shelf.country.get(key, ())}
    for path, name in names:
        if name not in known:
            yield loaded.finding(
                path, "name-unknown", f"`{name}` is not among the `{key}` of country.yaml: add it there"
            )


def _services(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    for path, service, kinds in _named_services(loaded):
        found = shelf.services.get(service)
        if found is None:
            message = f"the service `{service}` is not loaded: correct it, or add it before you publish"
            yield loaded.finding(path, "service-unknown", message, warning=not shelf.publish)
        elif found and found.get("kind", "service") not in kinds:
            message = (
                f"`{service}` is of the kind `{found.get('kind', 'service')}`: this place takes {' or '.join(kinds)}"
            )
            yield loaded.finding(path, "service-kind", message)


def _named_services(loaded: Loaded) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    for path, item in listed(loaded, "eligibility"):
        if "remedy" in item:
            yield (*path, "remedy", "service"), item["remedy"]["service"], ("service",)
    for path, outcome in listed(loaded, "outcomes"):
        if "appeal" in outcome:
            yield (*path, "appeal", "service"), outcome["appeal"]["service"], ("appeal",)
    for path, step in listed(loaded, "steps"):
        for index, child in enumerate(step.get("children", ())):
            yield (*path, "children", index, "service"), child["service"], ("check", "service")


def _circle(loaded: Loaded, shelf: Shelf) -> Iterator[Finding]:
    ways = {service: _children(document) for service, document in shelf.services.items()}
    for path, step in listed(loaded, "steps"):
        for index, child in enumerate(step.get("children", ())):
            if loaded.value["id"] in reached([child["service"]], ways):
                message = f"`{child['service']}` opens this service again as its own child: break the circle"
                yield loaded.finding((*path, "children", index, "service"), "children-circle", message)


def _children(document: Mapping[str, Any]) -> tuple[str, ...]:
    steps = document.get("steps", ())
    return tuple(child["service"] for step in steps for child in step.get("children", ()))
