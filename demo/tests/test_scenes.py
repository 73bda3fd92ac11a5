"""The scenes are valid events that follow the definitions and leave each request in the condition it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from demo.hours import WEEKEND, ZONE
from demo.scenes import Scene, moment, reports, working_day
from demo.stories import SCENES
from demo.tests.catalogue import calendar, definitions
from masar.cases.rules.envelope import Envelope, read_envelope
from masar.cases.rules.events import Event
from masar.cases.rules.fold import child_of, fold
from masar.cases.rules.standing import Case, Folded

ANCHOR = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
BY_REF = {scene.ref: scene for scene in SCENES}


def events_of(scene: Scene) -> list[Event]:
    events = []
    for report in reports(scene, ANCHOR):
        envelope = read_envelope(report.event, ANCHOR, report.agency)
        assert isinstance(envelope, Envelope), (scene.ref, envelope)
        events.append(envelope.event)
    return events


def case_of(scene: Scene) -> Case:
    return Case(definitions()[scene.service], lambda _: calendar())


def folded(scene: Scene) -> Folded:
    children = [
        child_of(case_of(child), number, events_of(child), is_appeal=False)
        for number, child in enumerate(SCENES)
        if child.parent == scene.ref
    ]
    return fold(case_of(scene), events_of(scene), children)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.ref)
def test_a_scene_follows_the_path_that_its_definition_allows(scene: Scene) -> None:
    assert [move.event.type for move in folded(scene).moves if move.is_off_path] == []


@pytest.mark.parametrize(
    ("ref", "state", "step", "outcome", "holder"),
    [
        ("DEMO-noura-1", "needs-you", "more-information", None, None),
        ("DEMO-noura-2", "ready", "collect", None, None),
        ("DEMO-noura-3", "in-progress", "checks", None, "kw.kff"),
        ("DEMO-noura-4", "completed", "collect", "done", None),
        ("DEMO-faisal-1", "in-progress", "review", None, "kw.moi.gdt"),
        ("DEMO-faisal-2", "in-progress", "ownership", None, "kw.moj"),
        ("DEMO-mariam-1", "submitted", "received", None, "kw.moi.gdt"),
        ("DEMO-yousef-1", "in-progress", "review", None, "kw.moi.gdt"),
        ("DEMO-dalal-1", "refused", "review", "refused", None),
        ("DEMO-hamad-1", "withdrawn", "fee", "withdrawn", None),
        ("DEMO-salem-1", "needs-you", "fee", None, None),
        ("DEMO-haya-1", "completed", "inspection", "issued", None),
        ("DEMO-omar-1", "needs-you", "corrections", None, None),
        ("DEMO-aslam-1", "needs-you", "new-photo", None, None),
        ("DEMO-maria-1", "needs-you", "fee", None, None),
    ],
)
def test_a_scene_shows_its_condition(ref: str, state: str, step: str, outcome: str | None, holder: str | None) -> None:
    standing = folded(BY_REF[ref]).standing
    agency = standing.holder.agency if standing.holder else None
    assert (standing.state, standing.step, standing.outcome, agency) == (state, step, outcome, holder)


def test_the_promise_to_yousef_is_broken_and_that_to_faisal_is_not() -> None:
    late, well = folded(BY_REF["DEMO-yousef-1"]).standing, folded(BY_REF["DEMO-faisal-1"]).standing
    assert late.promise is not None
    assert well.promise is not None
    assert late.promise.due(late.held_since, calendar()) < ANCHOR - timedelta(days=5)
    assert well.promise.due(well.held_since, calendar()) > ANCHOR


@pytest.mark.parametrize("day", [22, 24, 27, 28])
def test_every_act_lies_in_the_past_on_a_working_day_in_order(day: int) -> None:
    anchor = datetime(2026, 11, day, 1, 0, tzinfo=UTC)
    for scene in SCENES:
        times = [moment(anchor, act) for act in scene.acts]
        assert times == sorted(times)
        assert times[-1] < anchor
        assert all(time.weekday() not in WEEKEND for time in times)


def test_the_last_working_day_before_a_sunday_is_a_thursday_and_holidays_are_free() -> None:
    assert working_day(datetime(2026, 11, 22, tzinfo=ZONE).date(), 1).isoformat() == "2026-11-19"
    assert working_day(datetime(2026, 2, 27, tzinfo=ZONE).date(), 1).isoformat() == "2026-02-24"


def test_the_same_anchor_gives_the_same_events() -> None:
    one = [report.event for scene in SCENES for report in reports(scene, ANCHOR)]
    two = [report.event for scene in SCENES for report in reports(scene, ANCHOR)]
    assert one == two
    assert len({(event["source"], event["id"]) for event in one}) == len(one)
