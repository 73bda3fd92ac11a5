"""The ways of a request: every step can be reached and left, and the expected path can be walked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from masar.catalogue.rules.checks.answers import may_be
from masar.catalogue.rules.checks.source import Finding, Loaded, Path, listed

Ways = Mapping[str, tuple[str, ...]]


def flow(loaded: Loaded) -> Iterator[Finding]:
    """Yield every fault in `steps`, `path` and `outcomes` taken together."""
    document = loaded.value
    ways: Ways = {step["id"]: tuple(step["next"]) for step in document["steps"]}
    outcomes = {outcome["id"] for outcome in document["outcomes"]}
    yield from _unknown_ways(loaded, {*ways, *outcomes})
    yield from _not_reached(loaded, reached({document["steps"][0]["id"]}, ways))
    yield from _dead_ends(loaded, ways, outcomes)
    yield from _path(loaded, ways)


def reached(start: Iterable[str], ways: Ways) -> set[str]:
    """All places that can be reached from `start`, itself included."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting.extend(ways.get(place, ()))
    return seen


def _unknown_ways(loaded: Loaded, places: set[str]) -> Iterator[Finding]:
    for path, step in listed(loaded, "steps"):
        for index, way in enumerate(step["next"]):
            if way not in places:
                message = f"`{way}` is neither a step nor an outcome: correct it, or add it"
                yield loaded.finding((*path, "next", index), "next-unknown", message)
            elif way == step["id"]:
                message = "a step does not lead to itself: a request stays where it is without an event"
                yield loaded.finding((*path, "next", index), "next-itself", message)


def _not_reached(loaded: Loaded, seen: set[str]) -> Iterator[Finding]:
    for kind, word in (("steps", "step"), ("outcomes", "outcome")):
        for path, item in listed(loaded, kind):
            if item["id"] not in seen:
                message = f"nothing leads to the {word} `{item['id']}`: name it in the `next` of a step, or remove it"
                yield loaded.finding((*path, "id"), f"{word}-unreachable", message)


def _dead_ends(loaded: Loaded, ways: Ways, outcomes: set[str]) -> Iterator[Finding]:
    for path, step in listed(loaded, "steps"):
        if not reached([step["id"]], ways) & outcomes:
            message = f"from `{step['id']}` no outcome can be reached: give it a way that ends"
            yield loaded.finding((*path, "next"), "dead-end", message)


def _path(loaded: Loaded, ways: Ways) -> Iterator[Finding]:
    document = loaded.value
    steps = {step["id"]: step for step in document["steps"]}
    outcomes = {outcome["id"]: outcome for outcome in document["outcomes"]}
    places: list[str] = document["path"]
    if places[0] != document["steps"][0]["id"]:
        yield loaded.finding(("path", 0), "path-start", f"the path starts at the first step, `{next(iter(steps))}`")
    if outcomes.get(places[-1], {}).get("state") != "completed":
        message = "the path is the expected way: end it in an outcome with the state `completed`"
        yield loaded.finding(("path", len(places) - 1), "path-end", message)
    for index, place in enumerate(places):
        yield from _on_path(loaded, index, place, steps, outcomes)
    yield from _gaps(loaded, places, steps, ways)
    yield from _off_path(loaded, set(places))


def _on_path(
    loaded: Loaded, index: int, place: str, steps: Mapping[str, Any], outcomes: Mapping[str, Any]
) -> Iterator[Finding]:
    at: Path = ("path", index)
    if place not in steps and place not in outcomes:
        yield loaded.finding(at, "path-unknown", f"`{place}` is neither a step nor an outcome: correct it")
    elif place in outcomes and index < len(loaded.value["path"]) - 1:
        yield loaded.finding(at, "path-outcome", f"`{place}` ends the request: nothing can follow it on the path")
    elif steps.get(place, {}).get("detour"):
        yield loaded.finding(at, "path-detour", f"`{place}` is a detour: take it off the path, or remove `detour`")
    if place in loaded.value["path"][:index]:
        yield loaded.finding(at, "path-twice", f"`{place}` stands on the path twice: keep one")


def _gaps(loaded: Loaded, places: list[str], steps: Mapping[str, Any], ways: Ways) -> Iterator[Finding]:
    """Two places must be joined if, for some answers of the form, nothing on the path stands between them."""
    for index, place in enumerate(places):
        hidden: list[Any] = []
        for later in range(index + 1, len(places)):
            target = places[later]
            shown = [steps[name]["when"] for name in (place, target) if "when" in steps.get(name, {})]
            known = target in steps or later == len(places) - 1
            if known and place in ways and target not in ways[place] and may_be(loaded.value, shown, hidden):
                message = f"`{place}` does not lead to `{target}`: add it to its `next`, or change the path"
                yield loaded.finding(("path", later), "path-gap", message)
            if "when" not in steps.get(target, {}):
                break
            hidden.append(steps[target]["when"])


def _off_path(loaded: Loaded, places: set[str]) -> Iterator[Finding]:
    for path, step in listed(loaded, "steps"):
        if step["id"] not in places and not step.get("detour"):
            message = f"`{step['id']}` is not on the path: put it there, or write `detour: true`"
            yield loaded.finding((*path, "id"), "off-path", message, warning=True)
