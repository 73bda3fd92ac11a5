"""What bad clients send, byte by byte, to a running server: always a problem object, never a broken server."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import Any

import pytest

from masar.catalogue.actions import new_key
from tests.running import Server

pytestmark = pytest.mark.database

EVENTS = b"/api/v1/events"
ONE = b"Content-Type: application/cloudevents+json"
MANY = b"Content-Type: application/cloudevents-batch+json"
EVENT = (
    b'{"specversion":"1.0","id":"a","source":"urn:masar:kw.moi.gdt:x","type":"masar.request.step.v1",'
    b'"subject":"ref:nobody","time":"2026-11-01T09:00:00Z","data":{"step":"fee"}}'
)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem object, which must be one."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem: dict[str, Any] = json.loads(self.body)
        assert problem["status"] == self.status
        assert {"type", "title", "code", "detail", "request_id"} <= problem.keys()
        return problem


@pytest.fixture(scope="module")
def key(kuwait: None) -> bytes:
    return b"Authorization: Bearer " + new_key("kw.moi.gdt").encode()


def send(server: Server, line: bytes, *headers: bytes, body: bytes = b"", hang_up: bool = False) -> Answer:
    """Send raw bytes and read the answer to its end."""
    fixed = [] if any(h.startswith(b"Host:") for h in headers) else [b"Host: 127.0.0.1"]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
        wire.sendall(b"\r\n".join([line + b" HTTP/1.1", b"Connection: close", *fixed, *headers, b"", body]))
        if hang_up:
            wire.shutdown(socket.SHUT_WR)
        received = b""
        while part := wire.recv(65536):
            received += part
    head, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (text.split(": ", 1) for text in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, value in pairs}, rest)


def post(server: Server, body: bytes, *headers: bytes, length: int | None = None, **more: Any) -> Answer:
    """Post to the events' door."""
    size = b"Content-Length: %d" % (len(body) if length is None else length)
    return send(server, b"POST " + EVENTS, size, *headers, body=body, **more)


DEEP = b'{"ar":' * 900 + b"1" + b"}" * 900
BODIES = {
    "cut short JSON": (EVENT[:-5], 400, "not-json"),
    "nothing": (b"", 400, "not-json"),
    "bytes that are not UTF-8": (EVENT.replace(b"fee", b"f\xff"), 400, "not-json"),
    "half of a character": (EVENT.replace(b"fee", b"\\ud800"), 400, "not-json"),
    "not a number": (EVENT.replace(b'"fee"', b"NaN"), 400, "not-json"),
    "a name twice": (EVENT.replace(b'"id":"a"', b'"id":"a","id":"b"'), 400, "repeated-name"),
    "a name twice, hidden": (EVENT.replace(b'"id":"a"', b'"id":"a","i\\u0064" :"b\\u0022:"'), 400, "repeated-name"),
    "thousands of levels": (b"[" * 20_000 + b"]" * 20_000, 400, "too-deep"),
    "a large event": (EVENT.replace(b"fee", b"f" * 70_000), 413, "too-large"),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_cannot_be_read_is_a_problem(server: Server, key: bytes, what: str) -> None:
    body, status, code = BODIES[what]
    answer = post(server, body, key, ONE)
    assert (answer.status, answer.problem["code"]) == (status, code)


ITEMS = {
    "a decimal point": (EVENT.replace(b'"fee"', b"1.5"), "/data/step"),
    "a NUL": (EVENT.replace(b"fee", b"f\\u0000"), "/data/step"),
    "900 levels": (EVENT.replace(b'"step":"fee"', b'"step":"fee","note":' + DEEP), "/data/note"),
    "a form of 900 levels": (
        EVENT.replace(b'{"step":"fee"}', b'{"form":' + DEEP + b"}").replace(b".step.", b".asked."),
        "/data/form",
    ),
    "an attribute that is an object": (EVENT.replace(b'"id"', b'"more":{},"id"'), "/more"),
    "an attribute with a capital": (EVENT.replace(b'"id"', b'"moreThan":"x","id"'), "/moreThan"),
}


@pytest.mark.parametrize("what", ITEMS)
def test_an_event_that_cannot_be_taken_says_where(server: Server, key: bytes, what: str) -> None:
    body, pointer = ITEMS[what]
    answer = post(server, body, key, ONE)
    item = json.loads(answer.body)
    assert (answer.status, item["status"]) == (422, "invalid")
    assert item["problem"]["errors"][0]["pointer"] == pointer


def test_a_chunked_body_is_read(server: Server, key: bytes) -> None:
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(EVENT), EVENT)
    answer = send(server, b"POST " + EVENTS, b"Transfer-Encoding: chunked", key, ONE, body=chunked)
    assert (answer.status, json.loads(answer.body)["status"]) == (202, "parked")


def test_a_chunked_body_without_end_is_refused_early(server: Server, key: bytes) -> None:
    chunked = (b"10000\r\n" + b" " * 65536 + b"\r\n") * 24 + b"0\r\n\r\n"
    answer = send(server, b"POST " + EVENTS, b"Transfer-Encoding: chunked", key, MANY, body=chunked)
    assert answer.problem["code"] == "too-large"


def test_a_large_body_is_refused_before_it_is_sent(server: Server, key: bytes) -> None:
    answer = post(server, b"", key, MANY, length=50_000_000)
    assert answer.problem["code"] == "too-large"


def test_fewer_bytes_than_promised_are_not_taken(server: Server, key: bytes) -> None:
    answer = post(server, EVENT, key, ONE, length=len(EVENT) + 50, hang_up=True)
    assert answer.problem["code"] == "cut-short"


def test_more_bytes_than_promised_are_not_read(server: Server, key: bytes) -> None:
    assert post(server, EVENT, key, ONE, length=len(EVENT) - 50).problem["code"] == "not-json"


HEADERS = {
    "no type": ([], 415),
    "a type of other bytes": ([b"Content-Type: \xff"], 415),
    "another type": ([b"Content-Type: text/plain"], 415),
    "another character set": ([ONE + b"; charset=windows-1256"], 415),
    "a header that is not UTF-8": ([b"Content-Type: application/json", b"ce-specversion: 1.0", b"ce-id: %ff"], 400),
}


@pytest.mark.parametrize("what", HEADERS)
def test_headers_that_are_not_taken_are_a_problem(server: Server, key: bytes, what: str) -> None:
    headers, status = HEADERS[what]
    answer = post(server, EVENT, key, *headers)
    assert answer.status == status
    assert answer.problem


@pytest.mark.parametrize(
    "given", [None, b"Bearer ", b"Bearer msk_no", b"Bearer \xff\xfe", b"Basic bXNr", b"Bearer " + b"x" * 9000]
)
def test_without_a_living_key_nothing_is_taken(server: Server, given: bytes | None) -> None:
    headers = [] if given is None else [b"Authorization: " + given]
    answer = post(server, EVENT, ONE, *headers)
    assert answer.problem["code"] == "unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path", ["nothing", "%ff%fe", "%zz", "%00", "events/", "requests/%2e%2e/", "..%2f..%2fetc", "a" * 9000]
)
def test_an_address_that_is_not_there_is_a_problem(server: Server, path: str) -> None:
    answer = send(server, f"GET /api/v1/{path}".encode())
    assert (answer.status, answer.problem["code"]) == (404, "not-found")


@pytest.mark.parametrize("number", ["0", "%00", "٤٨٢٩", "1" * 39, "48291733065", "%ff"])
def test_a_number_that_is_not_there_is_a_problem(server: Server, key: bytes, number: str) -> None:
    answer = send(server, f"GET /api/v1/requests/{number}".encode(), key, b"Masar-Purpose: test")
    assert answer.problem["code"] == "not-found"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=%00", "cursor=-1", "cursor=9999999999999999999", "updated_since=%00",
              "updated_since=2026-01-01", "updated_since=9999-99-99T00:00:00Z", "limit=%ff"],
)  # fmt: skip
def test_parameters_that_cannot_be_read_are_a_problem(server: Server, key: bytes, query: str) -> None:
    answer = send(server, f"GET /api/v1/requests?{query}".encode(), key, b"Masar-Purpose: test")
    assert answer.status == 422
    assert answer.problem


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE", "GET"])
def test_a_verb_that_is_not_offered_names_those_that_are(server: Server, key: bytes, method: str) -> None:
    answer = send(server, method.encode() + b" " + EVENTS, key)
    assert (answer.status, answer.problem["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST, OPTIONS"


def test_head_answers_like_get_without_a_body(server: Server) -> None:
    got, head = (send(server, verb + b" /api/v1/services") for verb in (b"GET", b"HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.body))


def test_options_name_the_verbs(server: Server) -> None:
    assert send(server, b"OPTIONS " + EVENTS).headers["allow"] == "POST, OPTIONS"
    answer = send(server, b"OPTIONS /api/v1/services")
    assert (answer.status, answer.body, answer.headers["allow"]) == (204, b"", "GET, HEAD, OPTIONS")


def test_another_host_is_a_problem(server: Server) -> None:
    assert send(server, b"GET /api/v1/services", b"Host: elsewhere.example").problem["code"] == "bad-request"


def test_an_address_with_a_slash_too_many_says_so(server: Server) -> None:
    assert "slash" in send(server, b"POST " + EVENTS + b"/", b"Content-Length: 0").problem["detail"]


@pytest.mark.parametrize("header", [b"X-Long: " + b"a" * 60_000, b"Accept-Language: " + b"ar," * 5000])
def test_large_headers_do_no_harm(server: Server, header: bytes) -> None:
    assert send(server, b"GET /api/v1/services", header).status == 200


def test_nothing_of_this_was_an_error_of_ours(server: Server, key: bytes) -> None:
    assert post(server, b"[]", key, MANY).body == b'{"items":[]}'
    log = server.log.read_text()
    assert not re.search(r"Internal Server Error|Traceback(?!.*DisallowedHost)", log) or "DisallowedHost" in log
    assert "Internal Server Error" not in log
