"""Each service of Kuwait travels its whole path, is refused, and asks something of its person: by API and pages.

The agencies report over HTTP with their keys; the person looks, and answers, in the pages of three languages in turn.
"""

from __future__ import annotations

import html
import itertools
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.test import Client

import masar.catalogue
from conftest import Reporter, logged_in, new_civil_id
from demo.forms import fill
from masar.cases.rules.path import skipped
from masar.catalogue.actions import new_key
from masar.catalogue.loader import load_folder
from masar.catalogue.rules.definition import Definition, Step, parse
from masar.kernel.clock import now
from masar.portal.cookie import SESSION_ID, SESSION_PERSON, SESSION_SEEN
from masar.portal.tests.filling import typed_form

pytestmark = pytest.mark.database
LANGUAGES = ("ar", "en", "ur")


@cache
def book() -> dict[str, Definition]:
    folder = load_folder(Path(masar.catalogue.__file__).parent / "kuwait")
    return {entry.document["id"]: parse(entry.document) for entry in folder.definitions}


def names(kind: str = "service") -> list[str]:
    return sorted(id_ for id_, service in book().items() if service.document.get("kind", "service") == kind)


SERVICES = names()


@cache
def desk(agency: str) -> tuple[Reporter, dict[str, str]]:
    return Reporter(agency), {"Authorization": f"Bearer {new_key(agency)}"}


class Journey:
    """One request and its sub-requests, as its agencies report and its person sees it."""

    def __init__(self, service: str) -> None:
        self.service = book()[service]
        self.civil_id = new_civil_id()
        self.at = now() - timedelta(days=2)  # every limit still runs, every appeal is still open
        self.languages = itertools.cycle(LANGUAGES)
        form = self.service.document.get("form")
        self.form = fill(form["schema"], Random(service), now().date(), "نورة التجريبية") if form else {}
        self.skips = skipped(self.service, self.form)
        who = {"civil_id": self.civil_id, "name": "نورة التجريبية"}
        self.number = self.opened(self.service, **who, **({"form": self.form} if form else {}))
        self.web = self.browser()

    def browser(self) -> Client:
        viewer = logged_in(self.civil_id)
        web = Client()
        session = web.session
        session[SESSION_PERSON], session[SESSION_ID] = viewer.person_id, viewer.session.hex
        session[SESSION_SEEN] = int(now().timestamp())
        session.save()
        web.cookies["masar"] = session.session_key
        return web

    # What agencies say

    def opened(self, service: Definition, **data: Any) -> str:
        ref = f"{service.agency}-{secrets.token_hex(8)}"
        opener = self.service.agency
        return str(self.tell(opener, "opened", None, service=service.id, agency_ref=ref, **data)["request"])

    def tell(self, agency: str, kind: str, number: str | None, /, **data: Any) -> dict[str, Any]:
        reporter, key = desk(agency)
        self.at += timedelta(minutes=30)
        event = reporter.event(kind, number, self.at, **data)
        body = json.dumps(event)
        answer = Client().post("/api/v1/events", body, content_type="application/cloudevents+json", headers=key)
        said: dict[str, Any] = answer.json()
        assert (answer.status_code, said["status"], said["off_path"]) == (200, "accepted", False), (kind, data, said)
        return said

    def enter(self, place: str, of: Definition | None = None, number: str | None = None, by: str | None = None) -> None:
        service, number = of or self.service, number or self.number
        by = by or service.agency
        step = service.steps[place]
        if step.agency and step.agency != by:
            self.tell(by, "handed-over", number, to=step.agency, step=place)
        else:
            self.tell(by, "step", number, step=place)

    def end(self, outcome: str, of: Definition | None = None, number: str | None = None, by: str | None = None) -> None:
        service = of or self.service
        data = {"outcome": outcome}
        if service.outcomes[outcome].reason_required:
            data["reason"] = next(iter(set(service.reasons) - {"no-answer"}))
        self.tell(by or service.agency, "decided", number or self.number, **data)

    def check(self, step: Step) -> None:
        """Open the sub-requests of a step, and let each go its own way to a good end."""
        for child in step.children:
            service = book()[child]
            number = self.opened(service, parent=self.number)
            for place in service.path[1:]:
                if place in service.outcomes:
                    self.end(place, service, number)
                else:
                    self.enter(place, service, number)

    # The way

    def way(self) -> list[str]:
        return [place for place in self.service.path if place not in self.skips]

    def walk(self, until: str | None = None) -> Iterator[str]:
        """Go the expected way; yield each place when the request is there. `until`: stop in that step."""
        places = self.way()
        yield places[0]
        before = self.service.steps[places[0]]
        for place in places[1:]:
            if until == before.id:
                return
            by = before.agency or self.service.agency
            if before.children:
                self.check(before)
            elif place in self.service.outcomes:
                self.end(place, by=by)
            else:
                self.enter(place, by=by)
            yield place
            before = self.service.steps.get(place, before)

    def stand_before(self, places: Sequence[str]) -> str:
        """Walk until an agency may name one of these next, aside from the way if need be; return the step."""
        able = [s.id for s in self.service.steps.values() if s.holder != "citizen" and set(places) & set(s.next)]
        onto = next((place for place in self.way() if place in able), None)
        if onto is not None:
            list(self.walk(until=onto))
            return onto
        for place in self.walk():
            aside = next((step for step in able if step in self.service.steps[place].next), None)
            if aside is not None and self.service.steps[place].holder != "citizen":
                self.enter(aside, by=self.service.steps[place].agency)
                return aside
        raise AssertionError(f"nobody can ever name {places}")

    def step(self) -> str:
        return str(self.whole()["step"])

    def holder(self) -> str:
        return str(self.whole()["holder"]["kind"])

    def whole(self) -> dict[str, Any]:
        _, key = desk(self.service.agency)
        headers = key | {"Masar-Purpose": "handling"}
        said: dict[str, Any] = Client().get(f"/api/v1/requests/{self.number}", headers=headers).json()
        return said

    # What the person sees

    def page(self, language: str | None = None) -> str:
        language = language or next(self.languages)
        answer = self.web.get(f"/{language}/requests/{self.number}/")
        assert answer.status_code == 200, (answer.status_code, language, self.number)
        return html.unescape(answer.content.decode())

    def says(self, text: Mapping[str, str], *, everywhere: bool = False) -> str:
        for language in LANGUAGES if everywhere else [next(self.languages)]:
            page = self.page(language)
            assert text[language] in page, (language, text[language])
        return page

    def answer(self, step: Step) -> None:
        """Fill in the form of a task, as the page shows it, and send it."""
        page = self.page()
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token, "the page asks for nothing"
        assert step.task is not None
        assert step.task.form is not None
        schema = step.task.form["schema"]
        said = typed_form(schema, fill(schema, Random(step.id), now().date(), "نورة التجريبية"))
        for field in said:
            assert f'name="{field}"' in page, field
        place = f"/ar/requests/{self.number}/answer/"
        answer = self.web.post(place, {"token": token[1], **said})
        faults = re.findall(r'<p class="fault".*?</p>', answer.content.decode(), re.DOTALL)
        assert answer.status_code == 303, (said, [re.sub(r"<[^>]+>", "", html.unescape(fault)) for fault in faults])


@pytest.fixture(autouse=True)
def _there(kuwait: None) -> None:
    """Each of these needs the catalogue."""


def test_the_country_talks_about_at_least_fifty_services() -> None:
    assert len(SERVICES) >= 50
    assert len({book()[name].path for name in SERVICES}) == len(SERVICES), "no two services go the same way"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_goes_its_whole_way_and_every_step_is_shown(name: str) -> None:
    journey = Journey(name)
    service = journey.service
    passed = []
    for place in journey.walk():
        passed.append(place)
        page = journey.says(service.title_of(place))
        is_mine = place in service.steps and service.steps[place].holder == "citizen"
        assert ('id="need"' in page) is is_mine, place
    assert passed == journey.way()
    assert service.outcomes[passed[-1]].state == "completed"
    journey.says(service.outcomes[passed[-1]].title, everywhere=True)
    journey.says(service.title, everywhere=True)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_refused_with_a_reason_that_is_shown(name: str) -> None:
    refusals = [place for place, outcome in book()[name].outcomes.items() if outcome.state == "refused"]
    assert refusals, "a service that cannot be refused"
    journey = Journey(name)
    service = journey.service
    place = journey.stand_before(refusals)
    outcome = next(each for each in refusals if each in service.steps[place].next)
    reason = sorted(set(service.reasons) - {"no-answer"})[0]
    by = service.steps[place].agency or service.agency
    journey.tell(by, "decided", journey.number, outcome=outcome, reason=reason)
    journey.says(service.outcomes[outcome].title, everywhere=True)
    page = journey.says(service.reasons[reason], everywhere=True)
    assert ("/appeal/" in page) is (service.outcomes[outcome].appeal is not None)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_needs_something_of_its_person_and_the_page_takes_or_explains_it(name: str) -> None:
    """Every step in the person's hands that the way leads to or past: shown, and answered where it has a form."""
    ours = [step for step in book()[name].steps.values() if step.holder == "citizen"]
    assert ours, "a service that never needs its person"
    for step in ours:
        journey = Journey(name)
        if step.id in journey.skips:
            continue
        if step.id in journey.way():
            list(journey.walk(until=step.id))
        else:
            ways = [each.id for each in journey.service.steps.values() if step.id in each.next]
            before = next((each for each in ways if each in journey.way()), None)
            if before is None or journey.service.steps[before].children:
                continue  # reached only from another detour, or when a check fails
            list(journey.walk(until=before))
            by = journey.service.steps[before].agency or journey.service.agency
            message = {"ar": "سؤال", "en": "A question", "ur": "سوال"}
            journey.tell(by, "asked", journey.number, step=step.id, message=message)
        page = journey.says(step.title)
        assert 'id="need"' in page, step.id
        journey.says(step.help)
        if step.task and step.task.form:
            journey.answer(step)
            assert journey.holder() == "agency" or journey.step() != step.id
