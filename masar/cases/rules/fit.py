"""Whether an event fits its request: the steps, outcomes, reasons and agencies that it names are known there."""

from __future__ import annotations

from collections.abc import Container

from masar.cases.rules.envelope import Flaw
from masar.cases.rules.events import Event
from masar.catalogue.rules.definition import Definition


def misfit(event: Event, definition: Definition, agencies: Container[str]) -> Flaw | None:
    """Return the first thing in an event that its request's definition does not know; None when it fits."""
    facts = event.facts
    for name in ("step", "returns_to"):
        if name in facts and facts[name] not in definition.steps:
            return _unknown_place(name, facts[name], definition)
    if event.type == "asked" and "step" in facts and definition.steps[facts["step"]].holder != "citizen":
        return Flaw("/data/step", "not-the-citizens", "Ask in a step that the citizen holds.")
    if "outcome" in facts:
        return _bad_outcome(event, definition)
    if "to" in facts and facts["to"] not in agencies:
        return Flaw("/data/to", "unknown-agency", f"No agency {facts['to']} is known.")
    return None


def _unknown_place(name: str, place: str, definition: Definition) -> Flaw:
    detail = f"The steps are {', '.join(definition.steps)}."
    if place in definition.outcomes:
        detail = "This is an outcome: report it as masar.request.decided.v1."
    return Flaw(f"/data/{name}", "unknown-step", detail)


def _bad_outcome(event: Event, definition: Definition) -> Flaw | None:
    outcome, reason = definition.outcomes.get(event.facts["outcome"]), event.facts.get("reason")
    if outcome is None:
        return Flaw("/data/outcome", "unknown-outcome", f"The outcomes are {', '.join(definition.outcomes)}.")
    if event.type == "withdrawn" and outcome.state != "withdrawn":
        return Flaw("/data/outcome", "not-a-withdrawal", "Report any other outcome as masar.request.decided.v1.")
    if (reason is None and outcome.reason_required) or (reason is not None and reason not in definition.reasons):
        return Flaw("/data/reason", "reason", f"Give a reason: {', '.join(definition.reasons)}.")
    return None
