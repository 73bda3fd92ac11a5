"""Who holds a request in a step and what follows: task, limit, promise, hand-over, children; and how it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from masar.catalogue.rules.checks.source import Finding, Loaded, Path, listed
from masar.catalogue.rules.definition import Duration

CITIZEN_STATES = frozenset({"draft", "needs-you", "ready"})


def holders(loaded: Loaded) -> Iterator[Finding]:
    """Yield every fault inside the steps and outcomes of one definition."""
    for path, step in listed(loaded, "steps"):
        yield from _durations(loaded, path, step)
        yield from _citizen(loaded, path, step)
        yield from _task(loaded, path, step)
        yield from _limit(loaded, path, step)
        yield from _handover(loaded, path, step)
        yield from _children(loaded, path, step)
        if "help" not in step:
            message = f"say in a sentence what happens in `{step['id']}`: add `help`"
            yield loaded.finding((*path, "id"), "help-missing", message, warning=True)
    yield from _outcomes(loaded)
    yield from _ends(loaded)


def _durations(loaded: Loaded, path: Path, item: Mapping[str, Any]) -> Iterator[Finding]:
    for key in ("promise", "limit"):
        within = item.get(key, {}).get("within", "P1D")
        try:
            Duration.parse(within)
        except ValueError:
            yield loaded.finding((*path, key, "within"), "duration", f"`{within}` is no time at all: write at least 1")


def _citizen(loaded: Loaded, path: Path, step: Mapping[str, Any]) -> Iterator[Finding]:
    held = step["holder"] == "citizen"
    if held and step["state"] not in CITIZEN_STATES:
        message = "the citizen holds this step: its state is `needs-you` or `ready`"
        yield loaded.finding((*path, "state"), "state-holder", message)
    if not held and step["state"] in CITIZEN_STATES:
        message = f"`{step['state']}` says that the citizen must act: write `holder: citizen`, or another state"
        yield loaded.finding((*path, "state"), "state-holder", message)
    if held and "task" not in step and step["state"] != "draft":
        yield loaded.finding((*path, "id"), "task-missing", "the citizen holds this step: say with `task` what to do")
    if not held and "task" in step:
        message = "only the citizen has a task: write `holder: citizen`, or remove the task"
        yield loaded.finding((*path, "task"), "task-holder", message)
    if held and "promise" in step:
        message = (
            "no time runs against the agency while the citizen holds the request: remove the promise, or use `limit`"
        )
        yield loaded.finding((*path, "promise"), "promise-holder", message)
    if held and "team" in step:
        yield loaded.finding((*path, "team"), "team-holder", "no team holds what the citizen holds: remove `team`")


def _task(loaded: Loaded, path: Path, step: Mapping[str, Any]) -> Iterator[Finding]:
    task = step.get("task", {})
    needs = {"answer": ("form", task), "payment": ("pay", step), "document": ("documents", task)}
    name, place = needs.get(task.get("kind", ""), ("", {}))
    if name and name not in place:
        yield loaded.finding((*path, "task"), f"task-{name}", f"a task of this kind needs `{name}`: add it")
    for key, kind in (("pay", "payment"), ("visit", "visit")):
        if key in step and task.get("kind") != kind:
            yield loaded.finding(
                (*path, key), "task-kind", f"`{key}` belongs to a task of the kind `{kind}`: remove it"
            )
    if task.get("kind") == "payment" and not loaded.value.get("fees"):
        yield loaded.finding((*path, "task"), "no-fees", "there is nothing to pay: add `fees`, or remove this step")
    documents = {document["id"] for document in loaded.value.get("documents", ())}
    for index, document in enumerate(task.get("documents", ())):
        if document not in documents:
            message = f"`{document}` is not among the `documents` of this service: correct it"
            yield loaded.finding((*path, "task", "documents", index), "document-unknown", message)


def _limit(loaded: Loaded, path: Path, step: Mapping[str, Any]) -> Iterator[Finding]:
    limit = step.get("limit")
    if limit is None:
        if step["holder"] == "citizen":
            message = "without a `limit` this step can wait for ever: add one"
            yield loaded.finding((*path, "id"), "limit-missing", message, warning=True)
        return
    if step["holder"] != "citizen":
        message = "only the citizen's time runs out: write `holder: citizen`, or use `promise`"
        yield loaded.finding((*path, "limit"), "limit-holder", message)
    outcomes = {outcome["id"]: outcome for outcome in loaded.value["outcomes"]}
    then = limit["then"]
    if then not in outcomes:
        yield loaded.finding((*path, "limit", "then"), "limit-then", f"`{then}` is not an outcome: name one")
    elif then not in step["next"]:
        yield loaded.finding((*path, "limit", "then"), "limit-way", f"add `{then}` to the `next` of this step")
    if outcomes.get(then, {}).get("reason_required") and "reason" not in limit:
        yield loaded.finding((*path, "limit"), "limit-reason", f"`{then}` needs a reason: add `reason`")
    reasons = {reason["id"] for reason in loaded.value.get("reasons", ())}
    if limit.get("reason", "") not in {"", *reasons}:
        message = f"`{limit['reason']}` is not among the `reasons`: add it there, or correct it"
        yield loaded.finding((*path, "limit", "reason"), "reason-unknown", message)


def _handover(loaded: Loaded, path: Path, step: Mapping[str, Any]) -> Iterator[Finding]:
    other = step["holder"].partition(":")[2]
    if other == loaded.value["agency"]:
        message = "another agency is one that is not your own: write `holder: agency`"
        yield loaded.finding((*path, "holder"), "holder-own", message)
    if other and "handover" not in step:
        message = "say where the request comes back to: add `handover: { returns_to: <step> }`"
        yield loaded.finding((*path, "holder"), "handover-missing", message)
    if "handover" not in step:
        return
    target = step["handover"]["returns_to"]
    if not other:
        message = "only a step with `holder: other-agency:<id>` is handed over: remove it"
        yield loaded.finding((*path, "handover"), "handover-holder", message)
    if target not in {item["id"] for item in loaded.value["steps"]}:
        yield loaded.finding((*path, "handover", "returns_to"), "returns-to", f"`{target}` is not a step: name one")
    elif target not in step["next"]:
        message = f"add `{target}` to the `next` of this step"
        yield loaded.finding((*path, "handover", "returns_to"), "returns-to", message)


def _children(loaded: Loaded, path: Path, step: Mapping[str, Any]) -> Iterator[Finding]:
    if "children" in step:
        yield from _join(loaded, path, step)
        yield from _twice(loaded, path, [child["service"] for child in step["children"]])
        return
    for key in ("join", "on_refused"):
        if key in step:
            yield loaded.finding((*path, key), "children-missing", f"`{key}` belongs to `children`: remove it")


def _join(loaded: Loaded, path: Path, step: Mapping[str, Any]) -> Iterator[Finding]:
    if step["holder"] != "agency":
        message = "a step with children is held by the agency: write `holder: agency`"
        yield loaded.finding((*path, "holder"), "children-holder", message)
    for key in ("join", "on_refused"):
        if key not in step:
            yield loaded.finding((*path, "children"), f"children-{key}", f"a step with children needs `{key}`: add it")
    refused = step.get("on_refused")
    if refused and refused not in step["next"]:
        yield loaded.finding((*path, "on_refused"), "on-refused", f"add `{refused}` to the `next` of this step")
    if step["id"] not in loaded.value["path"]:
        message = "when its children are done a request goes on along the path: put this step on the path"
        yield loaded.finding((*path, "children"), "children-path", message)


def _twice(loaded: Loaded, path: Path, services: list[str]) -> Iterator[Finding]:
    for index, service in enumerate(services):
        if service in services[:index]:
            yield loaded.finding((*path, "children", index), "children-twice", "this check is named twice: keep one")


def _outcomes(loaded: Loaded) -> Iterator[Finding]:
    steps = {step["id"] for step in loaded.value["steps"]}
    for path, outcome in listed(loaded, "outcomes"):
        if outcome["state"] == "refused":
            yield from _refused(loaded, path, outcome)
        appeal = outcome.get("appeal", {})
        if appeal and outcome["state"] != "refused":
            yield loaded.finding((*path, "appeal"), "appeal-state", "only a refusal is appealed: remove `appeal`")
        if appeal.get("reopens") and appeal["reopens"] not in steps:
            yield loaded.finding((*path, "appeal", "reopens"), "appeal-reopens", "name the step to go on from")
        if "issues" in outcome:
            yield from _issues(loaded, path, outcome)


def _refused(loaded: Loaded, path: Path, outcome: Mapping[str, Any]) -> Iterator[Finding]:
    if not outcome.get("reason_required"):
        message = "nobody is refused without a reason: write `reason_required: true`"
        yield loaded.finding((*path, "id"), "refused-reason", message)
    if not loaded.value.get("reasons"):
        message = "a refusal needs at least one reason: add `reasons`"
        yield loaded.finding((*path, "id"), "refused-no-reasons", message)


def _issues(loaded: Loaded, path: Path, outcome: Mapping[str, Any]) -> Iterator[Finding]:
    if outcome["state"] != "completed":
        message = "only a completed request issues a document: remove `issues`"
        yield loaded.finding((*path, "issues"), "issues-state", message)
    valid_for = outcome["issues"].get("valid_for", {})
    for who in valid_for if isinstance(valid_for, Mapping) else ():
        if who not in loaded.value["audience"]:
            message = f"`{who}` is not in the `audience` of this service: correct it"
            yield loaded.finding((*path, "issues", "valid_for", who), "issues-audience", message)


def _ends(loaded: Loaded) -> Iterator[Finding]:
    yield from _durations(loaded, (), loaded.value)
    outcomes = {outcome["id"] for outcome in loaded.value["outcomes"]}
    for index, outcome in enumerate(loaded.value.get("rating", {}).get("ask_on", ())):
        if outcome not in outcomes:
            message = f"`{outcome}` is not an outcome: correct it"
            yield loaded.finding(("rating", "ask_on", index), "rating-outcome", message)
