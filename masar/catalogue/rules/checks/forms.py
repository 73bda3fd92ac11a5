"""Forms and conditions: flat JSON Schema, words for every field and choice, only facts that are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]

from masar.catalogue.rules.checks.source import Finding, Loaded, Path, listed
from masar.catalogue.rules.conditions import NotACondition, problems, variables

KEYWORDS = frozenset(
    {"type", "enum", "const", "pattern", "format", "minLength", "maxLength", "minimum", "maximum"}
    | {"items", "minItems", "maxItems", "uniqueItems", "x-personal", "x-prefill"}
)
TYPES = frozenset({"string", "integer", "boolean", "array"})
FORM_KEYWORDS = frozenset({"type", "additionalProperties", "required", "properties", "if", "then", "else", "allOf"})
ABOUT_A_FIELD = frozenset({"hint", "error"})


def forms(loaded: Loaded) -> Iterator[Finding]:
    """Yield every fault in the main form, the tasks' forms and the conditions of one definition."""
    facts = frozenset(fact["id"] for _, fact in listed(loaded, "facts"))
    if "form" in loaded.value:
        yield from _form(loaded, ("form",), loaded.value["form"], facts)
    for path, step in listed(loaded, "steps"):
        if "form" in step.get("task", {}):
            yield from _form(loaded, (*path, "task", "form"), step["task"]["form"], facts)
    yield from _facts(loaded)
    yield from _conditions(loaded, facts)


def _form(loaded: Loaded, at: Path, form: Mapping[str, Any], facts: frozenset[str]) -> Iterator[Finding]:
    schema = form["schema"]
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = (*at, "schema", *error.absolute_path)
        yield loaded.finding(path, "form-schema", f"this is not JSON Schema: {error.message[:160]}")
        return
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), Mapping):
        yield loaded.finding((*at, "schema"), "form-object", "a form has `type: object` and `properties`: add them")
        return
    if schema.get("additionalProperties") is not False:
        message = "a form takes only what it asks: write `additionalProperties: false`"
        yield loaded.finding((*at, "schema"), "form-open", message)
    yield from _form_keys(loaded, at, schema)
    for name, field in schema["properties"].items():
        yield from _field(loaded, (*at, "schema", "properties", name), field, facts)
        yield from _words(loaded, at, name, field, form["words"])
    yield from _unused_words(loaded, at, schema["properties"], form["words"])


def _form_keys(loaded: Loaded, at: Path, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for key in schema:
        if key not in FORM_KEYWORDS:
            message = f"`{key}` is not used in a form: use {', '.join(sorted(FORM_KEYWORDS))}"
            yield loaded.finding((*at, "schema", key), "form-keyword", message)
    for index, name in enumerate(schema.get("required", ())):
        if name not in schema["properties"]:
            message = f"`{name}` is required but not among the `properties`: add it, or correct it"
            yield loaded.finding((*at, "schema", "required", index), "form-required", message)


def _field(loaded: Loaded, path: Path, field: Any, facts: frozenset[str]) -> Iterator[Finding]:
    if not isinstance(field, Mapping):
        yield loaded.finding(path, "form-field", "describe the field: { type: string, maxLength: 100 }")
        return
    for key in field:
        if key not in KEYWORDS:
            message = f"`{key}` is not used in a field: use {', '.join(sorted(KEYWORDS))}"
            yield loaded.finding((*path, key), "form-keyword", message)
    kind = field.get("type")
    if kind not in TYPES and "const" not in field:
        message = f"a field is one of {', '.join(sorted(TYPES))}: forms are flat, and numbers are whole"
        yield loaded.finding(path, "form-type", message)
    if kind == "string" and not {"enum", "pattern", "format", "maxLength", "const"} & field.keys():
        message = "say how long the text may be: add `maxLength`"
        yield loaded.finding(path, "form-unbounded", message)
    prefill = field.get("x-prefill")
    if prefill is not None and str(prefill) not in facts:
        message = f"`{prefill}` is not declared in `facts`, so nobody can fill it in: declare it"
        yield loaded.finding((*path, "x-prefill"), "fact-undeclared", message, warning=True)


def choices(field: Mapping[str, Any]) -> list[str]:
    """The values that a field offers, as the words name them."""
    items = field.get("items")
    found = field.get("enum", items.get("enum", []) if isinstance(items, Mapping) else [])
    return [str(value) for value in found]


def _words(loaded: Loaded, at: Path, name: str, field: Any, words: Mapping[str, Any]) -> Iterator[Finding]:
    place = (*at, "schema", "properties", name)
    if name not in words:
        yield loaded.finding(place, "words-missing", f"add the words for `{name}` in `words`")
    for choice in choices(field) if isinstance(field, Mapping) else ():
        if f"{name}.{choice}" not in words:
            message = f"add the words for the choice `{name}.{choice}` in `words`"
            yield loaded.finding((*place, "enum"), "words-missing", message)


def _unused_words(loaded: Loaded, at: Path, fields: Mapping[str, Any], words: Mapping[str, Any]) -> Iterator[Finding]:
    for key in words:
        name, _, rest = key.partition(".")
        field = fields.get(name)
        if not isinstance(field, Mapping) or (rest and rest not in {*ABOUT_A_FIELD, *choices(field)}):
            message = f"`{key}` names no field or choice of this form: correct or remove it"
            yield loaded.finding((*at, "words", key), "words-unused", message)


def _facts(loaded: Loaded) -> Iterator[Finding]:
    for path, fact in listed(loaded, "facts"):
        if fact["missing"] == "ask" and "title" not in fact:
            message = f"if `{fact['id']}` is missing the person is asked for it: add a `title` to ask with"
            yield loaded.finding(path, "fact-title", message)


def _conditions(loaded: Loaded, facts: frozenset[str]) -> Iterator[Finding]:
    fields = frozenset(f"form.{name}" for name in _fields(loaded.value))
    for key, name in (("eligibility", "rule"), ("fees", "when"), ("documents", "when"), ("steps", "when")):
        for path, item in listed(loaded, key):
            if name in item:
                known = facts if key == "eligibility" else facts | fields
                yield from _condition(loaded, (*path, name), item[name], known)


def _fields(document: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = document.get("form", {}).get("schema", {}).get("properties", {})
    return fields if isinstance(fields, Mapping) else {}


def _condition(loaded: Loaded, at: Path, rule: Any, known: frozenset[str]) -> Iterator[Finding]:
    wrong = list(problems(rule))
    for path, message in wrong:
        yield loaded.finding((*at, *path), "condition", message)
    if wrong:
        return
    try:
        names = variables(rule)
    except NotACondition as refusal:
        yield loaded.finding(at, "condition", str(refusal))
        return
    for name in sorted(names - known):
        form = name.startswith("form.")
        message = f"`{name}` is not a field that is known here" if form else f"`{name}` is not declared in `facts`"
        code = "condition-field" if form else "fact-undeclared"
        yield loaded.finding(at, code, f"{message}: declare it, or correct it", warning=not form)
