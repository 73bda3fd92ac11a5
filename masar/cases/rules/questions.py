"""The form of a question that comes in an event: plain fields. Nothing in it is fetched, computed or slow to try."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod
from typing import Any

MOST_FIELDS, MOST_CHOICES, LONGEST, LONGEST_PATTERN = 30, 100, 4000, 120
_OF_SCHEMA = frozenset({"type", "properties", "required", "additionalProperties"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
# One character or class after another, each a bounded number of times: no groups, so that nothing is tried for long.
_ATOM = r"(?:\[(?:[^\]\\\[]|\\[\w\-\]\\/.])+\]|\\[dws]|[A-Za-z0-9 _,/'-])"
_PATTERN = re.compile(rf"\^?(?:{_ATOM}(?:\{{\d{{1,3}}(?:,\d{{1,3}})?\}}|\?)?)+\$?")
_RANGES = re.compile(r"\{\d{1,3},(\d{1,3})\}|\?")
MOST_WAYS = 1_000_000  # in which a pattern can be tried on one text


def is_question_form(value: Any) -> bool:
    """Tell whether this is a form that an agency may ask with: {schema, words?}."""
    if not isinstance(value, Mapping) or not value.keys() <= {"schema", "words"}:
        return False
    return isinstance(value.get("words", {}), Mapping) and _is_schema(value.get("schema"))


def _is_schema(schema: Any) -> bool:
    if not isinstance(schema, Mapping) or not schema.keys() <= _OF_SCHEMA:
        return False
    fields, needed = schema.get("properties"), schema.get("required", [])
    if not isinstance(fields, Mapping) or not 0 < len(fields) <= MOST_FIELDS or not isinstance(needed, list):
        return False
    is_closed = schema.get("additionalProperties", False)
    is_sound = schema.get("type", "object") == "object" and isinstance(is_closed, bool)
    return is_sound and set(map(str, needed)) <= set(fields) and all(_is_field(*field) for field in fields.items())


def _is_field(name: str, rule: Any) -> bool:
    if not _NAME.fullmatch(name) or not isinstance(rule, Mapping):
        return False
    return rule.keys() <= _KEYWORDS.keys() and all(_KEYWORDS[key](said) for key, said in rule.items())


def _is_count(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= LONGEST


def _is_number(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool)


def _is_choice(said: Any) -> bool:
    return isinstance(said, list) and 0 < len(said) <= MOST_CHOICES and all(isinstance(one, str | int) for one in said)


def _is_items(said: Any) -> bool:
    if not isinstance(said, Mapping) or not said.keys() <= {"type", "enum"}:
        return False
    return all(_KEYWORDS[key](value) for key, value in said.items())


def is_quick_pattern(said: Any) -> bool:
    """Tell whether a pattern is plain enough to be tried on whatever somebody types."""
    if not isinstance(said, str) or len(said) > LONGEST_PATTERN or not _PATTERN.fullmatch(said):
        return False
    try:
        re.compile(said)
    except re.error:
        return False
    return prod(int(most or 1) + 1 for most in _RANGES.findall(said)) <= MOST_WAYS


_KEYWORDS: Mapping[str, Any] = {
    "type": lambda said: said in ("string", "integer", "boolean", "array"),
    "enum": _is_choice,
    "const": lambda said: isinstance(said, str | bool | int),
    "minimum": _is_number,
    "maximum": _is_number,
    "minLength": _is_count,
    "maxLength": _is_count,
    "minItems": _is_count,
    "maxItems": _is_count,
    "uniqueItems": lambda said: isinstance(said, bool),
    "items": _is_items,
    "format": lambda said: said == "date",
    "pattern": is_quick_pattern,
    "x-personal": lambda said: isinstance(said, bool),
}
