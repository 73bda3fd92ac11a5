"""Can some answers make these conditions hold and those fail? Tried out over the choices that a form offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from masar.catalogue.rules.conditions import NotACondition, evaluate, variables

MOST = 512


def may_be(document: Mapping[str, Any], shown: Sequence[Any], hidden: Sequence[Any]) -> bool:
    """Tell whether every `shown` condition can hold (or stay unknown) while every `hidden` one fails.

    Where the answers cannot be counted, the answer is yes.
    """
    try:
        names = sorted(frozenset().union(*(variables(rule) for rule in (*shown, *hidden))))
        domains = [_domain(document, name) for name in names]
        if not all(domains) or prod(map(len, domains)) > MOST:
            return True
        return any(_fits(dict(zip(names, values, strict=True)), shown, hidden) for values in product(*domains))
    except NotACondition:
        return True  # said elsewhere, at the condition itself


def _fits(facts: Mapping[str, Any], shown: Sequence[Any], hidden: Sequence[Any]) -> bool:
    return all(evaluate(rule, facts) is not False for rule in shown) and all(
        evaluate(rule, facts) is False for rule in hidden
    )


def _domain(document: Mapping[str, Any], name: str) -> list[Any]:
    """Every value that a field or a declared fact can have; None stands for not known; [] for countless."""
    declared = {fact["id"]: fact for fact in document.get("facts", ())}
    if name in declared:
        return [True, False, None] if declared[name]["type"] == "boolean" else []
    schema = document.get("form", {}).get("schema", {})
    fields = schema.get("properties")
    field = fields.get(name.removeprefix("form.")) if isinstance(fields, Mapping) else None
    if not isinstance(field, Mapping):
        return []
    values, required = field.get("enum"), schema.get("required")
    if field.get("type") == "boolean":
        values = [True, False]
    if not isinstance(values, list):
        return []
    always = isinstance(required, list) and name.removeprefix("form.") in required
    return values if always else [*values, None]
