"""Who may apply and what is asked for it: facts, conditions, papers and what is known already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from masar.catalogue.rules.conditions import NotACondition, evaluate, variables
from masar.catalogue.rules.definition import Text
from masar.catalogue.rules.form import Ask, ask_of, fault

_RULES: Mapping[str, Mapping[str, Any]] = {
    "integer": {"type": "integer", "minimum": 0, "maximum": 10**12},
    "text": {"type": "string", "maxLength": 200},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}


@dataclass(frozen=True, slots=True)
class FactAsk:
    """A fact that the person is asked for, because nobody told it. `ask.name` is the fact's id."""

    id: str
    ask: Ask
    title: Text


@dataclass(frozen=True, slots=True)
class Bar:
    """Why somebody may not apply; `remedy` is the service that would help."""

    id: str
    message: Text
    remedy: str | None


@dataclass(frozen=True, slots=True)
class PaperAsk:
    """A paper that is asked for."""

    id: str
    title: Text
    hint: Text
    accept: tuple[str, ...]
    max_bytes: int
    required: bool


def facts_asked(document: Mapping[str, Any], known: Mapping[str, Any]) -> list[FactAsk]:
    """Return the facts to ask for: those that a condition looks at and that nobody knows."""
    looked_at = _looked_at(document)
    filled = {rule.get("x-prefill") for rule in _properties(document).values()}
    return [
        FactAsk(fact["id"], ask_of(fact["id"], _RULES[fact["type"]], required=True), fact.get("title", {}))
        for fact in document.get("facts", ())
        if fact["missing"] == "ask" and fact["id"] in looked_at - filled and known.get(fact["id"]) is None
    ]


def bar(document: Mapping[str, Any], facts: Mapping[str, Any]) -> Bar | None:
    """Return the first condition that is known to fail, or that needs a fact which has to be known and is not."""
    vital = {fact["id"] for fact in document.get("facts", ()) if fact["missing"] == "refuse"}
    for item, answer in checks(document, facts):
        unknown = {name for name in _variables(item["rule"]) & vital if facts.get(name) is None}
        if answer is False or (answer is None and unknown):
            return Bar(item["id"], item["message"], item.get("remedy", {}).get("service"))
    return None


def checks(document: Mapping[str, Any], facts: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], bool | None]]:
    """Return every condition with its answer; None where more must be known."""
    return [(item, _answer(item["rule"], facts)) for item in document.get("eligibility", ())]


def papers(document: Mapping[str, Any], facts: Mapping[str, Any], values: Mapping[str, Any]) -> list[PaperAsk]:
    """Return the papers that the form's `values` ask for; one that may not be needed is optional."""
    known = {**facts, **{f"form.{name}": value for name, value in values.items()}}
    asked = [(paper, _answer(paper.get("when", True), known)) for paper in document.get("documents", ())]
    return [_paper(paper, needed) for paper, needed in asked if needed is not False]


def papers_of_task(document: Mapping[str, Any], ids: Sequence[str]) -> list[PaperAsk]:
    """Return the papers that a task asks for. Which of them are needed is said by whoever asks."""
    named = {paper["id"]: paper for paper in document.get("documents", ())}
    return [_paper(named[id_], False) for id_ in ids if id_ in named]


def prefill(document: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that known facts give, where they fit."""
    told = {name: (rule, facts.get(rule.get("x-prefill", ""))) for name, rule in _properties(document).items()}
    return {name: value for name, (rule, value) in told.items() if value is not None and fault(rule, value) is None}


def _paper(paper: Mapping[str, Any], needed: bool | None) -> PaperAsk:
    required = bool(needed) and paper.get("required", True)
    hint = paper.get("hint", {})
    return PaperAsk(paper["id"], paper["title"], hint, tuple(paper["accept"]), paper["max_bytes"], required)


def _properties(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = document.get("form", {}).get("schema", {}).get("properties", {})
    return found


def _answer(rule: Any, facts: Mapping[str, Any]) -> bool | None:
    """Answer a condition. A fact of the wrong type is one that is not known."""
    try:
        found = evaluate(rule, facts)
    except NotACondition:
        return None
    return found if isinstance(found, bool) else None


def _looked_at(document: Mapping[str, Any]) -> frozenset[str]:
    return frozenset().union(*map(_variables, _rules(document)))


def _rules(document: Mapping[str, Any]) -> Iterator[Any]:
    for key, name in (("eligibility", "rule"), ("documents", "when"), ("fees", "when")):
        yield from (item[name] for item in document.get(key, ()) if name in item)


def _variables(rule: Any) -> frozenset[str]:
    try:
        return variables(rule)
    except NotACondition:
        return frozenset()
