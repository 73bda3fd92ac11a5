"""The API held against its own OpenAPI document by schemathesis: every answer as documented, whatever is sent."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from conftest import Reporter, new_civil_id
from tests.running import Server

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def key(kuwait: None) -> str:
    from masar.catalogue.actions import new_key

    return new_key("kw.moi.gdt")


@pytest.fixture(scope="module")
def session_cookie(kuwait: None) -> str:
    """The cookie of a person who is logged in, with requests of their own."""
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    from masar.kernel.database import acting
    from masar.people.actions import civil_index, start_session
    from masar.portal.cookie import SESSION_ID, SESSION_PERSON, SESSION_SEEN

    civil_id = new_civil_id()
    traffic = Reporter("kw.moi.gdt")
    for ref in (f"R{secrets.token_hex(6)}", f"R{secrets.token_hex(6)}"):
        opening = traffic.event(
            "opened", None, "2026-11-01T09:00:00+03:00", service="kw.moi.gdt.renew-driving-licence", agency_ref=ref,
            civil_id=civil_id, name="نورة التجريبية",
        )  # fmt: skip
        assert traffic.send(opening)[0].status == "accepted"
    with acting("masar_system") as cursor:
        cursor.execute("select id from people_person where civil_index = %s::bytea", [civil_index(civil_id)])
        person = cursor.fetchone()[0]
    store = SessionStore()
    with acting("masar_login"):
        store[SESSION_PERSON], store[SESSION_ID] = person, start_session(person).hex
    store[SESSION_SEEN] = 4_000_000_000
    store.save()
    assert store.session_key
    return store.session_key


# A well-formed event that does not fit its request, or lies ahead of now, answers 422: no schema can say that.
# A batch of more than 500 answers 413, which schemathesis does not count as a refusal.
_CONFIG = """
[phases]
examples.enabled = true
coverage.enabled = true
fuzzing.enabled = true
stateful.enabled = false
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422"]
[auth.openapi.AgencyKey]
bearer = "${MASAR_KEY}"
[auth.openapi.Session]
api_key = "${MASAR_SESSION}"
"""


def test_schemathesis_finds_nothing(server: Server, key: str, session_cookie: str, tmp_path: Path) -> None:
    """All its checks on every operation, with a key and a session: examples, coverage, fuzzing."""
    config = tmp_path / "schemathesis.toml"
    config.write_text(_CONFIG)
    command = [sys.executable, "-W", "ignore", "-m", "schemathesis.cli", "--config-file", str(config), "run"]
    options = ["--max-examples", "60", "--seed", "1", "--no-color", "--wait-for-schema", "5", "--continue-on-failure"]
    ran = subprocess.run(
        [*command, *options, f"{server.url}/api/v1/openapi.json"],
        cwd=tmp_path,
        env=os.environ | {"MASAR_KEY": key, "MASAR_SESSION": session_cookie},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    print(ran.stdout[-6000:])
    assert "uthentication" not in ran.stdout, "the key or the session was not taken"
    assert ran.returncode == 0, ran.stdout[-12000:] + ran.stderr[-2000:]


def test_the_document_is_valid_openapi(client: Any, kuwait: None) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_each_type_of_event_stands_in_the_document(client: Any, kuwait: None) -> None:
    document = client.get("/api/v1/openapi.json").json()
    titles = {schema.get("title") for schema in document["components"]["schemas"].values()}
    assert {"masar.request.opened.v1", "masar.request.handed-over.v1", "masar.request.corrected.v1"} <= titles


def test_answers_match_the_document(
    client: Any, key: str, open_licence: Callable[..., tuple[int, str, str]], traffic: Reporter
) -> None:
    document = client.get("/api/v1/openapi.json").json()
    headers = {"Authorization": f"Bearer {key}", "Masar-Purpose": "test"}
    number, ref, _ = open_licence()
    event = traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="fee")
    bad = traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="nowhere")
    other = event | {"data": {"step": "review"}}
    for sent, status in ((event, 200), (event, 200), (other, 409), (bad, 422)):
        answer = client.post(
            "/api/v1/events", json.dumps(sent), content_type="application/cloudevents+json", headers=headers
        )
        assert answer.status_code == status
        _demand(document, "ItemOut", answer.json())
    _demand(document, "RequestOut", client.get(f"/api/v1/requests/{number}", headers=headers).json())
    _demand(document, "RequestsOut", client.get("/api/v1/requests", headers=headers).json())
    _demand(document, "ServicesOut", client.get("/api/v1/services").json())
    _demand(document, "EventStep", event)
    with pytest.raises(AssertionError):
        _demand(document, "EventStep", event | {"data": {"step": 7}})


def _demand(document: dict[str, Any], name: str, answer: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(answer)] == []
