"""The shape of one document: the JSON Schema's errors, said as what to mend, each at its own line."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from masar.catalogue.rules.checks.source import Finding, Loaded, Path, listed

Validators = Mapping[str, Draft202012Validator]


def validators(schema: Mapping[str, Any]) -> Validators:
    """One validator for each kind of document that the schema describes."""
    parts = {kind: Draft202012Validator({**schema["$defs"][kind], "$defs": schema["$defs"]}) for kind in _PARTS}
    return {"service": Draft202012Validator(schema), **parts}


_PARTS = ("agency", "calendar", "country", "shared")


def shape(loaded: Loaded, validator: Draft202012Validator) -> Iterator[Finding]:
    """Yield a finding for everything that the schema refuses."""
    for error in validator.iter_errors(loaded.value):
        yield from _findings(loaded, error)


def _findings(loaded: Loaded, error: ValidationError) -> Iterator[Finding]:
    path: Path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        yield loaded.finding((*path, error.instance), "shape-key", f"`{error.instance}`: {_mend(error)}")
    elif error.validator == "required":
        name = re.match(r"'(.*?)' is", error.message)
        yield loaded.finding(path, "shape-required", f"`{name[1] if name else '?'}` is missing: add it")
    elif error.validator == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        for key in error.instance:
            if key not in known:
                yield loaded.finding((*path, key), "shape-unknown-key", _unknown(key, known))
    else:
        place = f"`{path[-1]}`: " if path and isinstance(path[-1], str) else ""
        yield loaded.finding(path, f"shape-{error.validator}", place + _mend(error))


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"`{key}` means nothing here: " + (f"did you mean `{near[0]}`?" if near else f"use {', '.join(known)}")


def _mend(error: ValidationError) -> str:
    if error.validator == "enum":
        return "write one of " + ", ".join(map(str, error.validator_value))
    described = error.schema.get("description") if isinstance(error.schema, Mapping) else None
    if error.validator == "uniqueItems":
        return "something is named twice: keep one"
    return str(described or _plain(error))


def _plain(error: ValidationError) -> str:
    limits = {
        "type": f"write a value of type {error.validator_value}",
        "minItems": "write at least one",
        "maxLength": f"write at most {error.validator_value} characters",
        "minLength": "write something: it is empty",
    }
    return limits.get(str(error.validator)) or str(error.message)[:200]


def twice(loaded: Loaded, *lists: str, key: str = "id") -> Iterator[Finding]:
    """Yield a finding for each id that is used a second time, counting all `lists` as one."""
    seen: Counter[str] = Counter()
    for name in lists:
        for path, item in listed(loaded, name):
            seen[item[key]] += 1
            if seen[item[key]] > 1:
                message = f"`{item[key]}` is already used in {' or '.join(lists)}: give it another id"
                yield loaded.finding((*path, key), "duplicate-id", message)
