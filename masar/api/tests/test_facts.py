"""Agencies tell facts over the API: each item answered, only what services declare, nothing of persons nobody knows."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from conftest import logged_in, new_civil_id
from masar.cases.queries import my_application
from masar.catalogue.actions import new_key
from masar.catalogue.queries import told_by
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people.actions import know

pytestmark = pytest.mark.database
URL = "/api/v1/facts"
RENEW = "kw.moi.gdt.renew-driving-licence"
FINES = {"fines.unpaid_fils": 5000}


@pytest.fixture(scope="module")
def key(kuwait: None) -> str:
    return new_key("kw.moi.gdt")


def put(key: str, *items: Any, **sent: Any) -> Any:
    body = sent.pop("body", None) or json.dumps({"items": items})
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().put(URL, body, content_type=sent.pop("content_type", "application/json"), headers=headers)


def somebody() -> str:
    civil_id = new_civil_id(40)
    with acting("masar_system") as cursor:
        know(cursor, {civil_id: "نورة التجريبية"}, demonstration=True)
    return civil_id


def item(civil_id: str, facts: Any = FINES, hours: float = 1, **more: Any) -> dict[str, Any]:
    return {"civil_id": civil_id, "at": (now() - timedelta(hours=hours)).isoformat(), "facts": facts} | more


def answers(reply: Any) -> list[dict[str, Any]]:
    assert reply.status_code == 200, reply.content
    return list(reply.json()["items"])


def known(civil_id: str) -> dict[str, Any]:
    found = my_application(logged_in(civil_id), RENEW)
    assert found is not None
    return dict(found.facts)


def test_what_is_told_is_known_to_the_pages_of_the_person(key: str) -> None:
    civil_id = somebody()
    facts = {"fines.unpaid_fils": 5000, "licence.number": "12345678", "licence.days_to_expiry": 20}
    assert answers(put(key, item(civil_id, facts))) == [{"status": "kept"}]
    assert known(civil_id) == facts
    assert answers(put(key, item(civil_id, {"licence.number": None}, 0.5))) == [{"status": "kept"}]
    assert known(civil_id) == {"fines.unpaid_fils": 5000, "licence.days_to_expiry": 20}


def test_the_newer_stands_and_again_is_the_same(key: str) -> None:
    civil_id = somebody()
    first, older = item(civil_id), item(civil_id, {"fines.unpaid_fils": 1, "licence.number": "12345678"}, 9)
    assert answers(put(key, first)) == [{"status": "kept"}]
    assert answers(put(key, first, first)) == [{"status": "kept"}] * 2
    assert answers(put(key, older)) == [{"status": "older", "older": ["fines.unpaid_fils"]}]
    assert known(civil_id) == {"fines.unpaid_fils": 5000, "licence.number": "12345678"}


def test_each_item_is_answered_in_its_place(key: str) -> None:
    civil_id, nobody = somebody(), new_civil_id()
    told = answers(put(key, item(civil_id), item(nobody), {"civil_id": civil_id}, item(civil_id, hours=2), 7))
    assert [one["status"] for one in told] == ["kept", "unknown-person", "invalid", "older", "invalid"]
    with acting("masar_system") as cursor:
        assert know(cursor, {nobody: ""}, demonstration=True)
    assert known(nobody) == {}


WRONG: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "no such fact": ({"facts": {"licence.colour": "red"}}, [("/facts/licence.colour", "unknown-fact")]),
    "another agency's fact": ({"facts": {"passport.number": "P1"}}, [("/facts/passport.number", "unknown-fact")]),
    "a person's own fact": ({"facts": {"person.address": "x"}}, [("/facts/person.address", "unknown-fact")]),
    "a name that may be a person's": ({"facts": {"نورة": 1}}, [("/facts", "unknown-fact")]),
    "a text for a number": ({"facts": {"fines.unpaid_fils": "0"}}, [("/facts/fines.unpaid_fils", "type")]),
    "a decimal point": ({"facts": {"fines.unpaid_fils": 1.5}}, [("/facts/fines.unpaid_fils", "type")]),
    "true for a number": ({"facts": {"fines.unpaid_fils": True}}, [("/facts/fines.unpaid_fils", "type")]),
    "a long text": ({"facts": {"licence.number": "1" * 301}}, [("/facts/licence.number", "type")]),
    "an object": ({"facts": {"licence.number": {"a": 1}}}, [("/facts/licence.number", "type")]),
    "no facts": ({"facts": {}}, [("/facts", "facts")]),
    "too many facts": ({"facts": dict.fromkeys(map(str, range(51)))}, [("/facts", "facts")]),
    "facts as a list": ({"facts": ["fines.unpaid_fils"]}, [("/facts", "facts")]),
    "no civil ID": ({"civil_id": "12"}, [("/civil_id", "civil-id")]),
    "a number for a civil ID": ({"civil_id": 290010100012}, [("/civil_id", "civil-id")]),
    "no zone": ({"at": "2026-11-01T09:00:00"}, [("/at", "instant")]),
    "ahead of now": ({"at": "2999-11-01T09:00:00Z"}, [("/at", "time-ahead")]),
    "long ago": ({"at": "1900-11-01T09:00:00Z"}, [("/at", "time-early")]),
    "an end before": ({"until": "2020-01-01T00:00:00Z"}, [("/until", "instant")]),
    "an end far ahead": ({"until": "2999-01-01T00:00:00Z"}, [("/until", "instant")]),
    "more than there is": ({"name": "نورة"}, [("", "unknown-field")]),
    "two things": ({"at": 5, "facts": {}}, [("/at", "instant"), ("/facts", "facts")]),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_and_nothing_of_the_item_is_kept(key: str, what: str) -> None:
    civil_id = somebody()
    wrong, named = WRONG[what]
    sent = item(civil_id) | wrong
    if isinstance(sent["facts"], dict) and len(sent["facts"]) == 1:
        sent["facts"] = {**sent["facts"], "licence.days_to_expiry": 3}  # a right one beside it
    [told] = answers(put(key, sent))
    assert told["status"] == "invalid"
    assert told["problem"]["code"] == "invalid-facts"
    assert [(one["pointer"], one["code"]) for one in told["problem"]["errors"]] == named
    assert "نورة" not in json.dumps(told, ensure_ascii=False)
    assert known(civil_id) == {}


BODIES: dict[str, tuple[dict[str, Any], int, str]] = {
    "no JSON": ({"body": "{"}, 400, "not-json"),
    "a name twice": ({"body": '{"items": [], "items": []}'}, 400, "repeated-name"),
    "a list": ({"body": "[]"}, 400, "bad-request"),
    "more than items": ({"body": '{"items": [], "more": 1}'}, 400, "bad-request"),
    "items that are none": ({"body": '{"items": {}}'}, 400, "bad-request"),
    "too many": ({"body": json.dumps({"items": [1] * 1001})}, 413, "too-many"),
    "a form": ({"body": "a=b", "content_type": "application/x-www-form-urlencoded"}, 415, "unsupported-media-type"),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_cannot_be_read_is_a_problem(key: str, what: str) -> None:
    sent, status, code = BODIES[what]
    reply = put(key, **sent)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_without_a_key_nothing_is_told(key: str) -> None:
    civil_id = somebody()
    for wrong in ("", "msk_wrong"):
        assert put(wrong, item(civil_id)).status_code == 401
    assert known(civil_id) == {}


def test_services_name_the_facts_that_an_agency_may_tell(key: str) -> None:
    listed = Client().get("/api/v1/services?limit=200&kind=all").json()["items"]
    facts = {(fact["source"], fact["id"]): fact["type"] for service in listed for fact in service["facts"]}
    assert {facts["kw.moi.gdt", name] for name in FINES} == {"integer"}
    assert {name for source, name in facts if source == "kw.moi.gdt"} == set(told_by("kw.moi.gdt"))


def test_an_agency_without_facts_of_its_own_tells_nothing(kuwait: None) -> None:
    [told] = answers(put(new_key("kw.kff"), item(somebody())))
    assert told["status"] == "invalid"


def test_a_fact_counts_as_long_as_the_agency_says(key: str) -> None:
    civil_id = somebody()
    until = (now() - timedelta(minutes=5)).isoformat()
    assert answers(put(key, item(civil_id, until=until))) == [{"status": "kept"}]
    assert known(civil_id) == {}


def test_only_a_demonstration_takes_a_civil_id_that_fails_its_check(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    civil_id = somebody()
    monkeypatch.setattr(settings, "DEMONSTRATION", False)
    [told] = answers(put(key, item(civil_id)))
    assert [one["code"] for one in told["problem"]["errors"]] == ["civil-id"]


def test_a_thousand_persons_are_told_of_in_a_few_statements(key: str) -> None:
    civil_ids = [new_civil_id() for _ in range(1000)]
    with acting("masar_system") as cursor:
        know(cursor, dict.fromkeys(civil_ids, "س"), demonstration=True)
    facts = {"fines.unpaid_fils": 0, "licence.number": "12345678", "licence.days_to_expiry": 20}
    items = [item(civil_id, facts) for civil_id in civil_ids]
    statements: list[str] = []

    def count(execute: Any, text: str, *rest: Any) -> Any:
        statements.append(text)
        return execute(text, *rest)

    began = time.monotonic()
    with connection.execute_wrapper(count):
        assert answers(put(key, *items)) == [{"status": "kept"}] * 1000
    print(f"1,000 persons, 3,000 facts: {time.monotonic() - began:.2f} s")
    assert len(statements) <= 8, statements
    assert known(civil_ids[-1]) == facts
