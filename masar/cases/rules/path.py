"""The path of a request as people see it: stops done, now and coming, with the dates that can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from masar.cases.rules.clock import Meter, Span
from masar.cases.rules.standing import CalendarOf, Folded, Move, Standing
from masar.cases.rules.story import Due, Stop
from masar.catalogue.rules.conditions import evaluate
from masar.catalogue.rules.definition import Definition, Step


def due_of(standing: Standing, calendar_of: CalendarOf, home: str, now: datetime) -> Due:
    """Return how the service's promise stands, live at `now`."""
    meter = standing.promise
    if meter is None:
        return Due()
    agency = standing.holder.agency if standing.holder else None
    since = standing.held_since if agency else None
    calendar = calendar_of(agency or home)
    used, allowed = meter.used(since, now, calendar)
    runs = standing.closed_at is None and agency is not None
    return Due(
        at=meter.due(standing.held_since, calendar) if runs else None,
        used=used,
        allowed=allowed,
        unit="days" if meter.unit == "days" else "seconds",
        is_paused=standing.closed_at is None and agency is None,
        broken_at=meter.is_broken_at,
    )


def step_due_of(standing: Standing, calendar_of: CalendarOf) -> datetime | None:
    """Return when the promise of the present step runs out; None when it has none or the citizen holds."""
    if standing.step_promise is None or standing.holder is None or standing.holder.agency is None:
        return None
    return standing.step_promise.due(standing.held_since, calendar_of(standing.holder.agency))


def path_of(definition: Definition, folded: Folded, calendar_of: CalendarOf, now: datetime) -> list[Stop]:
    """Return the stops: what was passed, in the order it happened, the present step, and the expected way on."""
    standing = folded.standing
    stays = _stays(folded.spans)
    passed = stays if standing.closed_at is not None else stays[:-1]
    stops = [
        Stop(definition.steps[step], "done", began, ended, agency=agency)
        for step, began, ended, agency in passed
        if ended
    ]
    if standing.closed_at is None and stays:
        step, began, _, _ = stays[-1]
        holder = standing.holder.agency if standing.holder else None
        stops.append(
            Stop(definition.steps[step], "now", began, agency=holder, due_at=step_due_of(standing, calendar_of))
        )
        stops += coming(definition, standing, calendar_of, now)
    return stops


def skipped(definition: Definition, form: Mapping[str, Any]) -> list[str]:
    """Return the steps that the form rules out: those whose condition is known to fail."""
    return [step.id for step in definition.steps.values() if step.when and evaluate(step.when, {"form": form}) is False]


def count_of(definition: Definition, step: str, stop: int, skips: Sequence[str]) -> tuple[int, int]:
    """Return (which stop it is, of how many), without the steps skipped; one that was entered all the same counts."""
    left_out = [definition.path.index(place) for place in skips if place in definition.path and place != step]
    return stop - sum(place < stop for place in left_out), definition.stops - len(left_out)


def coming(definition: Definition, standing: Standing, calendar_of: CalendarOf, now: datetime) -> list[Stop]:
    """Return the steps still expected, each with the date by which its own promise would end, where it has one.

    A step in the citizen's hands is taken to need no time: what people do is theirs to decide, and not promised.
    """
    at: datetime | None = max(step_due_of(standing, calendar_of) or now, now)
    if standing.step_promise is None and standing.holder is not None and standing.holder.agency is not None:
        at = None  # the present step promises nothing, so nothing can be said of what follows it
    return ahead(definition, standing.stop, standing.skips, at, calendar_of)


def ahead(
    definition: Definition, stop: int, skips: Sequence[str], at: datetime | None, calendar_of: CalendarOf
) -> list[Stop]:
    """Return the steps of the expected way after a place on it, which ends `at`; None where that cannot be said."""
    stops = []
    for place in definition.path[stop:]:
        if place in definition.steps and place not in skips:
            at, said = _after(definition.steps[place], at, calendar_of, definition.agency)
            stops.append(Stop(definition.steps[place], "coming", expected_at=said))
    return stops


def _after(
    step: Step, at: datetime | None, calendar_of: CalendarOf, home: str
) -> tuple[datetime | None, datetime | None]:
    if at is None:
        return None, None
    if step.holder == "citizen":
        return at, at
    if step.promise is None:
        return None, None
    calendar = calendar_of(step.agency or home)
    ends = Meter.begin(step.promise, at, calendar).due(at, calendar)
    return ends, ends


def _stays(spans: Sequence[Span]) -> list[tuple[str, datetime, datetime | None, str | None]]:
    """Join the spans of one stay in a step, whoever held it: (step, began, ended, the agency that held it last)."""
    stays: list[tuple[str, datetime, datetime | None, str | None]] = []
    for span in spans:
        if stays and stays[-1][0] == span.step and stays[-1][2] == span.start:
            step, began, _, agency = stays[-1]
            stays[-1] = (step, began, span.end, span.holder.agency or agency)
        else:
            stays.append((span.step, span.start, span.end, span.holder.agency))
    return stays


def moves_into(moves: Sequence[Move], began_at: datetime | None, ended_at: datetime | None) -> list[Move]:
    """Return the events that belong to a stop: from its begin until its end."""
    if began_at is None:
        return []
    return [m for m in moves if m.at >= began_at and (ended_at is None or m.at < ended_at)]
