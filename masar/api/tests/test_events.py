"""The door for events: bodies in three shapes, answers per item, problems for everything else."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from conftest import Reporter
from masar.catalogue.actions import new_key

pytestmark = pytest.mark.database
URL = "/api/v1/events"


@pytest.fixture
def key(kuwait: None) -> str:
    return new_key("kw.moi.gdt")


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_structured_event_is_taken(client, key, open_licence, traffic: Reporter):
    number, ref, _ = open_licence()
    event = traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="fee")
    answer = client.post(URL, json.dumps(event), content_type="application/cloudevents+json", headers=bearer(key))
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "status": "accepted",
        "source": event["source"],
        "id": event["id"],
        "request": str(number),
        "late": False,
        "off_path": False,
    }


def test_a_binary_event_is_taken(client, key, open_licence, traffic: Reporter):
    _, ref, _ = open_licence()
    event = traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="fee", note={"ar": "تم"})
    headers = {f"ce-{name}": value for name, value in event.items() if name not in ("data", "datacontenttype")}
    answer = client.post(URL, json.dumps(event["data"]), content_type="application/json", headers=bearer(key) | headers)
    assert answer.status_code == 200, answer.content


def test_a_batch_answers_200_with_one_item_each(client, key, open_licence, traffic: Reporter):
    _, ref, _ = open_licence()
    good = traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="fee")
    bad = traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="nowhere")
    answer = client.post(
        URL, json.dumps([good, bad, good, 7]), content_type="application/cloudevents-batch+json", headers=bearer(key)
    )
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["accepted", "invalid", "duplicate", "invalid"]
    assert items[1]["problem"]["errors"][0]["pointer"] == "/data/step"


def test_without_a_key_nothing_is_taken(client):
    answer = client.post(URL, "{}", content_type="application/cloudevents+json")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_page_that_is_not_there_is_a_problem(client):
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert client.get(URL).status_code == 405


def listed(client, **asked):
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get("/api/v1/services", asked | ({"cursor": cursor} if cursor else {})).json()
        seen += answer["items"]
        cursor = answer["next"]
    return seen


def test_services_are_public_and_paged(client, kuwait):
    seen = [item["id"] for item in listed(client, limit=3)]
    assert seen == sorted(set(seen))
    assert "kw.moi.gdt.renew-driving-licence" in seen


def test_services_are_what_people_apply_for_unless_another_kind_is_asked(client, kuwait):
    kinds = {kind: listed(client, kind=kind, limit=200) for kind in ("service", "check", "appeal", "all")}
    assert listed(client, limit=200) == kinds["service"]
    assert {kind: {item["kind"] for item in items} for kind, items in kinds.items() if kind != "all"} == {
        "service": {"service"}, "check": {"check"}, "appeal": {"appeal"},
    }  # fmt: skip
    assert len(kinds["all"]) == sum(len(items) for kind, items in kinds.items() if kind != "all")
    assert client.get("/api/v1/services", {"kind": "other"}).status_code == 422


def test_a_service_says_all_that_a_machine_needs_to_act(client, kuwait):
    (licence,) = (item for item in listed(client, limit=200) if item["id"] == "kw.moi.gdt.renew-driving-licence")
    assert licence["form"]["required"] == ["licence_number", "delivery", "declaration"]
    assert (licence["sector"], licence["effective_from"], licence["path"][0]) == ("traffic", "2026-01-01", "received")
    assert [fee["fils"] for fee in licence["fees"]] == [10000, 2000]
    assert {"no-answer", "medical"} <= {reason["id"] for reason in licence["reasons"]}
    assert licence["audience"] == ["citizen", "resident"]


def test_reading_a_request_needs_a_purpose(client, key, open_licence):
    number, _, _ = open_licence()
    assert client.get(f"/api/v1/requests/{number}", headers=bearer(key)).status_code == 400
    answer = client.get(f"/api/v1/requests/{number}", headers=bearer(key) | {"Masar-Purpose": "status at the counter"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["holder"] == {"kind": "agency", "agency": "kw.moi.gdt"}
    listing = client.get("/api/v1/requests?limit=2", headers=bearer(key) | {"Masar-Purpose": "list"}).json()
    assert listing["items"]
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
