"""What a service can cost: the least and the most, over the answers that its form offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from typing import Any

from masar.catalogue.rules.conditions import evaluate, variables

MOST = 4096
CITIZEN = "person.is_citizen"


def price_range(document: Mapping[str, Any], answers: Mapping[str, Any] | None = None) -> tuple[int, int]:
    """Return the least and the most that a person pays, in fils, by what the form's `answers` leave open.

    Where the answers cannot be counted: what everybody pays, and what all fees together make.
    """
    fees = document.get("fees", ())
    always = sum(fee["fils"] for fee in fees if "when" not in fee)
    some = [fee for fee in fees if "when" in fee]
    names = sorted(frozenset().union(*(variables(fee["when"]) for fee in some)))
    known = {f"form.{name}": value for name, value in (answers or {}).items()}
    domains = [[known[name]] if name in known else _domain(document, name) for name in names]
    if not all(domains) or prod(map(len, domains)) > MOST:
        return always, always + sum(fee["fils"] for fee in some)
    cases = (dict(zip(names, values, strict=True)) for values in product(*domains))
    sums = [always + _due(some, facts) for facts in cases]
    return min(sums), max(sums)


def _due(fees: Iterable[Mapping[str, Any]], facts: Mapping[str, Any]) -> int:
    return sum(fee["fils"] for fee in fees if evaluate(fee["when"], facts) is True)


def _domain(document: Mapping[str, Any], name: str) -> list[Any]:
    """Every value that an answer or a fact can have, None for an answer left out; [] for countless."""
    if name == CITIZEN:
        return [who == "citizen" for who in document["audience"] if who != "company"] or [False]
    declared = next((fact for fact in document.get("facts", ()) if fact["id"] == name), None)
    if declared:
        return [True, False] if declared["type"] == "boolean" else []
    schema = document.get("form", {}).get("schema", {})
    field = schema.get("properties", {}).get(name.removeprefix("form."), {})
    values = [True, False] if field.get("type") == "boolean" else list(field.get("enum", ()))
    return values if not values or name.removeprefix("form.") in schema.get("required", ()) else [*values, None]
