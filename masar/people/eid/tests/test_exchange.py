"""Requests to a provider: where they may go, how much they may bring, whose keys count and for how long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from masar.people.eid import refusals
from masar.people.eid.openid import exchange as exchange_module
from masar.people.eid.openid.exchange import LARGEST, Exchange
from masar.people.eid.openid.issuer import BETWEEN, HOLDS, Issuer
from masar.people.eid.openid.signatures import public_keys
from masar.people.eid.tests.forging import EC, ED, ISSUER, OTHER, RSA, Forger, answer
from masar.people.eid.tests.test_oidc import refused


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


# The issuer


class Ticking:
    """A clock of seconds that a test sets."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def forger() -> Forger:
    return Forger()


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def issuer(forger: Forger, ticking: Ticking) -> Issuer:
    return Issuer(ISSUER, forger.exchange(), ticking)


def test_discovery_is_believed_for_an_hour(forger: Forger, issuer: Issuer, ticking: Ticking) -> None:
    def fetched() -> int:
        return len(forger.calls("/.well-known/openid-configuration"))

    for _ in range(3):
        assert issuer.endpoint("token_endpoint") == f"{ISSUER}/token"
    assert fetched() == 1
    ticking.at += HOLDS + 1
    issuer.metadata()
    assert fetched() == 2


@pytest.mark.parametrize("said", ["https://other.example", ISSUER + "/", "", None])
def test_another_issuers_discovery_is_refused(forger: Forger, issuer: Issuer, said: str | None) -> None:
    forger.metadata["issuer"] = said
    for _ in range(2):
        with refused(refusals.AnswerIsNotGenuine, "issuer"):
            issuer.endpoint("token_endpoint")


def test_discovery_that_is_an_error_is_refused(forger: Forger, issuer: Issuer) -> None:
    forger.answers["/.well-known/openid-configuration"] = [(404, {"issuer": ISSUER})]
    with refused(refusals.AnswerIsNotGenuine, "issuer"):
        issuer.metadata()


def test_an_endpoint_without_tls_is_refused(forger: Forger, issuer: Issuer) -> None:
    forger.metadata["token_endpoint"] = "http://identity.example/token"
    with refused(refusals.AddressIsNotSafe, "address"):
        issuer.endpoint("token_endpoint")


def test_an_endpoint_that_is_not_there_is_not_offered(forger: Forger, issuer: Issuer) -> None:
    del forger.metadata["backchannel_authentication_endpoint"]
    assert issuer.offered("backchannel_authentication_endpoint") == ""
    with refused(refusals.ModeIsNotOffered, "backchannel_authentication_endpoint"):
        issuer.endpoint("backchannel_authentication_endpoint")


def test_keys_are_fetched_once_and_anew_when_one_is_unknown(forger: Forger, issuer: Issuer, ticking: Ticking) -> None:
    forger.published = [EC]
    assert [key.kid for key in issuer.keys("ec-1")] == ["ec-1"]
    issuer.keys("ec-1")
    assert len(forger.calls("/jwks")) == 1
    forger.published = [EC, OTHER]
    ticking.at += BETWEEN + 1
    assert [key.kid for key in issuer.keys("ec-2")] == ["ec-1", "ec-2"]
    assert len(forger.calls("/jwks")) == 2


def test_unknown_keys_make_no_storm(forger: Forger, issuer: Issuer, ticking: Ticking) -> None:
    issuer.keys("ec-1")
    for number in range(100):
        issuer.keys(f"invented-{number}")
    assert len(forger.calls("/jwks")) == 1
    ticking.at += BETWEEN + 1
    for number in range(100):
        issuer.keys(f"invented-{number}")
    assert len(forger.calls("/jwks")) == 2


def test_old_keys_are_believed_no_longer(forger: Forger, issuer: Issuer, ticking: Ticking) -> None:
    issuer.keys("ec-1")
    forger.published = [OTHER]
    ticking.at += HOLDS + 1
    assert [key.kid for key in issuer.keys("ec-1")] == ["ec-2"]


@pytest.mark.parametrize("body", [{}, {"keys": []}, {"keys": 7}, {"keys": [7, {"kty": "new"}]}])
def test_no_keys_are_not_understood(forger: Forger, issuer: Issuer, body: dict[str, object]) -> None:
    forger.answers["/jwks"] = [(200, body)]
    with refused(refusals.AnswerIsNotUnderstood, "keys"):
        issuer.keys("ec-1")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_weak_keys_shared_secrets_and_keys_for_secrecy_are_left_out() -> None:
    weak = RSAKey.generate_key(1024, {"kid": "weak"})
    secret = OctKey.generate_key(256, {"kid": "secret"})
    entries = [key.as_dict(private=False) for key in (EC, RSA, ED, weak)]
    entries += [secret.as_dict(private=True), RSA.as_dict(private=False) | {"use": "enc", "kid": "enc"}]
    entries += [{"kty": "RSA", "kid": "broken", "n": "?", "e": 7}, {"kty": "EC", "kid": "empty"}]
    assert [key.kid for key in public_keys({"keys": entries})] == ["ec-1", "rsa-1", "ed-1"]


def test_many_threads_fetch_once(forger: Forger, issuer: Issuer) -> None:
    ask: Callable[[], object] = lambda: issuer.keys("ec-1")  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(forger.calls("/jwks")) == 1
    assert len(forger.calls("/.well-known/openid-configuration")) == 1
