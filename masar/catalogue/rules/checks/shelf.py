"""What the catalogue holds, by id, so that one document can be checked against the others."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from masar.catalogue.rules.checks.source import Loaded

FOLDERS = {"agencies": "agency", "calendars": "calendar", "shared": "shared"}


def kind_of(file: str) -> str:
    """Tell what a file declares by where it stands: country, agency, calendar, shared or service."""
    if file == "country.yaml":
        return "country"
    return FOLDERS.get(file.partition("/")[0], "service")


@dataclass(frozen=True)
class Shelf:
    """Documents by id; one that is out of shape is there as an empty one, so that nothing is asked of it.

    `publish` makes an error of what a draft may still leave open.
    """

    languages: tuple[str, ...]
    country: Mapping[str, Any]
    agencies: Mapping[str, Mapping[str, Any]]
    calendars: Mapping[str, Mapping[str, Any]]
    services: Mapping[str, Mapping[str, Any]]  # the highest version of each
    publish: bool

    @classmethod
    def of(cls, documents: Mapping[str, Loaded], broken: Container[str], publish: bool) -> Shelf:
        """Sort the documents by kind and id; what has no id is left out."""
        by_kind: dict[str, dict[str, Mapping[str, Any]]] = {}
        for file, loaded in documents.items():
            value = loaded.value
            if isinstance(value, Mapping) and isinstance(value.get("id"), str):
                shelf = by_kind.setdefault(kind_of(file), {})
                known = shelf.setdefault(value["id"], {})
                if file not in broken and _version(value) >= _version(known):
                    shelf[value["id"]] = value
        country = next(iter(by_kind.get("country", {}).values()), {})
        return cls(
            languages=tuple(country.get("languages", ())),
            country=country,
            agencies=by_kind.get("agency", {}),
            calendars=by_kind.get("calendar", {}),
            services=by_kind.get("service", {}),
            publish=publish,
        )


def _version(document: Mapping[str, Any]) -> int:
    version: int = document.get("version", 0)
    return version
