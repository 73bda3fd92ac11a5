"""National identity against somebody else's provider: npm `oidc-provider`, with a browser and on the telephone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from masar.people import eid
from masar.people.eid import port as port_module
from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid.signatures import ALLOWED
from masar.people.eid.port import Approved, Denied, Expired, Pending
from masar.people.eid.tests.forging import CIVIL_ID, OTHER_CIVIL_ID, PASSWORD_ACR, PUSH_ACR
from masar.people.eid.tests.visits import refused
from tests.identity.counterpart import RETURN, Provider, needs_provider, our_keys, visit

pytestmark = needs_provider


# The code flow


def test_a_person_comes_back_known_by_the_file_of_identities(
    provider: Provider, setting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "eid.json"
    settings = json.loads(setting().settings)
    file.write_text(json.dumps({"hawyti": {"adapter": "oidc", "title": {"en": "Hawyti"}, "settings": settings}}))
    monkeypatch.setenv("MASAR_EID", str(file))
    identity = eid.identity("hawyti").provider
    started = identity.start(mode="redirect", login_hint=CIVIL_ID, acr=PUSH_ACR, max_age=300)
    assert "request_uri=" in started.display.url
    assert CIVIL_ID not in started.display.url
    kept = eid.opened(eid.sealed(started.handle, "a-session"), "a-session")
    approved = identity.callback(kept, provider.browse(started.display.url))
    assert isinstance(approved, Approved)
    claims = approved.claims
    assert (claims.civil_id, claims.name, claims.acr, claims.amr) == (CIVIL_ID, "Sara", PUSH_ACR, ("hwk", "user"))
    assert (claims.issuer, claims.subject) == (provider.url, CIVIL_ID)
    assert claims.auth_time is not None


@pytest.mark.parametrize("algorithm", ALLOWED)
def test_our_key_proves_us_and_each_algorithm_is_read(
    provider: Provider, setting: Any, tmp_path: Path, algorithm: str
) -> None:
    (tmp_path / "key.pem").write_bytes(our_keys()[algorithm].as_pem(private=True))
    proof = {"secret_file": "", "key_file": "key.pem", "key_id": our_keys()[algorithm].kid}
    assert isinstance(visit(provider, Oidc(setting(f"masar-{algorithm}", **proof))), Approved)


def test_without_pushing_it_goes_as_well(provider: Provider, setting: Any) -> None:
    identity = Oidc(setting())
    identity.client.issuer.metadata()
    identity.client.issuer._metadata = {
        name: value for name, value in identity.client.issuer.metadata().items() if "pushed" not in name
    }
    provider.do("person", login=CIVIL_ID)
    assert isinstance(visit(provider, identity), Approved)


def test_a_no_is_a_no(provider: Provider, oidc: Oidc) -> None:
    provider.do("person", refuses=True)
    assert visit(provider, oidc) == Denied()


def test_a_code_is_good_once(provider: Provider, oidc: Oidc) -> None:
    started = oidc.start(mode="redirect", login_hint=CIVIL_ID)
    back = provider.browse(started.display.url)
    assert isinstance(oidc.callback(started.handle, back), Approved)
    with refused(refusals.ProviderRefused, "invalid_grant"):
        oidc.callback(started.handle, back)


def test_what_another_browser_brought_is_refused(provider: Provider, oidc: Oidc) -> None:
    one, two = (oidc.start(mode="redirect", login_hint=CIVIL_ID) for _ in range(2))
    back = provider.browse(one.display.url)
    with refused(refusals.RequestIsNotOurs, "state"):
        oidc.callback(two.handle, back)
    with refused(refusals.RequestIsNotOurs, "iss"):
        oidc.callback(one.handle, back | {"iss": "https://other.example"})
    # The code alone, with a state of our own, fails by its verifier.
    with refused(refusals.ProviderRefused, "invalid_grant"):
        oidc.callback(two.handle, back | {"state": two.handle["state"]})


def test_another_address_to_return_to_is_refused(setting: Any) -> None:
    with refused(refusals.ProviderRefused, "invalid_request"):
        Oidc(setting(redirect_uri=RETURN + "/x")).start(mode="redirect")


def test_a_weaker_log_in_is_refused(provider: Provider, oidc: Oidc) -> None:
    provider.do("person", acr=PASSWORD_ACR)
    with refused(refusals.AnswerIsTooWeak, "acr"):
        visit(provider, oidc, acr=PUSH_ACR)


def test_somebody_else_is_refused(provider: Provider, oidc: Oidc) -> None:
    provider.do("person", login=OTHER_CIVIL_ID)
    with refused(refusals.AnswerIsOfSomebodyElse, "civil_id"):
        visit(provider, oidc)


def test_a_wrong_secret_is_refused(setting: Any, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    with refused(refusals.ProviderRefused, "invalid_client"):
        Oidc(setting(secret_file="wrong")).start(mode="redirect")


# The telephone


def pushed(ciba: Ciba, **more: Any) -> Any:
    started = ciba.start(mode="push", **{"login_hint": CIVIL_ID, "binding_message": "MSR-4821", "acr": PUSH_ACR} | more)
    started.handle["next_at"] = 0  # the test does not wait for the interval
    return started.handle


def test_the_telephone_shows_what_our_page_shows_and_approves(provider: Provider, ciba: Ciba) -> None:
    handle = pushed(ciba, ttl=90, max_age=60)
    shown = provider.do("shown", id=handle["auth_req_id"])
    assert shown["shown"] == "MSR-4821"
    assert (shown["params"]["requested_expiry"], shown["params"]["acr_values"]) == ("90", PUSH_ACR)
    pending = ciba.poll(handle)
    assert isinstance(pending, Pending)
    assert pending.retry_after == 5
    assert isinstance(ciba.poll(pending.handle), Pending)
    provider.do("approve", id=handle["auth_req_id"])
    approved = ciba.poll(pending.handle | {"next_at": 0})
    assert isinstance(approved, Approved)
    assert (approved.claims.civil_id, approved.claims.acr) == (CIVIL_ID, PUSH_ACR)
    assert approved.claims.amr == ("hwk", "user")
    with refused(refusals.ProviderRefused, "invalid_grant"):
        ciba.poll(handle)


def test_a_no_on_the_telephone_is_a_no(provider: Provider, ciba: Ciba) -> None:
    handle = pushed(ciba)
    provider.do("deny", id=handle["auth_req_id"])
    assert ciba.poll(handle) == Denied()


def test_nobody_answers_in_time(provider: Provider, ciba: Ciba, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_module, "SHORTEST", 1)
    handle = pushed(ciba, ttl=1)
    time.sleep(2.1)
    assert ciba.poll(handle) == Expired()  # by our own clock
    assert ciba.poll(handle | {"expires_at": time.time() + 60}) == Expired()  # by the provider's


def test_a_weaker_approval_and_an_old_one_are_refused(provider: Provider, ciba: Ciba) -> None:
    for answer, reason in (({"acr": PASSWORD_ACR}, "acr"), ({"age": 200}, "max_age")):
        handle = pushed(ciba, max_age=60)
        provider.do("approve", id=handle["auth_req_id"], **answer)
        with refused(refusals.AnswerIsTooWeak, reason):
            ciba.poll(handle)


def test_somebody_whom_the_provider_does_not_know_is_a_refusal(ciba: Ciba) -> None:
    with refused(refusals.ProviderRefused, "unknown_user_id"):
        pushed(ciba, login_hint="299010199999")


def test_the_provider_pings_and_is_asked_once(provider: Provider, setting: Any) -> None:
    ciba = Ciba(setting("masar-ping", ping=True))
    handle = pushed(ciba)
    assert isinstance(ciba.poll(handle), Pending)
    provider.do("approve", id=handle["auth_req_id"])
    [ping] = provider.do("pings")
    said = {"authorization": ping["authorization"], "auth_req_id": json.loads(ping["body"])["auth_req_id"]}
    with refused(refusals.RequestIsNotOurs, "bearer"):
        ciba.callback(handle, said | {"authorization": "Bearer of-somebody-else"})
    approved = ciba.callback(handle, said)
    assert isinstance(approved, Approved)
    assert approved.claims.civil_id == CIVIL_ID
