"""What is known counts in an application; what the person says of themselves is known the next time."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from conftest import logged_in, new_civil_id
from masar.cases import actions
from masar.cases.actions import Barred, Incomplete
from masar.cases.queries import Application, my_application
from masar.cases.rules.known import is_fixed, joined
from masar.cases.tests.test_applying import _opening_of as opening_of
from masar.files.tests.good import jpeg, pdf
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people.actions import Telling, introduce, tell
from masar.people.queries import Fact

pytestmark = pytest.mark.database
RENEW, CARD, PASSPORT = "kw.moi.gdt.renew-driving-licence", "kw.paci.civil-id-card", "kw.moi.nat.renew-passport"
POST = {"delivery": "post", "address": "السالمية، القطعة 3", "declaration": True}


@pytest.fixture
def civil_id(kuwait: None) -> str:
    """Somebody of forty years who has an account and no request."""
    civil_id = new_civil_id(40)
    introduce(civil_id, "نورة التجريبية", "ar", secrets.token_hex(8))
    return civil_id


@pytest.fixture
def viewer(civil_id: str) -> Any:
    """Their log-in."""
    return logged_in(civil_id)


def told(civil_id: str, agency: str = "kw.moi.gdt", days: int = 1, **facts: Any) -> None:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    assert tell(agency, [Telling(civil_id, now() - timedelta(days=days), named)]) == [frozenset()]


def found(viewer: Any, service: str = RENEW) -> Application:
    application = my_application(viewer, service)
    assert application is not None
    return application


def ready(viewer: Any, service: str, answers: Mapping[str, Any], **named: Any) -> UUID:
    """Keep answers and attach every paper that is asked for; return the draft's id."""
    draft = actions.keep(viewer, service, answers, **named)
    for paper in found(viewer, service).papers:
        content = jpeg() if "image/jpeg" in paper.accept else pdf()
        actions.attach(viewer, service, draft.id, paper.id, content, "ورقة")
    return draft.id


def test_what_an_agency_told_is_in_the_application_in_one_statement(viewer: Any, civil_id: str) -> None:
    told(civil_id, licence__number="12345678", fines__unpaid_fils=0, nobody__asks=1)
    found(viewer)
    with (
        CaptureQueriesContext(connections["default"]) as others,
        CaptureQueriesContext(connections["citizen"]) as mine,
    ):
        application = found(viewer)
    assert len(others) == 0
    assert len(mine) <= 1
    assert application.facts == {"licence.number": "12345678", "fines.unpaid_fils": 0}
    assert application.known["licence.number"].source == "kw.moi.gdt"
    assert now() - application.known["licence.number"].known_at > timedelta(hours=23)
    assert application.given == {"licence_number": "12345678"}


def test_what_is_known_is_sent_without_being_asked(viewer: Any, civil_id: str) -> None:
    told(civil_id, licence__number="12345678")
    draft = ready(viewer, RENEW, {"delivery": "kiosk", "declaration": True})
    number = actions.send(viewer, RENEW, draft)
    sent = {"licence_number": "12345678", "delivery": "kiosk", "declaration": True}
    assert opening_of(viewer, number)["form"] == sent


def test_what_the_person_writes_instead_is_sent(viewer: Any, civil_id: str) -> None:
    told(civil_id, licence__number="12345678")
    draft = ready(viewer, RENEW, {"licence_number": "87654321", "delivery": "kiosk", "declaration": True})
    number = actions.send(viewer, RENEW, draft)
    assert opening_of(viewer, number)["form"]["licence_number"] == "87654321"
    assert found(viewer).facts["licence.number"] == "12345678"


def test_what_another_agency_told_answers_nothing(viewer: Any, civil_id: str) -> None:
    told(civil_id, "kw.moh", licence__number="12345678")
    draft = ready(viewer, RENEW, {"delivery": "kiosk", "declaration": True})
    with pytest.raises(Incomplete) as refused:
        actions.send(viewer, RENEW, draft)
    assert refused.value.faults == {"licence_number": "missing"}


def test_the_agency_wins_over_the_draft_and_bars(viewer: Any, civil_id: str) -> None:
    draft = ready(viewer, RENEW, POST | {"licence_number": "12345678"}, facts={"fines.unpaid_fils": 0})
    told(civil_id, fines__unpaid_fils=5000)
    assert found(viewer).facts["fines.unpaid_fils"] == 5000
    assert found(viewer).with_draft(actions.keep(viewer, RENEW, {})).facts["fines.unpaid_fils"] == 5000
    with pytest.raises(Barred):
        actions.send(viewer, RENEW, draft)
    told(civil_id, days=0, fines__unpaid_fils=0)
    assert actions.send(viewer, RENEW, draft)


def test_what_the_person_says_of_themselves_is_known_the_next_time(viewer: Any) -> None:
    draft = ready(viewer, RENEW, POST | {"licence_number": "12345678"})
    assert found(viewer, CARD).known.keys() == {"person.age"}
    actions.send(viewer, RENEW, draft)
    fact = found(viewer, CARD).known["person.address"]
    assert (fact.value, fact.source) == (POST["address"], "masar")
    assert found(viewer, RENEW).facts == {"person.address": POST["address"]}


def test_a_new_word_of_the_person_replaces_the_old_one(viewer: Any) -> None:
    for address in ("السالمية", "الجهراء"):
        draft = ready(viewer, RENEW, POST | {"licence_number": "12345678", "address": address})
        actions.send(viewer, RENEW, draft)
        assert found(viewer, CARD).facts["person.address"] == address
    actions.keep(viewer, CARD, {}, facts={"person.is_citizen": True, "person.address": "الفروانية"})
    assert found(viewer, CARD).facts["person.address"] == "الفروانية"
    assert found(viewer, RENEW).facts["person.address"] == "الجهراء"


def test_what_was_known_before_is_not_said_anew_by_sending(viewer: Any) -> None:
    actions.send(viewer, RENEW, ready(viewer, RENEW, POST | {"licence_number": "12345678"}))
    before = found(viewer, CARD).known["person.address"]
    again = ready(viewer, RENEW, {"licence_number": "12345678", "delivery": "post", "declaration": True})
    number = actions.send(viewer, RENEW, again)
    assert opening_of(viewer, number)["form"]["address"] == POST["address"]
    assert found(viewer, CARD).known["person.address"] == before


def test_an_answer_about_one_request_fills_no_other(viewer: Any, civil_id: str) -> None:
    facts = {"passport.number": "P123", "birth.notice_number": "77", "person.is_citizen": True}
    draft = ready(viewer, PASSPORT, _form(PASSPORT), facts=facts)
    actions.send(viewer, PASSPORT, draft)
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        cursor.execute("select fact, source from people_fact where person_id = %s::bigint", [viewer.person_id])
        assert cursor.fetchall() == [("person.is_citizen", "masar")]
    assert found(viewer, "kw.moh.birth-certificate").facts == {}


def _form(service: str) -> dict[str, Any]:
    from random import Random

    from demo.forms import fill
    from masar.catalogue.queries import service as service_of

    definition = service_of(service)
    assert definition is not None
    return dict(fill(definition.document["form"]["schema"], Random(service), now().date()))


@pytest.mark.parametrize("kept_from_sending", ["faults", "bar"])
def test_what_is_not_sent_is_not_kept(viewer: Any, civil_id: str, kept_from_sending: str) -> None:
    answers = POST if kept_from_sending == "faults" else POST | {"licence_number": "12345678"}
    if kept_from_sending == "bar":
        told(civil_id, fines__unpaid_fils=1)
    draft = ready(viewer, RENEW, answers)
    with pytest.raises((Barred, Incomplete)):
        actions.send(viewer, RENEW, draft)
    assert "person.address" not in found(viewer, CARD).known


def test_an_answer_that_does_not_apply_is_not_kept(viewer: Any) -> None:
    draft = ready(viewer, RENEW, POST | {"licence_number": "12345678", "delivery": "kiosk"})
    actions.send(viewer, RENEW, draft)
    assert "person.address" not in found(viewer, CARD).known


def test_a_child_is_told_by_their_civil_id(kuwait: None) -> None:
    child = new_civil_id(12)
    introduce(child, "سالم التجريبي", "ar", secrets.token_hex(8))
    viewer = logged_in(child)
    service = "kw.moi.ce.criminal-status-certificate"
    draft = ready(viewer, service, _form(service), facts={"person.age": 40})
    with pytest.raises(Barred):
        actions.send(viewer, service, draft)


def test_what_is_fixed_counts_before_what_is_said_and_that_before_what_was_said() -> None:
    at = now()
    known = {
        "a": Fact(1, "kw.moi.gdt", at),
        "b": Fact(1, "masar", at),
        "c": Fact(1, "masar", at),
        "person.age": Fact(40, "masar", at),
    }
    said = {"a": 2, "b": 2, "person.age": 2, "d": 2}
    assert joined(known, said) == {"a": 1, "b": 2, "c": 1, "person.age": 40, "d": 2}
    assert [name for name, fact in known.items() if is_fixed(fact, name)] == ["a", "person.age"]
