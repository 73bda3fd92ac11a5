"""The citizen's forms: fields of declared questions, what was typed, and what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from masar.catalogue.queries import Ask, ask_of, asks, read
from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import digits, phrase, said

LONGEST = 4000
EMPTY = Markup()
DATE_PARTS = ("day", "month", "year")

_FAULTS: Mapping[str, Callable[[], str]] = {
    "choose": lambda: _("Choose one of the answers."),
    "tick": lambda: _("Tick this box to go on."),
    "missing": lambda: _("Write your answer here."),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is text, number, password, textarea, date, radios, checkbox or checkboxes.

    `choices` are (value, words); `texts` is what was typed, `answer` what it means, where nothing is wrong with it;
    `fills` is the `autocomplete` by which a browser fills it in; `of` tells forms on one page apart.
    """

    name: str
    label: Markup
    kind: str = "textarea"
    hint: Markup = EMPTY
    texts: tuple[str, ...] = ()
    error: str = ""
    required: bool = True
    longest: int = LONGEST
    choices: tuple[tuple[str, Markup], ...] = ()
    advice: Markup = EMPTY
    ask: Ask | None = None
    answer: Any = None
    fills: str = ""
    of: str = ""

    @property
    def value(self) -> str:
        """What was typed in a field that takes one text."""
        return self.texts[0] if self.texts else ""


def field_of(look: Look, ask: Ask, words: Mapping[str, Any], label: Markup = EMPTY) -> Field:
    """Make the empty field of a question; `words` are those of its form."""
    return Field(
        name=ask.name,
        label=label or said(look, words.get(ask.name)) or phrase("%(name)s", name=ask.name),
        kind="radios" if ask.kind == "yes-no" else ask.kind,
        hint=said(look, words.get(f"{ask.name}.hint")),
        required=ask.required,
        longest=ask.longest,
        choices=_choices(look, ask, words),
        advice=said(look, words.get(f"{ask.name}.error")),
        ask=ask,
    )


def plain_field(name: str, label: Markup, hint: Markup = EMPTY) -> Field:
    """Make a field for a single text of any kind."""
    ask = ask_of(name, {"type": "string", "maxLength": LONGEST}, required=True)
    return Field(name, label, hint=hint, ask=ask)


def fields_of(
    look: Look, form: Mapping[str, Any] | None, given: Mapping[str, Sequence[str]] | None = None
) -> list[Field]:
    """Make the fields of a declared form on one page, with what was `given` and what is wrong with it.

    Without a form, a single text. What only a condition asks for is there, and required where the condition holds.
    """
    if not form or "schema" not in form:
        alone = [plain_field("answer", phrase(_("Your answer")))]
        return alone if given is None else filled(look, alone, given)
    schema, words = form["schema"], form.get("words", {})
    required = frozenset(schema.get("required", ()))
    every = [ask_of(name, rule, name in required) for name, rule in schema.get("properties", {}).items()]
    if given is None:
        return [field_of(look, ask, words) for ask in every]
    answers = {ask.name: read(ask, texts_of(ask, given))[0] for ask in every}
    applying = {ask.name: ask for ask in asks(schema, answers)}
    return [
        _filled(look, field_of(look, applying.get(ask.name, ask), words), given if ask.name in applying else {})
        for ask in every
    ]


def filled(look: Look, fields: Sequence[Field], given: Mapping[str, Sequence[str]]) -> list[Field]:
    """Return the fields with what was typed and, beside each, what is wrong with it."""
    return [_filled(look, one, given) for one in fields]


def values_of(fields: Sequence[Field]) -> dict[str, Any]:
    """Return what was answered, in the types that the form declares."""
    return {one.name: one.answer for one in fields if one.answer is not None}


def texts_of(ask: Ask, given: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what was posted for a question."""
    if ask.kind == "date":
        return [text.strip() for part in DATE_PARTS for text in (given.get(f"{ask.name}.{part}") or ("",))[:1]]
    return [text.strip() for text in given.get(ask.name, ())]


def with_texts(look: Look, one: Field, texts: Sequence[str], fault: str | None) -> Field:
    """Return a field with what was typed and what is wrong with it, by the code of the rule."""
    return replace(one, texts=tuple(texts), error=_fault(look, one, fault) if fault else "")


def _filled(look: Look, one: Field, given: Mapping[str, Sequence[str]]) -> Field:
    assert one.ask is not None
    texts = texts_of(one.ask, given)
    answer, fault = read(one.ask, texts)
    return replace(with_texts(look, one, texts, fault), answer=answer)


def _choices(look: Look, ask: Ask, words: Mapping[str, Any]) -> tuple[tuple[str, Markup], ...]:
    if ask.kind == "yes-no":
        return (("true", phrase(_("Yes"))), ("false", phrase(_("No"))))
    return tuple(
        (value, said(look, words.get(f"{ask.name}.{value}")) or phrase("%(x)s", x=value)) for value in ask.choices
    )


def _fault(look: Look, one: Field, fault: str) -> str:
    if fault in _FAULTS:
        return _FAULTS[fault]()
    if fault == "long":
        text = _("This is longer than %(num)s characters. Shorten it.")
        return text % {"num": digits(look, one.longest)}
    if one.advice:
        return str(one.advice)
    if fault in ("range", "number") and one.ask is not None:
        return _range(look, one.ask.rule)
    if fault == "date":
        return _("Write a day that exists: day, month and year, such as 27 11 2026.")
    return _("This does not look right. Check it and try again.")


def _range(look: Look, rule: Mapping[str, Any]) -> str:
    least, most = rule.get("minimum"), rule.get("maximum")
    if least is None or most is None:
        return _("Write a whole number, in digits.")
    text = _("Write a whole number from %(least)s to %(most)s.")
    return text % {"least": digits(look, least), "most": digits(look, most)}
