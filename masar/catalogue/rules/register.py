"""The register for machines in plain JSON: every service with all that government promises and charges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from masar.kernel.money import shown

Document = Mapping[str, Any]
_INTERNAL = ("masar", "search")


def register(country: Document, agencies: Iterable[Document], services: Iterable[Document]) -> dict[str, Any]:
    """Write the register. Money is a decimal text with three places in the country's currency."""
    return {
        "country": {key: value for key, value in country.items() if key not in _INTERNAL},
        "agencies": [{key: value for key, value in item.items() if key not in _INTERNAL} for item in agencies],
        "services": [_service(item, country) for item in services],
    }


def _service(document: Document, country: Document) -> dict[str, Any]:
    public = {key: value for key, value in document.items() if key not in _INTERNAL}
    return {"kind": "service", **public, "fees": [_fee(item, country) for item in document.get("fees", ())]}


def _fee(item: Document, country: Document) -> dict[str, Any]:
    """A fee with its amount as people write it, without the account that it is booked to."""
    own = {key: value for key, value in item.items() if key not in ("fils", "account")}
    return {**own, "amount": shown(item["fils"]), "currency": country["currency"]}
