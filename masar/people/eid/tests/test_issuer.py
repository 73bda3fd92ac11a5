"""A provider as it describes itself: whose word counts, for how long, and which keys."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from joserfc.jwk import OctKey, RSAKey

from masar.people.eid import refusals
from masar.people.eid.openid.issuer import BETWEEN, HOLDS, Issuer
from masar.people.eid.openid.signatures import public_keys
from masar.people.eid.tests.forging import EC, ED, ISSUER, OTHER, RSA, Forger
from masar.people.eid.tests.visits import refused


class Ticking:
    """A clock of seconds that a test sets."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


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
    forger.seconds = 0.05
    ask: Callable[[], object] = lambda: issuer.keys("ec-1")  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(forger.calls("/jwks")) == 1
    assert len(forger.calls("/.well-known/openid-configuration")) == 1
