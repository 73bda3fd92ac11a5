"""What a service does with facts that are known: who knows them, what they answer, what is kept for the next time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masar.catalogue.rules.conditions import NotACondition, variables
from masar.catalogue.rules.eligibility import prefill
from masar.catalogue.rules.form import asks

SELF = "masar"  # the source of what nobody but the person, or their civil ID, can say


def sources_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return who knows each fact that a service declares."""
    return {fact["id"]: fact["source"] for fact in document.get("facts", ())}


def given(document: Mapping[str, Any], facts: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers to required questions that known facts give. What may be left out is the person's to say."""
    found = prefill(document, facts)
    if not found:
        return {}
    applying = asks(document["form"]["schema"], {**found, **answers})
    return {ask.name: found[ask.name] for ask in applying if ask.required and ask.name in found.keys() - answers.keys()}


def lasting(document: Mapping[str, Any], facts: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the person said of themselves and need not say again, by fact.

    Only what a service asks for (`missing: ask`) and nobody but the person can say (`source: masar`): what an agency
    knows belongs to that agency, and what the person wrote in its place belongs to this one request.
    """
    said = {rule["x-prefill"]: answers[name] for name, rule in _fields(document).items()
            if "x-prefill" in rule and answers.get(name) is not None}  # fmt: skip
    said |= {name: value for name, value in facts.items() if value is not None}
    own = {f["id"] for f in document.get("facts", ()) if f["source"] == SELF and f["missing"] == "ask"}
    return {name: value for name, value in said.items() if name in own}


def behind(document: Mapping[str, Any], condition: str) -> frozenset[str]:
    """Return the facts that a condition of eligibility looks at, by its id."""
    rule = next((item["rule"] for item in document.get("eligibility", ()) if item["id"] == condition), None)
    try:
        return variables(rule)
    except NotACondition:
        return frozenset()


def _fields(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = document.get("form", {}).get("schema", {}).get("properties", {})
    return found
