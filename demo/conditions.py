"""Which steps a form rules out: the conditions of definitions, with a third answer where a form does not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from demo.services import Service

UNKNOWN = object()
Form = Mapping[str, Any]


def skips_of(service: Service, form: Form | None) -> frozenset[str]:
    """Return the steps whose condition is known to fail."""
    said = form or {}
    return frozenset(step.id for step in service.steps.values() if step.when and value_of(step.when, said) is False)


def value_of(rule: Any, form: Form) -> Any:
    """Return what a rule says of a form; UNKNOWN where the form does not tell."""
    if not isinstance(rule, Mapping):
        return [value_of(part, form) for part in rule] if isinstance(rule, list) else rule
    ((name, said),) = rule.items()
    if name == "var":
        place, _, field = str(said).partition(".")
        return form.get(field, UNKNOWN) if place == "form" else UNKNOWN
    values = [value_of(part, form) for part in (said if isinstance(said, list) else [said])]
    if name in _JOINED:
        return _joined(name, values)
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    return _KNOWN[name](values) if name in _KNOWN else UNKNOWN


def _joined(name: str, values: Sequence[Any]) -> Any:
    decides = _JOINED[name]
    if any(value is decides for value in values):
        return decides
    return UNKNOWN if any(value is UNKNOWN for value in values) else not decides


_JOINED = {"and": False, "or": True}
_KNOWN: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "==": lambda v: v[0] == v[1],
    "!=": lambda v: v[0] != v[1],
    "<": lambda v: v[0] < v[1],
    "<=": lambda v: v[0] <= v[1],
    ">": lambda v: v[0] > v[1],
    ">=": lambda v: v[0] >= v[1],
    "in": lambda v: v[0] in v[1],
    "!": lambda v: not v[0],
}
