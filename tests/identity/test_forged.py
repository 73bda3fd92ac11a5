"""National identity against a proxy that forges what somebody else's provider signed."""

from __future__ import annotations

import pytest

from masar.people.eid import refusals
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid import issuer as issuer_module
from masar.people.eid.port import Approved
from masar.people.eid.tests import forging
from masar.people.eid.tests.forging import CIVIL_ID, FALSE_CLAIMS, PASSWORD_ACR, PUSH_ACR, Change
from masar.people.eid.tests.visits import refused
from tests.identity.counterpart import Forging, Provider, needs_provider, visit

pytestmark = needs_provider


def test_the_proxy_by_itself_is_believed(provider: Provider, proxied: Oidc) -> None:
    assert isinstance(visit(provider, proxied, acr=PUSH_ACR), Approved)


FORGED: dict[str, tuple[str, Change]] = FALSE_CLAIMS | {
    "another nonce": ("nonce", forging.saying("nonce", "another")),
    "no nonce": ("nonce", forging.without("nonce")),
}


@pytest.mark.parametrize(("reason", "change"), FORGED.values(), ids=FORGED.keys())
def test_a_forged_claim_is_refused(
    provider: Provider, proxied: Oidc, proxy: Forging, reason: str, change: Change
) -> None:
    proxy.change = change
    with refused(refusals.AnswerIsNotGenuine, reason):
        visit(provider, proxied)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_forged_signature_is_refused(provider: Provider, proxied: Oidc, proxy: Forging, algorithm: str) -> None:
    proxy.sign = lambda claims: forging.token(claims, algorithm)
    with refused(refusals.AnswerIsNotGenuine, "alg"):
        visit(provider, proxied)


def test_a_forged_strength_and_a_missing_civil_id_are_refused(
    provider: Provider, proxied: Oidc, proxy: Forging
) -> None:
    proxy.change = forging.saying("acr", PASSWORD_ACR)
    with refused(refusals.AnswerIsTooWeak, "acr"):
        visit(provider, proxied, acr=PUSH_ACR)
    proxy.change = forging.saying("civil_id", None)
    with refused(refusals.AnswerLacksCivilId, "civil_id"):
        visit(provider, proxied)


def test_a_civil_id_that_the_token_lacks_comes_from_userinfo(provider: Provider, proxied: Oidc, proxy: Forging) -> None:
    proxy.change = forging.without("civil_id")
    approved = visit(provider, proxied)
    assert isinstance(approved, Approved)
    assert approved.claims.civil_id == CIVIL_ID
    proxy.change = lambda claims: claims.update(sub="another") or claims.pop("civil_id")
    with refused(refusals.AnswerIsNotGenuine, "userinfo"):
        visit(provider, proxied)


def test_keys_may_be_rotated(
    provider: Provider, proxied: Oidc, proxy: Forging, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(visit(provider, proxied), Approved)
    proxy.sign = lambda claims: forging.token(claims, key=forging.OTHER)
    with refused(refusals.AnswerIsNotGenuine, "signature"):
        visit(provider, proxied)  # not published
    proxy.published = [forging.EC, forging.OTHER]
    monkeypatch.setattr(issuer_module, "BETWEEN", 0.0)
    assert isinstance(visit(provider, proxied), Approved)
