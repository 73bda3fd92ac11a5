"""Requests to a provider: where they may go, how much they may bring, and how long they may take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from masar.people.eid import refusals
from masar.people.eid.openid import exchange as exchange_module
from masar.people.eid.openid.exchange import LARGEST, Exchange
from masar.people.eid.tests.forging import ISSUER, Forger, answer
from masar.people.eid.tests.visits import refused


def saying(status: int, content: bytes, **headers: str) -> Exchange:
    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

    return Exchange(transport=httpx.MockTransport(respond))


@pytest.mark.parametrize(
    "url",
    [
        "http://identity.example/",
        "http://127.0.0.1/",
        "ftp://identity.example/",
        "//identity.example/",
        "identity.example",
        "https:///path",
        "https://user@identity.example/",
        "https://identity.example/#part",
        "https://[broken/",
        "file:///etc/passwd",
    ],
)
def test_only_https_is_asked(url: str) -> None:
    with refused(refusals.AddressIsNotSafe, "address"):
        saying(200, b"{}").get(url)


def test_a_demonstration_may_stand_on_this_machine_and_nowhere_else() -> None:
    near = Exchange(loopback=True)
    for url in ("http://127.0.0.1:3000/x", "http://localhost/x", "http://[::1]:3000/x", "https://identity.example/x"):
        assert near.demand_safe(url) == url
    for url in ("http://identity.example/", "http://127.0.0.1.identity.example/", "http://10.0.0.1/"):
        with refused(refusals.AddressIsNotSafe, "address"):
            near.demand_safe(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answer(status, {}, location="https://elsewhere.example/")

    with refused(refusals.AnswerIsNotUnderstood, "redirect"):
        Exchange(transport=httpx.MockTransport(respond)).get(ISSUER)
    assert asked == [ISSUER]


def test_an_answer_has_a_largest_size() -> None:
    assert saying(200, b'{"a": "' + b"x" * (LARGEST - 9) + b'"}').get(ISSUER).status == 200
    with refused(refusals.AnswerIsNotUnderstood, "size"):
        saying(200, b'{"a": "' + b"x" * (LARGEST - 8) + b'"}').get(ISSUER)


def test_a_slow_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "_WHOLE", -1.0)
    with refused(refusals.ProviderIsNotReached, "slow"):
        saying(200, b"{}").get(ISSUER)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"7", b"\xff", b'{"a": 1', b"\x1f\x8b\x08"])
def test_only_an_object_of_json_is_understood(content: bytes) -> None:
    with refused(refusals.AnswerIsNotUnderstood, "json"):
        saying(200, content).get(ISSUER)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_provider_that_cannot_is_not_reached(status: int) -> None:
    with refused(refusals.ProviderIsNotReached, "status"):
        saying(status, b"{}").get(ISSUER)


def test_nothing_compressed_is_asked_for_and_waits_are_short() -> None:
    forger = Forger()
    exchange = forger.exchange()
    exchange.get(f"{ISSUER}/jwks")
    [(_, _, headers)] = forger.asked
    assert headers["accept-encoding"] == "identity"
    assert exchange._http.timeout == httpx.Timeout(5.0, connect=3.0)
    assert exchange._http.follow_redirects is False


class _Silent(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_over_a_real_socket_it_is_the_same() -> None:
    with listening(_Silent) as url, refused(refusals.AnswerIsNotUnderstood, "redirect"):
        Exchange(loopback=True).get(url)
    with refused(refusals.ProviderIsNotReached, "transport"):
        Exchange(loopback=True).get(url)
