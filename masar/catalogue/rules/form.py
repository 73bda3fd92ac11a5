"""A declared form: which of its questions apply, and what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry

Kind = Literal["text", "textarea", "number", "date", "radios", "yes-no", "checkbox", "checkboxes"]
LONGEST = 4000
LONGEST_LINE = 200  # a text that may be longer is written in an area
_FAULTS = {
    "maxLength": "long", "minLength": "short", "pattern": "pattern", "minimum": "range", "maximum": "range",
    "format": "date", "const": "tick", "enum": "choose", "items": "choose", "minItems": "choose",
    "maxItems": "choose", "uniqueItems": "choose",
}  # fmt: skip
NOTHING = {"radios": "choose", "yes-no": "choose", "checkboxes": "choose", "checkbox": "tick"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `rule` is its JSON Schema; `prefill` the fact that would answer it."""

    name: str
    kind: Kind
    rule: Mapping[str, Any]
    required: bool
    choices: tuple[str, ...] = ()
    longest: int = LONGEST
    prefill: str | None = None


def asks(schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[Ask]:
    """Return the questions that apply to what is answered so far, in the order of the form.

    What only a condition requires is asked where the condition holds, and not before its own question is answered.
    """
    required = _required(schema, {name: value for name, value in values.items() if value is not None})
    conditional = {name for rule in _conditions(schema) for branch in _branches(rule) for name in _names(branch)}
    return [
        ask_of(name, rule, name in required)
        for name, rule in schema.get("properties", {}).items()
        if name in required or name not in conditional
    ]


def ask_of(name: str, rule: Mapping[str, Any], required: bool) -> Ask:
    """Read one property of a form as a question."""
    kind = _kind(rule)
    found = rule.get("enum", rule.get("items", {}).get("enum", ()))
    choices = tuple(str(value) for value in found) if kind in ("radios", "checkboxes") else ()
    return Ask(name, kind, rule, required, choices, int(rule.get("maxLength", LONGEST)), rule.get("x-prefill"))


def pruned(schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the answers to questions that apply; one left out may make others not apply."""
    kept = dict(values)
    while True:
        left = {ask.name: kept[ask.name] for ask in asks(schema, kept) if kept.get(ask.name) is not None}
        if left == kept:
            return left
        kept = left


def faults(schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with a whole form, as field -> code; empty exactly where JSON Schema takes it."""
    names = schema.get("properties", {})
    closed = schema.get("additionalProperties") is False
    wrong = {name: "unknown" for name in values if closed and name not in names}
    for name in names.keys() & values.keys():
        code = fault(names[name], values[name])
        if code:
            wrong[name] = code
    for ask in asks(schema, values):
        if ask.required and ask.name not in values:
            wrong[ask.name] = NOTHING.get(ask.kind, "missing")
    return wrong


def fault(rule: Mapping[str, Any], value: Any) -> str | None:
    """Return the code of what is wrong with one value, None where the rule takes it."""
    found = next(iter(_validator(rule).iter_errors(value)), None)
    if found is None:
        return None
    kind = _kind(rule)
    if value is None:
        return NOTHING.get(kind, "missing")
    return _FAULTS.get(found.validator) or ("number" if kind == "number" else NOTHING.get(kind, "pattern"))


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    # An empty registry: what a form refers to elsewhere is fetched by nobody.
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema, format_checker=checker, registry=Registry())


def _kind(rule: Mapping[str, Any]) -> Kind:
    if "const" in rule:
        return "checkbox"
    if "enum" in rule:
        return "radios"
    told: dict[str | None, Kind] = {"boolean": "yes-no", "integer": "number", "number": "number"}
    if rule.get("type") in told:
        return told[rule.get("type")]
    if rule.get("type") == "array":
        return "checkboxes" if "enum" in rule.get("items", {}) else "textarea"
    if rule.get("format") == "date" or _is_of_dates(rule.get("pattern")):
        return "date"
    return "textarea" if "pattern" not in rule and int(rule.get("maxLength", LONGEST)) > LONGEST_LINE else "text"


def _is_of_dates(pattern: str | None) -> bool:
    """Tell whether a pattern takes a date as ISO 8601 writes it, and not just any digits and hyphens."""
    if pattern is None:
        return False
    return bool(re.search(pattern, "2026-11-24")) and not re.search(pattern, "2026112400")


def _conditions(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "if" in schema:
        yield schema
    for part in schema.get("allOf", ()):
        yield from _conditions(part)


def _branches(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (rule[key] for key in ("then", "else") if key in rule)


def _names(branch: Mapping[str, Any]) -> set[str]:
    nested = (name for rule in _conditions(branch) for below in _branches(rule) for name in _names(below))
    return {*branch.get("required", ()), *nested}


def _always(schema: Mapping[str, Any]) -> set[str]:
    return {*schema.get("required", ()), *(name for part in schema.get("allOf", ()) for name in _always(part))}


def _required(schema: Mapping[str, Any], values: Mapping[str, Any]) -> set[str]:
    """Name what has to be answered. A condition on a question that must be answered and is not yet says nothing."""
    required = _always(schema)
    for rule in _conditions(schema):
        if (_looked_at(rule["if"]) & required) - values.keys():
            continue
        branch = rule.get("then" if _validator(rule["if"]).is_valid(values) else "else", {})
        required |= _required(branch, values)
    return required


def _looked_at(condition: Any) -> set[str]:
    if not isinstance(condition, Mapping):
        return set()
    parts = [condition.get("not"), *(part for key in ("allOf", "anyOf", "oneOf") for part in condition.get(key, ()))]
    own = {*condition.get("properties", {}), *condition.get("required", ())}
    return own.union(*(_looked_at(part) for part in parts))
