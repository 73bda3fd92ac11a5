"""Services as the public looks for them: in force today, by section, by words, with the branches of their agencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from masar.catalogue.queries.snapshot import Snapshot, agency_title, catalogue
from masar.catalogue.rules import cpsv
from masar.catalogue.rules.definition import Definition, Text
from masar.catalogue.rules.passages import passages
from masar.catalogue.rules.register import register
from masar.catalogue.rules.search import Index

MOST_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Section:
    """A way to look through the services: a sector, a life event or an agency."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Branch:
    """A place where an agency serves people. `hours` by season as the catalogue writes them; None: the agency's.

    `services` are the only ones served there; () for all of the agency. `sample`: invented for the demonstration.
    """

    id: str
    title: Text
    area: Text
    governorate: Text
    hours: Mapping[str, Any] | None
    services: tuple[str, ...]
    sample: bool
    place: tuple[float, float] | None = None


@dataclass(frozen=True)
class Today:
    """What is worked out once for a snapshot and a day."""

    snapshot: Snapshot
    day: date

    @cached_property
    def services(self) -> tuple[Definition, ...]:
        snapshot = self.snapshot
        rows = (snapshot.current(service, self.day) for service in sorted(snapshot.published))
        return tuple(snapshot.definitions[row] for row in rows if row is not None and snapshot.is_public(row))

    @cached_property
    def index(self) -> Index:
        country, agencies = self.snapshot.country, self.snapshot.agencies
        return Index([list(passages(item.document, agencies[item.agency], country)) for item in self.services])

    @cached_property
    def register(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The register as plain JSON and as JSON-LD."""
        country, agencies = self.snapshot.country, self.snapshot.agencies
        documents = [item.document for item in self.services]
        named = [agencies[agency] for agency in sorted(agencies) if agency.startswith(f"{country.get('id')}.")]
        return register(country, named, documents), cpsv.catalogue(country, named, documents)


_held = Today(Snapshot(), date.min)


def today() -> Today:
    """Return what is worked out for the catalogue as known now and for this day."""
    global _held
    snapshot, held = catalogue(), _held
    day = snapshot.today()
    if held.snapshot is not snapshot or held.day != day:
        held = _held = Today(snapshot, day)
    return held


def services() -> Sequence[Definition]:
    """Return every service of the country that people may apply for today, by id."""
    return today().services


def service(id: str, version: int | None = None) -> Definition | None:
    """Return a service as it is in force today, or any published version of it; None where there is none."""
    known = catalogue()
    if version is not None:
        row = known.versions.get((id, version))
        return known.definitions[row] if row in _published(known, id) else None
    row = known.current(id, known.today())
    return None if row is None else known.definitions[row]


def versions_of(id: str) -> Sequence[Definition]:
    """Return every published version of a service, the newest first, those that begin later included."""
    known = catalogue()
    return [known.definitions[row] for row in reversed(_published(known, id))]


def sectors() -> Sequence[Section]:
    """Return the sectors that have a service, in the country's own order."""
    return _sections("sectors", {item.sector for item in services()})


def life_events() -> Sequence[Section]:
    """Return the life events that have a service, in the country's own order."""
    return _sections("life_events", {name for item in services() for name in item.life_events})


def agencies_with_services() -> Sequence[Section]:
    """Return the agencies that have a service, by id."""
    return [Section(agency, agency_title(agency)) for agency in sorted({item.agency for item in services()})]


def in_section(kind: Literal["sector", "agency", "life"], id: str) -> Sequence[Definition]:
    """Return the services of a sector, an agency or a life event."""
    if kind == "life":
        return [item for item in services() if id in item.life_events]
    return [item for item in services() if id == (item.sector if kind == "sector" else item.agency)]


def find(text: str, language: str, limit: int = 20) -> Sequence[Definition]:
    """Return services that fit what somebody typed, in any language, best first; [] for empty or odd input."""
    now = today()
    return [now.services[number] for number in now.index.find(text[:MOST_CHARACTERS], language)[:limit]]


def branches_of(agency: str) -> Sequence[Branch]:
    """Return the branches of an agency, in the order that it gives."""
    known = catalogue()
    regions = {item["id"]: item["title"] for item in known.country.get("regions", ())}
    return [_branch(item, regions) for item in known.agencies.get(agency, {}).get("branches", ())]


def _branch(item: Mapping[str, Any], regions: Mapping[str, Text]) -> Branch:
    place = (item["lat"], item["lon"]) if "lat" in item and "lon" in item else None
    area, governorate = item["area"], regions[item["governorate"]]
    served = tuple(item.get("services", ()))
    return Branch(item["id"], item["title"], area, governorate, item.get("hours"), served, item["sample"], place)


def _published(known: Snapshot, id: str) -> list[int]:
    return [row for _, row in known.published.get(id, ()) if row not in known.ended]


def _sections(key: str, used: set[str]) -> list[Section]:
    return [Section(item["id"], item["title"]) for item in catalogue().country.get(key, ()) if item["id"] in used]
