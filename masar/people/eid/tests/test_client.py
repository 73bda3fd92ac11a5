"""How we prove who we are, and what a refusal tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from masar.people.eid import refusals
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid.signatures import opened, public_keys
from masar.people.eid.tests.forging import (
    CIVIL_ID,
    CLIENT,
    EC,
    ED,
    ISSUER,
    OTHER_CIVIL_ID,
    RSA,
    Forger,
    setup,
)
from masar.people.eid.tests.visits import Visit, refused

# How we prove ourselves, and what a refusal tells


def test_the_secret_is_sent_as_oauth_writes_it(forger: Forger, oidc: Oidc) -> None:
    Visit(forger, oidc).back()
    headers = next(headers for path, _, headers in forger.asked if path == "/token")
    # "masar:a+secret%3A+with+signs+%26+more"
    assert headers["authorization"] == "Basic bWFzYXI6YStzZWNyZXQlM0Erd2l0aCtzaWducyslMjYrbW9yZQ=="


@pytest.mark.parametrize("key", [EC, RSA, ED], ids=["P-256", "RSA", "Ed25519"])
@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_a_key_of_ours_signs_an_assertion(forger: Forger, tmp_path: Path, key: Any, form: str) -> None:

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


def test_a_refusal_of_the_provider_keeps_its_code_alone(forger: Forger, oidc: Oidc) -> None:
    forger.answers["/token"] = [(400, {"error": "invalid_grant", "error_description": CIVIL_ID})]
    with refused(refusals.ProviderRefused, "invalid_grant"):
        Visit(forger, oidc).back()
    for strange in (f"of {CIVIL_ID}", 5, "x" * 41, None):
        forger.answers["/token"] = [(400, {"error": strange})]
        with refused(refusals.ProviderRefused, "error"):
            Visit(forger, oidc).back()
    forger.answers["/par"] = [(400, {"error": "invalid_request"})]
    with refused(refusals.ProviderRefused, "invalid_request"):
        Visit(forger, oidc)


def test_no_refusal_says_what_somebody_sent(forger: Forger, oidc: Oidc) -> None:
    visit = Visit(forger, oidc, login_hint=OTHER_CIVIL_ID)
    with pytest.raises(refusals.EidRefusal) as caught:
        visit.back()
    problem = caught.value.problem()
    assert "detail" not in problem
    for secret in (CIVIL_ID, OTHER_CIVIL_ID, visit.handle["nonce"], "subject-1"):
        assert secret not in f"{problem} {caught.value} {caught.value.reason}"
    assert visit.handle["verifier"] not in repr(visit.started)
