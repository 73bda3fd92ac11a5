"""The heart of the demonstration: every service travels its whole path, its refusal and its "needs you", on the path.

The events go over the real API of a really running Masar, as agencies would send them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from demo.api import Api, Item
from demo.conditions import skips_of
from demo.events import Report
from demo.forms import fill
from demo.history import reports
from demo.hours import Hours
from demo.journey import Turn, Way, past_children, ways
from demo.keys import Keys
from demo.seeding import Lane
from demo.services import Service, Step
from demo.temper import tempers
from demo.tests.catalogue import book, services
from demo.walk import Luck, Request, Walker
from masar.catalogue.actions import new_key
from tests.running import running

pytestmark = pytest.mark.database
UNTIL = datetime.now(UTC)
HOURS = Hours((UNTIL - timedelta(days=20_000)).date(), UNTIL.date())
PACES = tempers({service.holder(step) for service in services() for step in service.steps}, "journeys")
Place = tuple[str, str | None]


@pytest.fixture(scope="module")
def api(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    keys = Keys({agency: new_key(agency) for agency in PACES})
    with running(tmp_path_factory.mktemp("journeys") / "web.log", MASAR_DEMONSTRATION="1") as server:
        api = Api(server.url, keys, patience=20.0)
        yield api
        api.close()


class Scripted(Walker):
    """Walks as a plan says, and the usual way where it says nothing."""

    plan: Sequence[Way] = ()

    def _turn(self, request: Request, step: Step, origin: str | None, luck: Luck) -> Way | None:
        found = ways(request.service, step.id, request.skips, origin)
        if self.plan and "-" not in request.ref.removeprefix("DEMO_"):
            chosen = next(way for way in found if way == self.plan[0])
            self.plan = self.plan[1:]
            return chosen
        return next(way for way in found if way.turn == "onward")


def plan_to(service: Service, turn: Turn, skips: Set[str]) -> list[Way] | None:
    """Return the shortest way to a turn; None where the form closes every one."""
    begin: Place = (service.first, None)
    seen, waiting = {begin}, deque([(begin, list[Way]())])
    while waiting:
        (place, origin), so_far = waiting.popleft()
        if service.steps[place].children:
            onto = past_children(service, place, is_good=True, skips=skips)
            found: list[tuple[Place, list[Way]]] = [((onto, None), so_far)] if onto in service.steps else []
        else:
            there = ways(service, place, skips, origin)
            if goal := next((way for way in there if way.turn == turn), None):
                return [*so_far, goal]
            found = [((w.place, place), [*so_far, w]) for w in there if w.place in service.steps]
        for state, path in found:
            if state not in seen:
                seen.add(state)
                waiting.append((state, path))
    return None


def journey(service: Service, turn: Turn, number: int) -> list[Report] | None:
    """Return the events of a journey with a certain turn, and the usual way after it; None where no form leads there.

    A journey lasts as long as its promises: it begins so early that it can have ended.
    """
    for attempt in range(30):
        chance = Random(f"{service.id}|{turn}|{attempt}")
        form = fill(service.schema, chance, UNTIL.date())
        skips = skips_of(service, form)
        plan = [] if turn == "onward" else plan_to(service, turn, skips)
        if plan is None:
            continue
        at = HOURS.open_from(UNTIL - timedelta(days=19_000), 0.4)
        who = {"civil_id": f"29{number % 9 + 1}0101{number:04d}0", "name": "شخص تجريبي"}
        walker = Scripted(book(), HOURS, PACES, chance, UNTIL)
        walker.plan = plan
        ref = f"DEMO-{service.id}.{turn}".replace("-", "_")
        request = walker.open(service, ref, at, who | ({"form": form} if form else {}), skips)
        walker.walk(request, service.first, at, Luck(may_be_silent=False, questions=0, detours=0))
        return reports(walker.told, UNTIL)
    return None


def send(api: Api, told: Sequence[Report]) -> dict[str, str]:
    """Send a journey; return the numbers of its requests by ref."""
    numbers: dict[str, str] = {}

    class Sender:
        def send(self, agency: str, events: Sequence[dict[str, Any]]) -> list[Item]:
            items = api.send(agency, events)
            assert [item for item in items if item.status not in ("accepted", "duplicate")] == [], items
            for event, item in zip(events, items, strict=True):
                if event["type"].endswith("opened.v1"):
                    numbers[event["data"]["agency_ref"]] = str(item.request)
            return items

        def close(self) -> None:
            """Nothing to end."""

    lane = Lane(Sender())
    lane.add(0, told)
    while lane.waiting:
        lane.send_largest()
    return numbers


def read(api: Api, service: Service, number: str) -> Mapping[str, Any]:
    """Read a request whole, and see that it never left the path."""
    whole = api.get(f"/api/v1/requests/{number}", service.agency)
    assert whole is not None
    assert [event for event in whole["events"] if event["off_path"]] == []
    return whole


def person(service: Service) -> int:
    return sorted(book()).index(service.id)


def family(api: Api, numbers: Mapping[str, str], told: Sequence[Report]) -> None:
    """See that every request beneath kept to its path, too."""
    for report in told:
        data = report.event["data"]
        if report.event["type"].endswith("opened.v1"):
            read(api, book()[data["service"]], numbers[data["agency_ref"]])


@pytest.mark.parametrize("service", services(), ids=lambda service: service.id)
def test_a_service_travels_its_whole_path(api: Api, service: Service) -> None:
    told = journey(service, "onward", person(service))
    assert told is not None
    numbers = send(api, told)
    whole = read(api, service, numbers[told[0].ref])
    assert whole["state"] == "completed"
    assert whole["outcome"] == service.path[-1]
    skips = set(whole["skips"])
    places = [event["step"] for event in whole["events"] if event["step"]]
    expected = [place for place in service.path[1:-1] if place not in skips]
    entered_alone = {service.steps[place].id for place in expected} - set(places)
    above = [place for place in service.path if place in service.steps and service.steps[place].children]
    assert len(entered_alone) <= len(above)  # a step after sub-requests is entered without an event
    family(api, numbers, told)


@pytest.mark.parametrize("service", services(), ids=lambda service: service.id)
def test_a_service_can_be_refused_for_a_reason(api: Api, service: Service) -> None:
    told = journey(service, "refuse", person(service))
    assert told is not None, "no form leads to a refusal"
    numbers = send(api, told)
    whole = read(api, service, numbers[told[0].ref])
    outcome = service.outcomes[whole["outcome"] or service.path[-1]]
    appeals = [report for report in told if report.event["data"].get("appeal")]
    assert outcome.state == "refused" or appeals
    decided = [r for r in told if r.event["type"].endswith("decided.v1") and r.ref == told[0].ref]
    assert decided[0].event["data"]["reason"] in service.reasons
    family(api, numbers, told)


def needs_you(service: Service) -> Turn:
    """The turn in which a person is asked: a question, or a step of the usual way in their hands."""
    has_question = any(step.is_detour and step.is_citizens for step in service.steps.values())
    return "ask" if has_question and service.kind != "check" else "onward"


@pytest.mark.parametrize("service", [s for s in services() if s.kind != "check"], ids=lambda service: service.id)
def test_a_service_asks_and_goes_on_when_it_is_answered(api: Api, service: Service) -> None:
    told = journey(service, needs_you(service), person(service)) or journey(service, "onward", person(service))
    assert told is not None
    told = [Report(r.agency, r.ref + "?", _renamed(r.event), r.needs_number) for r in told]
    place = next(n for n, r in enumerate(told) if _is_at_person(service, r))
    number = send(api, told[: place + 1])[told[0].ref]
    assert read(api, service, number)["holder"]["kind"] == "citizen"
    assert read(api, service, number)["state"] in ("needs-you", "ready")
    send(api, told)
    whole = read(api, service, number)
    assert whole["state"] == "completed", whole["step"]


def _is_at_person(service: Service, report: Report) -> bool:
    step = service.steps.get(report.event["data"].get("step") or "")
    is_opened = report.event["type"].endswith("opened.v1") and service.steps[service.first].is_citizens
    return is_opened or (step is not None and step.is_citizens)


def _renamed(event: dict[str, Any]) -> dict[str, Any]:
    """Give the events of a second journey other names, and its requests other references."""
    data = dict(event["data"])
    for name in ("agency_ref", "parent"):
        if name in data:
            data[name] += "?"
    return event | {"id": event["id"] + "?", "subject": event["subject"] + "?", "data": data}
