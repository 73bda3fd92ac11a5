"""The code flow: what is asked, what may come back, and each answer that is refused, against a forging provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey

from masar.people.eid import refusals
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid import client as client_module
from masar.people.eid.openid.signatures import opened, public_keys
from masar.people.eid.port import Approved, Denied, Expired, Pending, Started
from masar.people.eid.tests.forging import (
    ACCESS,
    CIVIL_ID,
    CLIENT,
    EC,
    ED,
    FALSE_CLAIMS,
    ISSUER,
    OTHER,
    OTHER_CIVIL_ID,
    PASSWORD_ACR,
    PUSH_ACR,
    RETURN,
    RSA,
    Change,
    Forger,
    challenge,
    saying,
    setup,
    token,
    without,
)


class Visit:
    """A browser that starts, and comes back."""

    def __init__(self, forger: Forger, provider: Oidc, **asked: Any) -> None:
        self.forger, self.provider = forger, provider
        self.started: Started = provider.start(mode="redirect", **asked)
        self.handle = self.started.handle
        forger.nonce = self.handle["nonce"]

    def back(self, **changed: str | None) -> Any:
        said = {"state": self.handle["state"], "iss": ISSUER, "code": "a-code"} | changed
        return self.provider.callback(self.handle, {name: value for name, value in said.items() if value is not None})


@pytest.fixture
def forger() -> Forger:
    return Forger()


@pytest.fixture
def provider(forger: Forger, tmp_path: Path) -> Oidc:
    return Oidc(setup(tmp_path), forger.exchange())


@contextmanager
def refused(kind: type[refusals.EidRefusal], reason: str) -> Iterator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.reason == reason
    assert type(caught.value) is kind


def later(monkeypatch: pytest.MonkeyPatch, by: float) -> None:
    at = datetime.now(UTC) + timedelta(seconds=by)
    monkeypatch.setattr(client_module, "now", lambda: at)


def test_a_person_who_comes_back_is_known(forger: Forger, provider: Oidc) -> None:
    visit = Visit(forger, provider, acr=PUSH_ACR)
    approved = visit.back()
    assert isinstance(approved, Approved)
    claims = approved.claims
    assert (claims.civil_id, claims.name, claims.acr, claims.amr) == (CIVIL_ID, "نورة", PUSH_ACR, ("hwk", "user"))
    assert (claims.issuer, claims.subject) == (ISSUER, "subject-1")
    assert claims.auth_time is not None
    assert abs(claims.auth_time - datetime.now(UTC)) < timedelta(seconds=10)


def test_what_is_asked_is_pushed_and_the_address_tells_nothing(forger: Forger, provider: Oidc) -> None:
    visit = Visit(forger, provider, acr=PUSH_ACR, max_age=300, login_hint="٢٨٥٠١٠١١٢٣٤٥")
    url = urlsplit(visit.started.display.url)
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{ISSUER}/authorize"
    assert parse_qs(url.query) == {"client_id": [CLIENT], "request_uri": ["urn:example:1"]}
    [asked] = forger.calls("/par")
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": RETURN,
        "scope": "openid profile civil_id",
        "state": visit.handle["state"],
        "nonce": visit.handle["nonce"],
        "code_challenge": challenge(visit.handle["verifier"]),
        "code_challenge_method": "S256",
        "acr_values": PUSH_ACR,
        "max_age": "300",
        "login_hint": CIVIL_ID,
    }


def test_without_pushing_the_address_has_all_but_the_civil_id(forger: Forger, provider: Oidc) -> None:
    del forger.metadata["pushed_authorization_request_endpoint"]
    visit = Visit(forger, provider, login_hint=CIVIL_ID)
    query = parse_qs(urlsplit(visit.started.display.url).query)
    assert query["code_challenge"] == [challenge(visit.handle["verifier"])]
    assert query["state"] == [visit.handle["state"]]
    assert CIVIL_ID not in visit.started.display.url
    assert isinstance(visit.back(), Approved)


def test_the_code_is_exchanged_with_its_verifier_and_the_same_address(forger: Forger, provider: Oidc) -> None:
    visit = Visit(forger, provider)
    visit.back(code="the-code")
    assert forger.calls("/token") == [
        {
            "grant_type": "authorization_code",
            "code": "the-code",
            "redirect_uri": RETURN,
            "code_verifier": visit.handle["verifier"],
        }
    ]


def test_each_visit_has_secrets_of_its_own(forger: Forger, provider: Oidc) -> None:
    one, two = Visit(forger, provider).handle, Visit(forger, provider).handle
    for name in ("state", "nonce", "verifier"):
        assert one[name] != two[name]
        assert len(one[name]) >= 43


# What comes back with the browser


@pytest.mark.parametrize("state", ["", None, "another", "é"])
def test_another_state_is_refused(forger: Forger, provider: Oidc, state: str | None) -> None:
    visit = Visit(forger, provider)
    with refused(refusals.RequestIsNotOurs, "state"):
        visit.back(state=state)
    assert not forger.calls("/token")


def test_the_state_of_another_visit_is_refused(forger: Forger, provider: Oidc) -> None:
    one, two = Visit(forger, provider), Visit(forger, provider)
    with refused(refusals.RequestIsNotOurs, "state"):
        two.back(state=one.handle["state"])


@pytest.mark.parametrize("issuer", [None, "", "https://other.example", ISSUER + "/"])
def test_an_answer_of_another_issuer_is_refused(forger: Forger, provider: Oidc, issuer: str | None) -> None:
    with refused(refusals.RequestIsNotOurs, "iss"):
        Visit(forger, provider).back(iss=issuer)
    assert not forger.calls("/token")


def test_the_issuer_counts_even_where_it_is_not_promised(forger: Forger, provider: Oidc) -> None:
    del forger.metadata["authorization_response_iss_parameter_supported"]
    assert isinstance(Visit(forger, provider).back(iss=None), Approved)
    with refused(refusals.RequestIsNotOurs, "iss"):
        Visit(forger, provider).back(iss="https://other.example")


def test_a_no_is_a_no_and_any_other_error_a_refusal(forger: Forger, provider: Oidc) -> None:
    assert Visit(forger, provider).back(code=None, error="access_denied") == Denied()
    with refused(refusals.ProviderRefused, "authorization"):
        Visit(forger, provider).back(code=None, error="server_error")
    with refused(refusals.RequestIsNotOurs, "state"):
        Visit(forger, provider).back(code=None, error="access_denied", state="another")
    with refused(refusals.RequestIsNotOurs, "code"):
        Visit(forger, provider).back(code=None)


def test_a_handle_of_another_identity_is_refused(forger: Forger, provider: Oidc) -> None:
    visit = Visit(forger, provider)
    visit.handle["identity"] = "another"
    with refused(refusals.RequestIsNotOurs, "identity"):
        visit.back()
    with refused(refusals.RequestIsNotOurs, "identity"):
        provider.poll(visit.handle)


def test_who_comes_too_late_starts_again(forger: Forger, provider: Oidc, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = Visit(forger, provider, ttl=60)
    assert provider.poll(visit.handle) == Pending(5, visit.handle)
    later(monkeypatch, 61)
    assert visit.back() == Expired()
    assert provider.poll(visit.handle) == Expired()
    assert not forger.calls("/token")


@pytest.mark.parametrize(("wished", "given"), [(1, 30), (90, 90), (10**6, 600)])
def test_a_request_lives_half_a_minute_to_ten(forger: Forger, provider: Oidc, wished: int, given: int) -> None:
    handle = Visit(forger, provider, ttl=wished).handle
    assert handle["expires_at"] - handle["asked_at"] == given


@pytest.mark.parametrize("mode", ["push", "qr"])
def test_another_way_is_not_offered(provider: Oidc, mode: Any) -> None:
    with refused(refusals.ModeIsNotOffered, mode):
        provider.start(mode=mode)


# What a token says


@pytest.mark.parametrize(("reason", "change"), FALSE_CLAIMS.values(), ids=FALSE_CLAIMS.keys())
def test_a_token_that_says_something_false_is_refused(
    forger: Forger, provider: Oidc, reason: str, change: Change
) -> None:
    forger.change = change
    with refused(refusals.AnswerIsNotGenuine, reason):
        Visit(forger, provider).back()


@pytest.mark.parametrize("change", [saying("nonce", "another"), without("nonce"), saying("nonce", 3)])
def test_a_token_for_another_visit_is_refused(forger: Forger, provider: Oidc, change: Change) -> None:
    visit = Visit(forger, provider)
    forger.change = change
    with refused(refusals.AnswerIsNotGenuine, "nonce"):
        visit.back()


def test_two_clocks_may_differ_a_little(forger: Forger, provider: Oidc) -> None:
    for change in (saying("exp", lambda at: at - 20), saying("iat", lambda at: at + 20), saying("aud", [CLIENT])):
        forger.change = change
        assert isinstance(Visit(forger, provider).back(), Approved)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "RS384"])
def test_no_other_algorithm_is_taken(forger: Forger, provider: Oidc, algorithm: str) -> None:
    key = {"ES384": ECKey.generate_key("P-384", {"kid": "ec-1"}), "RS384": RSA}.get(algorithm)
    forger.published = [*forger.published, key] if key else forger.published
    forger.sign = lambda claims: token(claims, algorithm, key)
    with refused(refusals.AnswerIsNotGenuine, "alg"):
        Visit(forger, provider).back()


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_four_algorithms_are_taken(forger: Forger, provider: Oidc, algorithm: str) -> None:
    forger.sign = lambda claims: token(claims, algorithm)
    forger.change = without("at_hash")
    assert isinstance(Visit(forger, provider).back(), Approved)


def test_a_signature_by_another_key_is_refused(forger: Forger, provider: Oidc) -> None:
    forger.sign = lambda claims: token(claims, key=OTHER, kid="ec-1")
    with refused(refusals.AnswerIsNotGenuine, "signature"):
        Visit(forger, provider).back()


def test_an_rsa_key_verifies_no_signature_by_a_curve(forger: Forger, provider: Oidc) -> None:
    forger.sign = lambda claims: token(claims, "ES256", EC, kid="rsa-1")
    with refused(refusals.AnswerIsNotGenuine, "signature"):
        Visit(forger, provider).back()


@pytest.mark.parametrize("forged", ["", "a.b", "a.b.c", "..", "x" * 1000, "eyJhbGciOjF9.e30."])
def test_what_is_no_token_is_refused(forger: Forger, provider: Oidc, forged: str) -> None:
    forger.sign = lambda claims: forged
    with pytest.raises((refusals.AnswerIsNotGenuine, refusals.AnswerIsNotUnderstood)):
        Visit(forger, provider).back()


@pytest.mark.parametrize(("reason", "header"), [("typ", {"typ": "logout+jwt"}), ("kid", {"kid": 7})])
def test_a_token_of_another_kind_is_refused(forger: Forger, provider: Oidc, reason: str, header: Any) -> None:
    at = token(forger.claims()).split(".")
    forger.sign = lambda claims: ".".join([_coded_header(header), *at[1:]])
    with refused(refusals.AnswerIsNotGenuine, reason):
        Visit(forger, provider).back()


def _coded_header(more: Any) -> str:
    import json

    from masar.people.eid.tests.forging import coded

    return coded(json.dumps({"alg": "ES256", "kid": "ec-1"} | more).encode())


def test_the_token_must_be_a_bearer(forger: Forger, provider: Oidc) -> None:
    forger.token_type = "DPoP"
    with refused(refusals.AnswerIsNotUnderstood, "token_type"):
        Visit(forger, provider).back()


# How strong, how fresh, who


@pytest.mark.parametrize("change", [saying("acr", PASSWORD_ACR), without("acr")])
def test_a_weaker_answer_than_asked_is_refused(forger: Forger, provider: Oidc, change: Change) -> None:
    forger.change = change
    with refused(refusals.AnswerIsTooWeak, "acr"):
        Visit(forger, provider, acr=PUSH_ACR).back()


@pytest.mark.parametrize("change", [saying("auth_time", lambda at: at - 400), without("auth_time")])
def test_an_older_log_in_than_asked_is_refused(forger: Forger, provider: Oidc, change: Change) -> None:
    forger.change = change
    with refused(refusals.AnswerIsTooWeak, "max_age"):
        Visit(forger, provider, max_age=300).back()
    assert isinstance(Visit(forger, provider).back(), Approved)


@pytest.mark.parametrize("at", [lambda at: at + 500, "today", True])
def test_a_log_in_that_cannot_have_been_is_refused(forger: Forger, provider: Oidc, at: Any) -> None:
    forger.change = saying("auth_time", at)
    with refused(refusals.AnswerIsTooWeak, "auth_time"):
        Visit(forger, provider).back()


def test_a_strength_may_have_another_name_there(forger: Forger, tmp_path: Path) -> None:
    provider = Oidc(setup(tmp_path, acr={PUSH_ACR: "urn:other:high"}), forger.exchange())
    forger.change = saying("acr", "urn:other:high")
    visit = Visit(forger, provider, acr=PUSH_ACR)
    assert forger.calls("/par")[-1]["acr_values"] == "urn:other:high"
    assert visit.back().claims.acr == PUSH_ACR
    forger.change = saying("acr", PUSH_ACR)
    with refused(refusals.AnswerIsTooWeak, "acr"):
        Visit(forger, provider, acr=PUSH_ACR).back()


def test_somebody_else_than_was_asked_is_refused(forger: Forger, provider: Oidc) -> None:
    assert isinstance(Visit(forger, provider, login_hint=CIVIL_ID).back(), Approved)
    with refused(refusals.AnswerIsOfSomebodyElse, "civil_id"):
        Visit(forger, provider, login_hint=OTHER_CIVIL_ID).back()


@pytest.mark.parametrize("civil_id", [None, 285010112345, "", "12345", "985010112345"])
def test_an_answer_without_a_civil_id_is_refused(forger: Forger, provider: Oidc, civil_id: Any) -> None:
    forger.userinfo = {"sub": "subject-1"}
    forger.change = without("civil_id") if civil_id is None else saying("civil_id", civil_id)
    with refused(refusals.AnswerLacksCivilId, "civil_id"):
        Visit(forger, provider).back()


def test_another_country_has_other_names(forger: Forger, tmp_path: Path) -> None:
    provider = Oidc(setup(tmp_path, claims={"civil_id": "idn", "name": "fullname"}), forger.exchange())
    forger.change = lambda claims: claims.update(
        {"idn": OTHER_CIVIL_ID, "fullname": "فيصل", "civil_id": CIVIL_ID, "name": "-"}
    )
    claims = Visit(forger, provider).back().claims
    assert (claims.civil_id, claims.name) == (OTHER_CIVIL_ID, "فيصل")


def test_the_civil_id_may_come_with_userinfo_of_the_same_subject(forger: Forger, provider: Oidc) -> None:
    forger.change = without("civil_id")
    forger.userinfo = {"sub": "subject-1", "civil_id": CIVIL_ID, "acr": "forged"}
    approved = Visit(forger, provider).back()
    assert (approved.claims.civil_id, approved.claims.acr) == (CIVIL_ID, PUSH_ACR)
    [headers] = [headers for path, _, headers in forger.asked if path == "/userinfo"]
    assert headers["authorization"] == f"Bearer {ACCESS}"
    forger.userinfo["sub"] = "subject-2"
    with refused(refusals.AnswerIsNotGenuine, "userinfo"):
        Visit(forger, provider).back()
    forger.answers["/userinfo"] = [(401, {"error": "invalid_token"})]
    with refused(refusals.ProviderRefused, "invalid_token"):
        Visit(forger, provider).back()


# How we prove ourselves, and what a refusal tells


def test_the_secret_is_sent_as_oauth_writes_it(forger: Forger, provider: Oidc) -> None:
    Visit(forger, provider).back()
    headers = next(headers for path, _, headers in forger.asked if path == "/token")
    # "masar:a+secret%3A+with+signs+%26+more"
    assert headers["authorization"] == "Basic bWFzYXI6YStzZWNyZXQlM0Erd2l0aCtzaWducyslMjYrbW9yZQ=="


@pytest.mark.parametrize("key", [EC, RSA, ED], ids=["P-256", "RSA", "Ed25519"])
@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_a_key_of_ours_signs_an_assertion(forger: Forger, tmp_path: Path, key: Any, form: str) -> None:
    import json

    content = key.as_pem(private=True) if form == "pem" else json.dumps(key.as_dict(private=True)).encode()
    (tmp_path / "key").write_bytes(content)
    named = setup(tmp_path, secret_file=None, key_file="key", key_id="ours")
    Visit(forger, Oidc(named, forger.exchange())).back()
    sent = [form["client_assertion"] for path, form, _ in forger.asked if "client_assertion" in form]
    assert len(sent) == 2  # pushed, exchanged
    keys = public_keys({"keys": [key.as_dict(private=False) | {"kid": "ours"}]})
    [(_, one), (_, two)] = [opened(assertion, lambda _: keys) for assertion in sent]
    assert (one["iss"], one["sub"], one["aud"], one["exp"] - one["iat"]) == (CLIENT, CLIENT, ISSUER, 60)
    assert one["jti"] != two["jti"]
    assert not [headers for path, _, headers in forger.asked if "authorization" in headers]


def test_a_refusal_of_the_provider_keeps_its_code_alone(forger: Forger, provider: Oidc) -> None:
    forger.answers["/token"] = [(400, {"error": "invalid_grant", "error_description": CIVIL_ID})]
    with refused(refusals.ProviderRefused, "invalid_grant"):
        Visit(forger, provider).back()
    for strange in (f"of {CIVIL_ID}", 5, "x" * 41, None):
        forger.answers["/token"] = [(400, {"error": strange})]
        with refused(refusals.ProviderRefused, "error"):
            Visit(forger, provider).back()
    forger.answers["/par"] = [(400, {"error": "invalid_request"})]
    with refused(refusals.ProviderRefused, "invalid_request"):
        Visit(forger, provider)


def test_no_refusal_says_what_somebody_sent(forger: Forger, provider: Oidc) -> None:
    visit = Visit(forger, provider, login_hint=OTHER_CIVIL_ID)
    with pytest.raises(refusals.EidRefusal) as caught:
        visit.back()
    problem = caught.value.problem()
    assert "detail" not in problem
    for secret in (CIVIL_ID, OTHER_CIVIL_ID, visit.handle["nonce"], "subject-1"):
        assert secret not in f"{problem} {caught.value} {caught.value.reason}"
    assert visit.handle["verifier"] not in repr(visit.started)
