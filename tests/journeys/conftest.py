"""What journeys may ask for: a whole running Masar, a browser, the cast with its scenes, and newcomers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from conftest import Reporter, logged_in, new_civil_id
from masar.config.command.up import pretended_identity
from masar.files.tests.good import jpeg
from tests.journeys.browsing import Person, Visits, chromium_running, in_browser
from tests.journeys.sending import Agency
from tests.running import Server, running_whole

RENEW = "kw.moi.gdt.renew-driving-licence"

# Playwright keeps an event loop in this thread; Django would refuse the database to it, though no code awaits here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs the browser and the database."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.database)
            item.add_marker(in_browser)


@pytest.fixture(scope="session")
def site(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Web, live and worker, running; with a pretended identity, as a demonstration has."""
    os.environ["MASAR_EID"] = pretended_identity(tmp_path_factory.mktemp("identity"))
    with running_whole(tmp_path_factory.mktemp("site")) as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, running."""
    with chromium_running() as browser:
        yield browser


@pytest.fixture(scope="session")
def all_visits(chromium: Browser, site: Server) -> Visits:
    """The visits of the whole session: log-ins are kept."""
    return Visits(chromium, site)


@pytest.fixture
def visits(all_visits: Visits) -> Iterator[Visits]:
    """Open pages; afterwards they are closed, and none may have complained."""
    all_visits.faults.clear()
    yield all_visits
    all_visits.leave()
    assert not all_visits.faults


@pytest.fixture(scope="session")
def numbers(kuwait: None) -> dict[str, int]:
    """The scenes of the demonstration, brought in: number by reference, such as DEMO-noura-1."""
    from demo.scenes import reports
    from demo.stories import SCENES
    from masar.cases.actions import agency_actor, record

    found: dict[str, int] = {}
    for scene in SCENES:
        for report in reports(scene, datetime.now(UTC)):
            known = found.get(scene.ref)
            event = report.to(str(known) if known else None)
            item = record(agency_actor(report.agency), [event])[0]
            assert item.status == "accepted", item
            found.setdefault(scene.ref, item.number)
    return found


@pytest.fixture(scope="session")
def cast(numbers: dict[str, int]) -> dict[str, Person]:
    """The persons of the demonstration, with accounts and requests."""
    from demo.cast import CAST
    from masar.people.actions import introduce

    for one in CAST:
        introduce(one.civil_id, one.name, one.language, one.password)
    cast = {one.key: Person(one.civil_id, one.name, one.language, one.password) for one in CAST}
    _begin_applications(cast["hamad"])
    numbers["DEMO-omar-sent"] = _apply(cast["omar"])
    return cast


def _begin_applications(person: Person) -> None:
    """Leave two applications begun: one nearly filled in, one that asks for a day first."""
    from masar.cases.actions import attach, keep

    viewer = logged_in(person.civil_id)
    draft = keep(viewer, RENEW, {"licence_number": "12345678"})
    attach(viewer, RENEW, draft.id, "photo", jpeg(), "صورة شخصية.jpg")
    keep(viewer, "kw.pam.exit-permit", {})


def _apply(person: Person) -> int:
    """Let somebody apply with a photograph; return the number of the request."""
    from masar.cases.actions import attach, keep, send

    viewer = logged_in(person.civil_id)
    draft = keep(viewer, RENEW, {"licence_number": "12345678", "delivery": "kiosk", "declaration": True})
    attach(viewer, RENEW, draft.id, "photo", jpeg(), "صورة شخصية.jpg")
    return send(viewer, RENEW, draft.id)


@pytest.fixture
def newcomer(kuwait: None) -> Callable[..., Person]:
    """Make a person with an account, of whom nothing is known yet."""
    from masar.people.actions import introduce

    def made(language: str = "ar", name: str = "نورة التجريبية", age: int | None = None) -> Person:
        person = Person(new_civil_id(age), name, language)
        introduce(person.civil_id, name, language, person.password)
        return person

    return made


@pytest.fixture(scope="session")
def gdt(site: Server) -> Agency:
    """The Traffic Department, with a key and the SDK of npm."""
    from masar.catalogue.actions import new_key

    reporter = Reporter("kw.moi.gdt")
    reporter.source = "urn:masar:kw.moi.gdt:journeys"  # its own sequence
    return Agency(site, new_key("kw.moi.gdt"), reporter)


@pytest.fixture
def licence_of(traffic: Reporter) -> Callable[..., tuple[int, str]]:
    """Open a licence renewal for a person some hours ago and bring it to a step: (number, "ref:…")."""
    import secrets

    def opened(person: Person, *steps: str, **data: object) -> tuple[int, str]:
        ref, now = f"GTD-{secrets.token_hex(5)}", datetime.now(UTC)
        who = {"civil_id": person.civil_id, "name": person.name}
        begun = traffic.event(
            "opened", None, now - timedelta(hours=5), service="kw.moi.gdt.renew-driving-licence", agency_ref=ref, **who
        )
        later = [
            _move(traffic, f"ref:{ref}", now - timedelta(hours=4, minutes=-place), step, data)
            for place, step in enumerate(steps)
        ]
        items = traffic.send(begun, *later)
        assert {item.status for item in items} == {"accepted"}, items
        return items[0].number, f"ref:{ref}"

    return opened


def _move(traffic: Reporter, ref: str, at: datetime, step: str, data: dict[str, object]) -> dict[str, object]:
    if step == "more-information":
        question = {"ar": "في أي مركز أجريت فحص النظر؟", "en": "Where was the eye test?", "ur": "معائنہ کہاں ہوا؟"}
        return traffic.event("asked", ref, at, step=step, message=question)
    if step == "refused":
        return traffic.event("decided", ref, at, outcome=step, reason="medical")
    return traffic.event("step", ref, at, step=step, **data)
