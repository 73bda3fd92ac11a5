"""Whatever a provider or a browser sends, the port answers or refuses; nothing else ever comes out of it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.openid.signatures import public_keys
from masar.people.eid.tests.forging import CIVIL_ID, EC, ED, ISSUER, RSA, Forger, coded, setup, token
from masar.people.eid.tests.visits import Visit, begin, refused

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=6,
)
CLAIMS = ["iss", "aud", "azp", "sub", "exp", "iat", "nbf", "nonce", "at_hash", "acr", "amr", "auth_time", "civil_id"]
ANSWERS = ["error", "access_token", "token_type", "id_token", "auth_req_id", "expires_in", "interval", "request_uri"]
often = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
answered_or_refused = contextlib.suppress(refusals.EidRefusal)


@often
@given(changed=some.dictionaries(some.sampled_from(CLAIMS), JSON, max_size=3))
def test_any_claims(tmp_path: Path, changed: dict[str, Any]) -> None:
    forger = Forger()
    visit = Visit(forger, Oidc(setup(tmp_path), forger.exchange()), max_age=300)
    forger.change = lambda claims: claims.update(changed)
    with answered_or_refused:
        visit.back()


@often
@given(
    header=some.dictionaries(
        some.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "x5c", "cty"]), JSON, max_size=3
    )
)
def test_any_header(tmp_path: Path, header: dict[str, Any]) -> None:
    forger = Forger()
    visit = Visit(forger, Oidc(setup(tmp_path), forger.exchange()))
    parts = token(forger.claims()).split(".")
    head = coded(json.dumps({"alg": "ES256", "kid": "ec-1"} | header).encode())
    forger.sign = lambda claims: ".".join([head, *parts[1:]])
    with pytest.raises(refusals.EidRefusal):
        visit.back()


@often
@given(
    path=some.sampled_from(["/token", "/backchannel", "/par", "/userinfo", "/jwks"]),
    status=some.sampled_from([200, 201, 302, 400, 401, 429, 500]),
    body=some.dictionaries(some.sampled_from([*ANSWERS, "keys"]), JSON, max_size=4),
)
def test_any_answer(tmp_path: Path, path: str, status: int, body: dict[str, Any]) -> None:
    forger = Forger()
    forger.answers[path] = [(status, body)] * 2
    if path == "/userinfo":
        forger.change = lambda claims: claims.pop("civil_id")
    with answered_or_refused:
        Visit(forger, Oidc(setup(tmp_path), forger.exchange())).back()
    with answered_or_refused:
        ciba = Ciba(setup(tmp_path), forger.exchange())
        ciba.poll(begin(ciba).handle | {"next_at": 0})


@often
@given(metadata=some.dictionaries(some.sampled_from(list(Forger().metadata)), JSON | some.text(), max_size=3))
def test_any_description(tmp_path: Path, metadata: dict[str, Any]) -> None:
    forger = Forger()
    forger.metadata |= metadata | {"issuer": ISSUER}
    with answered_or_refused:
        Visit(forger, Oidc(setup(tmp_path), forger.exchange())).back()


@often
@given(
    said=some.dictionaries(
        some.sampled_from(["state", "iss", "code", "error", "auth_req_id", "authorization"]),
        some.text(alphabet=some.characters(codec=None)),
    )
)
def test_any_return(tmp_path: Path, said: dict[str, str]) -> None:
    forger = Forger()
    visit = Visit(forger, Oidc(setup(tmp_path), forger.exchange()))
    ping = Ciba(setup(tmp_path, ping=True), forger.exchange())
    for provider, handle in ((visit.provider, visit.handle), (ping, begin(ping).handle)):
        with pytest.raises(refusals.RequestIsNotOurs):
            provider.callback(handle, said)


@often
@given(
    key=some.sampled_from([EC, RSA, ED]),
    changed=some.dictionaries(
        some.sampled_from(["kty", "kid", "use", "alg", "key_ops", "crv", "x", "y", "n", "e", "d", "k", "oth"]),
        JSON,
        max_size=3,
    ),
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_any_key(key: Any, changed: dict[str, Any]) -> None:
    assert len(public_keys({"keys": [key.as_dict(private=False) | changed, EC.as_dict(private=False)]}).keys) in (1, 2)


@pytest.mark.parametrize("depth", [500, 100_000])
def test_nesting_without_end_is_not_understood(tmp_path: Path, depth: int) -> None:
    deep = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    nested = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(deep)))
    with contextlib.suppress(refusals.AnswerIsNotUnderstood):
        Exchange(transport=nested).get(ISSUER)
    forger = Forger()
    parts = token(forger.claims()).split(".")
    forger.sign = lambda claims: ".".join([parts[0], coded(deep[:90_000]), parts[2]])
    with refused(refusals.AnswerIsNotGenuine, "signature"):
        Visit(forger, Oidc(setup(tmp_path), forger.exchange()), login_hint=CIVIL_ID).back()
