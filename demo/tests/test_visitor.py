"""What a visitor does in the demonstration is answered: by the agencies, soon, and to the end within five minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from conftest import new_civil_id
from demo.api import JSON, Api
from demo.forms import fill
from demo.keys import Keys
from demo.life import Life
from demo.services import Service
from demo.tests.catalogue import book
from masar.cases.actions import record
from masar.cases.actions.items import person_actor
from masar.cases.actions.record import self_event
from masar.catalogue.actions import new_key
from masar.kernel.database import acting
from masar.people.actions import know
from tests.running import running

pytestmark = pytest.mark.database
LICENCE, PERMIT, HOUSE = "kw.moi.gdt.renew-driving-licence", "kw.km.building-permit", "kw.pahw.government-house"
SOON, LONGEST = 40, 290  # seconds; Masar takes no event that lies ahead by more than five minutes


class Fixed(Random):
    """Chance that always says the same, so that a journey asks or does not ask."""

    def __init__(self, value: float) -> None:
        super().__init__(1)
        self._value = value

    def random(self) -> float:
        return self._value


NEVER_ASKS, ALWAYS_ASKS = 0.99, 0.01


@pytest.fixture(scope="module")
def api(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    agencies = {service.holder(step) for service in book().values() for step in service.steps}
    keys = Keys({agency: new_key(agency) for agency in agencies})
    with running(tmp_path_factory.mktemp("visitor") / "web.log", MASAR_DEMONSTRATION="1") as server:
        api = Api(server.url, keys, patience=20.0)
        yield api
        api.close()


class Visit:
    """A visitor with one request, and the agencies; `seconds` have passed since they came."""

    def __init__(self, api: Api, chance: float) -> None:
        self.api, self.seconds, self._began = api, 0, datetime.now(UTC)
        self.life = Life(api, book(), Fixed(chance), self.now, pace=6_000.0)
        self.life.is_seeding = True
        self.life.beat()
        civil_id = new_civil_id()
        with acting("masar_system") as cursor:
            self.person = know(cursor, {civil_id: "زائر تجريبي"}, demonstration=True)[civil_id].id
        self.civil_id = civil_id

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.seconds)

    def wait(self) -> None:
        self.seconds += 1
        self.life.beat()

    def open(self, service: Service, **form: Any) -> str:
        said = fill(service.schema, Random(1), self.now().date()) | form
        data = {"service": service.id, "agency_ref": f"visit-{self.civil_id[1:7]}", "civil_id": self.civil_id}
        return self.do(0, "opened", data | {"form": said})

    def do(self, number: int, kind: str, data: dict[str, Any]) -> str:
        """Let the person act in Masar, as its own pages do."""
        event = self_event(number, kind, f"{self.civil_id}{kind}{self.seconds}", self.now(), data)
        (item,) = record(person_actor(self.person), [event])
        assert item.status == "accepted", item.problem
        return str(item.number)

    def read(self, service: str, number: str) -> JSON:
        whole = self.api.get(f"/api/v1/requests/{number}", book()[service].agency)
        assert whole is not None
        return whole

    def until_closed(self, service: str, number: str) -> JSON:
        """Wait, answering every question, until the request has ended."""
        while self.seconds < LONGEST:
            self.wait()
            if self.seconds % 4:
                continue
            whole = self.read(service, number)
            step = book()[service].steps.get(whole["step"])
            if whole["closed_at"] is not None:
                assert [event for event in whole["events"] if event["off_path"]] == []
                return whole
            if whole["holder"]["kind"] == "citizen" and step is not None and step.task == "answer":
                answer = fill(step.schema, Random(1), self.now().date())
                self.do(int(number), "answered", {"answer": answer})
        raise AssertionError(self.read(service, number))


def kinds(whole: JSON) -> list[str]:
    return [str(event["type"]).split(".")[2] for event in whole["events"]]


@pytest.mark.parametrize("chance", [NEVER_ASKS, ALWAYS_ASKS])
@pytest.mark.parametrize("service", [LICENCE, PERMIT, HOUSE])
def test_a_visitors_application_travels_its_whole_path_in_five_minutes(api: Api, service: str, chance: float) -> None:
    visit = Visit(api, chance)
    number = visit.open(book()[service], **({"delivery": "kiosk"} if service == LICENCE else {}))
    while len(visit.read(service, number)["events"]) == 1:
        visit.wait()
        assert visit.seconds <= SOON
    whole = visit.until_closed(service, number)
    assert whole["state"] == "completed"
    assert ("asked" in kinds(whole)) == (chance == ALWAYS_ASKS and service != PERMIT)  # whose question wants a paper


def test_the_way_follows_the_form_that_only_masar_knows(api: Api) -> None:
    visit = Visit(api, NEVER_ASKS)
    number = visit.open(book()[LICENCE], delivery="post", address="بيان، قطعة 7")
    whole = visit.until_closed(LICENCE, number)
    places = {event["step"] for event in whole["events"]}
    assert "posting" in places
    assert "collect" not in places


def test_who_withdraws_is_told_that_it_was_heard(api: Api) -> None:
    visit = Visit(api, NEVER_ASKS)
    number = visit.open(book()[LICENCE])
    visit.wait()
    visit.do(int(number), "withdrawn", {})
    began = visit.seconds
    while kinds(visit.read(LICENCE, number))[-1] != "noted":
        visit.wait()
        assert visit.seconds - began <= SOON
    for _ in range(30):
        visit.wait()
    assert kinds(visit.read(LICENCE, number)).count("noted") == 1


def test_an_appeal_is_heard_and_the_request_goes_on(api: Api) -> None:
    visit = Visit(api, NEVER_ASKS)
    number = visit.open(book()[LICENCE], delivery="kiosk")
    whole = visit.read(LICENCE, number)
    for _ in range(60):
        if visit.read(LICENCE, number)["step"] == "review":
            break
        visit.life._due = {number: ("", visit.now())}
        visit.wait()
    whole = visit.read(LICENCE, number)
    assert whole["step"] == "review"
    agency = book()[LICENCE].agency
    desk = visit.life._desk
    event = desk._made(whole, agency, "decided", {"outcome": "refused", "reason": "medical"})
    assert desk._sent(agency, [event]) == ""
    data = {"service": f"{agency}.appeal", "agency_ref": f"appeal-{number}", "parent": number, "appeal": True}
    appeal = visit.do(0, "opened", data | {"note": "أرفقت تقريرا جديدا"})
    assert visit.until_closed(f"{agency}.appeal", appeal)["outcome"] == "accepted"
    assert visit.until_closed(LICENCE, number)["outcome"] == "done"


def test_requests_of_real_systems_are_left_alone(api: Api) -> None:
    visit = Visit(api, NEVER_ASKS)
    agency = book()[LICENCE].agency
    data = {"service": LICENCE, "agency_ref": f"REAL-{visit.civil_id[1:7]}", "civil_id": visit.civil_id}
    desk = visit.life._desk
    event = desk._opening(agency, data["agency_ref"], data)
    (item,) = api.send(agency, [event])
    for _ in range(60):
        visit.wait()
    assert kinds(visit.read(LICENCE, str(item.request))) == ["opened"]
