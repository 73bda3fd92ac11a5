"""The code flow: what is asked, and what may come back with the browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from masar.people.eid import refusals
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.port import Approved, Denied, Expired, Pending
from masar.people.eid.tests.forging import (
    CIVIL_ID,
    CLIENT,
    ISSUER,
    PUSH_ACR,
    RETURN,
    Forger,
    challenge,
)
from masar.people.eid.tests.visits import Clock, Visit, refused


def test_a_person_who_comes_back_is_known(forger: Forger, oidc: Oidc) -> None:
    visit = Visit(forger, oidc, acr=PUSH_ACR)
    approved = visit.back()
    assert isinstance(approved, Approved)
    claims = approved.claims
    assert (claims.civil_id, claims.name, claims.acr, claims.amr) == (CIVIL_ID, "نورة", PUSH_ACR, ("hwk", "user"))
    assert (claims.issuer, claims.subject) == (ISSUER, "subject-1")
    assert claims.auth_time is not None
    assert abs(claims.auth_time - datetime.now(UTC)) < timedelta(seconds=10)


def test_what_is_asked_is_pushed_and_the_address_tells_nothing(forger: Forger, oidc: Oidc) -> None:
    visit = Visit(forger, oidc, acr=PUSH_ACR, max_age=300, login_hint="٢٨٥٠١٠١١٢٣٤٥")
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


def test_without_pushing_the_address_has_all_but_the_civil_id(forger: Forger, oidc: Oidc) -> None:
    del forger.metadata["pushed_authorization_request_endpoint"]
    visit = Visit(forger, oidc, login_hint=CIVIL_ID)
    query = parse_qs(urlsplit(visit.started.display.url).query)
    assert query["code_challenge"] == [challenge(visit.handle["verifier"])]
    assert query["state"] == [visit.handle["state"]]
    assert CIVIL_ID not in visit.started.display.url
    assert isinstance(visit.back(), Approved)


def test_the_code_is_exchanged_with_its_verifier_and_the_same_address(forger: Forger, oidc: Oidc) -> None:
    visit = Visit(forger, oidc)
    visit.back(code="the-code")
    assert forger.calls("/token") == [
        {
            "grant_type": "authorization_code",
            "code": "the-code",
            "redirect_uri": RETURN,
            "code_verifier": visit.handle["verifier"],
        }
    ]


def test_each_visit_has_secrets_of_its_own(forger: Forger, oidc: Oidc) -> None:
    one, two = Visit(forger, oidc).handle, Visit(forger, oidc).handle
    for name in ("state", "nonce", "verifier"):
        assert one[name] != two[name]
        assert len(one[name]) >= 43


# What comes back with the browser


@pytest.mark.parametrize("state", ["", None, "another", "é", "\ud800"])
def test_another_state_is_refused(forger: Forger, oidc: Oidc, state: str | None) -> None:
    visit = Visit(forger, oidc)
    with refused(refusals.RequestIsNotOurs, "state"):
        visit.back(state=state)
    assert not forger.calls("/token")


def test_the_state_of_another_visit_is_refused(forger: Forger, oidc: Oidc) -> None:
    one, two = Visit(forger, oidc), Visit(forger, oidc)
    with refused(refusals.RequestIsNotOurs, "state"):
        two.back(state=one.handle["state"])


@pytest.mark.parametrize("issuer", [None, "", "https://other.example", ISSUER + "/"])
def test_an_answer_of_another_issuer_is_refused(forger: Forger, oidc: Oidc, issuer: str | None) -> None:
    with refused(refusals.RequestIsNotOurs, "iss"):
        Visit(forger, oidc).back(iss=issuer)
    assert not forger.calls("/token")


def test_the_issuer_counts_even_where_it_is_not_promised(forger: Forger, oidc: Oidc) -> None:
    del forger.metadata["authorization_response_iss_parameter_supported"]
    assert isinstance(Visit(forger, oidc).back(iss=None), Approved)
    with refused(refusals.RequestIsNotOurs, "iss"):
        Visit(forger, oidc).back(iss="https://other.example")


def test_a_no_is_a_no_and_any_other_error_a_refusal(forger: Forger, oidc: Oidc) -> None:
    assert Visit(forger, oidc).back(code=None, error="access_denied") == Denied()
    with refused(refusals.ProviderRefused, "authorization"):
        Visit(forger, oidc).back(code=None, error="server_error")
    with refused(refusals.RequestIsNotOurs, "state"):
        Visit(forger, oidc).back(code=None, error="access_denied", state="another")
    with refused(refusals.RequestIsNotOurs, "code"):
        Visit(forger, oidc).back(code=None)


def test_a_handle_of_another_identity_is_refused(forger: Forger, oidc: Oidc) -> None:
    visit = Visit(forger, oidc)
    visit.handle["identity"] = "another"
    with refused(refusals.RequestIsNotOurs, "identity"):
        visit.back()
    with refused(refusals.RequestIsNotOurs, "identity"):
        oidc.poll(visit.handle)


def test_who_comes_too_late_starts_again(forger: Forger, oidc: Oidc, clock: Clock) -> None:
    visit = Visit(forger, oidc, ttl=60)
    assert oidc.poll(visit.handle) == Pending(5, visit.handle)
    clock.pass_by(61)
    assert visit.back() == Expired()
    assert oidc.poll(visit.handle) == Expired()
    assert not forger.calls("/token")


@pytest.mark.parametrize(("wished", "given"), [(1, 30), (90, 90), (10**6, 600)])
def test_a_request_lives_half_a_minute_to_ten(forger: Forger, oidc: Oidc, wished: int, given: int) -> None:
    handle = Visit(forger, oidc, ttl=wished).handle
    assert handle["expires_at"] - handle["asked_at"] == given


@pytest.mark.parametrize("mode", ["push", "qr"])
def test_another_way_is_not_offered(oidc: Oidc, mode: Any) -> None:
    with refused(refusals.ModeIsNotOffered, mode):
        oidc.start(mode=mode)
