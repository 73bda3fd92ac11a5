"""Conditions of a definition in words: simple ones are said, others are "in some cases"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import digits, phrase, said

Rule = Any


def condition(look: Look, document: Mapping[str, Any], rule: Rule) -> Markup:
    """Say when a fee is due, a paper is asked for or a step is taken."""
    return _said(look, document, rule) or phrase(_("in some cases"))


def _said(look: Look, document: Mapping[str, Any], rule: Rule) -> Markup:
    if not isinstance(rule, Mapping):
        return Markup()
    operator, given = next(iter(rule.items()))
    arguments = given if isinstance(given, list) else [given]
    if operator in ("and", "or"):
        return _joined(look, document, operator, arguments)
    if operator == "var":
        return _citizen(arguments[0], is_one=True)
    if operator == "!" and isinstance(arguments[0], Mapping) and "var" in arguments[0]:
        return _citizen(arguments[0]["var"], is_one=False)
    if len(arguments) == 2 and isinstance(arguments[0], Mapping) and "var" in arguments[0]:
        return _compared(look, document, operator, str(arguments[0]["var"]), arguments[1])
    return Markup()


def _joined(look: Look, document: Mapping[str, Any], operator: str, rules: Sequence[Rule]) -> Markup:
    parts = [_said(look, document, rule) for rule in rules]
    if not all(parts):
        return Markup()
    text = _("%(one)s, and %(other)s") if operator == "and" else _("%(one)s, or %(other)s")
    whole = parts[0]
    for part in parts[1:]:
        whole = phrase(text, one=whole, other=part)
    return whole


def _citizen(name: Any, *, is_one: bool) -> Markup:
    if name != "person.is_citizen":
        return Markup()
    return phrase(_("for Kuwaiti citizens") if is_one else _("for residents who are not Kuwaiti"))


def _compared(look: Look, document: Mapping[str, Any], operator: str, name: str, value: Any) -> Markup:
    if name == "person.age":
        return _age(look, operator, value)
    if not name.startswith("form.") or operator not in ("==", "!=", "in"):
        return Markup()
    words = document.get("form", {}).get("words", {})
    field = name.removeprefix("form.")
    question = said(look, words.get(field))
    answers = [_answer(look, words, field, one) for one in (value if isinstance(value, list) else [value])]
    if not question or not all(answers):
        return Markup()
    text = _("“%(question)s”: not %(answer)s") if operator == "!=" else _("“%(question)s”: %(answer)s")
    return phrase(text, question=question, answer=phrase(_(" or ")).join(answers))


def _answer(look: Look, words: Mapping[str, Any], field: str, value: Any) -> Markup:
    if isinstance(value, bool):
        return phrase(_("Yes") if value else _("No"))
    return said(look, words.get(f"{field}.{value}"))


_AGES: Mapping[str, Callable[[], str]] = {
    "<": lambda: _("under the age of %(age)s"),
    ">=": lambda: _("from the age of %(age)s"),
}


def _age(look: Look, operator: str, value: Any) -> Markup:
    say = _AGES.get(operator)
    return phrase(say(), age=digits(look, value)) if say and isinstance(value, int) else Markup()
