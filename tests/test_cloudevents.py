"""CloudEvents as others write them: the conformance examples, the Python SDK and the SDK of npm, over real HTTP."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from conftest import Reporter
from masar.api.events import read_body
from masar.catalogue.actions import new_key
from tests.running import Server

NODE = Path(__file__).parent / "node"
Opened = Callable[..., tuple[int, str, str]]
NOTE = {"ar": "اكتمل الفحص الطبي — ١٢٫٥٠٠ د.ك", "en": "100 % “done”", "ur": "طبی معائنہ مکمل"}

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and (NODE / "node_modules" / "cloudevents").exists()) and os.environ.get("CI") != "true",
    reason="SKIPPED LOUDLY: no Node with the packages of tests/node (npm ci --ignore-scripts)",
)


# The four examples of the conformance suite of the CloudEvents project, in our words


ATTRIBUTES = {
    "specversion": "1.0",
    "type": "com.example.someevent",
    "time": "2018-04-05T03:56:24Z",
    "id": "4321-4321-4321-a",
    "source": "/mycontext/subcontext",
}


@pytest.mark.parametrize(
    ("content_type", "data"), [("application/json", {"message": "Hello World!"}), ("application/json", "سلام")]
)
def test_a_binary_message_becomes_an_event(content_type: str, data: Any) -> None:
    headers = {f"ce-{name}": value for name, value in ATTRIBUTES.items()} | {"Content-Type": content_type}
    [event], is_batch = read_body(content_type, headers, json.dumps(data).encode())
    assert not is_batch
    assert event == ATTRIBUTES | {"datacontenttype": content_type, "data": data}


@pytest.mark.parametrize(
    "content_type", ["application/cloudevents+json", "application/cloudevents+json; charset=utf-8"]
)
def test_a_structured_message_becomes_an_event(content_type: str) -> None:
    whole = ATTRIBUTES | {"datacontenttype": "application/json", "data": {"message": "Hello World!"}}
    [event], is_batch = read_body(content_type, {"Content-Type": content_type}, json.dumps(whole).encode())
    assert not is_batch
    assert event == whole


def test_header_values_are_decoded_once() -> None:
    headers = {"CE-SpecVersion": "1.0", "ce-id": "a%2525b%20%D9%85", "ce-subject": '"quoted%22"'}
    [event], _ = read_body("application/json", headers, b"{}")
    assert (event["id"], event["subject"]) == ("a%25b م", 'quoted"')


def test_data_base64_is_opened_when_it_holds_json() -> None:
    sent = ATTRIBUTES | {"data_base64": "eyJzdGVwIjoiZmVlIn0="}
    [event], _ = read_body("application/cloudevents+json", {}, json.dumps(sent).encode())
    assert event["data"] == {"step": "fee"}
    assert "data_base64" not in event


# Against a running server


@pytest.fixture(scope="module")
def key(kuwait: None) -> str:
    return new_key("kw.moi.gdt")


def steps(traffic: Reporter, ref: str) -> list[dict[str, Any]]:
    """Two events of one request, with Arabic, English and Urdu in their data."""
    return [
        traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="fee", note=NOTE, office="مكتب المرور — الجهراء"),
        traffic.event("step", ref, "2026-11-03T10:00:00+03:00", step="review", note=NOTE),
    ]


def notes_of(number: int, civil_id: str, viewer_of: Callable[[str], Any]) -> list[Any]:
    """What the person reads of it."""
    from masar.cases.queries import my_request
    from masar.kernel import clock

    found = my_request(viewer_of(civil_id), number, clock.now())
    assert found is not None
    return [line.note for line in found[1].lines if line.note]


def post(server: Server, key: str, message: HTTPMessage) -> httpx.Response:
    """Send what the Python SDK made."""
    body = message.body if isinstance(message.body, bytes) else str(message.body or "").encode()
    headers = {**message.headers, "Authorization": f"Bearer {key}"}
    return httpx.post(f"{server.url}/api/v1/events", headers=headers, content=body)


@pytest.mark.database
@pytest.mark.parametrize("form", [to_binary_event, to_structured_event])
def test_the_python_sdk_is_understood(
    form: Callable[[CloudEvent], HTTPMessage], server: Server, key: str, traffic: Reporter, open_licence: Opened,
    viewer_of: Callable[[str], Any],
) -> None:  # fmt: skip
    number, ref, civil_id = open_licence()
    for sent in steps(traffic, ref):
        data = sent.pop("data")
        event = CloudEvent(sent | {"time": datetime.fromisoformat(sent["time"])}, data)
        first, again = (post(server, key, form(event)) for _ in range(2))
        assert (first.status_code, first.json()["status"]) == (200, "accepted"), first.text
        assert again.json()["status"] == "duplicate"
    assert notes_of(number, civil_id, viewer_of) == [NOTE, NOTE]


@pytest.mark.database
@pytest.mark.node
@needs_node
@pytest.mark.parametrize("mode", ["binary", "structured", "batch"])
def test_the_sdk_of_npm_is_understood(
    mode: str, server: Server, key: str, traffic: Reporter, open_licence: Opened, viewer_of: Callable[[str], Any]
) -> None:
    number, ref, civil_id = open_licence()
    events = steps(traffic, ref)
    for expected in ("accepted", "duplicate"):
        answers = _node(server, key, mode, events)
        items = answers[0]["body"]["items"] if mode == "batch" else [answer["body"] for answer in answers]
        assert [item["status"] for item in items] == [expected, expected], answers
        assert {answer["status"] for answer in answers} == {200}
    assert notes_of(number, civil_id, viewer_of) == [NOTE, NOTE]


@pytest.mark.database
@pytest.mark.node
@needs_node
def test_the_sdk_of_npm_reads_a_refusal(server: Server, key: str, traffic: Reporter) -> None:
    event = traffic.event("step", f"ref:{secrets.token_hex(4)}", "2026-11-02T10:00:00+03:00", step="fee")
    [answer] = _node(server, "msk_wrong", "structured", [event])
    assert (answer["status"], answer["type"]) == (401, "application/problem+json")


def _node(server: Server, key: str, mode: str, events: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    ran = subprocess.run(
        ["node", str(NODE / "send.mjs"), f"{server.url}/api/v1/events", key, mode],
        input=json.dumps(events).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return [json.loads(line) for line in ran.stdout.splitlines()]
