"""What agencies of the demonstration know of the cast: what is filled in, who is barred, how a bar is lifted."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conftest import logged_in
from demo.api import Api
from demo.cast import BY_KEY, CAST
from demo.facts import AFTER, Knowledge, of_cast
from demo.keys import Keys
from demo.life import Life
from demo.tests.catalogue import book, definitions
from demo.tests.test_visitor import NEVER_ASKS, Fixed
from masar.cases import actions
from masar.cases.queries import my_application
from masar.catalogue.actions import new_key
from masar.catalogue.rules.eligibility import bar, prefill
from masar.catalogue.rules.known import sources_of
from masar.people.actions import fits, introduce
from masar.people.queries import Viewer
from masar.portal.tests.test_apply import Visitor
from masar.portal.views import apply
from tests.running import running

RENEW, PAY = "kw.moi.gdt.renew-driving-licence", "kw.moi.gdt.pay-fines"
FACTS = {
    person.key: {fact: value for people in of_cast().values() for fact, value in people[person.key].items()}
    for person in CAST
}


def declared() -> dict[tuple[str, str], str]:
    """The type of each fact of each agency."""
    return {
        (fact["source"], fact["id"]): fact["type"]
        for definition in definitions().values()
        for fact in definition.document.get("facts", ())
    }


def test_every_fact_of_the_cast_is_its_agencys_and_of_its_type() -> None:
    known = declared()
    told = [(agency, *pair) for agency, people in of_cast().items() for one in people.values() for pair in one.items()]
    told += [(service.rpartition(".")[0], *pair) for service, facts in AFTER.items() for pair in facts.items()]
    assert len(told) > 100
    for agency, fact, value in told:
        assert fits(known[agency, fact], value), (agency, fact, value)


@pytest.mark.parametrize("key", [person.key for person in CAST])
def test_what_is_told_of_the_cast_fits_the_forms_that_it_fills(key: str) -> None:
    for id_, definition in definitions().items():
        document = definition.document
        own = {name: FACTS[key][name] for name, source in sources_of(document).items()
               if name in of_cast().get(source, {}).get(key, {})}  # fmt: skip
        fields = document.get("form", {}).get("schema", {}).get("properties", {})
        wanted = {name for name, rule in fields.items() if rule.get("x-prefill") in own}
        assert prefill(document, own).keys() == wanted, id_


def test_one_of_the_cast_is_barred_with_a_remedy_that_is_open_to_them() -> None:
    document = dict(definitions()[RENEW].document)
    barred = {key: bar(document, facts) for key, facts in FACTS.items()}
    assert {key: found.remedy for key, found in barred.items() if found} == {"omar": PAY, "haya": None}
    assert bar(dict(definitions()[PAY].document), FACTS["omar"]) is None


# Through the API


@pytest.fixture(scope="module")
def api(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    for person in CAST:
        introduce(person.civil_id, person.name, person.language, person.password)
    agencies = {service.holder(step) for service in book().values() for step in service.steps}
    keys = Keys({agency: new_key(agency) for agency in agencies})
    with running(tmp_path_factory.mktemp("facts") / "web.log", MASAR_DEMONSTRATION="1") as server:
        api = Api(server.url, keys, patience=20.0)
        yield api
        api.close()


def known(key: str, service: str = RENEW) -> dict[str, Any]:
    found = my_application(logged_in(BY_KEY[key].civil_id), service)
    assert found is not None
    return dict(found.facts)


@pytest.mark.database
def test_the_cast_are_told_of_in_a_moment_and_once_a_day(api: Api) -> None:
    now = datetime.now(UTC)
    knowledge, began = Knowledge(api, lambda: now), time.monotonic()
    assert knowledge.tell_daily() == ""
    seconds = time.monotonic() - began
    print(f"the facts of the cast: {seconds:.2f} s")
    assert seconds < 2
    assert known("noura")["licence.number"] == FACTS["noura"]["licence.number"]
    assert known("omar")["fines.unpaid_fils"] == 45_000
    assert known("maria", "kw.moi.res.work-residency")["passport.number"] == FACTS["maria"]["passport.number"]
    api.tell("kw.moi.gdt", [_fines("faisal", 7_000, now)])
    assert knowledge.tell_daily() == ""
    assert Knowledge(api, lambda: now).tell_daily() == ""
    assert known("faisal")["fines.unpaid_fils"] == 7_000


def _fines(key: str, amount: int, at: datetime) -> dict[str, Any]:
    return {"civil_id": BY_KEY[key].civil_id, "at": at.isoformat(), "facts": {"fines.unpaid_fils": amount}}


class Omar(Visitor):
    """The one of the cast who has unpaid fines, on the pages."""

    def __init__(self) -> None:
        self.civil_id, self.language = BY_KEY["omar"].civil_id, "en"
        self.viewer: Viewer = logged_in(self.civil_id)

    def page(self, id: str) -> str:
        shown: str = self.ask(apply.start, id).content.decode()
        return shown


@pytest.mark.database
def test_whoever_pays_their_fines_is_no_longer_barred(api: Api) -> None:
    omar, began, seconds = Omar(), datetime.now(UTC), 0
    api.tell("kw.moi.gdt", [_fines("omar", 45_000, began)])
    life = Life(api, book(), Fixed(NEVER_ASKS), lambda: began + timedelta(seconds=seconds), pace=6_000.0)
    life.is_seeding = True
    life.beat()
    page = omar.page(RENEW)
    assert "You have unpaid traffic fines." in page
    assert f"/services/{PAY}/" in page
    assert omar.ask(apply.start, PAY, {}).status_code == 303
    draft = actions.keep(omar.viewer, PAY, {"fine_number": "20264417", "violation": "parking"})
    sent = omar.ask(apply.check, PAY, {"draft": draft.id.hex})
    number = re.findall(r"/requests/(\d+)/", sent["Location"])[0]
    while "You have unpaid traffic fines." in omar.page(RENEW):
        seconds += 1
        life.beat()
        assert seconds < 290
    whole = api.get(f"/api/v1/requests/{number}", "kw.moi.gdt")
    assert whole is not None
    assert whole["outcome"] == "paid"
    assert "Something is in the way" not in omar.page(RENEW)
    assert "You have no unpaid fines." in omar.page(PAY)
