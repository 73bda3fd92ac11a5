"""What a token must say, how strong and how fresh it must be, and whose."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from masar.people.eid import refusals
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.port import Approved
from masar.people.eid.tests.forging import (
    ACCESS,
    CIVIL_ID,
    CLIENT,
    EC,
    FALSE_CLAIMS,
    OTHER,
    OTHER_CIVIL_ID,
    PASSWORD_ACR,
    PUSH_ACR,
    RSA,
    Change,
    Forger,
    coded,
    saying,
    setup,
    token,
    without,
)
from masar.people.eid.tests.visits import Visit, refused

# What a token says


@pytest.mark.parametrize(("reason", "change"), FALSE_CLAIMS.values(), ids=FALSE_CLAIMS.keys())
def test_a_token_that_says_something_false_is_refused(forger: Forger, oidc: Oidc, reason: str, change: Change) -> None:
    forger.change = change
    with refused(refusals.AnswerIsNotGenuine, reason):
        Visit(forger, oidc).back()


@pytest.mark.parametrize("change", [saying("nonce", "another"), without("nonce"), saying("nonce", 3)])
def test_a_token_for_another_visit_is_refused(forger: Forger, oidc: Oidc, change: Change) -> None:
    visit = Visit(forger, oidc)
    forger.change = change
    with refused(refusals.AnswerIsNotGenuine, "nonce"):
        visit.back()


def test_two_clocks_may_differ_a_little(forger: Forger, oidc: Oidc) -> None:
    for change in (saying("exp", lambda at: at - 20), saying("iat", lambda at: at + 20), saying("aud", [CLIENT])):
        forger.change = change
        assert isinstance(Visit(forger, oidc).back(), Approved)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "RS384"])
def test_no_other_algorithm_is_taken(forger: Forger, oidc: Oidc, algorithm: str) -> None:
    key = {"ES384": ECKey.generate_key("P-384", {"kid": "ec-1"}), "RS384": RSA}.get(algorithm)
    forger.published = [*forger.published, key] if key else forger.published
    forger.sign = lambda claims: token(claims, algorithm, key)
    with refused(refusals.AnswerIsNotGenuine, "alg"):
        Visit(forger, oidc).back()


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_four_algorithms_are_taken(forger: Forger, oidc: Oidc, algorithm: str) -> None:
    digest = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(ACCESS.encode()).digest()
    forger.sign = lambda claims: token(claims, algorithm)
    for change in (saying("at_hash", coded(digest[: len(digest) // 2])), without("at_hash")):
        forger.change = change
        assert isinstance(Visit(forger, oidc).back(), Approved)


def test_a_signature_by_another_key_is_refused(forger: Forger, oidc: Oidc) -> None:
    forger.sign = lambda claims: token(claims, key=OTHER, kid="ec-1")
    with refused(refusals.AnswerIsNotGenuine, "signature"):
        Visit(forger, oidc).back()


def test_an_rsa_key_verifies_no_signature_by_a_curve(forger: Forger, oidc: Oidc) -> None:
    forger.sign = lambda claims: token(claims, "ES256", EC, kid="rsa-1")
    with refused(refusals.AnswerIsNotGenuine, "signature"):
        Visit(forger, oidc).back()


@pytest.mark.parametrize("forged", ["", "a.b", "a.b.c", "..", "x" * 1000, "eyJhbGciOjF9.e30."])
def test_what_is_no_token_is_refused(forger: Forger, oidc: Oidc, forged: str) -> None:
    forger.sign = lambda claims: forged
    with pytest.raises((refusals.AnswerIsNotGenuine, refusals.AnswerIsNotUnderstood)):
        Visit(forger, oidc).back()


@pytest.mark.parametrize(("reason", "header"), [("typ", {"typ": "logout+jwt"}), ("kid", {"kid": 7})])
def test_a_token_of_another_kind_is_refused(forger: Forger, oidc: Oidc, reason: str, header: Any) -> None:
    at = token(forger.claims()).split(".")
    forger.sign = lambda claims: ".".join([_coded_header(header), *at[1:]])
    with refused(refusals.AnswerIsNotGenuine, reason):
        Visit(forger, oidc).back()


def _coded_header(more: Any) -> str:

    return coded(json.dumps({"alg": "ES256", "kid": "ec-1"} | more).encode())


def test_the_token_must_be_a_bearer(forger: Forger, oidc: Oidc) -> None:
    forger.token_type = "DPoP"
    with refused(refusals.AnswerIsNotUnderstood, "token_type"):
        Visit(forger, oidc).back()


# How strong, how fresh, who


@pytest.mark.parametrize("change", [saying("acr", PASSWORD_ACR), without("acr")])
def test_a_weaker_answer_than_asked_is_refused(forger: Forger, oidc: Oidc, change: Change) -> None:
    forger.change = change
    with refused(refusals.AnswerIsTooWeak, "acr"):
        Visit(forger, oidc, acr=PUSH_ACR).back()


@pytest.mark.parametrize("change", [saying("auth_time", lambda at: at - 400), without("auth_time")])
def test_an_older_log_in_than_asked_is_refused(forger: Forger, oidc: Oidc, change: Change) -> None:
    forger.change = change
    with refused(refusals.AnswerIsTooWeak, "max_age"):
        Visit(forger, oidc, max_age=300).back()
    assert isinstance(Visit(forger, oidc).back(), Approved)


@pytest.mark.parametrize("at", [lambda at: at + 500, "today", True])
def test_a_log_in_that_cannot_have_been_is_refused(forger: Forger, oidc: Oidc, at: Any) -> None:
    forger.change = saying("auth_time", at)
    with refused(refusals.AnswerIsTooWeak, "auth_time"):
        Visit(forger, oidc).back()


def test_a_strength_may_have_another_name_there(forger: Forger, tmp_path: Path) -> None:
    provider = Oidc(setup(tmp_path, acr={PUSH_ACR: "urn:other:high"}), forger.exchange())
    forger.change = saying("acr", "urn:other:high")
    visit = Visit(forger, provider, acr=PUSH_ACR)
    assert forger.calls("/par")[-1]["acr_values"] == "urn:other:high"
    assert visit.back().claims.acr == PUSH_ACR
    forger.change = saying("acr", PUSH_ACR)
    with refused(refusals.AnswerIsTooWeak, "acr"):
        Visit(forger, provider, acr=PUSH_ACR).back()


def test_a_strength_that_was_not_asked_is_told_by_our_name(forger: Forger, tmp_path: Path) -> None:
    provider = Oidc(setup(tmp_path, acr={PUSH_ACR: "urn:other:high"}), forger.exchange())
    for said, told in (("urn:other:high", PUSH_ACR), ("urn:other:low", "urn:other:low"), (None, ""), (7, "")):
        forger.change = saying("acr", said)
        assert Visit(forger, provider).back().claims.acr == told


@pytest.mark.parametrize(
    ("said", "told"),
    [("علی\u200cرضا", "علی\u200cرضا"), ("نورة\u202e\n", "نورة"), ("x" * 500, "x" * 200), (7, ""), (None, "")],
)
def test_a_name_is_letters_alone(forger: Forger, oidc: Oidc, said: Any, told: str) -> None:
    forger.change = saying("name", said)
    assert Visit(forger, oidc).back().claims.name == told


def test_somebody_else_than_was_asked_is_refused(forger: Forger, oidc: Oidc) -> None:
    assert isinstance(Visit(forger, oidc, login_hint=CIVIL_ID).back(), Approved)
    with refused(refusals.AnswerIsOfSomebodyElse, "civil_id"):
        Visit(forger, oidc, login_hint=OTHER_CIVIL_ID).back()


@pytest.mark.parametrize("civil_id", [None, 285010112345, "", "12345", "985010112345"])
def test_an_answer_without_a_civil_id_is_refused(forger: Forger, oidc: Oidc, civil_id: Any) -> None:
    forger.userinfo = {"sub": "subject-1"}
    forger.change = without("civil_id") if civil_id is None else saying("civil_id", civil_id)
    with refused(refusals.AnswerLacksCivilId, "civil_id"):
        Visit(forger, oidc).back()


def test_another_country_has_other_names(forger: Forger, tmp_path: Path) -> None:
    provider = Oidc(setup(tmp_path, claims={"civil_id": "idn", "name": "fullname"}), forger.exchange())
    forger.change = lambda claims: claims.update(
        {"idn": OTHER_CIVIL_ID, "fullname": "فيصل", "civil_id": CIVIL_ID, "name": "-"}
    )
    claims = Visit(forger, provider).back().claims
    assert (claims.civil_id, claims.name) == (OTHER_CIVIL_ID, "فيصل")


def test_the_civil_id_may_come_with_userinfo_of_the_same_subject(forger: Forger, oidc: Oidc) -> None:
    forger.change = without("civil_id")
    forger.userinfo = {"sub": "subject-1", "civil_id": CIVIL_ID, "acr": "forged"}
    approved = Visit(forger, oidc).back()
    assert (approved.claims.civil_id, approved.claims.acr) == (CIVIL_ID, PUSH_ACR)
    [headers] = [headers for path, _, headers in forger.asked if path == "/userinfo"]
    assert headers["authorization"] == f"Bearer {ACCESS}"
    forger.userinfo["sub"] = "subject-2"
    with refused(refusals.AnswerIsNotGenuine, "userinfo"):
        Visit(forger, oidc).back()
    forger.answers["/userinfo"] = [(401, {"error": "invalid_token"})]
    with refused(refusals.ProviderRefused, "invalid_token"):
        Visit(forger, oidc).back()
