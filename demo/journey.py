"""The ways on from a step, as the definition allows them: on, a question, a detour, a refusal, a withdrawal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Literal

from demo.services import Service, Step

Turn = Literal["onward", "ask", "detour", "refuse", "withdraw"]
NOT_DRAWN = frozenset({"no-answer", "decision-stands", "appeal-too-late"})  # reasons that only fit where they are meant
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """One event that an agency may report now: its type, the step or outcome that it names, and the reporter."""

    turn: Turn
    kind: str
    place: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)


def onward(service: Service, place: str, skips: Set[str] = NONE, origin: str | None = None) -> str | None:
    """Return where a request usually goes from a step; `origin`: the step from which a detour was entered."""
    step = service.steps[place]
    if place in service.path:
        rest = [stop for stop in service.path[service.path.index(place) + 1 :] if stop not in skips]
        if rest and rest[0] in step.next:
            return rest[0]
    elif origin in step.next:
        return origin
    steps = [stop for stop in step.next if stop in service.steps and stop not in skips]
    on_path = [stop for stop in steps if not service.steps[stop].is_detour]
    ends = [stop for stop in step.next if stop in service.outcomes and service.outcomes[stop].state == "completed"]
    return next(iter([*on_path, *ends, *steps]), None)


def ways(service: Service, place: str, skips: Set[str] = NONE, origin: str | None = None) -> list[Way]:
    """Return every way on from a step; none where it waits for its sub-requests."""
    step = service.steps[place]
    found = [] if step.children else [*_onward(service, step, skips, origin), *_aside(service, step, skips, origin)]
    return [*found, *_ends(service, step)]


def _onward(service: Service, step: Step, skips: Set[str], origin: str | None) -> Iterator[Way]:
    place = onward(service, step.id, skips, origin)
    if place is None:
        return
    by = service.holder(step.id)
    if place in service.outcomes:
        yield _end(service, "onward", place, by)
    elif step.is_citizens and step.task in ("answer", "document"):
        yield Way("onward", "answered", place, by, {"step": place})
    else:
        yield _into(service, "onward", place, by)


def _into(service: Service, turn: Turn, place: str, by: str) -> Way:
    """Return the event that enters a step: a hand-over where another agency is to hold it."""
    to = service.holder(place)
    if to != by and not service.steps[place].is_citizens:
        return Way(turn, "handed-over", place, by, {"to": to, "step": place})
    return Way(turn, "step", place, by, {"step": place})


def _aside(service: Service, step: Step, skips: Set[str], origin: str | None) -> Iterator[Way]:
    if step.is_citizens:
        return
    usual, by = onward(service, step.id, skips, origin), service.holder(step.id)
    for place in step.next:
        aside = service.steps.get(place)
        if aside is None or not aside.is_detour or place == usual or place in skips:
            continue
        if aside.is_citizens:
            yield Way("ask", "asked", place, by, {"step": place})
        elif onward(service, place, skips, step.id) is not None:
            yield _into(service, "detour", place, by)


def _ends(service: Service, step: Step) -> Iterator[Way]:
    for place in step.next:
        outcome = service.outcomes.get(place)
        if outcome is None:
            continue
        if outcome.state == "refused" and not step.is_citizens and not step.children:
            yield _end(service, "refuse", place, service.holder(step.id))
        elif outcome.state == "withdrawn":
            yield Way("withdraw", "withdrawn", place, service.agency)


def _end(service: Service, turn: Turn, place: str, by: str) -> Way:
    return Way(turn, "decided", place, by, {"outcome": place})


def reasons(service: Service) -> list[str]:
    """Return the reasons that may be given for a refusal, the most telling ones."""
    return [reason for reason in service.reasons if reason not in NOT_DRAWN] or list(service.reasons)


def past_children(service: Service, place: str, *, is_good: bool, skips: Set[str] = NONE) -> str | None:
    """Return where a request goes by itself when the sub-requests of a step have ended."""
    return onward(service, place, skips) if is_good else service.steps[place].on_refused
