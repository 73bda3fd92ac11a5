"""The citizen's small forms: fields from a declared form, what was typed, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from masar.kernel.ids import ascii_digits
from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import digits, phrase, said

LONGEST = 4000
EMPTY = Markup()


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is text, number, textarea, date, radios, checkbox, checkboxes; `choices` are (value, words)."""

    name: str
    label: Markup
    kind: str = "textarea"
    hint: Markup = EMPTY
    value: str = ""
    values: tuple[str, ...] = ()
    error: str = ""
    required: bool = True
    longest: int = LONGEST
    choices: tuple[tuple[str, Markup], ...] = ()
    rule: Mapping[str, Any] = field(default_factory=dict)
    advice: Markup = EMPTY


def fields_of(look: Look, form: Mapping[str, Any] | None) -> list[Field]:
    """Make the fields of a declared form (JSON Schema and words); without one, a single text."""
    if not form or "schema" not in form:
        return [Field("answer", phrase(_("Your answer")))]
    schema, words = form["schema"], form.get("words", {})
    required = frozenset(schema.get("required", ()))
    return [_field(look, name, rule, words, name in required) for name, rule in schema.get("properties", {}).items()]


def _field(look: Look, name: str, rule: Mapping[str, Any], words: Mapping[str, Any], required: bool) -> Field:
    made = Field(
        name=name,
        label=said(look, words.get(name)) or phrase("%(name)s", name=name),
        hint=said(look, words.get(f"{name}.hint")),
        advice=said(look, words.get(f"{name}.error")),
        kind=_kind(rule),
        required=required,
        longest=int(rule.get("maxLength", LONGEST)),
        rule=rule,
    )
    if made.kind != "radios":
        return made
    if "enum" in rule:
        choices = tuple(
            (str(value), said(look, words.get(f"{name}.{value}")) or phrase(value)) for value in rule["enum"]
        )
    else:
        choices = (("true", phrase(_("Yes"))), ("false", phrase(_("No"))))
    return replace(made, choices=choices)


def _kind(rule: Mapping[str, Any]) -> str:
    if "enum" in rule or rule.get("type") == "boolean":
        return "radios"
    if rule.get("const") is True:
        return "checkbox"
    if rule.get("type") in ("integer", "number"):
        return "number"
    return "textarea" if int(rule.get("maxLength", LONGEST)) > 200 else "text"


def filled(look: Look, fields: list[Field], given: Mapping[str, str]) -> list[Field]:
    """Return the fields with what was typed and, beside each, what is wrong with it."""
    return [_checked(look, replace(one, value=given.get(one.name, "").strip())) for one in fields]


def values_of(fields: list[Field]) -> dict[str, Any]:
    """Return what was answered, in the types that the form declares."""
    return {one.name: _typed(one) for one in fields if one.value != ""}


def _typed(one: Field) -> Any:
    if one.kind == "number":
        return int(ascii_digits(one.value))
    if one.kind == "checkbox" or (one.kind == "radios" and one.rule.get("type") == "boolean"):
        return one.value == "true"
    return one.value


def _checked(look: Look, one: Field) -> Field:
    return replace(one, error=_fault(look, one))


def _fault(look: Look, one: Field) -> str:
    if one.value == "":
        return _missing(one) if one.required else ""
    if len(one.value) > one.longest:
        return _("This is longer than %(num)s characters. Shorten it.") % {"num": digits(look, one.longest)}
    if one.kind == "radios" and one.value not in {value for value, _words in one.choices}:
        return _("Choose one of the answers.")
    return "" if _fits(one) else str(one.advice) or _("This does not look right. Check it and try again.")


def _missing(one: Field) -> str:
    if one.kind == "radios":
        return _("Choose one of the answers.")
    return _("Tick this box to go on.") if one.kind == "checkbox" else _("Write your answer here.")


def _fits(one: Field) -> bool:
    if one.kind == "number":
        text = ascii_digits(one.value)
        return bool(re.fullmatch(r"-?\d{1,15}", text, re.ASCII)) and _between(int(text), one.rule)
    if "pattern" in one.rule:
        return re.search(one.rule["pattern"], ascii_digits(one.value)) is not None
    return len(one.value) >= int(one.rule.get("minLength", 0))


def _between(value: int, rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("minimum", value) <= value <= rule.get("maximum", value))
