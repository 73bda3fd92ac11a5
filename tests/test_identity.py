"""National identity against somebody else's provider: npm `oidc-provider`, and a proxy before it that forges."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from masar.config.answering import answers, free_port
from masar.people import eid
from masar.people.eid import port as port_module
from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid import issuer as issuer_module
from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.port import Approved, Denied, Expired, Pending
from masar.people.eid.setup import Setup
from masar.people.eid.tests import forging
from masar.people.eid.tests.forging import CIVIL_ID, FALSE_CLAIMS, OTHER_CIVIL_ID, PASSWORD_ACR, PUSH_ACR, Change
from masar.people.eid.tests.test_oidc import refused

NODE = Path(__file__).parent / "node"
RETURN = "http://127.0.0.1:9/eid/return"
SECRET = "a-secret:of tests & nothing-else"
NAMES = {CIVIL_ID: "Sara", OTHER_CIVIL_ID: "Faisal"}

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(
        not (shutil.which("node") and (NODE / "node_modules" / "oidc-provider").exists())
        and os.environ.get("CI") != "true",
        reason="SKIPPED LOUDLY: no Node with the packages of tests/node (npm ci --ignore-scripts)",
    ),
]

OURS: dict[str, Key] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rs"}),
    "PS256": RSAKey.generate_key(2048, {"kid": "ps"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "es"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
ALGORITHMS = {"RSA": "PS256", "EC": "ES256", "OKP": "EdDSA"}


class Provider:
    """The running provider, and what telephones and browsers do with it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def do(self, what: str, **said: Any) -> Any:
        answer = httpx.post(f"{self.url}/control", json={"do": what, **said})
        assert answer.status_code == 200, what
        return answer.json()

    def browse(self, url: str) -> dict[str, str]:
        """Go where a browser is sent until it comes back to us; return the parameters that it brings."""
        with httpx.Client() as browser:
            for _ in range(8):
                answer = browser.get(url)
                assert answer.is_redirect, answer.text
                url = urljoin(url, answer.headers["location"])
                if url.startswith(RETURN):
                    return dict(parse_qsl(urlsplit(url).query))
        raise AssertionError("the browser never came back")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    port = free_port()
    published = {alg: key.as_dict(private=False) | {"alg": ALGORITHMS[key.key_type]} for alg, key in OURS.items()}
    theirs = KeySet([RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")])
    around = {"CLIENT_KEYS": json.dumps(published), "PROVIDER_KEYS": json.dumps(theirs.as_dict(private=True))}
    log = tmp_path_factory.mktemp("identity") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["node", str(NODE / "identity.mjs"), str(port)],
            stdin=subprocess.PIPE,  # its end ends the provider, also when the tests are killed
            stdout=out,
            stderr=out,
            env=os.environ | around,
        )
    until = time.monotonic() + 30
    while not answers(port, "/.well-known/openid-configuration"):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
    yield Provider(port)
    process.communicate(timeout=10)


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.do("known", people={civil_id: {"civil_id": civil_id, "name": name} for civil_id, name in NAMES.items()})
    running.do("person", acr=PUSH_ACR, amr=["hwk", "user"], login="", refuses=False, age=0)
    running.do("pings")
    return running


@pytest.fixture
def setting(provider: Provider, tmp_path: Path) -> Any:
    """Return a function that sets up a client of the provider."""
    (tmp_path / "secret").write_text(SECRET)

    def setting(client_id: str = "masar", **more: Any) -> Setup:
        settings = {"issuer": provider.url, "client_id": client_id, "secret_file": "secret", "redirect_uri": RETURN}
        return Setup("hawyti", json.dumps(settings | more).encode(), tmp_path, loopback=True)

    return setting


@pytest.fixture
def oidc(setting: Any) -> Oidc:
    return Oidc(setting())


@pytest.fixture
def ciba(setting: Any) -> Ciba:
    return Ciba(setting("masar-push"))


def visit(provider: Provider, identity: eid.EidProvider, **asked: Any) -> Any:
    """Go to the provider and back."""
    started = identity.start(mode="redirect", **{"login_hint": CIVIL_ID} | asked)
    return identity.callback(started.handle, provider.browse(started.display.url))


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


@pytest.mark.parametrize("algorithm", OURS)
def test_our_key_proves_us_and_each_algorithm_is_read(
    provider: Provider, setting: Any, tmp_path: Path, algorithm: str
) -> None:
    (tmp_path / "key.pem").write_bytes(OURS[algorithm].as_pem(private=True))
    proof = {"secret_file": "", "key_file": "key.pem", "key_id": OURS[algorithm].kid}
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


# A proxy before the provider, with keys of its own


class Forging(httpx.BaseTransport):
    """Hands on what the provider says, and signs its tokens anew after changing them."""

    def __init__(self) -> None:
        self.real = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        self.change: Change = lambda claims: None
        self.published: list[Key] = [forging.EC]
        self.sign: Any = forging.token

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.real.handle_request(request)
        body = json.loads(response.read())
        if request.url.path == "/jwks":
            body = {"keys": [key.as_dict(private=False) for key in self.published]}
        if "id_token" in body:
            claims = json.loads(base64.urlsafe_b64decode(body["id_token"].split(".")[1] + "=="))
            self.change(claims)
            body["id_token"] = self.sign(claims)
        return forging.answer(response.status_code, body)


@pytest.fixture
def proxy() -> Iterator[Forging]:
    proxy = Forging()
    yield proxy
    proxy.real.close()


@pytest.fixture
def proxied(setting: Any, proxy: Forging) -> Oidc:
    return Oidc(setting(), Exchange(loopback=True, transport=proxy))


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
